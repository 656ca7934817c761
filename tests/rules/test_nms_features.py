"""Every feature of the NMS table (B6.0, step 2) on both sides of its threshold and of its window."""

from __future__ import annotations

import pytest

from tests.rows import Row, row
from tests.rules_harness import check_row

HAL = "haloperidol@active"
FEVER = "Temp=38.6 Cel@-0.2"
GCS = "GCS=13 {score}@-0.1"
RIGID = "rigidity@active,onset=-1"
SWEAT = "diaphoresis@active,onset=-1"
WET = "urinary-incontinence@active,onset=-1"
BASE = "SBP=120 mm[Hg]@-30 | DBP=80 mm[Hg]@-30"
POSSIBLE, PROBABLE, WATCH = "nms-possible:warning", "nms-probable:critical", "nms-watch:info"


def on_haloperidol(sentence: str, hits: str, *, obs: str = "", problems: str = "", who: str = "35M") -> Row:
    return row(sentence, "PV", who, obs=obs, meds=HAL, problems=problems, hits=hits)


FEVERS = (
    on_haloperidol("38.1 °C with confusion is fever", POSSIBLE, obs=f"Temp=38.1 Cel@-0.2 | {GCS}"),
    on_haloperidol("100.5 °F with confusion is fever", POSSIBLE, obs=f"Temp=100.5 [degF]@-0.2 | {GCS}"),
    on_haloperidol("a temperature reported as above 38.0 is fever", POSSIBLE, obs=f"Temp=>38.0 Cel@-0.2 | {GCS}"),
    on_haloperidol("a temperature reported as at least 38.0 is not above it", "none", obs=f"Temp=>=38.0 Cel@-0.2 | {GCS}"),
    on_haloperidol("fever 72 hours and half a minute ago counts", POSSIBLE, obs=f"Temp=38.6 Cel@-3.0003 | {GCS}"),
    on_haloperidol("fever 72 hours and a quarter ago does not", "none", obs=f"Temp=38.6 Cel@-3.01 | {GCS}"),
    on_haloperidol("an amended temperature counts", POSSIBLE, obs=f"Temp=38.6 Cel@-0.2;amended | {GCS}"),
    on_haloperidol("a corrected temperature counts", POSSIBLE, obs=f"Temp=38.6 Cel@-0.2;corrected | {GCS}"),
    on_haloperidol("a cancelled temperature does not", "none", obs=f"Temp=38.6 Cel@-0.2;cancelled | {GCS}"),
    on_haloperidol("a temperature entered in error does not", "none", obs=f"Temp=38.6 Cel@-0.2;entered-in-error | {GCS}"),
    on_haloperidol("a registered temperature does not", "none", obs=f"Temp=38.6 Cel@-0.2;registered | {GCS}"),
    on_haloperidol("a temperature three hours ahead does not", "none", obs=f"Temp=38.6 Cel@+0.125 | {GCS}"),
    on_haloperidol("an undated temperature does not", "none", obs=f"Temp=38.6 Cel@? | {GCS}"),
    on_haloperidol("fever is remembered although the newest reading is normal", POSSIBLE, obs=f"{FEVER} | Temp=36.8 Cel@-0.05 | {GCS}"),
    on_haloperidol("two fevers exactly 60 minutes apart are watched", WATCH, obs="Temp=38.6 Cel@-0.125 | Temp=38.5 Cel@-0.083333333"),
    on_haloperidol("two fevers 59 minutes apart are one", "none", obs="Temp=38.6 Cel@-0.125 | Temp=38.5 Cel@-0.084027778"),
    on_haloperidol("two fevers 59 and a half minutes apart are one: no tolerance between readings", "none", obs="Temp=38.6 Cel@-0.125 | Temp=38.5 Cel@-0.083680556"),
    on_haloperidol("of three fevers the outer two are an hour apart", WATCH, obs="Temp=38.6 Cel@-0.125 | Temp=38.5 Cel@-0.1 | Temp=38.2 Cel@-0.08"),
    on_haloperidol("a fever and 38.0 an hour later are one fever", "none", obs="Temp=38.6 Cel@-0.2 | Temp=38.0 Cel@-0.1"),
    on_haloperidol("two fevers of which one is 73 hours old are one", "none", obs="Temp=38.6 Cel@-3.05 | Temp=38.5 Cel@-0.1"),
    on_haloperidol("two fevers at the far end of 72 hours are watched", WATCH, obs="Temp=38.6 Cel@-3 | Temp=38.5 Cel@-2.9"),
    on_haloperidol("a preliminary second fever is none", "none", obs="Temp=38.6 Cel@-0.2 | Temp=38.5 Cel@-0.1;preliminary"),
)  # fmt: skip
RIGIDITY = (
    on_haloperidol("rigidity just over seven days ago is not counted", "none", problems="rigidity@active,onset=-7.01"),
    on_haloperidol("undated rigidity is not counted", "none", problems="rigidity@active,onset=?"),
    on_haloperidol("undated rigidity of this encounter has no date either", "none", problems="rigidity@active,onset=?,enc=true"),
    on_haloperidol("rigidity that is over is not counted", "none", problems="rigidity@resolved,onset=-2"),
    on_haloperidol("refuted rigidity is not counted", "none", problems="rigidity@active,onset=-1,ver=refuted"),
    on_haloperidol("provisional rigidity counts", WATCH, problems="rigidity@active,onset=-1,ver=provisional"),
    on_haloperidol("old rigidity does not raise fever with tremor", "none", obs=FEVER, problems="rigidity@active,onset=-400 | tremor@active,onset=-1"),
)  # fmt: skip
MENTAL = (
    on_haloperidol("GCS 14 with fever", POSSIBLE, obs=f"{FEVER} | GCS=14 {{score}}@-0.1"),
    on_haloperidol("GCS 15 with fever is one fever", "none", obs=f"{FEVER} | GCS=15 {{score}}@-0.1"),
    on_haloperidol("GCS 13 three days ago with fever", POSSIBLE, obs=f"{FEVER} | GCS=13 {{score}}@-3"),
    on_haloperidol("GCS 13 longer ago does not count", "none", obs=f"{FEVER} | GCS=13 {{score}}@-3.1"),
    on_haloperidol("GCS 13 counts although it is 15 again", POSSIBLE, obs=f"{FEVER} | GCS=13 {{score}}@-1 | GCS=15 {{score}}@-0.1"),
    on_haloperidol("new confusion on ACVPU with fever", POSSIBLE, obs=f"{FEVER} | AVPU=new_confusion@-0.1"),
    on_haloperidol("responds to voice with fever", POSSIBLE, obs=f"{FEVER} | AVPU=voice@-0.1"),
    on_haloperidol("responds to pain with fever", POSSIBLE, obs=f"{FEVER} | AVPU=pain@-0.1"),
    on_haloperidol("unresponsive with fever", POSSIBLE, obs=f"{FEVER} | AVPU=unresponsive@-0.1"),
    on_haloperidol("alert with fever is one fever", "none", obs=f"{FEVER} | AVPU=alert@-0.1"),
    on_haloperidol("not alert 73 hours ago does not count", "none", obs=f"{FEVER} | AVPU=voice@-3.05"),
    *(
        on_haloperidol(f"{concept} seven days ago with fever", POSSIBLE, obs=FEVER, problems=f"{concept}@active,onset=-7")
        for concept in ("altered-mental-status", "delirium", "stupor", "coma", "catatonia")
    ),
    *(
        on_haloperidol(f"{concept} eight days ago does not count", "none", obs=FEVER, problems=f"{concept}@active,onset=-8")
        for concept in ("altered-mental-status", "delirium", "stupor", "coma", "catatonia")
    ),
    on_haloperidol("undated delirium does not count", "none", obs=FEVER, problems="delirium@active,onset=?"),
    on_haloperidol("resolved delirium does not count", "none", obs=FEVER, problems="delirium@resolved,onset=-2"),
)  # fmt: skip
CK = (
    on_haloperidol("the highest CK within 72 hours counts, not the newest", WATCH, obs="CK=300 U/L@-0.1;ref=39-250 | CK=1000 U/L@-2;ref=39-250"),
    on_haloperidol("CK of exactly four times its limit 72 hours ago", WATCH, obs="CK=1000 U/L@-3;ref=39-250"),
    on_haloperidol("CK longer ago does not count", "none", obs="CK=1000 U/L@-3.1;ref=39-250"),
    on_haloperidol("without a range four times a woman's limit is 680", WATCH, obs="CK=680 U/L@-1", who="35F"),
    on_haloperidol("679 in a woman is below it", "none", obs="CK=679 U/L@-1", who="35F"),
    on_haloperidol("without a range four times a man's limit is 760", WATCH, obs="CK=760 U/L@-1"),
    on_haloperidol("759 in a man is below it", "none", obs="CK=759 U/L@-1"),
    on_haloperidol("unknown sex has a man's limit", "none", obs="CK=759 U/L@-1", who="35U"),
    on_haloperidol("12.7 microkatal per litre are 762 U/L", WATCH, obs="CK=12.7 ukat/L@-1"),
    on_haloperidol("a preliminary CK does not count", "none", obs="CK=1000 U/L@-1;ref=39-250;preliminary"),
    on_haloperidol("1000 U/L below four times its limit is Levenson's third major", PROBABLE, obs=f"{FEVER} | CK=1000 U/L@-1;ref=39-300", problems=RIGID),
    on_haloperidol("999 U/L below four times its limit is not", POSSIBLE, obs=f"{FEVER} | CK=999 U/L@-1;ref=39-300", problems=RIGID),
    on_haloperidol("1000 U/L below four times its limit alone is not watched", "none", obs="CK=1000 U/L@-1;ref=39-300"),
    on_haloperidol("1000 U/L below four times its limit does not make fever possible", "none", obs=f"{FEVER} | CK=1000 U/L@-1;ref=39-300"),
    on_haloperidol("fever, 1000 U/L and four Levenson minors are probable", PROBABLE, obs=f"{FEVER} | CK=1000 U/L@-1;ref=39-300 | {GCS} | HR=101 /min@-1 | RR=21 /min@-1", problems=SWEAT),
)  # fmt: skip
PRESSURE = (
    on_haloperidol("systolic of 1.25 times baseline with sweating and fever", WATCH, obs=f"{FEVER} | SBP=150 mm[Hg]@-0.1 | {BASE}", problems=SWEAT),
    on_haloperidol("diastolic of 1.25 times baseline with sweating and fever", WATCH, obs=f"{FEVER} | DBP=100 mm[Hg]@-0.1 | {BASE}", problems=SWEAT),
    on_haloperidol("diastolic just below does not count", "none", obs=f"{FEVER} | DBP=99 mm[Hg]@-0.1 | {BASE}", problems=SWEAT),
    on_haloperidol("the baseline is the median, not the mean", WATCH, obs=f"{FEVER} | SBP=150 mm[Hg]@-0.1 | SBP=110 mm[Hg]@-20 | SBP=120 mm[Hg]@-30 | SBP=200 mm[Hg]@-40", problems=SWEAT),
    on_haloperidol("the median of two values lies between them", "none", obs=f"{FEVER} | SBP=150 mm[Hg]@-0.1 | SBP=110 mm[Hg]@-20 | SBP=132 mm[Hg]@-30", problems=SWEAT),
    on_haloperidol("a value of exactly seven days ago is baseline", WATCH, obs=f"{FEVER} | SBP=150 mm[Hg]@-0.1 | SBP=120 mm[Hg]@-7", problems=SWEAT),
    on_haloperidol("a value of six and a half days ago is neither baseline nor recent", "none", obs=f"{FEVER} | SBP=150 mm[Hg]@-0.1 | SBP=120 mm[Hg]@-6.5", problems=SWEAT),
    on_haloperidol("a value of 365 days ago is baseline", WATCH, obs=f"{FEVER} | SBP=150 mm[Hg]@-0.1 | SBP=120 mm[Hg]@-365", problems=SWEAT),
    on_haloperidol("a value of 366 days ago is not", "none", obs=f"{FEVER} | SBP=150 mm[Hg]@-0.1 | SBP=120 mm[Hg]@-366", problems=SWEAT),
    on_haloperidol("a rise 72 hours ago counts", WATCH, obs=f"{FEVER} | SBP=150 mm[Hg]@-3 | {BASE}", problems=SWEAT),
    on_haloperidol("a rise 73 hours ago does not", "none", obs=f"{FEVER} | SBP=150 mm[Hg]@-3.05 | {BASE}", problems=SWEAT),
    on_haloperidol("diastolic of 100 without a baseline counts", WATCH, obs=f"{FEVER} | DBP=100 mm[Hg]@-0.1", problems=SWEAT),
    on_haloperidol("diastolic of 99 without a baseline does not", "none", obs=f"{FEVER} | DBP=99 mm[Hg]@-0.1", problems=SWEAT),
    on_haloperidol("160 with a baseline of 150 does not count", "none", obs=f"{FEVER} | SBP=160 mm[Hg]@-0.1 | SBP=150 mm[Hg]@-30", problems=SWEAT),
    on_haloperidol("high pressure alone is only one autonomic sign", "none", obs=f"{FEVER} | SBP=180 mm[Hg]@-0.1 | DBP=110 mm[Hg]@-0.1"),
    on_haloperidol("a systolic swing of 25 in exactly 24 hours", WATCH, obs=f"{FEVER} | SBP=140 mm[Hg]@-0.5 | SBP=115 mm[Hg]@-1.5 | {BASE}", problems=WET),
    on_haloperidol("a systolic swing of 25 in 25 hours does not count", "none", obs=f"{FEVER} | SBP=140 mm[Hg]@-0.5 | SBP=115 mm[Hg]@-1.5417 | {BASE}", problems=WET),
    on_haloperidol("a diastolic swing of 20", WATCH, obs=f"{FEVER} | DBP=90 mm[Hg]@-0.1 | DBP=70 mm[Hg]@-0.5 | {BASE}", problems=WET),
    on_haloperidol("a diastolic swing of 19 does not count", "none", obs=f"{FEVER} | DBP=89 mm[Hg]@-0.1 | DBP=70 mm[Hg]@-0.5 | {BASE}", problems=WET),
    on_haloperidol("a falling pressure swings too", WATCH, obs=f"{FEVER} | SBP=105 mm[Hg]@-0.1 | SBP=130 mm[Hg]@-0.5 | {BASE}", problems=WET),
    on_haloperidol("a swing that reaches beyond 72 hours does not count", "none", obs=f"{FEVER} | SBP=140 mm[Hg]@-2.5 | SBP=115 mm[Hg]@-3.05 | {BASE}", problems=WET),
    on_haloperidol("a swing at the far end of 72 hours counts", WATCH, obs=f"{FEVER} | SBP=140 mm[Hg]@-2.5 | SBP=115 mm[Hg]@-3 | {BASE}", problems=WET),
    on_haloperidol("a swing between readings that have many others between them", WATCH, obs=f"{FEVER} | SBP=105 mm[Hg]@-0.9 | " + " | ".join(f"SBP=118 mm[Hg]@-{0.1 + number / 150:.4f}" for number in range(100)) + f" | SBP=130 mm[Hg]@-0.05 | {BASE}", problems=WET),
    on_haloperidol("a rise and a swing of the same pressure are lability", WATCH, obs=f"{FEVER} | SBP=150 mm[Hg]@-0.1 | SBP=125 mm[Hg]@-0.5 | {BASE}"),
)  # fmt: skip
OTHERS = (
    on_haloperidol("sweating 72 hours ago with tachycardia and fever", WATCH, obs=f"{FEVER} | HR=101 /min@-0.1", problems="diaphoresis@active,onset=-3"),
    on_haloperidol("sweating 73 hours ago does not count", "none", obs=f"{FEVER} | HR=101 /min@-0.1", problems="diaphoresis@active,onset=-3.05"),
    on_haloperidol("undated sweating does not count", "none", obs=f"{FEVER} | HR=101 /min@-0.1", problems="diaphoresis@active,onset=?"),
    on_haloperidol("incontinence 72 hours ago with tachycardia and fever", WATCH, obs=f"{FEVER} | HR=101 /min@-0.1", problems="urinary-incontinence@active,onset=-3"),
    on_haloperidol("long-standing incontinence does not count", "none", obs=f"{FEVER} | HR=101 /min@-0.1", problems="urinary-incontinence@active,onset=-300"),
    on_haloperidol("tachycardia and tachypnoea 72 hours ago with fever", WATCH, obs=f"{FEVER} | HR=101 /min@-3 | RR=21 /min@-3"),
    on_haloperidol("tachycardia and tachypnoea longer ago do not count", "none", obs=f"{FEVER} | HR=101 /min@-3.05 | RR=21 /min@-3.05"),
    on_haloperidol("heart rate of 1.25 and breathing of 1.5 times baseline are hypermetabolism", WATCH, obs=f"{FEVER} | HR=90 /min@-0.1 | RR=18 /min@-0.1 | HR=72 /min@-30 | RR=12 /min@-30"),
    on_haloperidol("heart rate just below 1.25 times is not", "none", obs=f"{FEVER} | HR=89 /min@-0.1 | RR=18 /min@-0.1 | HR=72 /min@-30 | RR=12 /min@-30"),
    on_haloperidol("breathing just below 1.5 times is not", "none", obs=f"{FEVER} | HR=90 /min@-0.1 | RR=17 /min@-0.1 | HR=72 /min@-30 | RR=12 /min@-30"),
    on_haloperidol("without a breathing baseline it cannot be assessed", "none", obs=f"{FEVER} | HR=90 /min@-0.1 | RR=18 /min@-0.1 | HR=72 /min@-30"),
    on_haloperidol("without a heart rate baseline it cannot be assessed", "none", obs=f"{FEVER} | HR=90 /min@-0.1 | RR=18 /min@-0.1 | RR=12 /min@-30"),
)  # fmt: skip
DSM = tuple(
    on_haloperidol(f"DSM: {item} beside tremor", PROBABLE, obs=f"{FEVER} | {obs}".strip(" |"), problems=f"{RIGID} | tremor@active,onset=-1 | {more}".strip(" |"))
    for item, obs, more in (
        ("sweating", "", SWEAT),
        ("dysphagia", "", "dysphagia@active,onset=-1"),
        ("mutism", "", "mutism@active,onset=-1"),
        ("incontinence", "", WET),
        ("heart rate 101", "HR=101 /min@-0.1", ""),
        ("white cells 11.1", "WBC=11.1 10*9/L@-0.1", ""),
        ("white cells 11.1 in thousands per microlitre", "WBC=11.1 10*3/uL@-3", ""),
        ("a pressure rise", f"SBP=150 mm[Hg]@-0.1 | {BASE}", ""),
        ("a pressure swing", f"SBP=130 mm[Hg]@-0.1 | SBP=105 mm[Hg]@-0.3 | {BASE}", ""),
        ("a pressure of 160 without a baseline", "SBP=160 mm[Hg]@-0.1", ""),
    )
) + tuple(
    on_haloperidol(f"DSM: {item} beside tremor is not enough", POSSIBLE, obs=f"{FEVER} | {obs}".strip(" |"), problems=f"{RIGID} | tremor@active,onset=-1 | {more}".strip(" |"))
    for item, obs, more in (
        ("breathing of 30", "RR=30 /min@-0.1", ""),
        ("heart rate 100", "HR=100 /min@-0.1", ""),
        ("white cells 11.0", "WBC=11.0 10*9/L@-0.1", ""),
        ("white cells 12 four days ago", "WBC=12 10*9/L@-4", ""),
        ("undated mutism", "", "mutism@active,onset=?"),
        ("dysphagia of last month", "", "dysphagia@active,onset=-30"),
    )
)  # fmt: skip


@pytest.mark.parametrize("case", (*FEVERS, *RIGIDITY, *MENTAL, *CK, *PRESSURE, *OTHERS, *DSM), ids=str)
def test_row(case: Row) -> None:
    check_row(case)

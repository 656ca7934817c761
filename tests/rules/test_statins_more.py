"""Statins and muscle injury (B5): windows, which symptom counts, every reason of a precaution, kidney injury beside a CK."""

from __future__ import annotations

import pytest

from tests.rows import Row, row
from tests.rules_harness import check_row

LABS = "K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2"
REVIEW = "muscle-symptom-medication-review:info, first-line-measures:info"
REST = "muscle-symptom-medication-review:info"
RHABDO, RAISED, SYMPTOM = "rhabdomyolysis-suspected:critical", "statin-ck-elevated", "statin-muscle-symptoms"
PRECAUTION, THYROID = "statin-order-precaution", "statin-hypothyroidism"
TEN = "CK=2001 U/L@-1;ref=39-200"
INJURY = (
    row("CK above 40 times exactly seven days ago", "PV", "60M", obs="CK=8001 U/L@-7;ref=39-200", hits=RHABDO),
    row("CK above 40 times seven days and a quarter of an hour ago", "PV", "60M", obs="CK=8001 U/L@-7.01;ref=39-200", hits="none"),
    row("a woman's 40 times is 6800", "PV", "60F", obs="CK=6800 U/L@-1", hits="none"),
    row("6801 in a woman is above it", "PV", "60F", obs="CK=6801 U/L@-1", hits=RHABDO),
    row("7600 in a man is not above 40 times", "PV", "60M", obs="CK=7600 U/L@-1", hits="none"),
    row("7601 of unknown sex is", "PV", "60U", obs="CK=7601 U/L@-1", hits=RHABDO),
    row("the newest CK counts: it has fallen", "PV", "60M", obs="CK=9000 U/L@-3;ref=39-200 | CK=1500 U/L@-1;ref=39-200", hits="none"),
    row("a preliminary CK does not count", "PV", "60M", obs="CK=9000 U/L@-1;ref=39-200;preliminary", hits="none"),
    row("on a statin both cards speak", "PV", "60M", obs="CK=8001 U/L@-1;ref=39-200", meds="atorvastatin@active", hits=f"{RHABDO}, {RAISED}:critical"),
    row("above ten times without kidney injury and without a statin is silent", "PV", "60M", obs=TEN, hits="none"),
    row("above ten times with myoglobinuria", "PV", "60M", obs=TEN, problems="myoglobinuria", hits=RHABDO),
    row("above ten times with undated dark urine", "PV", "60M", obs=TEN, problems="dark-urine@active,onset=?", hits=RHABDO),
    row("above ten times with dark urine that is over", "PV", "60M", obs=TEN, problems="dark-urine@resolved,onset=-20", hits="none"),
    row("above ten times with kidney injury that is over", "PV", "60M", obs=TEN, problems="aki@resolved,onset=-100", hits="none"),
    row("above ten times with provisional kidney injury", "PV", "60M", obs=TEN, problems="aki@active,ver=provisional", hits=RHABDO),
    row("above ten times with refuted kidney injury", "PV", "60M", obs=TEN, problems="aki@active,ver=refuted", hits="none"),
    row("chronic kidney disease is no kidney injury", "PV", "60M", obs=TEN, problems="ckd-4@active,onset=-900", hits="none"),
    row("creatinine exactly seven days old still counts as now", "PV", "60M", obs=f"{TEN} | Cr=1.5 mg/dL@-7 | Cr=1.0 mg/dL@-60", hits=RHABDO),
    row("creatinine older than seven days does not", "PV", "60M", obs=f"{TEN} | Cr=1.5 mg/dL@-7.1 | Cr=1.0 mg/dL@-60", hits="none"),
    row("a baseline of 365 days ago counts", "PV", "60M", obs=f"{TEN} | Cr=1.5 mg/dL@-1 | Cr=1.0 mg/dL@-365", hits=RHABDO),
    row("a baseline of 366 days ago does not", "PV", "60M", obs=f"{TEN} | Cr=1.5 mg/dL@-1 | Cr=1.0 mg/dL@-366", hits="none"),
    row("a baseline of six days ago does not", "PV", "60M", obs=f"{TEN} | Cr=1.5 mg/dL@-1 | Cr=1.0 mg/dL@-6", hits="none"),
    row("the baseline is the median, not the lowest", "PV", "60M", obs=f"{TEN} | Cr=1.5 mg/dL@-1 | Cr=0.8 mg/dL@-60 | Cr=1.1 mg/dL@-90 | Cr=1.2 mg/dL@-100", hits="none"),
    row("the newest creatinine counts: it has fallen again", "PV", "60M", obs=f"{TEN} | Cr=2.0 mg/dL@-3 | Cr=1.1 mg/dL@-1 | Cr=1.0 mg/dL@-60", hits="none"),
    row("creatinine in micromoles per litre", "PV", "60M", obs=f"{TEN} | Cr=133 umol/L@-1 | Cr=88 umol/L@-60", hits=RHABDO),
    row("132 after 89 micromoles per litre is below 1.5 times", "PV", "60M", obs=f"{TEN} | Cr=132 umol/L@-1 | Cr=89 umol/L@-60", hits="none"),
    row("a critical CK silences the first-line measures", "PV", "60M", obs=f"{LABS} | CK=8001 U/L@-1;ref=39-200", problems="myalgia", hits=RHABDO),
    row("rhabdomyolysis survives comfort care", "PV", "60M", obs="CK=8001 U/L@-1;ref=39-200", problems="hospice-care", hits=RHABDO),
    row("dark urine with a symptom is a red flag beside it", "PV", "60M", obs=f"{LABS} | {TEN}", problems="myalgia | dark-urine", hits=f"{RHABDO}, red-flags:warning"),
)  # fmt: skip
CK = (
    row("the document row: 1232 of 308 is exactly four times", "PV", "60M", obs="CK=1232 U/L@-2;ref=39-308", meds="atorvastatin@active", hits="none"),
    row("the document row: 3081 of 308 is above ten times", "PV", "60M", obs="CK=3081 U/L@-2;ref=39-308", meds="atorvastatin@active", hits=f"{RAISED}:critical"),
    row("3080 of 308 is exactly ten times", "PV", "60M", obs="CK=3080 U/L@-2;ref=39-308", meds="atorvastatin@active", hits=f"{RAISED}:warning"),
    row("1233 of 308 is above four times", "PV", "60M", obs="CK=1233 U/L@-2;ref=39-308", meds="atorvastatin@active", hits=f"{RAISED}:warning"),
    row("above ten times exactly seven days ago", "PV", "60M", obs="CK=1901 U/L@-7", meds="atorvastatin@active", hits=f"{RAISED}:critical"),
    row("above four times thirty days ago", "PV", "60M", obs="CK=761 U/L@-30", meds="atorvastatin@active", hits=f"{RAISED}:warning"),
    row("above four times longer ago", "PV", "60M", obs="CK=761 U/L@-30.1", meds="atorvastatin@active", hits="none"),
    row("exactly the limit with a symptom", "PV", "60M", obs="CK=190 U/L@-2", meds="atorvastatin@active", problems="myalgia,onset=-100", hits="none"),
    row("just above the limit with a symptom", "PV", "60M", obs="CK=191 U/L@-2", meds="atorvastatin@active", problems="myalgia,onset=-180", hits=f"{RAISED}:info"),
    row("just above the limit with a symptom of half a year and a day", "PV", "60M", obs="CK=191 U/L@-2", meds="atorvastatin@active", problems="myalgia,onset=-181", hits="none"),
    row("just above the limit with an undated symptom", "PV", "60M", obs="CK=191 U/L@-2", meds="atorvastatin@active", problems="myalgia,onset=?", hits=f"{RAISED}:info"),
    row("exactly four times with a symptom", "PV", "60M", obs="CK=760 U/L@-2", meds="atorvastatin@active", problems="myalgia,onset=-100", hits=f"{RAISED}:info"),
    row("just above the limit with a symptom now: both cards", "PV", "60M", obs=f"{LABS} | CK=191 U/L@-2", meds="atorvastatin@active", problems="myalgia", hits=f"{RAISED}:info, {SYMPTOM}:info, {REVIEW}"),
    row("above ten times with a symptom now: only the CK speaks", "PV", "60M", obs=f"{LABS} | CK=1901 U/L@-2", meds="atorvastatin@active", problems="myalgia", hits=f"{RAISED}:critical, {REST}"),
    row("a statin on hold is not taken", "PV", "60M", obs="CK=1901 U/L@-2", meds="atorvastatin@on-hold", hits="none"),
    row("a statin put on hold thirty days ago was taken till then", "PV", "60M", obs="CK=1901 U/L@-2", meds="atorvastatin@on-hold,end=-30", hits="statin-ck-elevated:critical"),
    row("a statin put on hold thirty-one days ago", "PV", "60M", obs="CK=1901 U/L@-2", meds="atorvastatin@on-hold,end=-31", hits="none"),
    row("a statin stopped at an unknown time does not count", "PV", "60M", obs="CK=1901 U/L@-2", meds="atorvastatin@stopped", hits="none"),
    row("a statin completed thirty days ago counts", "PV", "60M", obs="CK=761 U/L@-2", meds="simvastatin@completed,end=-30", hits=f"{RAISED}:warning"),
    row("ezetimibe with simvastatin is a statin", "PV", "60M", obs="CK=761 U/L@-2", meds="ezetimibe-simvastatin@active", hits=f"{RAISED}:warning"),
    row("amlodipine with atorvastatin is a statin", "PV", "60M", obs="CK=761 U/L@-2", meds="amlodipine-atorvastatin@active", hits=f"{RAISED}:warning"),
    row("CK at the order of a statin is another rule's matter", "SG", "60M", obs="CK=191 U/L@-2", meds="atorvastatin@draft", hits="none"),
)  # fmt: skip
SYMPTOMS = (
    *(
        row(f"{symptom} on a statin without a CK", "PV", "60M", obs=LABS, meds="atorvastatin@active", problems=symptom, hits=f"{SYMPTOM}:warning, {REVIEW}")
        for symptom in ("myalgia", "muscle-weakness", "muscle-cramp", "muscle-spasm", "muscle-stiffness", "neck-spasm", "back-spasm")
    ),
    *(
        row(f"{symptom} is not a statin symptom", "PV", "60M", obs=LABS, meds="atorvastatin@active", problems=symptom, hits=REVIEW)
        for symptom in ("tetany", "carpopedal-spasm", "exertional-leg-pain")
    ),
    row("night cramps and myalgia: not only night cramps", "PV", "60M", obs=LABS, meds="atorvastatin@active", problems="nocturnal-leg-cramp | myalgia", hits=f"{SYMPTOM}:warning, {REVIEW}"),
    row("night cramps at seventy", "PV", "70M", obs=LABS, meds="atorvastatin@active", problems="nocturnal-leg-cramp", hits=f"{SYMPTOM}:info, nocturnal-cramps-older-adult:info, {REVIEW}"),
    row("myalgia thirty days ago prompts", "PV", "60M", obs=LABS, meds="atorvastatin@active", problems="myalgia,onset=-30", hits=f"{SYMPTOM}:warning, {REVIEW}"),
    row("undated myalgia does not prompt", "PV", "60M", obs=LABS, meds="atorvastatin@active", problems="myalgia,onset=?", hits="none"),
    row("undated myalgia of this encounter does", "PV", "60M", obs=LABS, meds="atorvastatin@active", problems="myalgia,onset=?,enc=true", hits=f"{SYMPTOM}:warning, {REVIEW}"),
    row("myalgia that is over does not", "PV", "60M", obs=LABS, meds="atorvastatin@active", problems="myalgia@resolved", hits="none"),
    row("a normal CK of thirty days ago settles it", "PV", "60M", obs=f"{LABS} | CK=100 U/L@-30", meds="atorvastatin@active", problems="myalgia", hits=f"{SYMPTOM}:info, {REVIEW}"),
    row("a normal CK of 31 days ago does not", "PV", "60M", obs=f"{LABS} | CK=100 U/L@-31", meds="atorvastatin@active", problems="myalgia", hits=f"{SYMPTOM}:warning, {REVIEW}"),
    row("a preliminary CK does not", "PV", "60M", obs=f"{LABS} | CK=100 U/L@-1;preliminary", meds="atorvastatin@active", problems="myalgia", hits=f"{SYMPTOM}:warning, {REVIEW}"),
    row("a CK ordered seven days ago settles it", "PV", "60M", obs=LABS, meds="atorvastatin@active | lab:CK@active,start=-7", problems="myalgia", hits=f"{SYMPTOM}:info, {REVIEW}"),
    row("a CK ordered eight days ago does not", "PV", "60M", obs=LABS, meds="atorvastatin@active | lab:CK@active,start=-8", problems="myalgia", hits=f"{SYMPTOM}:warning, {REVIEW}"),
    row("a CK drafted on the server settles it", "PV", "60M", obs=LABS, meds="atorvastatin@active | lab:CK@draft", problems="myalgia", hits=f"{SYMPTOM}:info, {REVIEW}"),
    row("a basic panel is no CK", "PV", "60M", obs=LABS, meds="atorvastatin@active | lab:BMP@active", problems="myalgia", hits=f"{SYMPTOM}:warning, {REVIEW}"),
    row("CK of exactly four times", "PV", "60M", obs=f"{LABS} | CK=760 U/L@-2", meds="atorvastatin@active", problems="myalgia", hits=f"{RAISED}:info, {SYMPTOM}:info, {REVIEW}"),
    row("a statin stopped 30 days ago: no review, it is not taken", "PV", "60M", obs=LABS, meds="atorvastatin@stopped,end=-30", problems="myalgia", hits=f"{SYMPTOM}:warning, first-line-measures:info"),
    row("a statin stopped 31 days ago", "PV", "60M", obs=LABS, meds="atorvastatin@stopped,end=-31", problems="myalgia", hits="first-line-measures:info"),
    row("a statin alone is silent", "PV", "60M", meds="atorvastatin@active", hits="none"),
    row("under comfort care nothing of this is said", "PV", "60M", obs=LABS, meds="atorvastatin@active", problems="myalgia | hospice-care", hits="none"),
    row("without any electrolyte result the work-up joins in", "PV", "60M", meds="atorvastatin@active", problems="myalgia", hits=f"{SYMPTOM}:warning, muscle-symptom-workup:info, {REVIEW}"),
)  # fmt: skip
THYROIDS = (
    row("TSH just above 10 a year ago", "PV", "60F", obs="TSH=10.1 m[IU]/L@-365 | CK=171 U/L@-2", meds="atorvastatin@active", hits=f"{THYROID}:warning"),
    row("TSH longer ago is none", "PV", "60F", obs="TSH=10.1 m[IU]/L@-366 | CK=171 U/L@-2", meds="atorvastatin@active", hits="none"),
    row("TSH longer ago with the diagnosis", "PV", "60F", obs="TSH=2 m[IU]/L@-366 | CK=171 U/L@-2", meds="atorvastatin@active", problems="hypothyroidism@active,onset=-900", hits=f"{THYROID}:info"),
    row("CK of exactly the limit gives no reason to look", "PV", "60F", obs="TSH=20 m[IU]/L@-10 | CK=170 U/L@-2", meds="atorvastatin@active", hits="none"),
    row("an older symptom gives none either", "PV", "60F", obs="TSH=20 m[IU]/L@-10", meds="atorvastatin@active", problems="myalgia,onset=-31", hits="none"),
    row("pain on walking does: any muscle symptom", "PV", "60F", obs=f"{LABS} | TSH=20 m[IU]/L@-10", meds="atorvastatin@active", problems="exertional-leg-pain", hits=f"{THYROID}:warning, {REVIEW}"),
    row("a statin stopped recently is not active", "PV", "60F", obs="TSH=20 m[IU]/L@-10 | CK=171 U/L@-2", meds="atorvastatin@stopped,end=-3", hits="none"),
    row("the diagnosis with a normal TSH is silent", "PV", "60F", obs="TSH=3 m[IU]/L@-10 | CK=171 U/L@-2", meds="atorvastatin@active", problems="hypothyroidism@active,onset=-900", hits="none"),
    row("TSH in micro-units per millilitre", "SG", "60F", obs="TSH=10.1 u[IU]/mL@-10", meds="atorvastatin@draft", hits=f"{THYROID}:warning"),
    row("TSH of exactly 10 at the order", "OS", "60F", obs="TSH=10 m[IU]/L@-10", meds="atorvastatin@draft", hits="none"),
    row("the diagnosis without a TSH at signing is information only", "SG", "60F", meds="atorvastatin@draft", problems="hypothyroidism@active,onset=-900", hits="none"),
    row("the diagnosis without a TSH, TSH already ordered", "OS", "60F", meds="atorvastatin@draft | lab:TSH@active", problems="hypothyroidism@active,onset=-900", hits="none"),
    row("the diagnosis without a TSH, TSH ordered eight days ago", "OS", "60F", meds="atorvastatin@draft | lab:TSH@active,start=-8", problems="hypothyroidism@active,onset=-900", hits="statin-hypothyroidism:info"),
    row("a high TSH warns although a repeat is ordered", "OS", "60F", obs="TSH=20 m[IU]/L@-10", meds="atorvastatin@draft | lab:TSH@active", hits="statin-hypothyroidism:warning"),
    row("hypothyroidism that is over without a TSH", "OS", "60F", meds="atorvastatin@draft", problems="hypothyroidism@resolved,onset=-900", hits="none"),
    row("an active statin is not judged at another order", "SG", "60F", obs="TSH=20 m[IU]/L@-10", meds="atorvastatin@active | paracetamol@draft", hits="none"),
)  # fmt: skip
PRECAUTIONS = (
    row("earlier statin myopathy", "SG", "60M", meds="atorvastatin@draft", problems="statin-myopathy@inactive,onset=-2000", hits=f"{PRECAUTION}:critical"),
    row("active undated rhabdomyolysis", "SG", "60M", meds="atorvastatin@draft", problems="rhabdomyolysis@active,onset=?", hits=f"{PRECAUTION}:critical"),
    row("refuted rhabdomyolysis", "SG", "60M", meds="atorvastatin@draft", problems="rhabdomyolysis@resolved,onset=-900,ver=refuted", hits="none"),
    row("decompensated cirrhosis", "SG", "60M", meds="atorvastatin@draft", problems="decompensated-cirrhosis@active,onset=-30", hits=f"{PRECAUTION}:critical"),
    row("compensated cirrhosis is no reason", "SG", "60M", meds="atorvastatin@draft", problems="cirrhosis@active,onset=-30 | chronic-liver-disease@active,onset=-30", hits="none"),
    row("liver failure that is over is no reason", "SG", "60M", meds="atorvastatin@draft", problems="hepatic-failure@resolved,onset=-300", hits="none"),
    row("CK of exactly ten times", "SG", "60M", obs="CK=1900 U/L@-30", meds="atorvastatin@draft", hits=f"{PRECAUTION}:warning"),
    row("CK above ten times thirty days ago", "SG", "60M", obs="CK=1901 U/L@-30", meds="atorvastatin@draft", hits=f"{PRECAUTION}:critical"),
    row("CK above ten times 31 days ago", "SG", "60M", obs="CK=1901 U/L@-31", meds="atorvastatin@draft", hits="none"),
    row("CK of exactly four times", "SG", "60M", obs="CK=760 U/L@-3", meds="atorvastatin@draft", hits="none"),
    row("ALT above three times its own upper limit", "SG", "60M", obs="ALT=151 U/L@-1;ref=5-50", meds="atorvastatin@draft", hits=f"{PRECAUTION}:warning"),
    row("ALT of three times its own upper limit", "SG", "60M", obs="ALT=150 U/L@-1;ref=5-50", meds="atorvastatin@draft", hits="none"),
    row("a symptom with a CK on order is information", "OS", "60M", meds="atorvastatin@draft | lab:CK@active", problems="myalgia", hits=f"{PRECAUTION}:info"),
    row("a symptom with a CK among the drafts is information", "OS", "60M", meds="atorvastatin@draft | lab:CK@draft", problems="myalgia", hits=f"{PRECAUTION}:info"),
    row("a symptom of 181 days ago is no reason", "SG", "60M", meds="atorvastatin@draft", problems="myalgia,onset=-181", hits="none"),
    row("an undated symptom is a reason", "SG", "60M", meds="atorvastatin@draft", problems="myalgia,onset=?", hits=f"{PRECAUTION}:warning"),
    row("night cramps are a muscle symptom", "SG", "60M", meds="atorvastatin@draft", problems="nocturnal-leg-cramp,onset=-100", hits=f"{PRECAUTION}:warning"),
    row("abdominal cramp is not", "SG", "60M", meds="atorvastatin@draft", problems="abdominal-cramp", hits="none"),
    row("moderate low magnesium is information", "OS", "60M", obs="Mg=0.49 mmol/L@-3", meds="atorvastatin@draft", hits=f"{PRECAUTION}:info"),
    row("mild low magnesium is no reason", "OS", "60M", obs="Mg=0.60 mmol/L@-3", meds="atorvastatin@draft", hits="none"),
    row("moderate low calcium is information", "OS", "60M", obs="adjCa=1.95 mmol/L@-3", meds="atorvastatin@draft", hits=f"{PRECAUTION}:info"),
    row("severe low potassium is information, so not at signing", "SG", "60M", obs="K=2.4 mmol/L@-3", meds="atorvastatin@draft", hits="none"),
    row("low potassium of 31 days ago is no reason", "OS", "60M", obs="K=2.4 mmol/L@-31", meds="atorvastatin@draft", hits="none"),
    row("the gravest of several reasons decides", "SG", "60M", obs="ALT=200 U/L@-3 | CK=1901 U/L@-3", meds="atorvastatin@draft", problems="allergy:statin", hits=f"{PRECAUTION}:critical"),
    row("a statin that is taken is no new order", "SG", "60M", meds="atorvastatin@active | paracetamol@draft", problems="allergy:statin", hits="none"),
    row("a statin drafted but not selected is not judged", "OS", "60M", meds="atorvastatin@draft-unselected | paracetamol@draft", problems="allergy:statin", hits="none"),
    row("a contraindication survives comfort care", "SG", "60M", meds="atorvastatin@draft", problems="decompensated-cirrhosis | hospice-care", hits=f"{PRECAUTION}:critical"),
    row("an intolerance does not", "SG", "60M", meds="atorvastatin@draft", problems="allergy:statin | hospice-care", hits="none"),
)  # fmt: skip


@pytest.mark.parametrize("case", (*INJURY, *CK, *SYMPTOMS, *THYROIDS, *PRECAUTIONS), ids=str)
def test_row(case: Row) -> None:
    check_row(case)

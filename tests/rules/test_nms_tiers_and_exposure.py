"""NMS: tiers and criteria sets (B6.0, steps 3 and 4), exposure (step 1), what silences or survives, IEC points."""

from __future__ import annotations

import pytest

from tests.rows import Row, row
from tests.rules_harness import assess_row, check_row

HAL = "haloperidol@active"
FEVER = "Temp=38.6 Cel@-0.2"
FEVER2 = "Temp=38.6 Cel@-0.2 | Temp=38.9 Cel@-0.1"
GCS = "GCS=13 {score}@-0.1"
CONFUSED = f"{FEVER} | {GCS}"
CK = "CK=1000 U/L@-0.5;ref=39-250"
FAST = "HR=101 /min@-0.1 | RR=21 /min@-0.1"
RIGID = "rigidity@active,onset=-1"
LABILE = "diaphoresis@active,onset=-1 | urinary-incontinence@active,onset=-1"
METABOLIC = "HR=90 /min@-0.1 | RR=18 /min@-0.1 | HR=72 /min@-30 | RR=12 /min@-30"
NMS = "neuroleptic-malignant-syndrome"
POSSIBLE, PROBABLE, WATCH = "nms-possible:warning", "nms-probable:critical", "nms-watch:info"


def chart(sentence: str, hits: str, *, obs: str = "", meds: str = HAL, problems: str = "", who: str = "35M") -> Row:
    return row(sentence, "PV", who, obs=obs, meds=meds, problems=problems, hits=hits)


TIERS = (
    chart("the document row: exposure, fever twice, rigidity and confusion (IEC 68)", PROBABLE, obs=f"{FEVER2} | {GCS}", problems=RIGID),
    chart("rigidity, fever and autonomic signs are probable", PROBABLE, obs=f"{FEVER} | {FAST}", problems=RIGID),
    chart("rigidity, fever and one autonomic sign are possible", POSSIBLE, obs=f"{FEVER} | HR=101 /min@-0.1", problems=RIGID),
    chart("rigidity and confusion are possible", POSSIBLE, obs=GCS, problems=RIGID),
    chart("rigidity and autonomic signs are possible", POSSIBLE, obs=FAST, problems=RIGID),
    chart("rigidity, confusion and autonomic signs without fever are possible", POSSIBLE, obs=f"{GCS} | {FAST}", problems=RIGID),
    chart("rigidity and one autonomic sign are watched", WATCH, obs="HR=101 /min@-0.1", problems=RIGID),
    chart("raised CK and confusion are possible", POSSIBLE, obs=f"{CK} | {GCS}"),
    chart("raised CK and autonomic signs are possible", POSSIBLE, obs=f"{CK} | {FAST}"),
    chart("raised CK and one autonomic sign are watched", WATCH, obs=f"{CK} | HR=101 /min@-0.1"),
    chart("fever twice and confusion are possible", POSSIBLE, obs=f"{FEVER2} | {GCS}"),
    chart("fever, confusion and autonomic signs are possible while rigidity and CK are unknown", POSSIBLE, obs=f"{CONFUSED} | {FAST}"),
    chart("one fever and one autonomic sign are silent", "none", obs=f"{FEVER} | HR=130 /min@-0.1"),
    chart("confusion alone is silent", "none", obs=GCS),
    chart("confusion with autonomic signs is silent", "none", obs=f"{GCS} | {FAST}", problems=LABILE),
    chart("autonomic signs alone are silent", "none", obs=FAST, problems=LABILE),
    chart("leucocytosis alone is silent", "none", obs="WBC=20 10*9/L@-0.1"),
    chart("IEC: without rigidity 76 points reach the cut-off", PROBABLE, obs=f"{FEVER2} | {GCS} | {CK} | {METABOLIC}", problems=LABILE),
    chart("IEC: without rigidity and hypermetabolism 71 points do not", POSSIBLE, obs=f"{FEVER2} | {GCS} | {CK}", problems=LABILE),
    chart("IEC: without fever 75 points reach the cut-off", PROBABLE, obs=f"{GCS} | {CK} | {METABOLIC}", problems=f"{RIGID} | {LABILE}"),
    chart("IEC: without fever and hypermetabolism 70 points do not", POSSIBLE, obs=f"{GCS} | {CK}", problems=f"{RIGID} | {LABILE}"),
    chart("IEC: one fever earns no fever points, so 58 do not", POSSIBLE, obs=f"{FEVER} | {GCS} | {CK} | {METABOLIC}", problems=LABILE),
    chart("Levenson: rigidity, CK and four minors without fever", PROBABLE, obs=f"{CK} | {GCS} | {FAST} | WBC=12 10*9/L@-0.2", problems=RIGID),
    chart("Levenson: rigidity, CK and three minors without fever", POSSIBLE, obs=f"{CK} | {GCS} | {FAST}", problems=RIGID),
    chart("Levenson: abnormal pressure is one minor however often it shows", POSSIBLE, obs=f"{CK} | {FEVER} | {GCS} | SBP=150 mm[Hg]@-0.1 | SBP=110 mm[Hg]@-0.2 | SBP=120 mm[Hg]@-30", problems="diaphoresis@active,onset=-1"),
    chart("Levenson: confusion, pressure, sweating and white cells are four minors", PROBABLE, obs=f"{CK} | {FEVER} | {GCS} | SBP=160 mm[Hg]@-0.1 | WBC=11.1 10*9/L@-1", problems="diaphoresis@active,onset=-1"),
)  # fmt: skip
EXPOSED = tuple(
    chart(f"{drug} is exposure", POSSIBLE, obs=CONFUSED, meds=f"{drug}@active")
    for drug in (
        "aripiprazole", "clozapine", "droperidol", "fluphenazine", "zuclopenthixol", "loxapine", "lumateperone", "chlorpromazine",
        "prochlorperazine", "promethazine", "domperidone", "deutetrabenazine", "valbenazine", "perphenazine-amitriptyline",
        "olanzapine-fluoxetine",
    )
) + tuple(
    chart(f"{drug} stopped two days before is dopaminergic withdrawal", POSSIBLE, obs=CONFUSED, meds=f"{drug}@stopped,end=-2")
    for drug in (
        "pramipexole", "ropinirole", "rotigotine", "bromocriptine", "cabergoline", "apomorphine", "amantadine", "entacapone",
        "opicapone", "tolcapone", "carbidopa-levodopa",
    )
)  # fmt: skip
EXPOSURE = (
    chart("rasagiline stopped is no dopaminergic withdrawal", "none", obs=CONFUSED, meds="rasagiline@stopped,end=-2"),
    chart("carbidopa alone is none", "none", obs=CONFUSED, meds="carbidopa@stopped,end=-2"),
    chart("lithium is no dopamine antagonist", "none", obs=CONFUSED, meds="lithium@active"),
    chart("haloperidol on hold since an unknown time is no exposure", "none", obs=CONFUSED, meds="haloperidol@on-hold"),
    chart("haloperidol entered in error is no exposure", "none", obs=CONFUSED, meds="haloperidol@entered-in-error"),
    chart("haloperidol that must not be given is no exposure", "none", obs=CONFUSED, meds="haloperidol@active,dnp=true"),
    chart("haloperidol stopped at an unknown time is no exposure", "none", obs=CONFUSED, meds="haloperidol@stopped"),
    chart("haloperidol completed within 72 hours is exposure", POSSIBLE, obs=CONFUSED, meds="haloperidol@completed,end=-2"),
    chart("haloperidol cancelled within 72 hours is exposure", POSSIBLE, obs=CONFUSED, meds="haloperidol@cancelled,end=-2"),
    chart("stopped exactly 72 hours before the first feature", POSSIBLE, obs=f"Temp=38.6 Cel@-1 | {GCS}", meds="haloperidol@stopped,end=-4"),
    chart("stopped 73 hours before the first feature", "none", obs=f"Temp=38.6 Cel@-1 | {GCS}", meds="haloperidol@stopped,end=-4.05"),
    chart("stopped after the first feature", POSSIBLE, obs=CONFUSED, meds="haloperidol@stopped,end=-0.15"),
    chart("the first feature is the earliest: rigidity five days ago", PROBABLE, obs=CONFUSED, meds="haloperidol@stopped,end=-8", problems="rigidity@active,onset=-5"),
    chart("stopped more than 72 hours before the earliest feature", "none", obs=CONFUSED, meds="haloperidol@stopped,end=-8.1", problems="rigidity@active,onset=-5"),
    chart("the first feature is the earliest: delirium seven days ago", POSSIBLE, obs=FEVER, meds="haloperidol@stopped,end=-10", problems="delirium@active,onset=-7"),
    chart("the first raised CK counts, not the highest", WATCH, obs="CK=1000 U/L@-2.9;ref=39-250 | CK=4000 U/L@-0.1;ref=39-250", meds="haloperidol@stopped,end=-5.5"),
    chart("a normal CK before is no feature", "none", obs="CK=200 U/L@-2.9;ref=39-250 | CK=4000 U/L@-0.1;ref=39-250", meds="haloperidol@stopped,end=-5.5"),
    chart("autonomic signs are no first feature", "none", obs=f"HR=130 /min@-2.5 | RR=30 /min@-2.5 | {CONFUSED}", meds="haloperidol@stopped,end=-4"),
    chart("a monthly depot stopped 28 days before the first feature", POSSIBLE, obs=CONFUSED, meds="haloperidol@stopped,end=-28.2,route=im-depot"),
    chart("a monthly depot stopped 28 days and a half before", "none", obs=CONFUSED, meds="haloperidol@stopped,end=-28.7,route=im-depot"),
    chart("a three-monthly depot stopped 91 days before", POSSIBLE, obs=CONFUSED, meds="paliperidone@stopped,end=-91.2,route=im-depot-3m"),
    chart("a three-monthly depot stopped 91 days and a half before", "none", obs=CONFUSED, meds="paliperidone@stopped,end=-91.7,route=im-depot-3m"),
    chart("an ordinary injection has no depot window", "none", obs=CONFUSED, meds="haloperidol@stopped,end=-10,route=im"),
    chart("levodopa held two days before is withdrawal", POSSIBLE, obs=CONFUSED, meds="levodopa@on-hold,end=-2", who="70M"),
    chart("levodopa stopped exactly 72 hours before the first feature", POSSIBLE, obs=f"Temp=38.6 Cel@-1 | {GCS}", meds="levodopa@stopped,end=-4", who="70M"),
    chart("levodopa stopped longer before", "none", obs=f"Temp=38.6 Cel@-1 | {GCS}", meds="levodopa@stopped,end=-4.05", who="70M"),
    chart("levodopa stopped and ordered again is no withdrawal", "none", obs=CONFUSED, meds="levodopa@stopped,end=-2 | levodopa@active,start=-2", who="70M"),
    chart("entacapone stopped while levodopa goes on is withdrawal", POSSIBLE, obs=CONFUSED, meds="carbidopa-levodopa-entacapone@stopped,end=-2 | carbidopa-levodopa@active", who="70M"),
    chart("probable after levodopa was stopped", PROBABLE, obs=CONFUSED, meds="levodopa@stopped,end=-2", problems=RIGID, who="70M"),
    chart("pimavanserin beside haloperidol changes nothing", POSSIBLE, obs=CONFUSED, meds="pimavanserin@active | haloperidol@active"),
)  # fmt: skip
SILENCE = (
    chart("active NMS without an active antagonist is silent even with a recent one", "none", obs=FEVER2, meds="haloperidol@stopped,end=-1", problems=f"{RIGID} | {NMS}@active"),
    chart("active NMS after levodopa was stopped is silent", "none", obs=CONFUSED, meds="levodopa@stopped,end=-1", problems=f"{RIGID} | {NMS}@active"),
    chart("active NMS on metoclopramide", "nms-active-on-antagonist:critical", meds="metoclopramide@active", problems=f"{NMS}@active"),
    chart("active NMS on tetrabenazine", "nms-active-on-antagonist:critical", meds="tetrabenazine@active", problems=f"{NMS}@active"),
    chart("active NMS on pimavanserin is silent", "none", meds="pimavanserin@active", problems=f"{NMS}@active"),
    chart("NMS that came back is active", "nms-active-on-antagonist:critical", meds=HAL, problems=f"{NMS}@recurrence"),
    chart("provisional NMS is active", "nms-active-on-antagonist:critical", meds=HAL, problems=f"{NMS}@active,ver=provisional"),
    chart("refuted NMS does not silence the features", POSSIBLE, obs=CONFUSED, problems=f"{NMS}@active,ver=refuted"),
    chart("earlier NMS does not silence the features", POSSIBLE, obs=CONFUSED, problems=f"{NMS}@resolved,onset=-400,abated=-380"),
    chart("active NMS on an antagonist survives comfort care", "nms-active-on-antagonist:critical", meds=HAL, problems=f"{NMS}@active | comfort-care"),
    chart("probable NMS survives comfort care", PROBABLE, obs=CONFUSED, problems=f"{RIGID} | hospice-care"),
    chart("possible NMS survives comfort care", POSSIBLE, obs=CONFUSED, problems="comfort-care"),
    chart("without a birth date the features are still looked at", POSSIBLE, obs=CONFUSED, who="?M"),
    chart("a dead patient gets no card", "none", obs=CONFUSED, problems=f"{RIGID} | deceased"),
)  # fmt: skip


@pytest.mark.parametrize("case", (*TIERS, *EXPOSED, *EXPOSURE, *SILENCE), ids=str)
def test_row(case: Row) -> None:
    check_row(case)


POINTS = (
    ("exposure and raised CK", CK, "", 30),
    ("exposure and one fever with confusion: no fever points", CONFUSED, "", 33),
    ("exposure and fever twice", FEVER2, "", 38),
    ("exposure, rigidity and confusion", GCS, RIGID, 50),
    ("lability: sweating and incontinence", CK, LABILE, 40),
    ("one sign is no lability", CK, "diaphoresis@active,onset=-1", 30),
    ("hypermetabolism", f"{CK} | {METABOLIC}", "", 35),
    ("a CK of 1000 U/L below four times its limit earns no points", f"{FEVER} | CK=1000 U/L@-1;ref=39-300", RIGID, 37),
    ("high pressure without a baseline is no part of lability", f"{CK} | SBP=180 mm[Hg]@-1", "diaphoresis@active,onset=-1", 30),
    ("everything that can be awarded automatically", f"{FEVER2} | {GCS} | {CK} | {METABOLIC}", f"{RIGID} | {LABILE}", 93),
)  # fmt: skip


@pytest.mark.parametrize(("sentence", "obs", "problems", "expected"), POINTS, ids=[one[0] for one in POINTS])
def test_iec_points(sentence: str, obs: str, problems: str, expected: int) -> None:
    hit = assess_row(chart(sentence, "none", obs=obs, problems=problems)).hits[0]
    assert hit.finding.points == expected
    assert hit.rule_id == f"nms-{hit.finding.tier}"

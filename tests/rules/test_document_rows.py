"""Table D2 of the rule catalogue, row by row: exact hits over the whole catalogue."""

from __future__ import annotations

import pytest

from tests.rows import Row, row
from tests.rules_harness import check_row

ROWS = (
    row("mild low potassium without context is silent", "PV", "58F", obs="K=3.4 mmol/L@-2", hits="none"),
    row("mild low potassium with a cramp is noted, and the electrolytes not measured are named", "PV", "58F",
        obs="K=3.4 mmol/L@-2", problems="muscle-cramp",
        hits="potassium-low:info, muscle-symptom-workup:info, first-line-measures:info"),
    row("moderate low potassium on furosemide", "PV", "70F", obs="K=2.8 mmol/L@-2", meds="furosemide@active,start=-100",
        hits="potassium-low:warning, diuretic-potassium-low:warning"),
    row("severe low potassium exactly seven days old is still fresh", "PV", "58F", obs="K=2.4 mmol/L@-7",
        hits="potassium-low:critical"),
    row("severe low potassium older than seven days steps down", "PV", "58F", obs="K=2.4 mmol/L@-7.5",
        hits="potassium-low:warning"),
    row("a moderate potassium two months old was never rechecked", "PV", "58F", obs="K=2.8 mmol/L@-60",
        hits="electrolyte-unresolved-result:warning"),
    row("a severe preliminary potassium newer than a normal one warns", "PV", "58F",
        obs="K=2.3 mmol/L@-1;preliminary | K=4.1 mmol/L@-3", hits="potassium-low:warning"),
    row("severe high potassium in a haemolysed sample steps down", "PV", "58M", obs="K=6.6 mmol/L@-1;note=haemolysed",
        hits="potassium-high:warning"),
    row("magnesium 1.7 mg/dL is normal in its own unit", "PV", "60M", obs="Mg=1.7 mg/dL@-1 | K=4.0 mmol/L@-1",
        meds="furosemide@active,start=-200", hits="none"),
    row("calcium that is normal once corrected for albumin is silent", "PV", "50F",
        obs="Ca=7.9 mg/dL@-1 | Alb=2.8 g/dL@-1", hits="none"),
    row("a severe uncorrected calcium counts as moderate", "PV", "50F", obs="Ca=6.8 mg/dL@-1", hits="calcium-low:warning"),
    row("low potassium and low magnesium together", "PV", "66M", obs="K=3.2 mmol/L@-1 | Mg=0.60 mmol/L@-1",
        hits="potassium-magnesium-low:warning, potassium-low:info, magnesium-low:info"),
    row("a thiazide is ordered with potassium 2.9", "OS", "70F", obs="K=2.9 mmol/L@-3 | Cr=0.9 mg/dL@-3",
        meds="hydrochlorothiazide@draft", hits="diuretic-order-electrolytes:warning"),
    row("information is not shown at signing", "SG", "70F", obs="K=3.2 mmol/L@-3 | Cr=0.9 mg/dL@-3",
        meds="furosemide@draft", hits="none"),
    row("CK of exactly four times its limit on a statin is silent", "PV", "60M", obs="CK=1232 U/L@-2;ref=39-308",
        meds="atorvastatin@active", hits="none"),
    row("CK above ten times its limit on a statin", "PV", "60M", obs="CK=3081 U/L@-2;ref=39-308",
        meds="atorvastatin@active", hits="statin-ck-elevated:critical"),
    row("clarithromycin is ordered for a patient on simvastatin", "OS", "60M",
        meds="simvastatin@active | clarithromycin@draft", hits="statin-interaction:critical"),
    row("simvastatin with amlodipine is silent on chart open", "PV", "60M",
        meds="simvastatin@active | amlodipine@active", hits="none"),
    row("fever twice, confusion and new rigidity on haloperidol meet NMS criteria by the tetrad", "PV", "35M",
        obs="Temp=38.6 Cel@-0.2 | Temp=38.9 Cel@-0.1 | GCS=13 {score}@-0.1", meds="haloperidol@active",
        problems="rigidity@active,onset=-1", hits="nms-probable:critical"),
    row("fever and confusion on quetiapine are possible NMS", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1",
        meds="quetiapine@active", hits="nms-possible:warning"),
    row("one fever reading on quetiapine is silent", "PV", "35M", obs="Temp=38.6 Cel@-0.2", meds="quetiapine@active",
        hits="none"),
    row("potassium 2.9 on haloperidol is a torsades risk", "PV", "35F", obs="K=2.9 mmol/L@-1", meds="haloperidol@active",
        hits="antipsychotic-qt-electrolytes:critical, potassium-low:warning"),
    row("cyclobenzaprine is ordered for a spasm at 65", "OS", "65F", meds="cyclobenzaprine@draft,reason=muscle-spasm",
        hits="muscle-relaxant-older-adult:warning, first-line-measures:info"),
    row("diazepam is signed for a patient on oxycodone", "SG", "50F", meds="oxycodone@active | diazepam@draft",
        hits="benzodiazepine-opioid:warning"),
    row("night leg cramps at 70 get first-line measures and no laboratory tests", "PV", "70F",
        problems="nocturnal-leg-cramp", hits="nocturnal-cramps-older-adult:info, first-line-measures:info"),
    row("a seventeen-year-old is outside this service", "PV", "17F", obs="K=2.3 mmol/L@-1", hits="none"),
)  # fmt: skip


@pytest.mark.parametrize("case", ROWS, ids=str)
def test_row(case: Row) -> None:
    check_row(case)

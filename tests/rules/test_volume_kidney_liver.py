"""Dehydration, kidney disease and liver disease: each arm, exclusion, context and window, with the exact hits."""

from __future__ import annotations

import pytest

from tests.rows import Row, row
from tests.rules_harness import assess_row, check_row

CRAMP = "muscle-cramp@active,onset=-100"
"""A context, not a prompt."""
NORMAL = "K=4.2 mmol/L@-1 | adjCa=2.30 mmol/L@-1 | Mg=0.80 mmol/L@-1"
"""Everything measured, so that a recent cramp asks for no work-up."""

DIAGNOSIS = (
    row("dehydration recorded three days ago, with a cramp", "PV", "70F", problems=f"dehydration | {CRAMP}",
        hits="dehydration-evidence:info"),
    row("volume depletion recorded three days ago, with a cramp", "PV", "70F", problems=f"volume-depletion | {CRAMP}",
        hits="dehydration-evidence:info"),
    row("dehydration recorded exactly seven days ago", "PV", "70F", problems=f"dehydration@active,onset=-7 | {CRAMP}",
        hits="dehydration-evidence:info"),
    row("dehydration recorded more than seven days ago is past", "PV", "70F",
        problems=f"dehydration@active,onset=-7.01 | {CRAMP}", hits="none"),
    row("undated dehydration on the problem list is not recent evidence", "PV", "70F",
        problems=f"dehydration@active,onset=? | {CRAMP}", hits="none"),
    row("resolved dehydration", "PV", "70F", problems=f"dehydration@resolved,onset=-3 | {CRAMP}", hits="none"),
    row("refuted dehydration", "PV", "70F", problems=f"dehydration@active,onset=-3,ver=refuted | {CRAMP}", hits="none"),
    row("provisional dehydration counts and is labelled", "PV", "70F",
        problems=f"dehydration@active,onset=-3,ver=provisional | {CRAMP}", hits="dehydration-evidence:info"),
    row("dehydration without symptom, diuretic or electrolyte finding is silent", "PV", "70F", problems="dehydration",
        hits="none"),
    row("dehydration on furosemide warns", "PV", "70F", obs=NORMAL, meds="furosemide@active", problems="dehydration",
        hits="dehydration-evidence:warning"),
    row("dehydration on a thiazide warns", "PV", "70F", obs=NORMAL, meds="chlortalidone@active", problems="dehydration",
        hits="dehydration-evidence:warning"),
    row("spironolactone alone is no context for dehydration", "PV", "70F", obs=NORMAL, meds="spironolactone@active",
        problems="dehydration", hits="none"),
    row("a stopped furosemide is no context", "PV", "70F", obs=NORMAL, meds="furosemide@stopped,start=-90,end=-3",
        problems="dehydration", hits="none"),
    row("dehydration beside a low potassium", "PV", "70F", obs="K=2.8 mmol/L@-1", problems="dehydration",
        hits="potassium-low:warning, dehydration-evidence:info"),
    row("dehydration beside an electrolyte never rechecked", "PV", "70F", obs="K=2.8 mmol/L@-60",
        problems="dehydration",
        hits="electrolyte-unresolved-result:warning, dehydration-evidence:info"),
    row("a silent mild potassium is no electrolyte hit", "PV", "70F", obs="K=3.4 mmol/L@-1", problems="dehydration",
        hits="none"),
    row("in hospice care dehydration is not shown", "PV", "70F", problems=f"dehydration | {CRAMP} | hospice-care",
        hits="none"),
    row("age unknown does not matter", "PV", "?U", problems=f"dehydration | {CRAMP}", hits="dehydration-evidence:info"),
    row("dehydration is for chart open, not for orders", "OS", "70F", meds="paracetamol@draft",
        problems=f"dehydration | {CRAMP}", hits="none"),
)  # fmt: skip

SODIUM = (
    row("sodium 145 is not high", "PV", "70F", obs="Na=145 mmol/L@-1", problems=CRAMP, hits="none"),
    row("sodium 146 with a cramp", "PV", "70F", obs="Na=146 mmol/L@-1", problems=CRAMP,
        hits="dehydration-evidence:info"),
    row("sodium 146 mEq/L is the same", "PV", "70F", obs="Na=146 mEq/L@-1", problems=CRAMP,
        hits="dehydration-evidence:info"),
    row("sodium reported as above 145", "PV", "70F", obs="Na=>145 mmol/L@-1", problems=CRAMP,
        hits="dehydration-evidence:info"),
    row("high sodium on furosemide warns", "PV", "70F", obs=f"Na=150 mmol/L@-1 | {NORMAL}", meds="furosemide@active",
        hits="dehydration-evidence:warning"),
    row("high sodium exactly seven days old", "PV", "70F", obs="Na=150 mmol/L@-7", problems=CRAMP,
        hits="dehydration-evidence:info"),
    row("high sodium more than seven days old", "PV", "70F", obs="Na=150 mmol/L@-7.01", problems=CRAMP, hits="none"),
    row("a newer normal sodium settles it", "PV", "70F", obs="Na=150 mmol/L@-3 | Na=140 mmol/L@-1", problems=CRAMP,
        hits="none"),
    row("a preliminary sodium does not count", "PV", "70F", obs="Na=150 mmol/L@-1;preliminary", problems=CRAMP,
        hits="none"),
    row("high sodium alone is silent", "PV", "70F", obs="Na=150 mmol/L@-1", hits="none"),
)  # fmt: skip

RATIO = (
    row("BUN 30 mg/dL with creatinine 1.4: ratio above 20", "PV", "70F", obs="BUN=30 mg/dL@-1 | Cr=1.4 mg/dL@-1",
        problems=CRAMP, hits="dehydration-evidence:info"),
    row("BUN 30 mg/dL with creatinine 1.5: ratio exactly 20", "PV", "70M", obs="BUN=30 mg/dL@-1 | Cr=1.5 mg/dL@-1",
        problems=CRAMP, hits="none"),
    row("BUN exactly 20 mg/dL is not high, whatever the ratio", "PV", "70F", obs="BUN=20 mg/dL@-1 | Cr=0.6 mg/dL@-1",
        problems=CRAMP, hits="none"),
    row("BUN 21 mg/dL with creatinine 0.6", "PV", "70F", obs="BUN=21 mg/dL@-1 | Cr=0.6 mg/dL@-1", problems=CRAMP,
        hits="dehydration-evidence:info"),
    row("urea 12 mmol/L with creatinine 140 umol/L: above the SI ratio", "PV", "60M",
        obs="urea=12.0 mmol/L@-1 | Cr=140 umol/L@-1", problems=CRAMP, hits="dehydration-evidence:info"),
    row("urea 12 mmol/L with creatinine 150 umol/L: below it", "PV", "60M",
        obs="urea=12.0 mmol/L@-1 | Cr=150 umol/L@-1",
        problems=CRAMP, hits="none"),
    row("urea 7.1 mmol/L is a BUN below 20", "PV", "60F", obs="urea=7.1 mmol/L@-1 | Cr=50 umol/L@-1", problems=CRAMP,
        hits="none"),
    row("urea 7.2 mmol/L is a BUN above 20", "PV", "60F", obs="urea=7.2 mmol/L@-1 | Cr=50 umol/L@-1", problems=CRAMP,
        hits="dehydration-evidence:info"),
    row("creatinine exactly 24 hours from BUN", "PV", "70F", obs="BUN=30 mg/dL@-2 | Cr=1.0 mg/dL@-1", problems=CRAMP,
        hits="dehydration-evidence:info"),
    row("creatinine more than 24 hours from BUN", "PV", "70F", obs="BUN=30 mg/dL@-2.01 | Cr=1.0 mg/dL@-1",
        problems=CRAMP,
        hits="none"),
    row("the nearest creatinine counts", "PV", "70F", obs="BUN=30 mg/dL@-1 | Cr=1.6 mg/dL@-1 | Cr=1.0 mg/dL@-0.5",
        problems=CRAMP, hits="none"),
    row("the ratio exactly seven days old", "PV", "70F", obs="BUN=30 mg/dL@-7 | Cr=1.0 mg/dL@-7", problems=CRAMP,
        hits="dehydration-evidence:info"),
    row("the ratio more than seven days old", "PV", "70F", obs="BUN=30 mg/dL@-7.01 | Cr=1.0 mg/dL@-7.01",
        problems=CRAMP,
        hits="none"),
    row("no creatinine, no ratio", "PV", "70F", obs="BUN=40 mg/dL@-1", problems=CRAMP, hits="none"),
    row("the ratio is a weak sign: on furosemide it stays information", "PV", "70F",
        obs=f"BUN=30 mg/dL@-1 | Cr=1.0 mg/dL@-1 | {NORMAL}", meds="furosemide@active",
        hits="dehydration-evidence:info"),
    row("the ratio is not used with gastrointestinal bleeding", "PV", "70F", obs="BUN=30 mg/dL@-1 | Cr=1.0 mg/dL@-1",
        problems=f"gi-bleed | {CRAMP}", hits="none"),
    row("the ratio is used after a bleed that has resolved", "PV", "70F", obs="BUN=30 mg/dL@-1 | Cr=1.0 mg/dL@-1",
        problems=f"gi-bleed@resolved,onset=-300 | {CRAMP}", hits="dehydration-evidence:info"),
    row("the ratio is not used on dialysis", "PV", "70F", obs="BUN=90 mg/dL@-1 | Cr=4.0 mg/dL@-1",
        problems=f"dialysis@active,onset=-400 | {CRAMP}", hits="none"),
    row("the ratio is not used with eGFR 29", "PV", "70F",
        obs="BUN=50 mg/dL@-1 | Cr=1.8 mg/dL@-1 | eGFR=29 mL/min/{1.73_m2}@-1", problems=CRAMP, hits="none"),
    row("the ratio is used with eGFR 30", "PV", "70F",
        obs="BUN=50 mg/dL@-1 | Cr=1.8 mg/dL@-1 | eGFR=30 mL/min/{1.73_m2}@-1", problems=CRAMP,
        hits="dehydration-evidence:info"),
    row("an eGFR below 30 computed from creatinine excludes the ratio too", "PV", "80F",
        obs="BUN=60 mg/dL@-1 | Cr=2.2 mg/dL@-1", problems=CRAMP, hits="none"),
    row("a bleed excludes only the ratio, not the diagnosis", "PV", "70F", obs="BUN=30 mg/dL@-1 | Cr=1.0 mg/dL@-1",
        problems=f"gi-bleed | dehydration | {CRAMP}", hits="dehydration-evidence:info"),
    row("the ratio beside a high calcium", "PV", "70F", obs="BUN=30 mg/dL@-1 | Cr=1.0 mg/dL@-1 | adjCa=3.10 mmol/L@-1",
        hits="calcium-high:warning, dehydration-evidence:info"),
    row("diagnosis, sodium and ratio together are one hit", "PV", "70F",
        obs=f"Na=150 mmol/L@-1 | BUN=30 mg/dL@-1 | Cr=1.0 mg/dL@-1 | {NORMAL}", meds="furosemide@active",
        problems=f"dehydration | {CRAMP}", hits="dehydration-evidence:warning"),
)  # fmt: skip

KIDNEY = (
    row("CKD stage 3 without symptom or electrolyte hit is silent", "PV", "70F", obs=NORMAL, problems="ckd-3",
        hits="none"),
    row("CKD stage 3 beside a low potassium", "PV", "70F", obs="K=2.8 mmol/L@-1", problems="ckd-3@active,onset=-900",
        hits="potassium-low:warning, kidney-disease-electrolyte-risk:info"),
    row("CKD stage 4 beside a low calcium", "PV", "70F", obs="adjCa=1.90 mmol/L@-1", problems="ckd-4@active,onset=?",
        hits="calcium-low:warning, kidney-disease-electrolyte-risk:info"),
    row("CKD stage 5 beside a high magnesium", "PV", "70F", obs="Mg=1.40 mmol/L@-1", problems="ckd-5@active,onset=-900",
        hits="magnesium-high:warning, kidney-disease-electrolyte-risk:info"),
    row("acute kidney injury beside a high potassium", "PV", "70F", obs="K=6.2 mmol/L@-1", problems="aki",
        hits="potassium-high:warning, kidney-disease-electrolyte-risk:info"),
    row("resolved acute kidney injury does not count", "PV", "70F", obs="K=6.2 mmol/L@-1",
        problems="aki@resolved,onset=-90", hits="potassium-high:warning"),
    row("an eGFR of 59 is kidney disease without a diagnosis", "PV", "70F",
        obs="K=6.2 mmol/L@-1 | eGFR=59 mL/min/{1.73_m2}@-1",
        hits="potassium-high:warning, kidney-disease-electrolyte-risk:info"),
    row("an eGFR of 60 is not", "PV", "70F", obs="K=6.2 mmol/L@-1 | eGFR=60 mL/min/{1.73_m2}@-1",
        hits="potassium-high:warning"),
    row("an eGFR exactly a year old counts", "PV", "70F", obs="K=6.2 mmol/L@-1 | eGFR=40 mL/min/{1.73_m2}@-365",
        hits="potassium-high:warning, kidney-disease-electrolyte-risk:info"),
    row("an eGFR more than a year old does not", "PV", "70F", obs="K=6.2 mmol/L@-1 | eGFR=40 mL/min/{1.73_m2}@-365.01",
        hits="potassium-high:warning"),
    row("a reported eGFR outranks the computed one", "PV", "70F",
        obs="K=6.2 mmol/L@-1 | eGFR=70 mL/min/{1.73_m2}@-90 | Cr=1.6 mg/dL@-1", hits="potassium-high:warning"),
    row("creatinine 1.2 mg/dL in a woman of 70 computes to an eGFR below 60", "PV", "70F",
        obs="K=6.2 mmol/L@-1 | Cr=1.2 mg/dL@-1", hits="potassium-high:warning, kidney-disease-electrolyte-risk:info"),
    row("creatinine 1.2 mg/dL in a man of 70 computes to an eGFR above 60", "PV", "70M",
        obs="K=6.2 mmol/L@-1 | Cr=1.2 mg/dL@-1", hits="potassium-high:warning"),
    row("with sex unknown no eGFR is computed", "PV", "70U", obs="K=6.2 mmol/L@-1 | Cr=3.0 mg/dL@-1",
        hits="potassium-high:warning"),
    row("with age unknown no eGFR is computed", "PV", "?F", obs="K=6.2 mmol/L@-1 | Cr=3.0 mg/dL@-1",
        hits="potassium-high:warning"),
    row("a recent cramp in CKD, electrolytes normal", "PV", "60F", obs=NORMAL, problems="muscle-cramp | ckd-3",
        hits="kidney-disease-electrolyte-risk:info, first-line-measures:info"),
    row("an old cramp is no reason to name kidney disease", "PV", "60F", obs=NORMAL, problems=f"{CRAMP} | ckd-3",
        hits="none"),
    row("dehydration is not an electrolyte hit for kidney disease", "PV", "60F", obs=NORMAL,
        problems=f"{CRAMP} | ckd-3 | dehydration", hits="dehydration-evidence:info"),
)  # fmt: skip

LIVER = (
    row("cirrhosis without symptom or electrolyte hit is silent", "PV", "60M", obs=NORMAL, problems="cirrhosis",
        hits="none"),
    row("a recent cramp in cirrhosis", "PV", "60M", obs=NORMAL, problems="muscle-cramp | cirrhosis@active,onset=-900",
        hits="liver-disease-cramps:info, first-line-measures:info"),
    row("a cramp thirty days ago in cirrhosis", "PV", "60M", obs=NORMAL,
        problems="muscle-cramp@active,onset=-30 | cirrhosis@active,onset=-900",
        hits="liver-disease-cramps:info, first-line-measures:info"),
    row("a cramp more than thirty days ago in cirrhosis", "PV", "60M", obs=NORMAL,
        problems="muscle-cramp@active,onset=-30.01 | cirrhosis@active,onset=-900", hits="none"),
    row("a cramp of five weeks that belongs to this encounter", "PV", "60M", obs=NORMAL,
        problems="muscle-cramp@active,onset=-35,enc=true | cirrhosis@active,onset=-900",
        hits="liver-disease-cramps:info, first-line-measures:info"),
    row("chronic liver disease beside a low magnesium", "PV", "60M", obs="Mg=0.45 mmol/L@-1",
        problems="chronic-liver-disease@active,onset=-900", hits="magnesium-low:warning, liver-disease-cramps:info"),
    row("hepatic failure beside a low potassium", "PV", "60M", obs="K=2.8 mmol/L@-1", problems="hepatic-failure",
        hits="potassium-low:warning, liver-disease-cramps:info"),
    row("decompensated cirrhosis beside a low potassium", "PV", "60M", obs="K=2.8 mmol/L@-1",
        problems="decompensated-cirrhosis", hits="potassium-low:warning, liver-disease-cramps:info"),
    row("resolved hepatic failure does not count", "PV", "60M", obs="K=2.8 mmol/L@-1",
        problems="hepatic-failure@resolved,onset=-90", hits="potassium-low:warning"),
    row("dehydration is not an electrolyte hit for liver disease", "PV", "60M", obs=NORMAL,
        problems=f"{CRAMP} | cirrhosis | dehydration", hits="dehydration-evidence:info"),
    row("kidney and liver disease beside a low potassium", "PV", "60M", obs="K=2.8 mmol/L@-1",
        problems="cirrhosis | ckd-3",
        hits="potassium-low:warning, kidney-disease-electrolyte-risk:info, liver-disease-cramps:info"),
)  # fmt: skip

ROWS = (*DIAGNOSIS, *SODIUM, *RATIO, *KIDNEY, *LIVER)


@pytest.mark.parametrize("case", ROWS, ids=str)
def test_row(case: Row) -> None:
    check_row(case)


def test_dehydration_names_its_evidence_and_its_context() -> None:
    three = RATIO[-1]
    finding = next(hit.finding for hit in assess_row(three).hits if hit.rule_id == "dehydration-evidence")
    assert finding.summary.template == (
        "Signs of dehydration (dehydration recorded, sodium 150 mmol/L, BUN:creatinine ratio 30) in a patient with "
        "muscle symptoms"
    )
    assert len(finding.summary.template) < 140
    assert [one.item for one in finding.found][:4] == ["Dehydration", "Sodium", "Blood urea nitrogen", "Creatinine"]


def test_kidney_summary_without_egfr_names_the_diagnosis() -> None:
    with_diagnosis = next(one for one in KIDNEY if one.sentence.startswith("acute kidney injury beside"))
    finding = next(hit.finding for hit in assess_row(with_diagnosis).hits if hit.rule_id.startswith("kidney"))
    assert finding.summary.template == (
        "Kidney disease (acute kidney injury) may explain the electrolyte or muscle findings"
    )
    assert finding.not_available == ("No eGFR within a year; the recorded diagnosis counts.",)


def test_kidney_summary_shows_the_egfr_and_how_it_was_reached() -> None:
    computed = next(one for one in KIDNEY if one.sentence.startswith("creatinine 1.2 mg/dL in a woman"))
    finding = next(hit.finding for hit in assess_row(computed).hits if hit.rule_id.startswith("kidney"))
    assert finding.summary.template == "Kidney disease (eGFR 49) may explain the electrolyte or muscle findings"
    assert finding.found[0].item == "eGFR (CKD-EPI 2021)"
    assert finding.found[0].value == "49 mL/min/1.73 m2, from creatinine 1.2 mg/dL"

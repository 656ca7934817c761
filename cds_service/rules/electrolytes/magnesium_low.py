"""Low magnesium, whatever the cause.

Low magnesium causes cramps, tetany and arrhythmia and keeps potassium and calcium low; serum magnesium can be normal in
depletion. A mild value needs a muscle symptom, a loop or thiazide diuretic, a QT-relevant antipsychotic, digoxin, or
low potassium or calcium.

Silent when: no eligible result within 30 days; mild without context, inside the laboratory's range, or treated.
Source: document D3.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.grading import Direction, Tier
from cds_service.clinical.vocabulary import Analyte, DrugClass, LabTest
from cds_service.guidance.electrolytes import (
    CALCIUM_NEEDS,
    EXPLAINING_DRUGS,
    KIDNEY_NEEDS,
    MAGNESIUM_NEEDS,
    POTASSIUM_NEEDS,
    QT_ANTIPSYCHOTICS,
    calcium_missing,
    graded_finding,
    has_strong_context,
    order_unless_recent,
    safer,
)
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Suggestion
from cds_service.guidance.rule import PATIENT_VIEW, Rule

WHY = "Low magnesium causes cramps, tetany and arrhythmia; serum magnesium can be normal although the body is depleted."
CONSIDER = (
    "Causes: proton-pump inhibitor, diuretic, alcohol, diarrhoea, platinum, calcineurin inhibitor, aminoglycoside.",
    "Renal function decides the replacement dose.",
    "Check potassium and calcium: they may not rise until magnesium does.",
)


def check(case: Case) -> Finding | None:
    """A low magnesium worth showing, eligible or severe preliminary."""
    eligible = case.magnesium_low
    preliminary = case.preliminary_severe(Analyte.MAGNESIUM, "mg", Direction.LOW)
    if eligible is None and preliminary is None:
        return None
    mild = Indicator.INFO if eligible is not None and eligible.tier is Tier.MILD and has_context(case) else None
    best = safer(eligible, preliminary, mild)
    if best is None:
        return None
    grade, indicator = best
    suggestions: tuple[Suggestion, ...] = order_unless_recent(case, Analyte.POTASSIUM, LabTest.POTASSIUM)
    if calcium_missing(case):
        suggestions += (OrderTest(test=LabTest.CALCIUM),)
    suggestions += order_unless_recent(case, Analyte.CREATININE, LabTest.CREATININE, days_key="suggest.creatinine_days")
    if grade.tier >= Tier.MODERATE:
        suggestions += (OrderTest(test=LabTest.ECG),)
    template = f"Magnesium {grade.shown} ({{tier}} low, {{age}})"
    return graded_finding(case, grade, indicator, template, why=WHY, consider=CONSIDER, suggestions=suggestions)


def has_context(case: Case) -> bool:
    """What makes a mild value worth a line."""
    return (
        has_strong_context(case)
        or bool(case.taking(DrugClass.LOOP, DrugClass.THIAZIDE))
        or case.potassium_low is not None
        or case.calcium_low is not None
    )


RULE = Rule(
    id="magnesium-low",
    title="Low magnesium",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    needs=MAGNESIUM_NEEDS
    | POTASSIUM_NEEDS
    | CALCIUM_NEEDS
    | KIDNEY_NEEDS
    | {DrugClass.DIGOXIN, *QT_ANTIPSYCHOTICS, *EXPLAINING_DRUGS[Analyte.MAGNESIUM, Direction.LOW]},
    check=check,
    override=OverrideSet.LAB,
    documents=("D3",),
    evidence=("R-NHS-MG", "R-CTCAE"),
)

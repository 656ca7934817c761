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
from cds_service.guidance.context import (
    QT_ANTIPSYCHOTICS,
    STRONG_CONTEXT,
    has_strong_context,
    low_rows,
    strong_context_rows,
)
from cds_service.guidance.electrolytes import (
    CALCIUM_NEEDS,
    CHECK_BOTH,
    EXPLAINING_DRUGS,
    KIDNEY_NEEDS,
    MAGNESIUM_NEEDS,
    POTASSIUM_NEEDS,
    calcium_missing,
    graded_finding,
    order_unless_recent,
    safer,
)
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Row, Suggestion
from cds_service.guidance.rule import PATIENT_VIEW, Rule

MILD = f"mild: shown with {STRONG_CONTEXT}, a loop or thiazide diuretic, or low potassium or calcium"
WHY = "Low magnesium causes cramps, tetany and arrhythmia; serum magnesium can be normal although the body is depleted."
CONSIDER = (
    "Causes: proton-pump inhibitor, diuretic, alcohol, diarrhoea, platinum, calcineurin inhibitor, aminoglycoside.",
    "Renal function decides the replacement dose.",
    CHECK_BOTH,
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
    is_mild = grade.tier is Tier.MILD
    return graded_finding(
        case, grade, indicator, template, why=WHY, consider=CONSIDER, suggestions=suggestions,
        context=mild_rows(case) if is_mild else (), decided=(MILD,) if is_mild else (),
    )  # fmt: skip


def mild_rows(case: Case) -> tuple[Row, ...]:
    """The context as lines; the diuretic stands among the explaining medicines."""
    return (*strong_context_rows(case), *low_rows(case, case.potassium_low, case.calcium_low))


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

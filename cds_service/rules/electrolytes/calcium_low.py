"""Low calcium: ionised, adjusted, corrected or uncorrected total, in that order of preference.

Low calcium causes cramps, tetany, laryngospasm and a long QT interval. With neuromuscular symptoms or a QTc of 500 ms
the severe limit is higher. An uncorrected total counts one step less. A mild value needs a muscle symptom, a loop
diuretic or low magnesium.

Silent when: no eligible calcium within 30 days; mild without context, inside the laboratory's range, or treated.
Source: document D3.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.grading import Direction, Tier
from cds_service.clinical.vocabulary import Analyte, DrugClass, LabTest
from cds_service.guidance.context import low_rows, symptom_rows
from cds_service.guidance.electrolytes import (
    CALCIUM_NEEDS,
    EXPLAINING_DRUGS,
    KIDNEY_NEEDS,
    MAGNESIUM_NEEDS,
    graded_finding,
    order_unless_recent,
    safer,
)
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Suggestion
from cds_service.guidance.rule import PATIENT_VIEW, Rule

MILD = "mild: shown with a muscle symptom, a loop diuretic or low magnesium"
WHY = "Low calcium can cause cramps, tetany, laryngospasm and QT prolongation; it may not rise until magnesium does."
CONSIDER = (
    "Check magnesium, phosphate, PTH, vitamin D and renal function.",
    "Ask about recent thyroid or parathyroid surgery, bisphosphonate or denosumab.",
    "Symptomatic or severe: emergency pathway per local policy.",
)


def check(case: Case) -> Finding | None:
    """A low calcium worth showing, eligible or severe preliminary."""
    eligible = case.calcium_low
    preliminary = case.preliminary_severe_calcium(Direction.LOW)
    if eligible is None and preliminary is None:
        return None
    mild = Indicator.INFO if eligible is not None and eligible.tier is Tier.MILD and has_context(case) else None
    best = safer(eligible, preliminary, mild)
    if best is None:
        return None
    grade, indicator = best
    template = f"{grade.kind} {grade.shown} ({{tier}} low, {{age}})"
    if grade.uncorrected:
        template = f"Total calcium {grade.shown} low, albumin not available: verify"
        if grade.preliminary:
            template = f"Total calcium {grade.shown} low (preliminary result), albumin not available: verify"
    better = LabTest.CALCIUM if grade.uncorrected else LabTest.IONISED_CALCIUM
    suggestions: tuple[Suggestion, ...] = (OrderTest(test=better),)
    suggestions += order_unless_recent(case, Analyte.MAGNESIUM, LabTest.MAGNESIUM)
    if grade.tier >= Tier.MODERATE:
        suggestions += (OrderTest(test=LabTest.ECG),)
    is_mild = grade.tier is Tier.MILD
    return graded_finding(
        case, grade, indicator, template, why=WHY, consider=CONSIDER, suggestions=suggestions,
        context=(*symptom_rows(case), *low_rows(case, case.magnesium_low)) if is_mild else (),
        decided=(MILD,) if is_mild else (),
    )  # fmt: skip


def has_context(case: Case) -> bool:
    """What makes a mild value worth a line."""
    return bool(case.context_symptoms) or bool(case.taking(DrugClass.LOOP)) or case.magnesium_low is not None


RULE = Rule(
    id="calcium-low",
    title="Low calcium",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    needs=CALCIUM_NEEDS | MAGNESIUM_NEEDS | KIDNEY_NEEDS | {*EXPLAINING_DRUGS[Analyte.CALCIUM, Direction.LOW]},
    check=check,
    override=OverrideSet.LAB,
    documents=("D3",),
    evidence=("R-SFE-LOW", "R-CTCAE"),
)

"""High calcium: ionised, adjusted, corrected or uncorrected total.

High calcium causes weakness, fatigue, dehydration and confusion. Low albumin makes the true value higher, so an
uncorrected high total is not discounted. A mild value needs a muscle symptom, a thiazide, a calcium or vitamin D
product, or lithium.

Silent when: no eligible calcium within 30 days; mild without context or inside the laboratory's range.
Source: document D3.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.grading import Direction, Tier
from cds_service.clinical.vocabulary import Analyte, LabTest
from cds_service.guidance.context import symptom_rows
from cds_service.guidance.electrolytes import (
    CALCIUM_NEEDS,
    EXPLAINING_DRUGS,
    KIDNEY_NEEDS,
    graded_finding,
    safer,
    systemic,
)
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Suggestion
from cds_service.guidance.rule import PATIENT_VIEW, Rule

CONTEXT_DRUGS = EXPLAINING_DRUGS[Analyte.CALCIUM, Direction.HIGH]
MILD = "mild: shown with a muscle symptom, a thiazide, a calcium or vitamin D product, or lithium"
WHY = "High calcium can cause weakness, fatigue, dehydration, confusion and a short QT interval."
CONSIDER = (
    "Causes: primary hyperparathyroidism, malignancy, thiazide, lithium, vitamin D or calcium products.",
    "PTH, ECG and fluids per local policy; severe values need urgent correction.",
)


def check(case: Case) -> Finding | None:
    """A high calcium worth showing, eligible or severe preliminary."""
    eligible = case.calcium_high
    preliminary = case.preliminary_severe_calcium(Direction.HIGH)
    if eligible is None and preliminary is None:
        return None
    mild = Indicator.INFO if eligible is not None and eligible.tier is Tier.MILD and has_context(case) else None
    best = safer(eligible, preliminary, mild)
    if best is None:
        return None
    grade, indicator = best
    template = f"{grade.kind} {grade.shown} ({{tier}} high, {{age}})"
    suggestions: tuple[Suggestion, ...] = (OrderTest(test=LabTest.CALCIUM), OrderTest(test=LabTest.CREATININE))
    if grade.tier >= Tier.MODERATE:
        suggestions += (OrderTest(test=LabTest.ECG),)
    is_mild = grade.tier is Tier.MILD
    return graded_finding(
        case, grade, indicator, template, why=WHY, consider=CONSIDER, suggestions=suggestions,
        context=symptom_rows(case) if is_mild else (), decided=(MILD,) if is_mild else (),
    )  # fmt: skip


def has_context(case: Case) -> bool:
    """What makes a mild value worth a line."""
    return bool(case.context_symptoms) or bool(systemic(case.taking(*CONTEXT_DRUGS)))


RULE = Rule(
    id="calcium-high",
    title="High calcium",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    needs=CALCIUM_NEEDS | KIDNEY_NEEDS | {*CONTEXT_DRUGS},
    check=check,
    override=OverrideSet.LAB,
    documents=("D3",),
    evidence=("R-SFE-HIGH", "R-BMP-CA"),
)

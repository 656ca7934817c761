"""Low potassium while taking a diuretic that wastes potassium.

Loop and thiazide-like diuretics and carbonic-anhydrase inhibitors lose potassium through the kidney.

Silent when: potassium normal or not on record within 30 days; mild and treated. Source: document D3, D7.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.grading import Direction, Tier
from cds_service.clinical.vocabulary import Analyte, DrugClass
from cds_service.guidance.context import STRONG_CONTEXT, has_strong_context, strong_context_rows
from cds_service.guidance.electrolytes import (
    CHECK_MAGNESIUM,
    EXPLAINING_DRUGS,
    K_WASTING_DIURETICS,
    KIDNEY_NEEDS,
    POTASSIUM_NEEDS,
    QT_DRUGS,
    SYMPTOM_NEEDS,
    graded_finding,
    low_potassium_tests,
)
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet
from cds_service.guidance.grade_indicator import graded_indicator
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import medication_row, names


def check(case: Case) -> Finding | None:
    """Potassium low and a wasting diuretic active."""
    grade = case.potassium_low
    diuretics = case.taking(*K_WASTING_DIURETICS) if grade is not None else ()
    if grade is None or not diuretics:
        return None
    raised = grade.tier is Tier.MILD and has_strong_context(case)
    indicator = graded_indicator(grade, mild=Indicator.WARNING if raised else Indicator.INFO)
    if indicator is None:
        return None
    return graded_finding(
        case,
        grade,
        indicator,
        f"Potassium {grade.shown} (low, {{age}}) while on {{drugs}}",
        why="Loop and thiazide diuretics and carbonic-anhydrase inhibitors waste potassium through the kidney.",
        consider=(
            "Weigh the dose of the diuretic, a potassium-sparing agent, replacement, an ACE inhibitor or ARB.",
            CHECK_MAGNESIUM,
        ),
        drugs=names(diuretics),
        rows=tuple(map(medication_row, diuretics)),
        context=strong_context_rows(case) if raised else (),
        decided=(f"mild: a warning with {STRONG_CONTEXT}",) if raised else (),
        suggestions=low_potassium_tests(case, grade),
    )


RULE = Rule(
    id="diuretic-potassium-low",
    title="Low potassium on a potassium-wasting diuretic",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    only_with=frozenset(K_WASTING_DIURETICS),
    needs=POTASSIUM_NEEDS
    | SYMPTOM_NEEDS
    | KIDNEY_NEEDS
    | {Analyte.MAGNESIUM, DrugClass.DIGOXIN, *QT_DRUGS, *EXPLAINING_DRUGS[Analyte.POTASSIUM, Direction.LOW]},
    check=check,
    override=OverrideSet.LAB,
    documents=("D3", "D7"),
)

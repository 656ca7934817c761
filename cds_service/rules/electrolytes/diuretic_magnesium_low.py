"""Low magnesium while taking a loop or thiazide-like diuretic.

Both lose magnesium through the kidney; low magnesium keeps potassium low.

Silent when: magnesium normal or not on record within 30 days; mild and treated. Source: document D3, D7.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.grading import Direction, Tier
from cds_service.clinical.vocabulary import Analyte, DrugClass, LabTest
from cds_service.guidance.context import QT_ANTIPSYCHOTICS, STRONG_CONTEXT, has_strong_context, strong_context_rows
from cds_service.guidance.electrolytes import (
    CALCIUM_NEEDS,
    CHECK_BOTH,
    EXPLAINING_DRUGS,
    KIDNEY_NEEDS,
    MAGNESIUM_NEEDS,
    graded_finding,
)
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet
from cds_service.guidance.grade_indicator import graded_indicator
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import medication_row, names


def check(case: Case) -> Finding | None:
    """Magnesium low and a loop or thiazide diuretic active."""
    grade = case.magnesium_low
    diuretics = case.taking(DrugClass.LOOP, DrugClass.THIAZIDE) if grade is not None else ()
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
        f"Magnesium {grade.shown} (low, {{age}}) while on {{drugs}}",
        why="Loop and thiazide diuretics lose magnesium through the kidney; low magnesium keeps potassium low.",
        consider=("Weigh the dose of the diuretic, a potassium-sparing agent, magnesium replacement.", CHECK_BOTH),
        drugs=names(diuretics),
        rows=tuple(map(medication_row, diuretics)),
        context=strong_context_rows(case) if raised else (),
        decided=(f"mild: a warning with {STRONG_CONTEXT}",) if raised else (),
        suggestions=(OrderTest(test=LabTest.POTASSIUM), OrderTest(test=LabTest.CALCIUM)),
    )


RULE = Rule(
    id="diuretic-magnesium-low",
    title="Low magnesium on a diuretic",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    only_with=frozenset({DrugClass.LOOP, DrugClass.THIAZIDE}),
    needs=MAGNESIUM_NEEDS
    | CALCIUM_NEEDS
    | KIDNEY_NEEDS
    | {
        Analyte.POTASSIUM, DrugClass.DIGOXIN, *QT_ANTIPSYCHOTICS, *EXPLAINING_DRUGS[Analyte.MAGNESIUM, Direction.LOW],
    },
    check=check,
    override=OverrideSet.LAB,
    documents=("D3", "D7"),
)  # fmt: skip

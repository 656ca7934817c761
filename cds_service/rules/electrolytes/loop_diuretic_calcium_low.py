"""Low calcium while taking a loop diuretic.

Loop diuretics lose calcium through the kidney.

Silent when: calcium normal or not on record within 30 days; mild and treated. Source: document D3, D7.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.grading import Direction, Tier
from cds_service.clinical.vocabulary import Analyte, DrugClass, LabTest
from cds_service.guidance.context import symptom_rows
from cds_service.guidance.electrolytes import (
    CALCIUM_NEEDS,
    EXPLAINING_DRUGS,
    KIDNEY_NEEDS,
    graded_finding,
)
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet
from cds_service.guidance.grade_indicator import graded_indicator
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import medication_row, names


def check(case: Case) -> Finding | None:
    """Calcium low and a loop diuretic active."""
    grade = case.calcium_low
    loops = case.taking(DrugClass.LOOP) if grade is not None else ()
    if grade is None or not loops:
        return None
    symptoms = symptom_rows(case)
    indicator = graded_indicator(grade, mild=Indicator.WARNING if symptoms else Indicator.INFO)
    if indicator is None:
        return None
    raised = bool(symptoms) and (grade.tier is Tier.MILD or grade.at_most_info)
    return graded_finding(
        case,
        grade,
        indicator,
        f"{grade.kind} {grade.shown} (low, {{age}}) while on {{drugs}}",
        why="Loop diuretics lose calcium through the kidney.",
        consider=("Weigh dose and need of the loop diuretic; check magnesium, phosphate, PTH and vitamin D.",),
        drugs=names(loops),
        rows=tuple(map(medication_row, loops)),
        context=symptoms if raised else (),
        decided=("mild: a warning with a muscle symptom",) if raised else (),
        suggestions=(OrderTest(test=LabTest.IONISED_CALCIUM), OrderTest(test=LabTest.MAGNESIUM)),
    )


RULE = Rule(
    id="loop-diuretic-calcium-low",
    title="Low calcium on a loop diuretic",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    only_with=frozenset({DrugClass.LOOP}),
    needs=CALCIUM_NEEDS | KIDNEY_NEEDS | {Analyte.MAGNESIUM, *EXPLAINING_DRUGS[Analyte.CALCIUM, Direction.LOW]},
    check=check,
    override=OverrideSet.LAB,
    documents=("D3", "D7"),
)

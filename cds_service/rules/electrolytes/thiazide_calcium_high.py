"""High calcium while taking a thiazide-like diuretic.

Thiazides reduce urinary calcium and may unmask primary hyperparathyroidism.

Silent when: calcium normal or not on record within 30 days. Source: document D3, D7.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.grading import Direction, Tier
from cds_service.clinical.vocabulary import Analyte, DrugClass, LabTest
from cds_service.guidance.context import symptom_rows
from cds_service.guidance.electrolytes import CALCIUM_NEEDS, EXPLAINING_DRUGS, KIDNEY_NEEDS, graded_finding
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet
from cds_service.guidance.grade_indicator import graded_indicator
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import medication_row, names


def check(case: Case) -> Finding | None:
    """Calcium high and a thiazide active."""
    grade = case.calcium_high
    thiazides = case.taking(DrugClass.THIAZIDE) if grade is not None else ()
    if grade is None or not thiazides:
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
        f"{grade.kind} {grade.shown} (high, {{age}}) while on {{drugs}}",
        why="Thiazides reduce urinary calcium and may unmask primary hyperparathyroidism.",
        consider=("Weigh another antihypertensive or diuretic.", "PTH if it persists after the thiazide is stopped."),
        drugs=names(thiazides),
        rows=tuple(map(medication_row, thiazides)),
        context=symptoms if raised else (),
        decided=("mild: a warning with a muscle symptom",) if raised else (),
        suggestions=(OrderTest(test=LabTest.CALCIUM),),
    )


RULE = Rule(
    id="thiazide-calcium-high",
    title="High calcium on a thiazide",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    only_with=frozenset({DrugClass.THIAZIDE}),
    needs=CALCIUM_NEEDS | KIDNEY_NEEDS | {*EXPLAINING_DRUGS[Analyte.CALCIUM, Direction.HIGH]},
    check=check,
    override=OverrideSet.LAB,
    documents=("D3", "D7"),
)

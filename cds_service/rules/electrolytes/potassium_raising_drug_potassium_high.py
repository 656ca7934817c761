"""High potassium while taking medicines that raise it.

Potassium-sparing diuretics and mineralocorticoid antagonists, potassium supplements, ACE inhibitors, ARBs, ARNI, renin
inhibitor, trimethoprim, calcineurin inhibitors, heparin, NSAIDs. A haemolysed sample counts one step less.

Silent when: potassium normal or not on record within 30 days; mild on dialysis. Source: document D3, D7.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.chart import MedicationExposure
from cds_service.clinical.grading import Tier
from cds_service.clinical.vocabulary import Concept, DrugClass, LabTest
from cds_service.guidance.electrolytes import (
    K_RAISING_DRUGS,
    KIDNEY_NEEDS,
    POTASSIUM_NEEDS,
    graded_finding,
    systemic,
)
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Suggestion
from cds_service.guidance.grade_indicator import graded_indicator
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import medication_row, names

STRONG = frozenset({DrugClass.K_SPARING, DrugClass.K_SUPPLEMENT})


def check(case: Case) -> Finding | None:
    """Potassium high and at least one raising medicine active."""
    grade = case.potassium_high
    drugs = systemic(case.taking(*K_RAISING_DRUGS)) if grade is not None else ()
    if grade is None or not drugs:
        return None
    if grade.tier is Tier.MILD and case.has(Concept.DIALYSIS):
        return None
    strong = _several(drugs) or any(not STRONG.isdisjoint(one.classes) for one in drugs)
    indicator = graded_indicator(grade, mild=Indicator.WARNING if strong else Indicator.INFO)
    if indicator is None:
        return None
    suggestions: tuple[Suggestion, ...] = (OrderTest(test=LabTest.POTASSIUM, recommended=grade.haemolysed),)
    if grade.value >= case.limits["k.high.moderate"]:
        suggestions = (OrderTest(test=LabTest.ECG), *suggestions)
    suggestions += (OrderTest(test=LabTest.CREATININE),)
    return graded_finding(
        case,
        grade,
        indicator,
        f"Potassium {grade.shown} (high, {{age}}) while on {{drugs}}",
        why="These medicines hold potassium back; together with kidney disease it can rise fast.",
        consider=(
            "A mineralocorticoid antagonist should not go on if potassium cannot be held below 5.5 mmol/L.",
            "Do not stop ACE inhibitor or ARB reflexively in heart failure or CKD at mild grades.",
        ),
        drugs=names(drugs),
        rows=tuple(map(medication_row, drugs)),
        suggestions=suggestions,
    )


def _several(drugs: tuple[MedicationExposure, ...]) -> bool:
    """Two products or more with two raising ingredients or more: lisinopril twice is one drug, and so is an ARNI."""
    raising = frozenset(K_RAISING_DRUGS)
    return len(drugs) > 1 and len({name for one in drugs for name in one.ingredients_of(raising)}) > 1


RULE = Rule(
    id="potassium-raising-drug-potassium-high",
    title="High potassium on potassium-raising drugs",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    needs=POTASSIUM_NEEDS | KIDNEY_NEEDS | {*K_RAISING_DRUGS},
    check=check,
    override=OverrideSet.LAB,
    documents=("D3", "D7"),
    evidence=("R-HF2022",),
)

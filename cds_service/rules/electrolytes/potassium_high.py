"""High potassium, whatever the cause.

High potassium weakens muscles and stops hearts; haemolysis raises it falsely. A mild value is shown only with kidney
disease, a muscle symptom or an active potassium-raising drug.

Silent when: no eligible result within 30 days; mild without context or inside the laboratory's range; mild on dialysis.
Source: document D3.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.grading import Direction, Tier
from cds_service.clinical.vocabulary import Analyte, Concept, LabTest
from cds_service.guidance.context import egfr_rows, symptom_rows
from cds_service.guidance.electrolytes import (
    K_RAISING_DRUGS,
    KIDNEY_NEEDS,
    POTASSIUM_NEEDS,
    SYMPTOM_NEEDS,
    graded_finding,
    order_unless_recent,
    safer,
    systemic,
)
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Suggestion
from cds_service.guidance.rule import PATIENT_VIEW, Rule

MILD = "mild: shown with kidney disease, a muscle symptom or a potassium-raising medicine, never on dialysis"
WHY = "High potassium can cause weakness, paralysis and fatal arrhythmia."


def check(case: Case) -> Finding | None:
    """A high potassium worth showing, eligible or severe preliminary."""
    eligible = case.potassium_high
    preliminary = case.preliminary_severe(Analyte.POTASSIUM, "k", Direction.HIGH)
    if eligible is None and preliminary is None:
        return None
    mild = Indicator.INFO if eligible is not None and eligible.tier is Tier.MILD and has_context(case) else None
    best = safer(eligible, preliminary, mild)
    if best is None:
        return None
    grade, indicator = best
    template = f"Potassium {grade.shown} ({{tier}} high, {{age}})"
    if grade.haemolysed:
        marks = "preliminary result, haemolysed sample" if grade.preliminary else "haemolysed sample"
        template = f"Potassium {grade.shown} (high, {marks}): repeat"
    suggestions: tuple[Suggestion, ...] = (OrderTest(test=LabTest.POTASSIUM, recommended=grade.haemolysed),)
    if grade.value >= case.limits["k.high.moderate"]:
        suggestions = (OrderTest(test=LabTest.ECG), *suggestions)
    suggestions += order_unless_recent(case, Analyte.CREATININE, LabTest.CREATININE)
    consider = (
        f"12-lead ECG when potassium is {case.limits.text('k.high.moderate')}; severe, or with ECG changes: emergency pathway.",
        "Exclude a spurious result: haemolysis, delayed sample, high platelet or white cell count.",
        "On dialysis consider the timing of the sample. Review any potassium-raising medicine listed.",
    )
    is_mild = grade.tier is Tier.MILD
    return graded_finding(
        case, grade, indicator, template, why=WHY, consider=consider, suggestions=suggestions,
        context=(*symptom_rows(case), *egfr_rows(case, "egfr.kidney_disease")) if is_mild else (),
        decided=(MILD,) if is_mild else (),
    )  # fmt: skip


def has_context(case: Case) -> bool:
    """What makes a mild value worth a line; never on dialysis."""
    if case.has(Concept.DIALYSIS):
        return False
    return bool(case.context_symptoms) or bool(systemic(case.taking(*K_RAISING_DRUGS))) or case.has_kidney_disease


RULE = Rule(
    id="potassium-high",
    title="High potassium",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    needs=POTASSIUM_NEEDS | KIDNEY_NEEDS | SYMPTOM_NEEDS | {*K_RAISING_DRUGS},
    check=check,
    override=OverrideSet.LAB,
    documents=("D3",),
    evidence=("R-UKKA",),
)

"""A muscle symptom and electrolytes not checked.

Potassium, calcium (any kind) or magnesium without a result within 30 days, 14 days with a diuretic or kidney disease.
Missing data are the trigger. Not for claudication-type pain alone, nor for night leg cramps alone unless a diuretic,
kidney or liver disease, or pregnancy is on record (laboratory tests rarely help there).

Silent when: all measured, or the missing tests are already ordered. Source: document D1, D3, D25, D42.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import CALCIUM_KINDS, MUSCLE_SYMPTOMS, Analyte, Concept, DrugClass, LabTest, Source
from cds_service.guidance.electrolytes import KIDNEY_NEEDS, SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Suggestion
from cds_service.guidance.muscle_symptoms import CAUSE_GROUPS, UNDERSTAND, prompt_line, section_finding, symptom_rows
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import listed, medication_row

DIURETICS = (DrugClass.LOOP, DrugClass.THIAZIDE, DrugClass.K_SPARING, DrugClass.CARBONIC_ANHYDRASE_INHIBITOR)
LIVER = (
    Concept.CIRRHOSIS, Concept.DECOMPENSATED_CIRRHOSIS, Concept.CHRONIC_LIVER_DISEASE, Concept.HEPATIC_FAILURE,
    Concept.ACUTE_LIVER_FAILURE,
)  # fmt: skip
TESTS = {
    "potassium": ((Analyte.POTASSIUM,), LabTest.POTASSIUM),
    "calcium": (CALCIUM_KINDS, LabTest.CALCIUM),
    "magnesium": ((Analyte.MAGNESIUM,), LabTest.MAGNESIUM),
}


def check(case: Case) -> Finding | None:
    """A symptom that laboratory tests may explain, and a test missing."""
    symptoms = {one.concept for one in case.prompt_symptoms}
    if not symptoms or symptoms == {Concept.EXERTIONAL_LEG_PAIN}:
        return None
    diuretics = case.taking(*DIURETICS)
    at_risk = bool(diuretics) or case.has_kidney_disease
    if symptoms == {Concept.NOCTURNAL_LEG_CRAMP} and not at_risk and not case.has(*LIVER, Concept.PREGNANCY):
        return None
    days = case.limits["workup.lab_days_risk" if at_risk else "workup.lab_days"]
    missing = [name for name in TESTS if _is_missing(case, name, days)]
    if not missing:
        return None
    warning = "potassium" in missing and at_risk
    return section_finding(
        case,
        f"Muscle symptoms: {listed(missing)} not measured in {days:g} days",
        rows=(*symptom_rows(case), *map(medication_row, diuretics)),
        why="Low potassium, calcium or magnesium can cause muscle symptoms and can be treated.",
        consider=(
            f"Evaluate potassium, calcium and magnesium: {listed(missing)} missing.",
            CAUSE_GROUPS,
        ),
        closing=(UNDERSTAND,),
        decided=(prompt_line(case), f"no result within {days:g} d{' (diuretic or kidney disease)' if at_risk else ''}"),
        indicator=Indicator.WARNING if warning else Indicator.INFO,
        suggestions=_suggestions(missing),
        not_available=tuple(f"No {name} within {days:g} d visible here." for name in missing),
    )


def _is_missing(case: Case, name: str, days: float) -> bool:
    analytes, test = TESTS[name]
    if any(case.latest(analyte, days) is not None for analyte in analytes):
        return False
    if test is LabTest.CALCIUM and case.is_ordered(LabTest.IONISED_CALCIUM):
        return False
    return not case.is_ordered(test)


def _suggestions(missing: list[str]) -> tuple[Suggestion, ...]:
    if "potassium" in missing and "calcium" in missing:
        first: tuple[Suggestion, ...] = (OrderTest(test=LabTest.BASIC_PANEL),)
        return first + ((OrderTest(test=LabTest.MAGNESIUM),) if "magnesium" in missing else ())
    return tuple(OrderTest(test=TESTS[name][1]) for name in missing)


RULE = Rule(
    id="muscle-symptom-workup",
    title="Muscle symptoms, electrolytes not checked",
    family=Family.MUSCLE_SYMPTOMS,
    hooks=PATIENT_VIEW,
    only_with=MUSCLE_SYMPTOMS,
    needs=SYMPTOM_NEEDS
    | KIDNEY_NEEDS
    | {
        Analyte.POTASSIUM,
        Analyte.MAGNESIUM,
        *CALCIUM_KINDS,
        *DIURETICS,
        *LIVER,
        Concept.PREGNANCY,
        Source.SERVICE_REQUEST,
    },
    check=check,
    override=OverrideSet.INFO,
    documents=("D1", "D3", "D25", "D42"),
    evidence=("R-AAFP2012",),
)

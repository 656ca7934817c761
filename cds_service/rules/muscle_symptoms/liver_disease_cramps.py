"""Liver disease on the chart of a patient with an electrolyte finding or a recent muscle symptom.

Cramps are common in cirrhosis: reported by 22 to 88 % of patients, by about half to two thirds in most series. They go
with a reduced effective blood volume and with diuretics.

Silent when: no cirrhosis, chronic liver disease or hepatic failure; neither a muscle symptom of the last 30 days nor a
hit on potassium, calcium or magnesium. Source: document D5.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Concept, DrugClass
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet, Summary
from cds_service.guidance.other_hits import has_electrolyte_hit
from cds_service.guidance.rule import PATIENT_VIEW, Rule, Stage
from cds_service.guidance.wording import fact_row, medication_row

LIVER_DISEASE = (
    Concept.CIRRHOSIS,
    Concept.DECOMPENSATED_CIRRHOSIS,
    Concept.CHRONIC_LIVER_DISEASE,
    Concept.HEPATIC_FAILURE,
    Concept.ACUTE_LIVER_FAILURE,
)
DIURETICS = (DrugClass.LOOP, DrugClass.THIAZIDE, DrugClass.K_SPARING)


def check(case: Case) -> Finding | None:
    """Liver disease and something that it may explain."""
    diseases = case.facts(*LIVER_DISEASE)
    if not diseases:
        return None
    if not has_electrolyte_hit(case) and not case.prompt_symptoms:
        return None
    diuretics = case.taking(*DIURETICS)
    review = ("A diuretic that precipitates cramps deserves review.",) if diuretics else ()
    return Finding(
        indicator=Indicator.INFO,
        summary=Summary(template="Liver disease on the chart: cramps are common in cirrhosis"),
        found=(*(fact_row(case, fact) for fact in diseases), *map(medication_row, diuretics)),
        why="Cramps are reported by 22–88 % of patients with cirrhosis, about half to two thirds in most series; they "
        "go with reduced effective blood volume and diuretics.",
        consider=("Examine volume status; check potassium, magnesium, calcium and sodium.", *review),
        decided=(
            "active cirrhosis, chronic liver disease or hepatic failure",
            f"with a potassium, calcium or magnesium hit, or a muscle symptom within "
            f"{case.limits['sym.prompt_days']:g} d or of this encounter",
        ),
        symptom_section_only=True,
    )


RULE = Rule(
    id="liver-disease-cramps",
    title="Liver disease on the chart",
    family=Family.MUSCLE_SYMPTOMS,
    hooks=PATIENT_VIEW,
    needs=SYMPTOM_NEEDS | {*LIVER_DISEASE, *DIURETICS},
    check=check,
    override=OverrideSet.INFO,
    documents=("D5",),
    evidence=("R-CIRRH",),
    stage=Stage.AFTER_FACTS,
)

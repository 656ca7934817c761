"""Muscle symptoms on an antipsychotic, without an NMS or dystonia hit.

Stiffness, spasm, cramp, weakness or myalgia now: examine for rigidity and check the temperature.

Silent when: an NMS or dystonia rule has spoken; no prompt symptom. Source: document D8.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest, Source
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Summary
from cds_service.guidance.rule import PATIENT_VIEW, Rule, Stage
from cds_service.guidance.wording import fact_row, medication_row, names

SYMPTOMS = {
    Concept.MUSCLE_STIFFNESS: "stiffness",
    Concept.MUSCLE_SPASM: "spasm",
    Concept.NECK_SPASM: "spasm",
    Concept.BACK_SPASM: "spasm",
    Concept.MUSCLE_CRAMP: "cramp",
    Concept.NOCTURNAL_LEG_CRAMP: "cramp",
    Concept.MUSCLE_WEAKNESS: "weakness",
    Concept.MYALGIA: "pain",
}


def check(case: Case) -> Finding | None:
    """An active antipsychotic, a symptom, and nothing more specific said."""
    drugs = case.taking(DrugClass.ANTIPSYCHOTIC)
    if not drugs or any(one.startswith("nms-") or one == "antipsychotic-dystonia" for one in case.hits):
        return None
    symptoms = [one for one in case.prompt_symptoms if one.concept in SYMPTOMS]
    if not symptoms:
        return None
    ck = case.ck_recent
    return Finding(
        indicator=Indicator.INFO,
        summary=Summary(
            template=f"Muscle {SYMPTOMS[symptoms[0].concept]} on {{drugs}}: examine for rigidity, check temperature",
            drugs=names(drugs),
        ),
        found=(*map(medication_row, drugs), *(fact_row(case, one) for one in symptoms)),
        why="Antipsychotics cause muscle symptoms by several mechanisms; rigidity with fever is an emergency.",
        consider=(
            "Examine tone and gait; take the temperature.",
            "Parkinsonism, akathisia and dystonia are commoner than NMS.",
        ),
        decided=(f"muscle symptom within {case.limits['sym.prompt_days']:g} d or of this encounter",),
        suggestions=(OrderTest(test=LabTest.CK),) if ck is None else (),
    )


RULE = Rule(
    id="antipsychotic-muscle-symptoms",
    title="Muscle symptoms on an antipsychotic",
    family=Family.ANTIPSYCHOTIC,
    hooks=PATIENT_VIEW,
    only_with=frozenset({DrugClass.ANTIPSYCHOTIC}),
    needs=SYMPTOM_NEEDS | {DrugClass.ANTIPSYCHOTIC, Analyte.CK, Source.PATIENT},
    check=check,
    override=OverrideSet.INFO,
    documents=("D8",),
    stage=Stage.AFTER_FACTS,
)

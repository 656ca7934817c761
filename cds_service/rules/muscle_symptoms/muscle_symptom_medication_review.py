"""A muscle symptom and medicines that may contribute.

Statins, diuretics, antipsychotics; also beta2-agonists, raloxifene, teriparatide, conjugated oestrogens, intravenous
iron sucrose, fibrates, cholinesterase inhibitors and proton-pump inhibitors (by low magnesium).

Silent when: no prompt symptom, or none of these active. Source: document D6, D7, D8, D26.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import MUSCLE_SYMPTOMS, DrugClass
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, OverrideSet
from cds_service.guidance.muscle_symptoms import prompt_line, section_finding, symptom_rows
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import medication_row, names

TRIGGERS = (
    DrugClass.STATIN, DrugClass.LOOP, DrugClass.THIAZIDE, DrugClass.K_SPARING, DrugClass.CARBONIC_ANHYDRASE_INHIBITOR,
    DrugClass.ANTIPSYCHOTIC, DrugClass.BETA2_AGONIST, DrugClass.FIBRATE, DrugClass.CHOLINESTERASE_INHIBITOR,
    DrugClass.PPI, DrugClass.TRIGGER_OTHER,
)  # fmt: skip


def check(case: Case) -> Finding | None:
    """A prompt symptom and an active trigger."""
    if not case.prompt_symptoms:
        return None
    drugs = case.taking(*TRIGGERS)
    if not drugs:
        return None
    return section_finding(
        case,
        "Medicines that can contribute to muscle symptoms: {drugs}",
        drugs=names(drugs),
        rows=(*symptom_rows(case), *map(medication_row, drugs)),
        why="Many medicines can contribute to muscle symptoms; most symptoms on a statin are not caused by it.",
        consider=("Review the medication history: what was started or raised shortly before the symptom?",),
        decided=(prompt_line(case), "active medicines of the listed classes"),
    )


RULE = Rule(
    id="muscle-symptom-medication-review",
    title="Medicines that may contribute",
    family=Family.MUSCLE_SYMPTOMS,
    hooks=PATIENT_VIEW,
    only_with=MUSCLE_SYMPTOMS,
    needs=SYMPTOM_NEEDS | {*TRIGGERS},
    check=check,
    override=OverrideSet.INFO,
    documents=("D6", "D7", "D8", "D26"),
    evidence=("R-AAFP2012",),
)

"""A muscle symptom and a neurological disease on the chart that can explain it.

Multiple sclerosis, Parkinson's disease, dystonia, cervical dystonia.

Silent when: no prompt symptom, or none of these active. Source: document D11, D16, D17, D18.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import MUSCLE_SYMPTOMS, Concept
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, OverrideSet
from cds_service.guidance.muscle_symptoms import contributor
from cds_service.guidance.rule import PATIENT_VIEW, Rule

CONDITIONS = (Concept.MULTIPLE_SCLEROSIS, Concept.PARKINSON_DISEASE, Concept.DYSTONIA, Concept.CERVICAL_DYSTONIA)


def check(case: Case) -> Finding | None:
    """A prompt symptom and such a disease."""
    facts = case.facts(*CONDITIONS) if case.prompt_symptoms else ()
    if not facts:
        return None
    return contributor(
        case,
        facts,
        why="Multiple sclerosis, Parkinson's disease (rigidity and spasms) and dystonia cause muscle spasm.",
        consider=("Ask whether the symptom is part of the known disease or new.",),
    )


RULE = Rule(
    id="contributor-neurological",
    title="Neurological disease that can explain it",
    family=Family.MUSCLE_SYMPTOMS,
    hooks=PATIENT_VIEW,
    only_with=MUSCLE_SYMPTOMS,
    needs=SYMPTOM_NEEDS | {*CONDITIONS},
    check=check,
    override=OverrideSet.INFO,
    documents=("D11", "D16", "D17", "D18"),
)

"""A muscle symptom and a vascular disease on the chart.

Peripheral arterial disease, venous insufficiency, Raynaud's phenomenon or another vasospastic disease.

Silent when: no prompt symptom, or none of these active. Source: document D14, D19, D20, D21, D22.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import MUSCLE_SYMPTOMS, Concept
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, OverrideSet
from cds_service.guidance.muscle_symptoms import contributor
from cds_service.guidance.rule import PATIENT_VIEW, Rule

CONDITIONS = (
    Concept.PERIPHERAL_ARTERIAL_DISEASE, Concept.VENOUS_INSUFFICIENCY, Concept.RAYNAUD, Concept.VASOSPASTIC_DISEASE,
)  # fmt: skip


def check(case: Case) -> Finding | None:
    """A prompt symptom and such a disease."""
    facts = case.facts(*CONDITIONS) if case.prompt_symptoms else ()
    if not facts:
        return None
    return contributor(
        case,
        facts,
        why="Arterial disease causes claudication, venous disease cramps with oedema and skin change, vasospastic disease "
        "pain in the cold; endothelial dysfunction is discussed as a mechanism.",
        consider=(
            "Claudication: pulses and ankle-brachial index.",
            "Oedema or skin change: venous assessment.",
            "Vasospastic disease: avoid cold exposure.",
        ),
    )


RULE = Rule(
    id="contributor-vascular",
    title="Vascular disease that can explain it",
    family=Family.MUSCLE_SYMPTOMS,
    hooks=PATIENT_VIEW,
    only_with=MUSCLE_SYMPTOMS,
    needs=SYMPTOM_NEEDS | {*CONDITIONS},
    check=check,
    override=OverrideSet.INFO,
    documents=("D14", "D19", "D20", "D21", "D22"),
)

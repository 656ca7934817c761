"""A muscle symptom and nerve compression or damage on the chart.

Radiculopathy, nerve compression, spinal stenosis, spinal cord injury, peripheral neuropathy.

Silent when: no prompt symptom, or none of these active. Source: document D9, D10.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import MUSCLE_SYMPTOMS
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, OverrideSet
from cds_service.guidance.muscle_symptoms import NERVE_CONDITIONS, contributor
from cds_service.guidance.rule import PATIENT_VIEW, Rule


def check(case: Case) -> Finding | None:
    """A prompt symptom and such a condition."""
    facts = case.facts(*NERVE_CONDITIONS) if case.prompt_symptoms else ()
    if not facts:
        return None
    return contributor(
        case,
        facts,
        why="Compressed or damaged nerves and an injured spinal cord (more excitable motor neurones, less inhibition) cause "
        "spasms.",
        consider=("Examine strength, sensation, reflexes and gait.", "New deficits change the urgency: see red flags."),
    )


RULE = Rule(
    id="contributor-nerve",
    title="Nerve compression or damage that can explain it",
    family=Family.MUSCLE_SYMPTOMS,
    hooks=PATIENT_VIEW,
    only_with=MUSCLE_SYMPTOMS,
    needs=SYMPTOM_NEEDS | {*NERVE_CONDITIONS},
    check=check,
    override=OverrideSet.INFO,
    documents=("D9", "D10"),
)

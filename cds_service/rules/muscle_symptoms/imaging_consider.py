"""Consider imaging when a structural cause is suspected.

A prompt symptom with a nerve condition or neurological finding, and a severe or progressive course or a neurological
finding. Not for uncomplicated back pain.

Silent when: imaging is already ordered; nothing structural is suspected. Source: document D9, D27, D40.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import MUSCLE_SYMPTOMS, LabTest, Source
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, OrderTest, OverrideSet
from cds_service.guidance.muscle_symptoms import (
    NERVE_CONDITIONS,
    NEUROLOGICAL_FINDINGS,
    neurological_findings,
    prompt_line,
    section_finding,
    short_list,
    symptom_rows,
)
from cds_service.guidance.rule import PATIENT_VIEW, Rule


def check(case: Case) -> Finding | None:
    """A symptom, a structural suspicion and a reason for urgency."""
    symptoms = case.prompt_symptoms
    if not symptoms:
        return None
    findings = neurological_findings(case)
    nerve = case.facts(*NERVE_CONDITIONS)
    if not findings and not nerve:
        return None
    urgent = bool(findings) or any(one.severe or one.progressive for one in (*case.context_symptoms, *nerve))
    if not urgent or case.is_ordered(LabTest.IMAGING):
        return None
    suspected = (*findings, *nerve)
    site = next((one.body_site for one in (*suspected, *symptoms) if one.body_site is not None), None)
    return section_finding(
        case,
        f"Consider imaging for suspected structural cause: {short_list(one.concept.title for one in suspected)}",
        rows=symptom_rows(case, *suspected),
        why="Imaging helps where a structural cause is suspected, and harms by chance findings where it is not.",
        consider=(
            "MRI for suspected nerve, root or cord compression; ultrasound for a focal mass or tear.",
            "Not for uncomplicated back pain without red flags.",
        ),
        decided=(prompt_line(case), "severe or progressive course, or a neurological finding"),
        suggestions=(OrderTest(test=LabTest.IMAGING, body_site=site),),
    )


RULE = Rule(
    id="imaging-consider",
    title="Consider imaging",
    family=Family.MUSCLE_SYMPTOMS,
    hooks=PATIENT_VIEW,
    only_with=MUSCLE_SYMPTOMS,
    needs=SYMPTOM_NEEDS | {*NERVE_CONDITIONS, *NEUROLOGICAL_FINDINGS, Source.SERVICE_REQUEST},
    check=check,
    override=OverrideSet.INFO,
    documents=("D9", "D27", "D40"),
)

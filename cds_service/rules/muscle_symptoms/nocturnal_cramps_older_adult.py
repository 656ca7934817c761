"""Night leg cramps in an older adult: common, usually harmless.

Silent when: no prompt nocturnal leg cramp; age unknown or below 65. Source: document D37.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Concept, Source
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, OverrideSet
from cds_service.guidance.muscle_symptoms import prompt_line, section_finding, symptom_rows
from cds_service.guidance.rule import PATIENT_VIEW, Rule


def check(case: Case) -> Finding | None:
    """A prompt night cramp from 65 years."""
    cramps = [one for one in case.prompt_symptoms if one.concept is Concept.NOCTURNAL_LEG_CRAMP]
    if not cramps or not case.is_older:
        return None
    return section_finding(
        case,
        "Night leg cramps are common (up to 60 % report them): first-line measures",
        rows=symptom_rows(case),
        why="Up to 60 % of adults report them, more with age; usually muscle fatigue or nerve rather than electrolytes.",
        consider=(
            "Stretching before bed (evidence mixed); avoid quinine; review medicines.",
            "Look for peripheral arterial disease, lumbar stenosis, cirrhosis, dialysis, restless legs.",
            "Laboratory tests are usually unnecessary for night cramps alone without diuretic, kidney or liver disease.",
        ),
        decided=(prompt_line(case), f"age {case.limits.text('older.age')}"),
    )


RULE = Rule(
    id="nocturnal-cramps-older-adult",
    title="Night leg cramps in an older adult",
    family=Family.MUSCLE_SYMPTOMS,
    hooks=PATIENT_VIEW,
    only_with=frozenset({Concept.NOCTURNAL_LEG_CRAMP}),
    needs=SYMPTOM_NEEDS | {Source.PATIENT},
    check=check,
    override=OverrideSet.INFO,
    documents=("D37",),
    evidence=("R-AAFP2012",),
)

"""Abdominal cramp and a functional bowel disorder on the chart: spasm of smooth muscle.

Never offered for symptoms of skeletal muscle.

Silent when: no abdominal cramp within 30 days or of this encounter; neither disorder active. Source: document D23, D24.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Concept
from cds_service.guidance.finding import Family, Finding, OverrideSet
from cds_service.guidance.muscle_symptoms import contributor
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import fact_row

CONDITIONS = (Concept.IRRITABLE_BOWEL_SYNDROME, Concept.FUNCTIONAL_GI_DISORDER)


def check(case: Case) -> Finding | None:
    """A recent abdominal cramp and such a disorder."""
    cramps = tuple(one for one in case.facts(Concept.ABDOMINAL_CRAMP) if case.is_prompt(one))
    facts = case.facts(*CONDITIONS) if cramps else ()
    if not facts:
        return None
    return contributor(
        case,
        facts,
        why="Irritable bowel syndrome and other functional disorders cause spasm of the bowel's smooth muscle, not of limbs.",
        consider=("Abdominal alarm features need their own work-up.",),
        decided=f"abdominal cramp within {case.limits['sym.prompt_days']:g} d or of this encounter",
        remark=" (abdominal cramp, smooth muscle)",
        rows=tuple(fact_row(case, one) for one in (*cramps, *facts)),
    )


RULE = Rule(
    id="contributor-gi",
    title="Functional bowel disorder that can explain abdominal cramp",
    family=Family.MUSCLE_SYMPTOMS,
    hooks=PATIENT_VIEW,
    only_with=frozenset({Concept.ABDOMINAL_CRAMP}),
    needs=frozenset({Concept.ABDOMINAL_CRAMP, *CONDITIONS}),
    check=check,
    override=OverrideSet.INFO,
    documents=("D23", "D24"),
)

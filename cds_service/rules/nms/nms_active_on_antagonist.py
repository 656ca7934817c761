"""Neuroleptic malignant syndrome is on the problem list and a dopamine antagonist is still active.

The other NMS chart rules are silent then.

Silent when: NMS is not active, or no antagonist is. Source: document D8, D41.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.nms_criteria import nms_diagnoses
from cds_service.clinical.nms_exposure import DOPAMINE_ANTAGONISTS, active_antagonists
from cds_service.clinical.vocabulary import Concept
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet, Summary
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import fact_row, medication_row, names


def check(case: Case) -> Finding | None:
    """Active NMS and an active antagonist."""
    antagonists = active_antagonists(case)
    diagnoses = nms_diagnoses(case) if antagonists else ()
    if not diagnoses:
        return None
    return Finding(
        indicator=Indicator.CRITICAL,
        summary=Summary(
            template=f"NMS is an active diagnosis but {{drugs}} {'are' if len(antagonists) > 1 else 'is'} still active",
            drugs=names(antagonists),
        ),
        found=(*(fact_row(case, one) for one in diagnoses), *map(medication_row, antagonists)),
        why="Continued dopamine blockade prolongs and worsens neuroleptic malignant syndrome.",
        consider=(
            "Review and discontinue the dopamine antagonist, antiemetics included.",
            "If NMS is over, update the problem list.",
        ),
        decided=("neuroleptic malignant syndrome active, dopamine antagonist active",),
    )


RULE = Rule(
    id="nms-active-on-antagonist",
    title="NMS on the problem list, dopamine antagonist still active",
    family=Family.NMS,
    hooks=PATIENT_VIEW,
    only_with=frozenset({Concept.NMS}),
    needs=frozenset({Concept.NMS, *DOPAMINE_ANTAGONISTS}),
    check=check,
    override=OverrideSet.NMS,
    documents=("D8", "D41"),
)

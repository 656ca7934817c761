"""Some features of neuroleptic malignant syndrome on a dopamine antagonist.

Rigidity with one more feature, raised CK with one more, or fever with altered mental status. Rigidity is rarely coded
and CK often pending: the card names exactly what is missing. It survives comfort care.

Silent when: no exposure; criteria met (nms-probable speaks); NMS already on the problem list. Source: document D8, D41.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.nms_criteria import nms_diagnoses, nms_picture
from cds_service.clinical.nms_exposure import EXPOSING
from cds_service.clinical.nms_features import State
from cds_service.clinical.nms_picture import NmsTier
from cds_service.clinical.vocabulary import LabTest
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Summary
from cds_service.guidance.nms import (
    DISCLAIMER,
    MIMICS,
    NMS_NEEDS,
    criteria_rows,
    exposure_names,
    met_features,
    missing_lines,
    preposition,
    score_lines,
)
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import listed


def check(case: Case) -> Finding | None:
    """Tier possible and no active NMS on record."""
    picture = nms_picture(case)
    if picture is None or picture.tier is not NmsTier.POSSIBLE or nms_diagnoses(case):
        return None
    features = listed(met_features(picture))
    return Finding(
        indicator=Indicator.WARNING,
        summary=Summary(
            template=f"{features[0].upper()}{features[1:]} {preposition(picture)} {{drugs}}: "
            "check for rigidity, measure CK (NMS?)",
            drugs=exposure_names(picture),
        ),
        found=criteria_rows(case, picture),
        why="Early neuroleptic malignant syndrome can look like this; infection remains the commonest cause of fever with "
        "confusion. " + DISCLAIMER,
        consider=(
            "Examine for rigidity; measure temperature again and CK.",
            "Weigh holding the dopamine antagonist until it is clear.",
            "Look for infection.",
            MIMICS,
        ),
        not_available=missing_lines(case, picture),
        decided=("some features, no criteria set met", *score_lines(case, picture)),
        suggestions=(
            OrderTest(test=LabTest.CK, recommended=picture.ck.state is State.NO_DATA),
            OrderTest(test=LabTest.BASIC_PANEL),
        ),
        tier=picture.tier.code,
        points=picture.points,
    )


RULE = Rule(
    id="nms-possible",
    title="Some NMS features on a dopamine antagonist",
    family=Family.NMS,
    hooks=PATIENT_VIEW,
    only_with=EXPOSING,
    needs=NMS_NEEDS,
    check=check,
    override=OverrideSet.NMS,
    documents=("D8", "D41"),
    evidence=("R-IEC2011", "R-CAROFF"),
    survives_comfort_care=True,
)

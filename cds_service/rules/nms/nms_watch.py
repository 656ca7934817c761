"""A single feature of the kind seen in neuroleptic malignant syndrome, on a dopamine antagonist.

Rigidity alone, CK alone, fever twice, or fever with autonomic signs. A site may turn it off (nms.watch_enabled).

Silent when: no exposure; one fever reading only; a higher tier speaks; NMS on the problem list. Source: document D41.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.nms_criteria import nms_diagnoses, nms_picture
from cds_service.clinical.nms_exposure import EXPOSING
from cds_service.clinical.nms_picture import NmsTier
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet, Summary
from cds_service.guidance.nms import (
    NMS_NEEDS,
    ck_if_unmeasured,
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
    """Tier watch, switched on, and no active NMS on record."""
    if not case.limits.is_on("nms.watch_enabled"):
        return None
    picture = nms_picture(case)
    if picture is None or picture.tier is not NmsTier.WATCH or nms_diagnoses(case):
        return None
    feature = listed(met_features(picture))
    return Finding(
        indicator=Indicator.INFO,
        summary=Summary(
            template=f"{feature[0].upper()}{feature[1:]} {preposition(picture)} {{drugs}}: NMS features to watch for",
            drugs=exposure_names(picture),
        ),
        found=criteria_rows(case, picture),
        why="One feature alone is usually something else; more of them together may be neuroleptic malignant syndrome.",
        consider=("Watch temperature, tone, mental status, pulse and blood pressure.", "Measure CK if in doubt."),
        not_available=missing_lines(case, picture),
        decided=("one feature only", *score_lines(case, picture)),
        suggestions=ck_if_unmeasured(picture),
        tier=picture.tier.code,
        points=picture.points,
    )


RULE = Rule(
    id="nms-watch",
    title="Single NMS-type feature",
    family=Family.NMS,
    hooks=PATIENT_VIEW,
    only_with=EXPOSING,
    needs=NMS_NEEDS,
    check=check,
    override=OverrideSet.NMS,
    documents=("D8", "D41"),
    evidence=("R-IEC2011",),
)

"""Findings that meet published criteria for neuroleptic malignant syndrome, on a dopamine antagonist.

Three criteria sets are computed side by side (IEC priority points, Levenson, DSM) and the document's tetrad; any of them,
or rigidity and fever with altered mental status or autonomic signs, makes the card. It is a diagnosis of exclusion: the
card shows what is met, not met and without data, never a probability.

Silent when: no exposure; NMS already on the problem list. Source: document D8, D41.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.nms_criteria import nms_diagnoses, nms_picture
from cds_service.clinical.nms_exposure import EXPOSING
from cds_service.clinical.nms_picture import NmsTier
from cds_service.clinical.vocabulary import DrugClass, LabTest
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Summary
from cds_service.guidance.nms import (
    DISCLAIMER,
    MIMICS,
    NMS_NEEDS,
    criteria_rows,
    exposure_names,
    missing_lines,
    preposition,
    score_lines,
    serotonergics,
)
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import listed


def check(case: Case) -> Finding | None:
    """Tier probable and no active NMS on record."""
    picture = nms_picture(case)
    if picture is None or picture.tier is not NmsTier.PROBABLE or nms_diagnoses(case):
        return None
    serotonin = serotonergics(case)
    sets = listed(picture.sets_met)
    return Finding(
        indicator=Indicator.CRITICAL,
        summary=Summary(
            template=f"Findings meet NMS criteria ({sets}) {preposition(picture)} {{drugs}}: urgent assessment",
            drugs=exposure_names(picture),
        ),
        found=criteria_rows(case, picture),
        why="Neuroleptic malignant syndrome can kill within days; it is a clinical diagnosis of exclusion. "
        + DISCLAIMER,
        consider=(
            "Urgent bedside assessment: rigidity, temperature, mental status, breathing.",
            "Stop or hold the dopamine antagonist; after withdrawal restore the dopaminergic medicine.",
            "CK, urea and electrolytes, calcium, magnesium, blood gas and lactate, blood count, liver tests, coagulation, "
            "urine myoglobin, infection screen.",
            "Cooling, fluids, monitored setting.",
            "Benzodiazepine, dantrolene, bromocriptine or ECT per specialist advice.",
            MIMICS,
            *((f"Serotonergic medicines on the chart: {listed(serotonin)}.",) if serotonin else ()),
        ),
        not_available=missing_lines(case, picture),
        decided=(f"criteria met: {sets}", *score_lines(case, picture)),
        suggestions=tuple(
            OrderTest(test=test) for test in (LabTest.CK, LabTest.BASIC_PANEL, LabTest.URINE_MYOGLOBIN, LabTest.ECG)
        ),
        tier=picture.tier.code,
        points=picture.points,
    )


RULE = Rule(
    id="nms-probable",
    title="Findings meeting published NMS criteria",
    family=Family.NMS,
    hooks=PATIENT_VIEW,
    only_with=EXPOSING,
    needs=NMS_NEEDS | {DrugClass.SEROTONERGIC},
    check=check,
    override=OverrideSet.NMS,
    documents=("D8", "D41"),
    evidence=("R-IEC2011", "R-IEC2017", "R-LEV1985", "R-DSM"),
)

"""A dopamine antagonist is ordered during neuroleptic malignant syndrome or with its features present.

The features are judged with other exposures than the new order: a new order is not exposure.

Silent when: NMS is not active and the chart shows neither the probable nor the possible picture.
Source: document D8, D41.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.nms_criteria import nms_diagnoses, nms_picture
from cds_service.clinical.nms_exposure import new_antagonists
from cds_service.clinical.nms_picture import NmsTier
from cds_service.clinical.vocabulary import LabTest
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, RemoveDraft, Summary
from cds_service.guidance.nms import DISCLAIMER, NMS_NEEDS, criteria_rows, missing_lines, score_lines
from cds_service.guidance.order_texts import order_rows
from cds_service.guidance.rule import ORDERS, Rule
from cds_service.guidance.wording import fact_row, names


def check(case: Case) -> Finding | None:
    """A new antagonist, and NMS active, probable or possible."""
    orders = new_antagonists(case)
    if not orders:
        return None
    active = nms_diagnoses(case)
    picture = nms_picture(case)
    tier = picture.tier if picture is not None else NmsTier.NONE
    if not active and tier < NmsTier.POSSIBLE:
        return None
    reason = "NMS active"
    if not active:
        reason = "findings meet NMS criteria" if tier is NmsTier.PROBABLE else "possible NMS features"
    indicator = Indicator.CRITICAL if active or tier is NmsTier.PROBABLE else Indicator.WARNING
    shown = picture if picture is not None and tier >= NmsTier.POSSIBLE else None
    return Finding(
        indicator=indicator,
        summary=Summary(template=f"{{drugs}} ordered: {reason}", drugs=names(orders)),
        found=(
            *order_rows(orders),
            *(fact_row(case, one) for one in active),
            *(criteria_rows(case, shown) if shown is not None else ()),
        ),
        why="Dopamine blockade prolongs and worsens neuroleptic malignant syndrome. " + DISCLAIMER,
        consider=("Weigh another treatment, for example a benzodiazepine, with specialist advice.",),
        not_available=missing_lines(case, shown) if shown is not None else (),
        decided=score_lines(case, shown) if shown is not None else ("neuroleptic malignant syndrome active",),
        suggestions=(
            *(RemoveDraft(draft=one, recommended=True) for one in orders),
            OrderTest(test=LabTest.CK),
        ),
        tier=tier.code if shown is not None else None,
        points=shown.points if shown is not None else None,
    )


RULE = Rule(
    id="antipsychotic-order-nms-active",
    title="Dopamine antagonist ordered during NMS or NMS features",
    family=Family.NMS,
    hooks=ORDERS,
    needs=NMS_NEEDS,
    check=check,
    override=OverrideSet.NMS,
    documents=("D8", "D41"),
    evidence=("R-IEC2011", "R-LEV1985", "R-DSM"),
)

"""A dopamine antagonist is ordered after earlier neuroleptic malignant syndrome.

Within two weeks of recovery it is critical; later, or when the date is unknown, a warning.

Silent when: no past NMS; NMS is active (another rule speaks). Source: document D8 (extension).
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.nms_criteria import nms_diagnoses, past_nms
from cds_service.clinical.nms_exposure import DOPAMINE_ANTAGONISTS, new_antagonists
from cds_service.clinical.vocabulary import Concept, LabTest
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, RemoveDraft, Row, Summary
from cds_service.guidance.order_texts import order_rows
from cds_service.guidance.rule import ORDERS, Rule
from cds_service.guidance.wording import fact_row, names


def check(case: Case) -> Finding | None:
    """A new antagonist and a past NMS."""
    orders = new_antagonists(case)
    past = past_nms(case) if orders else ()
    if not past or nms_diagnoses(case):
        return None
    limit = case.limits["nms.rechallenge_d"]
    dated = [one.abated for one in past if one.abated is not None]
    latest = max(dated, default=None)
    recent = case.clock.within_days(latest, limit)
    when = f", resolved {case.clock.days_since(latest)} d ago" if latest is not None else ""
    rows: list[Row] = [fact_row(case, one) for one in past]
    if latest is not None:
        day = case.clock.date_text(latest)
        rows.append(Row(item="NMS resolved", value="recorded", when=day, limit=f"within {limit:g} d"))
    return Finding(
        indicator=Indicator.CRITICAL if recent else Indicator.WARNING,
        summary=Summary(template=f"{{drugs}} ordered: previous NMS{when}", drugs=names(orders)),
        found=(*order_rows(orders), *rows),
        why="Re-exposure after neuroleptic malignant syndrome can bring it back, most of all within two weeks.",
        consider=(
            "Usual advice: wait at least 2 weeks after full recovery; low dose, low potency or second generation, slow "
            "titration, no depot; monitor temperature and CK.",
            "Ask a specialist.",
        ),
        not_available=() if latest is not None else ("The date of recovery is not recorded.",),
        decided=(f"critical when resolved within {limit:g} d, otherwise or undated a warning",),
        suggestions=(*(RemoveDraft(draft=one) for one in orders), OrderTest(test=LabTest.CK)),
    )


RULE = Rule(
    id="antipsychotic-order-nms-history",
    title="Dopamine antagonist ordered after earlier NMS",
    family=Family.NMS,
    hooks=ORDERS,
    needs=frozenset({Concept.NMS, *DOPAMINE_ANTAGONISTS}),
    check=check,
    override=OverrideSet.DRUG,
    documents=("D8",),
    evidence=("R-NMSRECH",),
    extension=True,
)

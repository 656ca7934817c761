"""A loop or thiazide diuretic is ordered with evidence of volume depletion.

Only a recent diagnosis or a high sodium counts; the BUN:creatinine ratio alone never does. Information only when heart
failure or pulmonary oedema is active.

Silent when: neither within 7 days. Source: document D4, D7.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest
from cds_service.clinical.volume import dehydration_evidence
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Row, Summary
from cds_service.guidance.order_texts import order_rows, removals
from cds_service.guidance.rule import ORDERS, Rule
from cds_service.guidance.wording import fact_row, names, result_row

CONGESTION = (Concept.HEART_FAILURE, Concept.PULMONARY_OEDEMA)


def check(case: Case) -> Finding | None:
    """A new loop or thiazide and arm A or B."""
    orders = case.new_orders(DrugClass.LOOP, DrugClass.THIAZIDE)
    evidence = dehydration_evidence(case, with_ratio=False) if orders else None
    if evidence is None:
        return None
    congestion = case.facts(*CONGESTION)
    indicator = Indicator.INFO if congestion else Indicator.WARNING
    rows: list[Row] = [fact_row(case, evidence.diagnosis)] if evidence.diagnosis is not None else []
    if evidence.sodium is not None:
        rows.append(result_row(case, evidence.sodium, case.limits.text("na.high")))
    return Finding(
        indicator=indicator,
        summary=Summary(template=f"{{drugs}} ordered: {evidence.shown} suggests volume depletion", drugs=names(orders)),
        found=(*order_rows(orders), *rows, *(fact_row(case, one) for one in congestion)),
        why="A diuretic deepens volume depletion; cramps, kidney injury and electrolyte changes may follow.",
        consider=(
            "Examine volume status before the first dose.",
            "Heart failure and cirrhosis need individual targets.",
        ),
        decided=(
            f"diagnosis or sodium {case.limits.text('na.high')} within {case.limits['dehydration.window_d']:g} d",
            *(("heart failure or pulmonary oedema active: information only",) if congestion else ()),
        ),
        suggestions=(OrderTest(test=LabTest.BASIC_PANEL), *removals(orders, indicator)),
    )


RULE = Rule(
    id="diuretic-order-dehydration",
    title="Diuretic ordered with evidence of dehydration",
    family=Family.ELECTROLYTES,
    hooks=ORDERS,
    only_with=frozenset({DrugClass.LOOP, DrugClass.THIAZIDE}),
    needs=frozenset(
        {Analyte.SODIUM, Concept.DEHYDRATION, Concept.VOLUME_DEPLETION, *CONGESTION, DrugClass.LOOP, DrugClass.THIAZIDE}
    ),
    check=check,
    override=OverrideSet.DRUG,
    documents=("D4", "D7"),
)

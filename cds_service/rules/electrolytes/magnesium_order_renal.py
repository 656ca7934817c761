"""A magnesium salt is ordered with high magnesium or poor kidney function.

Magnesium that the kidney cannot clear builds up. With low magnesium and an eGFR below 30 it is information only: half
the dose and an early recheck are usual.

Silent in pre-eclampsia, eclampsia and torsades. Source: document D5 (extension).
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest
from cds_service.guidance.electrolytes import KIDNEY_NEEDS, MAGNESIUM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Summary
from cds_service.guidance.order_texts import kidney_row, order_rows, shown_egfr
from cds_service.guidance.rule import ORDERS, Rule
from cds_service.guidance.wording import names, result_row

WANTED = (Concept.PRE_ECLAMPSIA, Concept.ECLAMPSIA, Concept.TORSADES)


def check(case: Case) -> Finding | None:
    """A new magnesium salt with magnesium high or eGFR below 30."""
    orders = case.new_orders(DrugClass.MG_SUPPLEMENT, DrugClass.MAGNESIUM_SULFATE)
    if not orders or case.has(*WANTED):
        return None
    high = case.magnesium_high
    poor = case.egfr_below("egfr.severe")
    if high is None and not poor:
        return None
    low = case.magnesium_low is not None
    indicator = Indicator.INFO if high is None and low else Indicator.WARNING
    days = case.limits["labs.recent_days"]
    magnesium = case.latest(Analyte.MAGNESIUM, days)
    shown = magnesium.reported if magnesium is not None else f"not measured in {days:g} days"
    rows = [result_row(case, magnesium, high.limit if high else "")] if magnesium is not None else []
    egfr = case.egfr
    if egfr is not None:
        rows.append(kidney_row(case, egfr, case.limits.text("egfr.severe")))
    return Finding(
        indicator=indicator,
        summary=Summary(template=f"{{drugs}} ordered: {shown_egfr(case)}, magnesium {shown}", drugs=names(orders)),
        found=(*order_rows(orders), *rows),
        why="Magnesium is cleared by the kidney; it builds up when that is poor.",
        consider=("Below an eGFR of 30 half the dose and an early recheck are usual.", "Check reflexes and breathing."),
        decided=(f"magnesium {high.limit}" if high else f"eGFR {case.limits.text('egfr.severe')}",),
        suggestions=(OrderTest(test=LabTest.MAGNESIUM), OrderTest(test=LabTest.CREATININE)),
    )


RULE = Rule(
    id="magnesium-order-renal",
    title="Magnesium ordered with poor kidney function or high magnesium",
    family=Family.ELECTROLYTES,
    hooks=ORDERS,
    only_with=frozenset({DrugClass.MG_SUPPLEMENT, DrugClass.MAGNESIUM_SULFATE}),
    needs=MAGNESIUM_NEEDS | KIDNEY_NEEDS | {DrugClass.MAGNESIUM_SULFATE, *WANTED},
    check=check,
    override=OverrideSet.DRUG,
    documents=("D5",),
    evidence=("R-NHS-MG",),
    extension=True,
)

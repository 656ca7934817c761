"""A diuretic is ordered without a baseline potassium or kidney function.

Baseline means an eligible potassium, and a creatinine or eGFR, within 90 days.

Silent when: both are there, or what is missing is already ordered or drafted. Source: document D7.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Analyte, DrugClass, LabTest, Source
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Summary
from cds_service.guidance.order_texts import order_rows
from cds_service.guidance.rule import ORDERS, Rule
from cds_service.guidance.wording import listed, names


def check(case: Case) -> Finding | None:
    """A new diuretic and a missing test nobody has ordered."""
    orders = case.new_orders(DrugClass.LOOP, DrugClass.THIAZIDE, DrugClass.K_SPARING)
    if not orders:
        return None
    window = case.limits["diuretic.baseline_days"]
    missing = []
    if case.latest(Analyte.POTASSIUM, window) is None and not case.is_ordered(LabTest.POTASSIUM):
        missing.append("potassium")
    kidney = case.latest(Analyte.CREATININE, window) or case.latest(Analyte.EGFR, window)
    if kidney is None and not case.is_ordered(LabTest.CREATININE):
        missing.append("creatinine")
    if not missing:
        return None
    return Finding(
        indicator=Indicator.INFO,
        summary=Summary(
            template=f"{{drugs}} ordered: no {'/'.join(missing)} in the last {window:g} days", drugs=names(orders)
        ),
        found=order_rows(orders),
        why="A baseline makes the changes that a diuretic causes visible.",
        consider=(f"Measure {listed(missing)} before or with the start.",),
        not_available=tuple(f"No {one} within {window:g} d visible here." for one in missing),
        decided=(f"baseline within {window:g} d",),
        suggestions=(OrderTest(test=LabTest.BASIC_PANEL, recommended=True), OrderTest(test=LabTest.MAGNESIUM)),
    )


RULE = Rule(
    id="diuretic-order-no-baseline",
    title="Diuretic ordered without baseline laboratory tests",
    family=Family.ELECTROLYTES,
    hooks=ORDERS,
    needs=frozenset(
        {
            Analyte.POTASSIUM, Analyte.CREATININE, Analyte.EGFR, DrugClass.LOOP, DrugClass.THIAZIDE,
            DrugClass.K_SPARING, Source.SERVICE_REQUEST,
        }
    ),
    check=check,
    override=OverrideSet.INFO,
    documents=("D7",),
    evidence=("R-HTN2017",),
)  # fmt: skip

"""Benzodiazepine ordered for an older adult.

Silent with an exempt indication on the chart or as the order's own reason: seizure disorder, alcohol or benzodiazepine
withdrawal, REM sleep behaviour disorder, severe generalised anxiety disorder, catatonia, NMS, periprocedural use; and
when the age is unknown or below 65. Source: document D34, D38.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import DrugClass, Source
from cds_service.guidance.drug_safety import BENZODIAZEPINE_EXEMPT, for_reason, on_record, order_finding
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet
from cds_service.guidance.rule import ORDERS, Rule


def check(case: Case) -> Finding | None:
    """A new benzodiazepine from 65 years without an exempt indication."""
    orders = tuple(
        one for one in case.new_orders(DrugClass.BENZODIAZEPINE) if not for_reason(one, *BENZODIAZEPINE_EXEMPT)
    )
    if not orders or not case.is_older or on_record(case, *BENZODIAZEPINE_EXEMPT):
        return None
    return order_finding(
        case,
        orders,
        Indicator.WARNING,
        f"{{drugs}} at age {case.age}: falls, delirium, dependence risk (Beers 2023)",
        why="Older adults are more sensitive to benzodiazepines: falls, fractures, delirium, dependence.",
        consider=(
            "Prefer another treatment to a benzodiazepine; if needed, the lowest dose, short, with a review date.",
        ),
        decided=(f"age {case.limits.text('older.age')}, no exempt indication on record or as reason",),
    )


RULE = Rule(
    id="benzodiazepine-older-adult",
    title="Benzodiazepine in an older adult",
    family=Family.DRUG_SAFETY,
    hooks=ORDERS,
    only_with=frozenset({DrugClass.BENZODIAZEPINE}),
    needs=frozenset({DrugClass.BENZODIAZEPINE, *BENZODIAZEPINE_EXEMPT, Source.PATIENT}),
    check=check,
    override=OverrideSet.DRUG,
    documents=("D34", "D38"),
    evidence=("R-BEERS2023",),
)

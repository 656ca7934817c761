"""A dopamine antagonist is ordered in Parkinson's disease or Lewy body dementia.

It may worsen rigidity. Haloperidol and metoclopramide are contraindicated by their labels; quetiapine, clozapine,
pimavanserin and domperidone are left out, and so are the depleters.

Silent when: neither condition is active. Source: document D17 (extension).
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.chart import MedicationExposure
from cds_service.clinical.vocabulary import Concept, DrugClass
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet, RemoveDraft, Summary
from cds_service.guidance.order_texts import order_rows
from cds_service.guidance.rule import ORDERS, Rule
from cds_service.guidance.wording import fact_row, names

CONDITIONS = (Concept.PARKINSON_DISEASE, Concept.LEWY_BODY_DEMENTIA)
SPARED = frozenset({"quetiapine", "clozapine", "pimavanserin", "domperidone"})
CONTRAINDICATED = frozenset({"haloperidol", "metoclopramide"})


def check(case: Case) -> Finding | None:
    """A new antagonist that is not spared, in one of the conditions."""
    orders = tuple(one for one in case.new_orders(DrugClass.ANTIPSYCHOTIC, DrugClass.ANTIEMETIC_DA) if _counts(one))
    conditions = case.facts(*CONDITIONS) if orders else ()
    if not conditions:
        return None
    labelled = any(not CONTRAINDICATED.isdisjoint(one.ingredients) for one in orders)
    return Finding(
        indicator=Indicator.CRITICAL if labelled else Indicator.WARNING,
        summary=Summary(
            template=f"{{drugs}} ordered in {conditions[0].concept.title}: may worsen rigidity", drugs=names(orders)
        ),
        found=(*order_rows(orders), *(fact_row(case, one) for one in conditions)),
        why="Dopamine antagonists can worsen rigidity and falls, in Lewy body dementia dangerously.",
        consider=(
            "Quetiapine, clozapine or pimavanserin are usual where an antipsychotic is needed; domperidone as antiemetic.",
        ),
        decided=("haloperidol and metoclopramide: label contraindication, critical; others warning",),
        suggestions=tuple(RemoveDraft(draft=one) for one in orders),
    )


def _counts(order: MedicationExposure) -> bool:
    return any(name not in SPARED for name in order.ingredients) and SPARED.isdisjoint(order.ingredients)


RULE = Rule(
    id="antipsychotic-order-parkinson",
    title="Dopamine antagonist ordered in Parkinson's or Lewy body disease",
    family=Family.ANTIPSYCHOTIC,
    hooks=ORDERS,
    only_with=frozenset({DrugClass.ANTIPSYCHOTIC, DrugClass.ANTIEMETIC_DA}),
    needs=frozenset({DrugClass.ANTIPSYCHOTIC, DrugClass.ANTIEMETIC_DA, *CONDITIONS}),
    check=check,
    override=OverrideSet.DRUG,
    documents=("D8", "D17"),
    evidence=("R-BEERS2023",),
    extension=True,
)

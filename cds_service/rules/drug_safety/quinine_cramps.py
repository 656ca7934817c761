"""Quinine ordered for cramps: not recommended, with serious effects on blood and heart.

Silent when: malaria or babesiosis is on record or the reason; neither the reason nor the problem list speaks of a cramp,
spasm or other muscle symptom. Source: document D37 (extension).
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import MUSCLE_SYMPTOMS, Concept, DrugClass
from cds_service.guidance.drug_safety import for_reason, order_finding
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet
from cds_service.guidance.rule import ORDERS, Rule

PARASITES = (Concept.MALARIA, Concept.BABESIOSIS)
CRAMPS = (
    Concept.MUSCLE_CRAMP, Concept.NOCTURNAL_LEG_CRAMP, Concept.MUSCLE_SPASM, Concept.NECK_SPASM, Concept.BACK_SPASM,
    Concept.CARPOPEDAL_SPASM,
)  # fmt: skip


def check(case: Case) -> Finding | None:
    """New quinine for a muscle symptom."""
    orders = tuple(one for one in case.new_orders(DrugClass.QUININE) if not for_reason(one, *PARASITES))
    if not orders or case.has(*PARASITES):
        return None
    facts = case.facts(*CRAMPS)
    if not facts and not any(for_reason(one, *MUSCLE_SYMPTOMS) for one in orders):
        return None
    return order_finding(
        case,
        orders,
        Indicator.WARNING,
        "Quinine for cramps: not recommended (FDA), serious blood and heart effects",
        why="Quinine for cramps has caused thrombocytopenia, haemolytic uraemic syndrome and arrhythmia.",
        consider=("Stretching (evidence mixed) and a review of medicines and causes are safer.",),
        decided=("reason or problem list names a cramp or spasm; no malaria or babesiosis",),
        facts=facts,
    )


RULE = Rule(
    id="quinine-cramps",
    title="Quinine for cramps",
    family=Family.DRUG_SAFETY,
    hooks=ORDERS,
    only_with=frozenset({DrugClass.QUININE}),
    needs=SYMPTOM_NEEDS | {DrugClass.QUININE, *PARASITES},
    check=check,
    override=OverrideSet.DRUG,
    documents=("D37",),
    evidence=("R-AAFP2012", "R-AAFP2017"),
    extension=True,
)

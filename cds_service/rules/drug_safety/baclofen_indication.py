"""Baclofen ordered without spasticity on record.

Effective for spasticity of brain and cord; the oral label excludes muscle spasm of rheumatic disorders.

Silent when: a spasticity condition is on record or given as reason; hiccup is the reason; cirrhosis with muscle cramp.
Source: document D35.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Concept, DrugClass
from cds_service.guidance.drug_safety import SPASTICITY, for_reason, order_finding
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet
from cds_service.guidance.rule import ORDERS, Rule

CIRRHOSIS = (Concept.CIRRHOSIS, Concept.DECOMPENSATED_CIRRHOSIS)
CRAMPS = (Concept.MUSCLE_CRAMP, Concept.NOCTURNAL_LEG_CRAMP)


def check(case: Case) -> Finding | None:
    """New baclofen without a recorded or given indication."""
    orders = tuple(
        one for one in case.new_orders(DrugClass.BACLOFEN) if not for_reason(one, *SPASTICITY, Concept.HICCUP)
    )
    if not orders or case.has(*SPASTICITY):
        return None
    cramps = case.has(*CRAMPS) or any(for_reason(one, *CRAMPS) for one in orders)
    if cramps and case.has(*CIRRHOSIS):
        return None
    return order_finding(
        case,
        orders,
        Indicator.INFO,
        "Baclofen: no CNS spasticity recorded; label excludes rheumatic spasm",
        why="Baclofen is effective for spasticity from brain or cord injury; the oral label excludes spasm of rheumatic disorders.",
        consider=(
            "Baclofen's efficacy in stroke, cerebral palsy or Parkinson's disease is not established; cramps in cirrhosis have "
            "trial support off label.",
            "If baclofen is for spasticity, record the condition.",
        ),
        decided=(
            "no multiple sclerosis, cord or brain injury, cerebral palsy, ALS or spasticity on record or as reason",
        ),
        not_available=("No condition with spasticity is recorded here.",),
    )


RULE = Rule(
    id="baclofen-indication",
    title="Baclofen without spasticity on record",
    family=Family.DRUG_SAFETY,
    hooks=ORDERS,
    only_with=frozenset({DrugClass.BACLOFEN}),
    needs=SYMPTOM_NEEDS | {DrugClass.BACLOFEN, *SPASTICITY, Concept.HICCUP, *CIRRHOSIS},
    check=check,
    override=OverrideSet.INFO,
    documents=("D10", "D16", "D35"),
    evidence=("R-BAC", "R-CIRRH"),
)

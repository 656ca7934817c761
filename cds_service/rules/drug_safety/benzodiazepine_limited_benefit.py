"""Benzodiazepine ordered for muscle spasm.

Limited benefit for persistent pain; the document holds that it may be justified, above all with coexisting anxiety.

Silent when: another reason is given; an exempt indication or an anxiety disorder is on record. Source: document D34.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Concept, DrugClass
from cds_service.guidance.drug_safety import (
    BENZODIAZEPINE_EXEMPT,
    for_reason,
    is_for_muscle_symptom,
    order_finding,
)
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet
from cds_service.guidance.rule import ORDERS, Rule

ANXIETY = (Concept.ANXIETY_DISORDER, Concept.SEVERE_GAD)


def check(case: Case) -> Finding | None:
    """A new benzodiazepine for a muscle symptom, without exemption or anxiety."""
    orders = tuple(
        one
        for one in case.new_orders(DrugClass.BENZODIAZEPINE)
        if is_for_muscle_symptom(case, one) and not for_reason(one, *BENZODIAZEPINE_EXEMPT, *ANXIETY)
    )
    if not orders or case.has(*BENZODIAZEPINE_EXEMPT, *ANXIETY):
        return None
    return order_finding(
        case,
        orders,
        Indicator.INFO,
        "{drugs} for muscle spasm: limited benefit for persistent pain",
        why="The benefit of a benzodiazepine for muscle spasm is limited; it may be justified for a short time, above all with coexisting anxiety.",
        consider=(
            "If a benzodiazepine is chosen: a short course with a review date.",
            "First-line measures: stretching, heat, hydration.",
        ),
        decided=("reason is a muscle symptom, or none given with a prompt symptom; no anxiety disorder on record",),
        facts=case.prompt_symptoms,
    )


RULE = Rule(
    id="benzodiazepine-limited-benefit",
    title="Benzodiazepine for muscle spasm",
    family=Family.DRUG_SAFETY,
    hooks=ORDERS,
    only_with=frozenset({DrugClass.BENZODIAZEPINE}),
    needs=SYMPTOM_NEEDS | {DrugClass.BENZODIAZEPINE, *BENZODIAZEPINE_EXEMPT, *ANXIETY},
    check=check,
    override=OverrideSet.INFO,
    documents=("D34",),
)

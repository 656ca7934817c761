"""First-line measures for muscle spasm: stretching, hydration, heat, rest.

On chart open with a prompt muscle symptom; on order-select when a muscle relaxant, benzodiazepine, gabapentinoid or
baclofen is chosen for a muscle symptom (or without a reason while a prompt symptom exists) and no spasticity is on record.

Silent when: on chart open beside a critical hit; at signing. Source: document D2, D12-D15, D28-D31, D43.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.chart import MedicationExposure
from cds_service.clinical.vocabulary import DrugClass
from cds_service.guidance.drug_safety import SPASTICITY, for_reason, is_for_muscle_symptom
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, Hook, OverrideSet
from cds_service.guidance.muscle_symptoms import RANGE, TREAT_CAUSE, prompt_line, section_finding, symptom_rows
from cds_service.guidance.order_texts import order_rows
from cds_service.guidance.rule import Rule, Stage

DRUGS = (
    DrugClass.SMR_BEERS, DrugClass.SMR_SPASTICITY, DrugClass.BENZODIAZEPINE, DrugClass.GABAPENTINOID, DrugClass.BACLOFEN,
)  # fmt: skip
CONSIDER = (
    "Stretching and regular activity (evidence mixed, harmless).",
    "Hydration and electrolyte balance.",
    "Heat to the affected muscles.",
    "Rest in a cool place for spasms during exercise.",
    "Triggers to ask about: muscle overload and fatigue, inadequate warm-up, cold exposure, emotional stress.",
    "When medicines are considered: muscle relaxants with caution in older adults (sedation, falls).",
    "Pregabalin, gabapentin, duloxetine: for neuropathic pain, and in cervical dystonia after botulinum toxin.",
    "Benzodiazepines: limited efficacy; a short course may be justified, above all with anxiety.",
    "Baclofen: for severe spasticity from brain or cord disease.",
)


def check(case: Case) -> Finding | None:
    """A prompt symptom (chart) or a medicine chosen for one (order-select)."""
    orders: tuple[MedicationExposure, ...] = ()
    if case.at_order:
        orders = tuple(
            one
            for one in case.new_orders(*DRUGS)
            if is_for_muscle_symptom(case, one) and not for_reason(one, *SPASTICITY)
        )
        if not orders or case.has(*SPASTICITY):
            return None
    elif not case.prompt_symptoms or case.critical_hit:
        return None
    return section_finding(
        case,
        "First-line measures for muscle spasm: stretching, hydration, heat",
        rows=(*order_rows(orders), *symptom_rows(case)),
        why=RANGE,
        consider=CONSIDER,
        closing=(TREAT_CAUSE,),
        decided=_decided(case),
    )


def _decided(case: Case) -> tuple[str, ...]:
    if case.at_order:
        return (
            f"ordered for a muscle symptom, or without a reason beside a {prompt_line(case)}",
            "no spasticity on record",
        )
    return (prompt_line(case), "no critical finding")


RULE = Rule(
    id="first-line-measures",
    title="First-line measures",
    family=Family.MUSCLE_SYMPTOMS,
    hooks=frozenset({Hook.PATIENT_VIEW, Hook.ORDER_SELECT}),
    needs=SYMPTOM_NEEDS | {*DRUGS, *SPASTICITY},
    check=check,
    override=OverrideSet.INFO,
    documents=("D2", "D12", "D13", "D14", "D15", "D28", "D29", "D30", "D31", "D43"),
    evidence=("R-AAFP2012",),
    stage=Stage.LAST,
)

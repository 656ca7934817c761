"""What the rules on centrally acting treatments share."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.clinical.case import Case
from cds_service.clinical.chart import ConditionFact, FactKind, MedicationExposure
from cds_service.clinical.vocabulary import MUSCLE_SYMPTOMS, Concept, DrugClass
from cds_service.guidance.electrolytes import systemic
from cds_service.guidance.finding import Finding, Indicator, OrderTest, Row, Suggestion, Summary
from cds_service.guidance.order_texts import order_rows, removals
from cds_service.guidance.wording import fact_row, medication_row, names

RESPIRATORY = (Concept.SLEEP_APNOEA, Concept.COPD, Concept.RESPIRATORY_FAILURE)
SPASTICITY = (
    Concept.MULTIPLE_SCLEROSIS, Concept.SPINAL_CORD_INJURY, Concept.SPINAL_CORD_DISEASE, Concept.CEREBRAL_PALSY,
    Concept.STROKE_SPASTICITY, Concept.TRAUMATIC_BRAIN_INJURY, Concept.ALS, Concept.SPASTICITY,
)  # fmt: skip
BENZODIAZEPINE_EXEMPT = (
    Concept.SEIZURE_DISORDER, Concept.ALCOHOL_WITHDRAWAL, Concept.BENZODIAZEPINE_WITHDRAWAL,
    Concept.REM_SLEEP_BEHAVIOUR_DISORDER, Concept.SEVERE_GAD, Concept.CATATONIA, Concept.NMS,
    Concept.PERIPROCEDURAL_SEDATION,
)  # fmt: skip
FALLS = (Concept.FALLS, Concept.FRAGILITY_FRACTURE)
OPIOID_TREATMENT = frozenset({"methadone", "levomethadone", "buprenorphine"})


def for_reason(order: MedicationExposure, *concepts: Concept) -> bool:
    """Whether the order gives one of the concepts as its reason."""
    return not frozenset(concepts).isdisjoint(order.reasons)


def on_record(case: Case, *concepts: Concept) -> bool:
    """Whether one of the concepts is active on the chart; the reason of another order of this call does not count."""
    return any(one.kind is not FactKind.ORDER_REASON for one in case.facts(*concepts))


def is_for_muscle_symptom(case: Case, order: MedicationExposure) -> bool:
    """The reason is a muscle symptom, or no reason is given and a prompt symptom exists."""
    if order.has_reason:
        return for_reason(order, *MUSCLE_SYMPTOMS)
    return bool(case.prompt_symptoms)


def recent_falls(case: Case) -> tuple[ConditionFact, ...]:
    """Falls or fragility fractures dated within ``falls.window_d``, whatever their clinical status."""
    days = case.limits["falls.window_d"]
    return tuple(one for one in case.history(*FALLS) if case.clock.within_days(one.onset, days))


def pairs_with_new(
    case: Case, one: DrugClass, other: DrugClass
) -> tuple[tuple[MedicationExposure, ...], tuple[MedicationExposure, ...]] | None:
    """Medicines of both classes, active or drafted and not for local use, when at least one of them is new."""
    first = systemic(case.active_or_drafted(one))
    second = systemic(case.active_or_drafted(other)) if first else ()
    if not second or not any(medication.is_new for medication in (*first, *second)):
        return None
    return first, second


def new_of(medications: Iterable[MedicationExposure]) -> tuple[MedicationExposure, ...]:
    """Those that are to be judged."""
    return tuple(one for one in medications if one.is_new)


def order_finding(
    case: Case,
    orders: tuple[MedicationExposure, ...],
    indicator: Indicator,
    template: str,
    *,
    why: str,
    consider: tuple[str, ...],
    decided: tuple[str, ...],
    partners: tuple[MedicationExposure, ...] = (),
    facts: tuple[ConditionFact, ...] = (),
    rows: tuple[Row, ...] = (),
    tests: tuple[OrderTest, ...] = (),
    not_available: tuple[str, ...] = (),
    removable: bool = True,
    conflicting: tuple[MedicationExposure, ...] | None = None,
    drugs: tuple[str, ...] | None = None,
) -> Finding:
    """The finding of an order-time drug rule; ``conflicting`` are the drafts that may be removed, if not all."""
    drafts = orders if conflicting is None else conflicting
    wishes: tuple[Suggestion, ...] = (*tests, *(removals(drafts, indicator) if removable else ()))
    return Finding(
        indicator=indicator,
        summary=Summary(template=template, drugs=names(orders) if drugs is None else drugs),
        found=(
            *order_rows(orders),
            *rows,
            *map(medication_row, partners),
            *(fact_row(case, one) for one in facts),
        ),
        why=why,
        consider=consider,
        not_available=not_available,
        decided=decided,
        suggestions=wishes,
    )

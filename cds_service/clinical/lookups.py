"""Looking things up in a chart: the plain questions that rules and shared calculations ask."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from cds_service.clinical.chart import (
    Activity,
    Chart,
    ConditionFact,
    LabResult,
    MedicationExposure,
    MedicationState,
    Sex,
)
from cds_service.clinical.derived import derived
from cds_service.clinical.exposures import Exposures, written
from cds_service.clinical.fact import replace
from cds_service.clinical.limits import Limits
from cds_service.clinical.time import Clock
from cds_service.clinical.vocabulary import (
    MUSCLE_SYMPTOMS,
    Analyte,
    Concept,
    DrugClass,
    LabTest,
    Source,
)

NEUROMUSCULAR = MUSCLE_SYMPTOMS | {Concept.SEIZURE, Concept.PARAESTHESIA}
NOT_LOOKED = object()


class Lookups:
    """What the chart holds, asked for by kind, class and window; notes which needs were read (``reads``)."""

    def __init__(
        self, chart: Chart, limits: Limits, *, at_order: bool = False, at_signing: bool = False, watched: bool = True
    ) -> None:
        self.chart = chart
        self.limits = limits
        self.clock = Clock.of(chart.now, limits, chart.zone)
        self.watched = watched
        self.at_order = at_order
        self.at_signing = at_signing
        self.hits: frozenset[str] = frozenset()
        self.critical_hit = False
        self.missing: dict[str, None] = {}
        """What an order rule wanted and did not find, as sentences for any card that is shown (B0.3)."""
        self._medicines = chart.medications if isinstance(chart.medications, Exposures) else written(chart.medications)
        self._concepts = frozenset(fact.concept for fact in chart.conditions)
        self.present: frozenset[str] = self._concepts | self._medicines.classes
        """Concepts and drug classes that the chart holds in any state."""
        self._newest: dict[Analyte, LabResult | object | None] = {}
        self.reads: set[str] = set()
        self.memo: dict[str, tuple[Any, frozenset[str]]] = {}

    # -- patient ---------------------------------------------------------------------------------------------------

    @property
    def age(self) -> int | None:
        """Age in completed years; ``None`` when no birth date is on record."""
        self.reads.add(Source.PATIENT)
        return self.chart.patient.age

    @property
    def sex(self) -> Sex | None:
        """Sex as far as limits need it."""
        self.reads.add(Source.PATIENT)
        return self.chart.patient.sex

    @property
    def is_older(self) -> bool:
        """Age known and at least ``older.age``."""
        age = self.age
        return age is not None and age >= self.limits["older.age"]

    # -- results ---------------------------------------------------------------------------------------------------

    def series(self, analyte: Analyte, within_days: float) -> tuple[LabResult, ...]:
        """Eligible results of an analyte inside a look-back window, newest first."""
        self.reads.add(analyte)
        if self._newest_of(analyte) is None:
            return ()
        results = self.chart.results.get(analyte, ())
        return tuple(takewhile(lambda result: self.clock.within_days(result.time, within_days), results))

    def latest(self, analyte: Analyte, within_days: float) -> LabResult | None:
        """The newest eligible result inside a look-back window."""
        self.reads.add(analyte)
        newest = self._newest_of(analyte)
        return newest if newest is not None and self.clock.within_days(newest.time, within_days) else None

    def _newest_of(self, analyte: Analyte) -> LabResult | None:
        newest = self._newest.get(analyte, NOT_LOOKED)
        if newest is NOT_LOOKED:
            results = self.chart.results.get(analyte, ())
            newest = self._newest[analyte] = results[0] if results else None
        return newest  # type: ignore[return-value]

    def latest_preliminary(self, analyte: Analyte, within_days: float) -> LabResult | None:
        """The newest preliminary result if it is newer than every eligible one and inside the window (0.3-5)."""
        self.reads.add(analyte)
        found = self.chart.preliminary.get(analyte, ())
        if not found or not self.clock.within_days(found[0].time, within_days):
            return None
        eligible = self._newest_of(analyte)
        return found[0] if eligible is None or found[0].time > eligible.time else None

    def is_fresh(self, result: LabResult) -> bool:
        """Not older than ``labs.fresh_days``."""
        return self.clock.within_days(result.time, self.limits["labs.fresh_days"])

    # -- medicines -------------------------------------------------------------------------------------------------

    def _medications(
        self, classes: Iterable[DrugClass], states: frozenset[MedicationState]
    ) -> list[MedicationExposure]:
        wanted = frozenset(classes)
        self.reads |= wanted
        if wanted.isdisjoint(self._medicines.classes):
            return []
        return self._medicines.of(wanted, states)

    def taking(self, *classes: DrugClass) -> tuple[MedicationExposure, ...]:
        """Active medicines of any of the classes, one per ingredient set, each with its earliest known start."""
        return _one_each(self._medications(classes, ACTIVE))

    def new_orders(self, *classes: DrugClass) -> tuple[MedicationExposure, ...]:
        """Draft orders of this call that are to be judged."""
        if not self.at_order:
            return ()
        return tuple(self._medications(classes, _NEW))

    def drafted(self, *classes: DrugClass) -> tuple[MedicationExposure, ...]:
        """Draft orders of this call, selected or not: partners in interactions and "already ordered"."""
        return tuple(self._medications(classes, _DRAFTED))

    def active_or_drafted(self, *classes: DrugClass) -> tuple[MedicationExposure, ...]:
        """Active medicines and drafts of this call, one per ingredient set: the order to judge wins."""
        drafted = sorted(self._medications(classes, _DRAFTED), key=lambda one: not one.is_new)
        return _one_each([*drafted, *self._medications(classes, ACTIVE)])

    def ended(self, *classes: DrugClass) -> tuple[MedicationExposure, ...]:
        """Stopped, completed or cancelled medicines; ``end`` may be unknown."""
        return tuple(self._medications(classes, _ENDED))

    def exposures(self, *classes: DrugClass) -> tuple[MedicationExposure, ...]:
        """Every active, on-hold or ended exposure, unmerged (drafts of this call are not exposure)."""
        return tuple(self._medications(classes, _EXPOSED))

    # -- problems --------------------------------------------------------------------------------------------------

    def facts(self, *concepts: Concept) -> tuple[ConditionFact, ...]:
        """Active facts of any of the concepts."""
        wanted = frozenset(concepts)
        self.reads |= wanted
        if wanted.isdisjoint(self._concepts):
            return ()
        return tuple(
            fact for fact in self.chart.conditions if fact.concept in wanted and fact.activity is Activity.ACTIVE
        )

    def history(self, *concepts: Concept) -> tuple[ConditionFact, ...]:
        """Facts of any clinical status ("history of" rules)."""
        wanted = frozenset(concepts)
        self.reads |= wanted
        if wanted.isdisjoint(self._concepts):
            return ()
        return tuple(fact for fact in self.chart.conditions if fact.concept in wanted)

    def has(self, *concepts: Concept) -> bool:
        """Whether any of the concepts is active."""
        return bool(self.facts(*concepts))

    def dated_facts(self, within_days: float, *concepts: Concept) -> tuple[ConditionFact, ...]:
        """Active facts with a dated onset inside the window."""
        return tuple(fact for fact in self.facts(*concepts) if self.clock.within_days(fact.onset, within_days))

    def absent_findings(self, within_days: float, *concepts: Concept) -> tuple[ConditionFact, ...]:
        """Findings written down as absent inside the window, newest first."""
        wanted = frozenset(concepts)
        self.reads |= wanted
        found = [one for one in self.chart.absent if one.concept in wanted]
        dated = [one for one in found if one.onset is not None and self.clock.within_days(one.onset, within_days)]
        return tuple(sorted(dated, key=lambda one: -(one.onset or 0.0)))

    @derived
    def context_symptoms(self) -> tuple[ConditionFact, ...]:
        """Muscle symptoms that raise other rules: <= sym.context_days, undated, or of this encounter (0.11)."""
        return tuple(fact for fact in self.facts(*MUSCLE_SYMPTOMS) if self.is_context(fact))

    @derived
    def prompt_symptoms(self) -> tuple[ConditionFact, ...]:
        """Muscle symptoms that ask for guidance now: <= sym.prompt_days or of this encounter (0.11)."""
        return tuple(fact for fact in self.facts(*MUSCLE_SYMPTOMS) if self.is_prompt(fact))

    def is_context(self, fact: ConditionFact) -> bool:
        """Dated within ``sym.context_days``, undated, or tied to this encounter."""
        if fact.this_encounter or fact.onset is None:
            return True
        return self.clock.within_days(fact.onset, self.limits["sym.context_days"])

    def is_prompt(self, fact: ConditionFact) -> bool:
        """Dated within ``sym.prompt_days`` or tied to this encounter; undated is context only."""
        return fact.this_encounter or self.clock.within_days(fact.onset, self.limits["sym.prompt_days"])

    @derived
    def has_neuromuscular_symptoms(self) -> bool:
        """Muscle symptom, tetany, carpopedal spasm, seizure or paraesthesia in context (calcium-low)."""
        return any(self.is_context(fact) for fact in self.facts(*NEUROMUSCULAR))

    # -- orders ----------------------------------------------------------------------------------------------------

    def is_ordered(self, *tests: LabTest) -> bool:
        """Whether every one of the tests is already drafted in this call or ordered within ``orders.recent_days``."""
        self.reads.add(Source.SERVICE_REQUEST)
        recent = self.limits["orders.recent_days"]
        ordered: set[LabTest] = set()
        for order in self.chart.test_orders:
            if order.in_this_call or self.clock.within_days(order.authored, recent):
                ordered |= order.tests
        return ordered.issuperset(tests)


ACTIVE = frozenset({MedicationState.ACTIVE})
_NEW = frozenset({MedicationState.NEW})
_DRAFTED = frozenset({MedicationState.NEW, MedicationState.DRAFT})
_ENDED = frozenset({MedicationState.ENDED})
_EXPOSED = frozenset({MedicationState.ACTIVE, MedicationState.ON_HOLD, MedicationState.ENDED})


def _one_each(medications: Iterable[MedicationExposure]) -> tuple[MedicationExposure, ...]:
    """One exposure per ingredient set, in order, with the earliest known start (renewals reset dates).

    What is given locally stays apart: a cream must not hide the tablets of the same name.
    """
    kept: dict[tuple[bool, tuple[str, ...]], MedicationExposure] = {}
    for medication in medications:
        key = medication.is_local, tuple(sorted(medication.ingredients)) or (medication.name,)
        known = kept.get(key)
        if known is None:
            kept[key] = medication
        elif medication.start is not None and (known.start is None or medication.start < known.start):
            kept[key] = replace(known, start=medication.start)
    return tuple(kept.values())

"""The Case: what a rule is handed. A chart, the limits in force, and the shared calculations on them.

Everything is computed at most once per request and only when a rule asks. The Case notes which needs a rule reads
(``reads``), so that data which could not be used are reported exactly by the rules that wanted them, and so that a
test can refuse a rule that reads what it has not declared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import takewhile
from typing import Any, Generic, TypeVar, overload

from cds_service.clinical import calcium as calcium_kinds
from cds_service.clinical.chart import (
    DAY,
    Activity,
    Chart,
    ConditionFact,
    FactKind,
    LabResult,
    MedicationExposure,
    MedicationState,
    Sex,
)
from cds_service.clinical.ck import CkRatio, ck_ratio
from cds_service.clinical.exposures import Exposures, written
from cds_service.clinical.fact import replace
from cds_service.clinical.grading import Direction, Grade, Tier, band, silenced_by_lab
from cds_service.clinical.limits import Limits
from cds_service.clinical.renal import KidneyFunction, ckd_epi_2021, cockcroft_gault
from cds_service.clinical.time import Clock
from cds_service.clinical.vocabulary import (
    MUSCLE_SYMPTOMS,
    Analyte,
    Concept,
    DrugClass,
    LabTest,
    Source,
)

T = TypeVar("T")
NEUROMUSCULAR = MUSCLE_SYMPTOMS | {Concept.SEIZURE, Concept.PARAESTHESIA}
KIDNEY_DISEASE = (Concept.CKD_3, Concept.CKD_4, Concept.CKD_5, Concept.AKI, Concept.DIALYSIS)
REPLACEMENT = {
    Analyte.POTASSIUM: DrugClass.K_SUPPLEMENT,
    Analyte.MAGNESIUM: DrugClass.MG_SUPPLEMENT,
    Analyte.CALCIUM: DrugClass.CA_SUPPLEMENT,
}


NOT_LOOKED = object()


class derived(Generic[T]):
    """A calculation on the Case, made once; every rule that uses it counts as having read what it read."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, case: None, owner: type) -> derived[T]: ...
    @overload
    def __get__(self, case: Case, owner: type) -> T: ...
    def __get__(self, case: Case | None, owner: type) -> Any:
        if case is None:
            return self
        if not case.watched:
            value = case.__dict__[self._name] = self._compute(case)  # found there next time, without coming here
            return value
        known = case.memo.get(self._name)
        if known is None:
            outer, case.reads = case.reads, set()
            try:
                value = self._compute(case)
                known = case.memo[self._name] = (value, frozenset(case.reads))
            finally:
                case.reads = outer | case.reads
        else:
            case.reads |= known[1]
        return known[0]


class Case:
    """One patient at one moment, as rules see it.

    ``at_order`` is true on order-select and order-sign, ``at_signing`` on order-sign. ``hits`` holds the ids of rules
    that have already hit in an earlier stage and ``critical_hit`` whether one of them was critical.
    """

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
        return _one_each(self._medications(classes, _ACTIVE))

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
        return _one_each([*drafted, *self._medications(classes, _ACTIVE)])

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

    # -- shared calculations ---------------------------------------------------------------------------------------

    @derived
    def qt_prolonged(self) -> LabResult | None:
        """QTc at or above ``qt.major`` within ``qt.window_d``."""
        qtc = self.latest(Analyte.QTC, self.limits["qt.window_d"])
        return qtc if qtc is not None and qtc.value >= self.limits["qt.major"] else None

    def treatment(self, analyte: Analyte, since: float) -> tuple[MedicationExposure, ...]:
        """Matching replacement active with start at or after ``since``, or a new order now (0.12, 0.15)."""
        replacement = REPLACEMENT[analyte]
        earliest = since - self.clock.epsilon_s
        started = (
            one for one in self._medications((replacement,), _ACTIVE) if one.start is not None and one.start >= earliest
        )
        return tuple(one for one in (*self.new_orders(replacement), *started) if not one.is_local)

    def is_treated(self, analyte: Analyte, since: float) -> bool:
        """Whether there is such a replacement."""
        return bool(self.treatment(analyte, since))

    def grade(self, result: LabResult, prefix: str, kind: str, direction: Direction) -> Grade | None:
        """Grade of one result of an analyte whose limits stand under ``prefix`` (``k``, ``mg``)."""
        found = band(result.value, result.unit, f"{prefix}.{direction.value}", self.limits)
        if found is None or silenced_by_lab(found[0], result.value, result, direction, self.limits):
            return None
        treated = direction is Direction.LOW and self.is_treated(result.analyte, result.time)
        return Grade(
            result=result,
            value=result.value,
            tier=found[0],
            direction=direction,
            limit=self.limits.text(found[1], result.unit),
            limit_key=found[1],
            shown=result.reported,
            kind=kind,
            fresh=self.is_fresh(result),
            treated=treated,
        )

    def _grade_latest(self, analyte: Analyte, prefix: str, direction: Direction, within_days: float) -> Grade | None:
        result = self.latest(analyte, within_days)
        return self.grade(result, prefix, analyte.title, direction) if result is not None else None

    @derived
    def potassium_low(self) -> Grade | None:
        """Latest eligible potassium within ``labs.recent_days``, if low."""
        return self._grade_latest(Analyte.POTASSIUM, "k", Direction.LOW, self.limits["labs.recent_days"])

    @derived
    def potassium_high(self) -> Grade | None:
        """Latest eligible potassium within ``labs.recent_days``, if high."""
        return self._grade_latest(Analyte.POTASSIUM, "k", Direction.HIGH, self.limits["labs.recent_days"])

    @derived
    def magnesium_low(self) -> Grade | None:
        """Latest eligible magnesium within ``labs.recent_days``, if low."""
        return self._grade_latest(Analyte.MAGNESIUM, "mg", Direction.LOW, self.limits["labs.recent_days"])

    @derived
    def magnesium_high(self) -> Grade | None:
        """Latest eligible magnesium within ``labs.recent_days``, if high."""
        return self._grade_latest(Analyte.MAGNESIUM, "mg", Direction.HIGH, self.limits["labs.recent_days"])

    def calcium_within(self, days: float) -> calcium_kinds.Calcium | None:
        """The calcium that counts among the newest of each kind within ``days`` (0.6)."""
        return self.calcium_among(self.latest(kind, days) for kind in calcium_kinds.CALCIUM_ANALYTES)

    def calcium_among(self, results: Iterable[LabResult | None]) -> calcium_kinds.Calcium | None:
        """The calcium that counts among given results, at most one of each kind (0.6)."""
        by_kind = {result.analyte: result for result in results if result is not None}
        total = by_kind.get(Analyte.CALCIUM)
        return calcium_kinds.choose_calcium(
            by_kind.get(Analyte.IONISED_CALCIUM),
            by_kind.get(Analyte.ADJUSTED_CALCIUM),
            total,
            self._albumins() if total is not None else (),
            self.limits,
        )

    def _albumins(self) -> Sequence[LabResult]:
        self.reads.add(Analyte.ALBUMIN)
        return self.chart.series(Analyte.ALBUMIN)

    @derived
    def calcium(self) -> calcium_kinds.Calcium | None:
        """The calcium that counts within ``labs.recent_days``."""
        return self.calcium_within(self.limits["labs.recent_days"])

    def grade_calcium(self, calcium: calcium_kinds.Calcium, direction: Direction) -> Grade | None:
        """Grade of a chosen calcium on one side, symptoms and treatment taken into account."""
        if not calcium_kinds.is_outside(calcium, direction, self.limits):
            return None
        low = direction is Direction.LOW
        return calcium_kinds.grade_calcium(
            calcium,
            direction,
            self.limits,
            symptomatic=low and self.is_symptomatic_for_calcium,
            fresh=self.is_fresh(calcium.result),
            treated=low and self.is_treated(Analyte.CALCIUM, calcium.result.time),
        )

    @property
    def is_symptomatic_for_calcium(self) -> bool:
        """Neuromuscular symptoms or a long QTc: the severe limit of a low total calcium is higher (0.5)."""
        return self.has_neuromuscular_symptoms or self.qt_prolonged is not None

    @derived
    def calcium_low(self) -> Grade | None:
        """The calcium that counts, if low."""
        return self.grade_calcium(self.calcium, Direction.LOW) if self.calcium is not None else None

    @derived
    def calcium_high(self) -> Grade | None:
        """The calcium that counts, if high."""
        return self.grade_calcium(self.calcium, Direction.HIGH) if self.calcium is not None else None

    def preliminary_severe(self, analyte: Analyte, prefix: str, direction: Direction) -> Grade | None:
        """The severe grade of a preliminary result newer than every eligible one (0.3-5); patient-view only."""
        if self.at_order or not self.limits.is_on("labs.use_preliminary_severe"):
            return None
        result = self.latest_preliminary(analyte, self.limits["labs.recent_days"])
        found = self.grade(result, prefix, analyte.title, direction) if result is not None else None
        return found if found is not None and found.tier is Tier.SEVERE else None

    def preliminary_severe_calcium(self, direction: Direction) -> Grade | None:
        """As ``preliminary_severe``, for the newest preliminary calcium of any kind."""
        if self.at_order or not self.limits.is_on("labs.use_preliminary_severe"):
            return None
        days = self.limits["labs.recent_days"]
        newest = [self.latest_preliminary(kind, days) for kind in calcium_kinds.CALCIUM_ANALYTES]
        if not any(newest):
            return None
        eligible = [self.latest(kind, days) for kind in calcium_kinds.CALCIUM_ANALYTES]
        last = max((result.time for result in eligible if result is not None), default=float("-inf"))
        chosen = self.calcium_among(one for one in newest if one is not None and one.time > last)
        if chosen is None or not calcium_kinds.is_outside(chosen, direction, self.limits):
            return None
        symptomatic = direction is Direction.LOW and self.is_symptomatic_for_calcium
        band_found = calcium_kinds.band_of(chosen, direction, self.limits, symptomatic=symptomatic)
        in_severe_band = band_found is not None and band_found[0] is Tier.SEVERE
        return self.grade_calcium(chosen, direction) if in_severe_band else None

    @derived
    def creatinine(self) -> LabResult | None:
        """Newest eligible creatinine (mg/dL) within ``renal.window_d``."""
        return self.latest(Analyte.CREATININE, self.limits["renal.window_d"])

    @derived
    def egfr(self) -> KidneyFunction | None:
        """eGFR: newest reported, else CKD-EPI 2021 from creatinine, age and sex; sex unknown: none (0.8)."""
        reported = self.latest(Analyte.EGFR, self.limits["renal.window_d"])
        if reported is not None:
            return KidneyFunction(value=reported.value, label="eGFR", basis="reported", result=reported)
        creatinine, age, sex = self.creatinine, self.age, self.sex
        if creatinine is None or age is None or sex is None or creatinine.value <= 0:
            return None
        value = ckd_epi_2021(creatinine.value, age, sex)
        return KidneyFunction(value=value, label="eGFR", basis="CKD-EPI 2021", result=creatinine)

    @derived
    def dosing_clearance(self) -> KidneyFunction | None:
        """For drug dosing: reported CrCl, else Cockcroft-Gault, else eGFR labelled as such (0.8)."""
        window = self.limits["renal.window_d"]
        reported = self.latest(Analyte.CREATININE_CLEARANCE, window)
        if reported is not None:
            return KidneyFunction(value=reported.value, label="CrCl", basis="reported", result=reported)
        creatinine, weight, age, sex = self.creatinine, self.latest(Analyte.WEIGHT, window), self.age, self.sex
        if (
            creatinine is not None
            and weight is not None
            and age is not None
            and sex is not None
            and creatinine.value > 0
        ):
            value = cockcroft_gault(creatinine.value, age, weight.value, sex)
            basis = f"Cockcroft-Gault from creatinine {creatinine.reported} and weight {weight.reported}"
            return KidneyFunction(value=value, label="CrCl", basis=basis, result=creatinine)
        return replace(self.egfr, stands_in=True) if self.egfr else None

    def egfr_below(self, key: str) -> bool:
        """Whether eGFR is known and below the limit under ``key``."""
        egfr = self.egfr
        return egfr is not None and egfr.value < self.limits[key]

    @derived
    def has_kidney_disease(self) -> bool:
        """Active CKD 3-5, AKI or dialysis, or eGFR < 60 (0.8)."""
        return self.has(*KIDNEY_DISEASE) or self.egfr_below("egfr.kidney_disease")

    def ck_within(self, days: float) -> CkRatio | None:
        """The newest CK within ``days`` as a multiple of its upper limit."""
        result = self.latest(Analyte.CK, days)
        return ck_ratio(result, self.sex, self.limits) if result is not None else None

    @derived
    def ck_recent(self) -> CkRatio | None:
        """The newest CK within ``ck.window_d`` (30 d)."""
        return self.ck_within(self.limits["ck.window_d"])

    @cached_property
    def reason_symptoms_of_orders(self) -> tuple[ConditionFact, ...]:
        """Muscle symptoms given as the reason of a new order of this call."""
        return tuple(fact for fact in self.prompt_symptoms if fact.kind is FactKind.ORDER_REASON)

    def statin_exposures(self) -> tuple[MedicationExposure, ...]:
        """Statins active, or ended or put on hold within ``statin.recent_stop_d``."""
        recent = self.limits["statin.recent_stop_d"]
        not_taken = (one for one in self.exposures(DrugClass.STATIN) if one.state is not MedicationState.ACTIVE)
        stopped = (one for one in not_taken if self.clock.within_days(one.end, recent))
        return self.taking(DrugClass.STATIN) or tuple(stopped)


_ACTIVE = frozenset({MedicationState.ACTIVE})
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


__all__ = ["DAY", "Case", "derived"]

"""The Case: what a rule is handed. A chart, the limits in force, and the shared calculations on them.

Everything is computed at most once per request and only when a rule asks. The Case notes which needs a rule reads
(``reads``), so that data which could not be used are reported exactly by the rules that wanted them, and so that a
test can refuse a rule that reads what it has not declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from cds_service.clinical import calcium as calcium_kinds
from cds_service.clinical.chart import (
    ConditionFact,
    FactKind,
    LabResult,
    MedicationExposure,
    MedicationState,
)
from cds_service.clinical.ck import CkRatio, ck_ratio
from cds_service.clinical.derived import derived
from cds_service.clinical.fact import replace
from cds_service.clinical.grading import Direction, Grade, Tier, band, silenced_by_lab
from cds_service.clinical.lookups import ACTIVE, Lookups
from cds_service.clinical.renal import KidneyFunction, ckd_epi_2021, cockcroft_gault
from cds_service.clinical.vocabulary import (
    Analyte,
    Concept,
    DrugClass,
)

KIDNEY_DISEASE = (Concept.CKD_3, Concept.CKD_4, Concept.CKD_5, Concept.AKI, Concept.DIALYSIS)
REPLACEMENT = {
    Analyte.POTASSIUM: DrugClass.K_SUPPLEMENT,
    Analyte.MAGNESIUM: DrugClass.MG_SUPPLEMENT,
    Analyte.CALCIUM: DrugClass.CA_SUPPLEMENT,
}


class Case(Lookups):
    """One patient at one moment, as rules see it.

    ``at_order`` is true on order-select and order-sign, ``at_signing`` on order-sign. ``hits`` holds the ids of rules
    that have already hit in an earlier stage and ``critical_hit`` whether one of them was critical.
    """

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
            one for one in self._medications((replacement,), ACTIVE) if one.start is not None and one.start >= earliest
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

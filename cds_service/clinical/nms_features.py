"""NMS features and their evidence on the chart (rule catalogue B6.0, step 2).

Each is met, not met or without data; "no data" never counts as "not met" in any wording. Preliminary results and
undated findings never count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from cds_service.clinical.case import Case
from cds_service.clinical.chart import HOUR, ConditionFact, LabResult
from cds_service.clinical.ck import CkRatio, ck_ratio
from cds_service.clinical.vocabulary import Analyte, Concept

MENTAL_STATUS = (
    Concept.ALTERED_MENTAL_STATUS, Concept.DELIRIUM, Concept.STUPOR, Concept.COMA, Concept.CATATONIA,
)  # fmt: skip


class State(StrEnum):
    """What the chart says about one feature."""

    MET = "met"
    NOT_MET = "not met"
    NO_DATA = "no data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One feature with its evidence."""

    name: str
    criterion: str
    state: State
    results: tuple[LabResult, ...] = ()
    facts: tuple[ConditionFact, ...] = ()
    note: str = ""

    @property
    def met(self) -> bool:
        return self.state is State.MET


def _state(met: bool, has_data: bool) -> State:
    return State.MET if met else State.NOT_MET if has_data else State.NO_DATA


def fevers(case: Case) -> tuple[tuple[LabResult, ...], tuple[LabResult, ...]]:
    """(all temperatures, those above the limit) within the vital-sign window, newest first."""
    readings = case.series(Analyte.TEMPERATURE, case.limits["nms.vitals_window_h"] / 24)
    return readings, tuple(one for one in readings if one.value > case.limits["nms.temp_c"])


def fever_once(case: Case) -> Feature:
    """fever-1: at least one temperature above 38.0 °C."""
    readings, high = fevers(case)
    criterion = f"temperature {case.limits.text('nms.temp_c')}"
    return Feature(
        name="fever", criterion=criterion, state=_state(bool(high), bool(readings)), results=high or readings[:1]
    )


def fever_twice(case: Case) -> Feature:
    """fever-2 (IEC): two such readings at least an hour apart."""
    readings, high = fevers(case)
    gap = case.limits["nms.temp_gap_min"] * 60 - case.clock.epsilon_s
    met = len(high) >= 2 and high[0].time - high[-1].time >= gap
    criterion = f"temperature {case.limits.text('nms.temp_c')} twice, {case.limits['nms.temp_gap_min']:g} min apart"
    return Feature(name="fever twice", criterion=criterion, state=_state(met, bool(readings)), results=high[:2])


def rigidity(case: Case) -> Feature:
    """Generalised or lead-pipe rigidity with a dated onset; older or undated rigidity is not counted."""
    days = case.limits["nms.sign_window_d"]
    facts = case.dated_facts(days, Concept.RIGIDITY)
    chronic = not facts and case.has(Concept.RIGIDITY)
    note = "older or undated rigidity on record is not counted" if chronic else ""
    return Feature(
        name="rigidity", criterion=f"recorded with onset within {days:g} d", state=_state(bool(facts), False),
        facts=facts, note=note,
    )  # fmt: skip


def mental_status(case: Case) -> Feature:
    """GCS, AVPU or a recent finding of altered mental status."""
    limits = case.limits
    hours = limits["nms.vitals_window_h"]
    gcs = case.series(Analyte.GCS, hours / 24)
    avpu = case.series(Analyte.AVPU, hours / 24)
    low = tuple(one for one in gcs if one.value <= limits["nms.gcs"])
    clouded = tuple(one for one in avpu if one.answer != "alert")
    facts = case.dated_facts(limits["nms.sign_window_d"], *MENTAL_STATUS)
    criterion = f"GCS {limits.text('nms.gcs')}, not alert, or confusion within {limits['nms.sign_window_d']:g} d"
    return Feature(
        name="altered mental status", criterion=criterion,
        state=_state(bool(low or clouded or facts), bool(gcs or avpu)),
        results=(*low, *clouded) or (*gcs[:1], *avpu[:1]), facts=facts,
    )  # fmt: skip


def highest_ck(case: Case) -> CkRatio | None:
    """The highest CK within the window, as a multiple of its upper limit."""
    results = case.series(Analyte.CK, case.limits["nms.ck_window_h"] / 24)
    ratios = [ck_ratio(one, case.sex, case.limits) for one in results]
    return max(ratios, key=lambda one: one.ratio, default=None)


def ck_four(case: Case) -> Feature:
    """CK-4: at least four times the upper limit."""
    ck = highest_ck(case)
    met = ck is not None and ck.ratio >= case.limits["nms.ck_x"]
    note = f"{ck.ratio:.1f} x upper limit ({ck.upper_limit:g} U/L, {ck.limit_basis})" if ck else ""
    return Feature(
        name="CK", criterion=f"CK {case.limits.text('nms.ck_x')}", state=_state(met, ck is not None),
        results=(ck.result,) if ck else (), note=note,
    )  # fmt: skip


def ck_levenson(case: Case, four: Feature) -> bool:
    """CK-L: CK-4 or an absolute value of 1000 U/L."""
    results = case.series(Analyte.CK, case.limits["nms.ck_window_h"] / 24)
    return four.met or any(one.value >= case.limits["nms.ck_levenson"] for one in results)


def baseline(case: Case, analyte: Analyte) -> float | None:
    """Median of values 7 to 365 days old."""
    limits = case.limits
    values = [
        one.value
        for one in case.series(analyte, limits["nms.baseline_to_d"])
        if case.clock.at_least_days_ago(one.time, limits["nms.baseline_from_d"])
    ]
    return median(values) if values else None


def pressure_rise(case: Case) -> Feature:
    """BP rise: systolic or diastolic at least a quarter above baseline."""
    hours, factor = case.limits["nms.vitals_window_h"], case.limits["nms.bp_rise"]
    risen: list[LabResult] = []
    assessable = False
    for analyte in (Analyte.SYSTOLIC_BP, Analyte.DIASTOLIC_BP):
        usual = baseline(case, analyte)
        recent = case.series(analyte, hours / 24)
        if usual is not None and recent:
            assessable = True
            risen += [one for one in recent if one.value >= factor * usual]
    return Feature(
        name="blood pressure rise", criterion=f"{factor:g} x baseline or more", state=_state(bool(risen), assessable),
        results=tuple(risen[:2]),
    )  # fmt: skip


def pressure_swing(case: Case) -> Feature:
    """BP swing: systolic by 25 or diastolic by 20 mmHg within 24 hours."""
    limits = case.limits
    span = limits["nms.bp_swing_h"] * HOUR + case.clock.epsilon_s
    found: tuple[LabResult, ...] = ()
    pairs = False
    for analyte, key in ((Analyte.SYSTOLIC_BP, "nms.bp_swing_s"), (Analyte.DIASTOLIC_BP, "nms.bp_swing_d")):
        readings = case.series(analyte, limits["nms.vitals_window_h"] / 24)
        pairs = pairs or len(readings) > 1
        found = found or _widest_swing(readings, span, limits[key])
    criterion = f"systolic {limits.text('nms.bp_swing_s')} or diastolic {limits.text('nms.bp_swing_d')} within 24 h"
    return Feature(name="blood pressure swing", criterion=criterion, state=_state(bool(found), pairs), results=found)


def _widest_swing(readings: tuple[LabResult, ...], span: float, limit: float) -> tuple[LabResult, ...]:
    """The first pair inside the span that differs by the limit: a sliding window over readings, newest first."""
    best: tuple[LabResult, ...] = ()
    left = 0
    window: list[LabResult] = []
    for reading in readings:
        window.append(reading)
        while window[left].time - reading.time > span:
            left += 1
        inside = window[left:] if len(window) - left <= 64 else window[-64:]
        low, high = min(inside, key=lambda one: one.value), max(inside, key=lambda one: one.value)
        if high.value - low.value >= limit:
            best = (high, low)
            break
    return best


def pressure_absolute(case: Case) -> Feature:
    """BP absolute: only where there is no baseline at all."""
    limits = case.limits
    pairs = ((Analyte.SYSTOLIC_BP, "nms.sbp_abs"), (Analyte.DIASTOLIC_BP, "nms.dbp_abs"))
    high: list[LabResult] = []
    readings: tuple[LabResult, ...] = ()
    if not any(baseline(case, analyte) is not None for analyte, _ in pairs):
        for analyte, key in pairs:
            recent = case.series(analyte, limits["nms.vitals_window_h"] / 24)
            readings += recent
            high += [one for one in recent if one.value >= limits[key]]
    criterion = f"systolic {limits.text('nms.sbp_abs')} or diastolic {limits.text('nms.dbp_abs')}, without a baseline"
    return Feature(
        name="high blood pressure",
        criterion=criterion,
        state=_state(bool(high), bool(readings)),
        results=tuple(high[:2]),
    )


def finding(case: Case, concept: Concept, days: float) -> Feature:
    """A finding with a dated onset within the window."""
    facts = case.dated_facts(days, concept)
    shown = f"{days:g} d" if days > 3 else f"{days * 24:g} h"
    return Feature(
        name=concept.title,
        criterion=f"recorded with onset within {shown}",
        state=_state(bool(facts), False),
        facts=facts,
    )


def fast(case: Case, analyte: Analyte, name: str, key: str) -> Feature:
    """Tachycardia, tachypnoea, leucocytosis: a recent value above a fixed limit."""
    readings = case.series(analyte, case.limits["nms.vitals_window_h"] / 24)
    high = tuple(one for one in readings if one.value > case.limits[key])
    return Feature(
        name=name,
        criterion=case.limits.text(key),
        state=_state(bool(high), bool(readings)),
        results=high[:1] or readings[:1],
    )


def hypermetabolism(case: Case) -> Feature:
    """IEC: heart rate and respiratory rate both well above their baselines; without baselines not assessable."""
    limits = case.limits
    hours = limits["nms.vitals_window_h"]
    shown: list[LabResult] = []
    sides: list[bool] = []
    for analyte, key in ((Analyte.HEART_RATE, "nms.hr_rise"), (Analyte.RESPIRATORY_RATE, "nms.rr_rise")):
        usual, recent = baseline(case, analyte), case.series(analyte, hours / 24)
        if usual is None or not recent:
            continue
        top = max(recent, key=lambda one: one.value)
        shown.append(top)
        sides.append(top.value >= limits[key] * usual)
    criterion = f"heart rate {limits['nms.hr_rise']:g} x and respiratory rate {limits['nms.rr_rise']:g} x baseline"
    met = len(sides) == 2 and all(sides)
    return Feature(
        name="hypermetabolism", criterion=criterion, state=_state(met, len(sides) == 2), results=tuple(shown)
    )


def first_moment(features: Iterable[Feature], case: Case) -> float | None:
    """Earliest evidence among met features, at most the sign window (7 d) back."""
    days = case.limits["nms.sign_window_d"]
    moments = [one.time for feature in features if feature.met for one in feature.results]
    moments += [fact.onset for feature in features if feature.met for fact in feature.facts if fact.onset is not None]
    return min((moment for moment in moments if case.clock.within_days(moment, days)), default=None)

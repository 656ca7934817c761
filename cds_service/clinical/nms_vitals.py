"""NMS features in blood pressure, heart rate, breathing and white cells (rule catalogue B6.0, step 2)."""

from __future__ import annotations

from collections import deque
from statistics import median

from cds_service.clinical.case import Case
from cds_service.clinical.chart import HOUR, LabResult
from cds_service.clinical.nms_features import SECOND, Feature, one_of_many, state_of
from cds_service.clinical.vocabulary import Analyte

PRESSURES = (Analyte.SYSTOLIC_BP, Analyte.DIASTOLIC_BP)
SHORT = {Analyte.SYSTOLIC_BP: "systolic", Analyte.DIASTOLIC_BP: "diastolic"}


def recent(case: Case, analyte: Analyte) -> tuple[LabResult, ...]:
    """Readings within the vital-sign window, newest first."""
    return case.series(analyte, case.limits["nms.vitals_window_h"] / 24)


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
    factor = case.limits["nms.bp_rise"]
    risen: list[LabResult] = []
    bases: list[str] = []
    for analyte in PRESSURES:
        usual, readings = baseline(case, analyte), recent(case, analyte)
        if usual is not None and readings:
            bases.append(f"{SHORT[analyte]} {usual:g}")
            risen += [one for one in readings if one.value >= factor * usual][:1]
    return Feature(
        name="blood pressure rise",
        criterion=f"{factor:g} x baseline or more",
        state=state_of(bool(risen), bool(bases)),
        results=tuple(risen),
        note=f"baseline {', '.join(bases)} mmHg" if bases else "",
    )


def pressure_swing(case: Case) -> Feature:
    """BP swing: systolic by 25 or diastolic by 20 mmHg within 24 hours."""
    limits = case.limits
    span = limits["nms.bp_swing_h"] * HOUR + SECOND
    found: tuple[LabResult, ...] = ()
    pairs = False
    for analyte, key in zip(PRESSURES, ("nms.bp_swing_s", "nms.bp_swing_d"), strict=True):
        readings = recent(case, analyte)
        pairs = pairs or len(readings) > 1
        found = found or newest_swing(readings, span, limits[key])
    criterion = f"systolic {limits.text('nms.bp_swing_s')} or diastolic {limits.text('nms.bp_swing_d')} within 24 h"
    return Feature(name="blood pressure swing", criterion=criterion, state=state_of(bool(found), pairs), results=found)


def newest_swing(readings: tuple[LabResult, ...], span: float, limit: float) -> tuple[LabResult, ...]:
    """The newest pair inside ``span`` seconds that differs by ``limit``, higher one first; readings are newest first.

    A window slides over the readings while two queues keep its highest and lowest: each reading enters and leaves once,
    however closely a monitor writes.
    """
    highest: deque[LabResult] = deque()
    lowest: deque[LabResult] = deque()
    for reading in readings:
        while highest and highest[-1].value <= reading.value:
            highest.pop()
        while lowest and lowest[-1].value >= reading.value:
            lowest.pop()
        highest.append(reading)
        lowest.append(reading)
        for queue in (highest, lowest):
            while queue[0].time - reading.time > span:
                queue.popleft()
        if highest[0].value - lowest[0].value >= limit:
            return highest[0], lowest[0]
    return ()


def pressure_absolute(case: Case) -> Feature:
    """BP absolute: only for a pressure without a baseline."""
    limits = case.limits
    high: list[LabResult] = []
    readings: list[LabResult] = []
    measured = False
    for analyte, key in zip(PRESSURES, ("nms.sbp_abs", "nms.dbp_abs"), strict=True):
        seen = recent(case, analyte)
        measured = measured or bool(seen)
        if baseline(case, analyte) is None:
            readings += seen[:1]
            high += [one for one in seen if one.value >= limits[key]][:1]
    by_baseline = measured and not readings
    return Feature(
        name="high blood pressure",
        criterion=f"systolic {limits.text('nms.sbp_abs')} or diastolic {limits.text('nms.dbp_abs')}, without a baseline",
        state=state_of(bool(high), bool(readings) or by_baseline),
        results=tuple(high or readings),
        note="does not apply: there is a baseline" if by_baseline else "",
    )


def fast(case: Case, analyte: Analyte, name: str, key: str) -> Feature:
    """Tachycardia, tachypnoea, leucocytosis: a recent value above a fixed limit."""
    readings = recent(case, analyte)
    high = tuple(one for one in readings if one.value > case.limits[key])
    return Feature(
        name=name,
        criterion=case.limits.text(key),
        state=state_of(bool(high), bool(readings)),
        results=high[:1] or readings[:1],
        note=one_of_many(len(high), "newest"),
    )


def hypermetabolism(case: Case) -> Feature:
    """IEC: heart rate and respiratory rate both well above their baselines; without baselines not assessable."""
    limits = case.limits
    shown: list[LabResult] = []
    sides: list[bool] = []
    bases: list[str] = []
    for analyte, key in ((Analyte.HEART_RATE, "nms.hr_rise"), (Analyte.RESPIRATORY_RATE, "nms.rr_rise")):
        usual, readings = baseline(case, analyte), recent(case, analyte)
        if usual is None or not readings:
            continue
        top = max(readings, key=lambda one: one.value)
        shown.append(top)
        bases.append(f"{usual:g}")
        sides.append(top.value >= limits[key] * usual)
    assessable = len(sides) == 2
    return Feature(
        name="hypermetabolism",
        criterion=f"heart rate {limits['nms.hr_rise']:g} x and respiratory rate {limits['nms.rr_rise']:g} x baseline",
        state=state_of(assessable and all(sides), assessable),
        results=tuple(shown) if assessable else (),
        note=f"baseline {' and '.join(bases)} /min" if assessable else "not assessable without both baselines",
    )

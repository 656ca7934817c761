"""Several results of one moment (rule catalogue 0.3-4): the later issued counts, else the most abnormal one."""

from __future__ import annotations

import math

from cds_service.clinical.chart import LabResult
from cds_service.clinical.fact import replace
from cds_service.clinical.grading import MG_PER_MMOL, Direction, band
from cds_service.clinical.limits import Limits
from cds_service.clinical.vocabulary import Analyte

SERIES = {
    Analyte.POTASSIUM: "k",
    Analyte.MAGNESIUM: "mg",
    Analyte.CALCIUM: "ca",
    Analyte.ADJUSTED_CALCIUM: "ca",
    Analyte.IONISED_CALCIUM: "ica",
}
MIDDLE = {
    (Analyte.POTASSIUM, "mmol/L"): 4.3,
    (Analyte.SODIUM, "mmol/L"): 140.0,
    (Analyte.CALCIUM, "mmol/L"): 2.35,
    (Analyte.CALCIUM, "mg/dL"): 9.4,
    (Analyte.ADJUSTED_CALCIUM, "mmol/L"): 2.35,
    (Analyte.ADJUSTED_CALCIUM, "mg/dL"): 9.4,
    (Analyte.IONISED_CALCIUM, "mmol/L"): 1.22,
    (Analyte.IONISED_CALCIUM, "mg/dL"): 4.9,
    (Analyte.MAGNESIUM, "mmol/L"): 0.85,
    (Analyte.MAGNESIUM, "mg/dL"): 2.05,
}
"""Mid-normal values: they only decide between two results of the same grade."""
LOW_IS_ABNORMAL = frozenset({Analyte.EGFR, Analyte.CREATININE_CLEARANCE, Analyte.GCS, Analyte.ALBUMIN})
SAME_AMOUNT = 0.02
"""Relative difference below which two results in different units say the same."""


def in_order(results: list[LabResult], limits: Limits) -> tuple[LabResult, ...]:
    """Newest first; of one moment the later issued, then the most abnormal, marked when another one disagrees."""
    if len(results) == 1:
        return (results[0],)

    def key(result: LabResult) -> tuple[float, float, int, float, str]:
        tier, distance = abnormality(result, limits)
        return (-result.time, -_issued(result), -tier, -distance, result.reference or "")

    ordered = sorted(results, key=key)
    first = ordered[0]
    if any(
        other.time == first.time and _issued(other) == _issued(first) and not _say_the_same(first, other)
        for other in ordered[1:]
    ):
        ordered[0] = replace(first, disagrees=True)
    return tuple(ordered)


def abnormality(result: LabResult, limits: Limits) -> tuple[int, float]:
    """How far out a value lies: the tier of its grade on either side (0 inside the limits), then the distance."""
    prefix = SERIES.get(result.analyte)
    tier = 0
    if prefix is not None:
        graded = (band(result.value, result.unit, f"{prefix}.{side.value}", limits) for side in Direction)
        tier = max((int(found[0]) for found in graded if found is not None), default=0)
    middle = MIDDLE.get((result.analyte, result.unit))
    if middle is not None:
        return tier, abs(result.value - middle) / middle
    return tier, -result.value if result.analyte in LOW_IS_ABNORMAL else result.value


def _issued(result: LabResult) -> float:
    return result.issued if result.issued is not None else -math.inf


def _say_the_same(one: LabResult, other: LabResult) -> bool:
    if one.unit == other.unit:
        return one.value == other.value and one.answer == other.answer
    factor = MG_PER_MMOL.get(one.analyte, 1.0)
    amounts = [result.value / factor if result.unit == "mg/dL" else result.value for result in (one, other)]
    return abs(amounts[0] - amounts[1]) <= SAME_AMOUNT * max(amounts)

"""Numbers of results: how they are printed, whether they are plausible, which of two is the more abnormal."""

from __future__ import annotations

import re
from functools import lru_cache

from cds_service.clinical.chart import LabResult
from cds_service.clinical.limits import Limits
from cds_service.clinical.vocabulary import Analyte
from cds_service.fhir.read import shapes

DECIMALS = {Analyte.POTASSIUM: 1}
MG_PER_MMOL = {
    Analyte.CALCIUM: 4.008,
    Analyte.ADJUSTED_CALCIUM: 4.008,
    Analyte.IONISED_CALCIUM: 4.008,
    Analyte.MAGNESIUM: 2.4305,
}
PLAUSIBLE_NAME = {Analyte.ADJUSTED_CALCIUM: "Ca"}
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
"""Mid-normal values: only to decide which of two results of the same moment lies farther out (0.3-4)."""
PRINTED_UNITS = {
    "Cel": "°C", "[degF]": "°F", "1": "", "mm[Hg]": "mmHg", "m[IU]/L": "mIU/L", "u[IU]/mL": "µIU/mL",
    "[lb_av]": "lb", "umol/L": "µmol/L", "10*9/L": "×10⁹/L", "10*3/uL": "×10³/µL", "mL/min/{1.73_m2}": "mL/min/1.73 m²",
}  # fmt: skip
"""UCUM codes that a clinician would stumble over."""
_ANNOTATION = re.compile(r"\{[^{}]{0,40}\}")
LOW_IS_ABNORMAL = frozenset({Analyte.EGFR, Analyte.CREATININE_CLEARANCE, Analyte.GCS, Analyte.ALBUMIN})


def abnormality(result: LabResult) -> float:
    """How far out a value lies, comparable within one analyte."""
    middle = MIDDLE.get((result.analyte, result.unit))
    if middle is not None:
        return abs(result.value - middle) / middle
    return -result.value if result.analyte in LOW_IS_ABNORMAL else result.value


def plausible(analyte: Analyte, value: float, unit: str, limits: Limits) -> bool:
    """Inside ``plausible.*``; where no range is stated, any finite number that is not negative."""
    name = PLAUSIBLE_NAME.get(analyte, analyte.value)
    low = limits.numbers.get(f"plausible.{name}.low")
    if low is None:
        return 0.0 <= value < 1e7
    if unit == "mg/dL":
        value /= MG_PER_MMOL[analyte]
    return low <= value <= limits.numbers[f"plausible.{name}.high"]


def reported_text(analyte: Analyte, quantity: shapes.Quantity) -> str:
    """``<2.5 mmol/L``: comparator, number and unit as the laboratory wrote them, long fractions shortened."""
    return written(
        analyte, (quantity.comparator or "")[:2], quantity.value or 0.0, quantity.unit or quantity.code or ""
    )


@lru_cache(maxsize=8192)
def written(analyte: Analyte, comparator: str | None, value: float, unit: str) -> str:
    """The same, from its parts; values repeat, so they are remembered."""
    shown = PRINTED_UNITS.get(unit, _ANNOTATION.sub("", unit)[:24].strip())
    return f"{comparator or ''}{number_text(value, least_decimals(analyte, shown))} {shown}".strip()


def least_decimals(analyte: Analyte, unit: str) -> int:
    """Decimals that are always shown (C2)."""
    if analyte in MG_PER_MMOL:
        return 1 if unit.casefold().startswith("mg") else 2
    return DECIMALS.get(analyte, 0)


def number_text(value: float, least: int) -> str:
    """A number with at least ``least`` and at most three decimals; what no result can be is shortened."""
    if abs(value) >= 1e9:
        return f"{value:.3g}"
    text = f"{value:.3f}".rstrip("0")
    whole, _, fraction = text.partition(".")
    fraction = fraction.ljust(least, "0")
    return f"{whole}.{fraction}" if fraction else whole

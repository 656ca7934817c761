"""Numbers of results: how they are printed, and whether they are plausible."""

from __future__ import annotations

import re
from functools import lru_cache

from cds_service.clinical.grading import MG_PER_MMOL
from cds_service.clinical.limits import Limits
from cds_service.clinical.vocabulary import Analyte
from cds_service.fhir import shapes

DECIMALS = {Analyte.POTASSIUM: 1}
PLAUSIBLE_NAME = {Analyte.ADJUSTED_CALCIUM: "Ca"}
PRINTED_UNITS = {
    "Cel": "°C", "[degF]": "°F", "1": "", "mm[Hg]": "mmHg", "m[IU]/L": "mIU/L", "u[IU]/mL": "µIU/mL",
    "[lb_av]": "lb", "umol/L": "µmol/L", "10*9/L": "×10⁹/L", "10*3/uL": "×10³/µL", "mL/min/{1.73_m2}": "mL/min/1.73 m²",
}  # fmt: skip
"""UCUM codes that a clinician would stumble over."""
_ANNOTATION = re.compile(r"\{[^{}]{0,40}\}")

LONGEST_UNIT = 200


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
    unit = (quantity.unit or quantity.code or "")[:LONGEST_UNIT]
    return written(analyte, (quantity.comparator or "")[:2], quantity.value or 0.0, unit)


@lru_cache(maxsize=1024)
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
    """A number with at least ``least`` decimals and no more than three; what no result can be is shortened.

    More only where three would print a rounder number than was reported: 2.4999999 is not shown as 2.5, because a
    limit lies between the two.
    """
    if abs(value) >= 1e9:
        return f"{value:.3g}"
    for decimals in range(3, 18):
        text = f"{value:.{decimals}f}".rstrip("0")
        if len(text.partition(".")[2]) == decimals or float(text) == value:
            break
    whole, _, fraction = text.partition(".")
    fraction = fraction.ljust(least, "0")
    return f"{whole}.{fraction}" if fraction else whole

"""Grading of potassium and magnesium (rule catalogue 0.5, 0.7, 0.12) and the Grade that calcium shares.

Values are compared in the unit family of the result. A mild grade also needs the value to lie outside the
laboratory's own range when one is supplied; a lab range never silences moderate or severe and never raises an alert.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

from cds_service.clinical.chart import LabResult
from cds_service.clinical.fact import Fact
from cds_service.clinical.limits import Limits
from cds_service.clinical.vocabulary import CALCIUM_KINDS, Analyte

MG_PER_MMOL = {
    Analyte.CALCIUM: 4.008,
    Analyte.ADJUSTED_CALCIUM: 4.008,
    Analyte.IONISED_CALCIUM: 4.008,
    Analyte.MAGNESIUM: 2.4305,
}
"""mg/dL per mmol/L (C2)."""


class Tier(IntEnum):
    """How far a value lies outside, ordered."""

    MILD = 1
    MODERATE = 2
    SEVERE = 3

    @property
    def code(self) -> str:
        return self.name.lower()


class Direction(StrEnum):
    """Which side of the limits."""

    LOW = "low"
    HIGH = "high"


class Grade(Fact):
    """A result outside its limits.

    ``value`` is what was compared (a corrected calcium differs from the result's own value). ``fresh`` means not older
    than ``labs.fresh_days``; ``treated`` that a matching replacement started at or after the result (0.12).
    ``at_most_info`` marks the uncorrected moderate calcium of 0.6-4.
    """

    result: LabResult
    value: float
    tier: Tier
    direction: Direction
    limit: str
    """The limit that decided, in force: ``< 3.0 mmol/L``."""
    limit_key: str
    shown: str
    """Value with unit, as the summary prints it."""
    kind: str
    """Analyte name for a sentence: Potassium, Ionised calcium, Corrected calcium, Total calcium."""
    fresh: bool = True
    treated: bool = False
    at_most_info: bool = False
    uncorrected: bool = False
    arithmetic: str | None = None

    @property
    def analyte(self) -> Analyte:
        """The analyte it speaks of, calcium of any kind as calcium."""
        return Analyte.CALCIUM if self.result.analyte in CALCIUM_KINDS else self.result.analyte

    @property
    def preliminary(self) -> bool:
        return self.result.preliminary

    @property
    def haemolysed(self) -> bool:
        return self.result.haemolysed


WORSE_TIERS = ((Tier.SEVERE, "severe"), (Tier.MODERATE, "moderate"))


def beyond(value: float, limit: float, compare: str) -> bool:
    """Whether a value lies beyond a limit; ``compare`` is the operator that the parameter file states."""
    if compare == "<":
        return value < limit
    if compare == "<=":
        return value <= limit
    if compare == ">":
        return value > limit
    return value >= limit


def band(value: float, unit: str, prefix: str, limits: Limits) -> tuple[Tier, str] | None:
    """The most severe band of the series ``prefix`` (``k.low``) that the value lies in, with the deciding key.

    A series is strictly ordered (checked at start-up), so a value inside the mild limit lies in no band.
    """
    mild = f"{prefix}.mild"
    if not beyond(value, limits.in_unit(mild, unit), limits.compares[mild]):
        return None
    for tier, name in WORSE_TIERS:
        key = f"{prefix}.{name}"
        if beyond(value, limits.in_unit(key, unit), limits.compares[key]):
            return tier, key
    return Tier.MILD, mild


def inside_lab_range(value: float, result: LabResult, direction: Direction) -> bool:
    """Whether the laboratory's own range, where supplied, calls this side of the value normal."""
    if direction is Direction.LOW:
        return result.reference_low is not None and value >= result.reference_low
    return result.reference_high is not None and value <= result.reference_high


def silenced_by_lab(tier: Tier, value: float, result: LabResult, direction: Direction, limits: Limits) -> bool:
    """A lab range can silence a mild grade only (0.5)."""
    if tier is not Tier.MILD or not limits.is_on("labs.lab_range_silences_mild"):
        return False
    return inside_lab_range(value, result, direction)

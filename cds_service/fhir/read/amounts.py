"""A Quantity as an amount of an analyte, and a laboratory's range in the same unit (rule catalogue 0.4)."""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

from cds_service.clinical.chart import Sex
from cds_service.clinical.vocabulary import Analyte
from cds_service.fhir.read.numbers import reported_text
from cds_service.fhir.read.understood import Understood
from cds_service.fhir.shapes import Concept, Observation, Quantity, Range
from cds_service.fhir.units import conversion

COMPARATORS = {None: "", "": "", "=": "", "<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">="}
_SEXES = {
    "male": Sex.MALE, "m": Sex.MALE, "men": Sex.MALE, "248153007": Sex.MALE,
    "female": Sex.FEMALE, "f": Sex.FEMALE, "women": Sex.FEMALE, "248152002": Sex.FEMALE,
}  # fmt: skip
Bounds = tuple[float | None, float | None]
NO_BOUNDS: Bounds = (None, None)


class Amount(NamedTuple):
    """An amount in the unit family in which its analyte is compared."""

    number: float
    """As reported; ``value`` is just below or above it where a comparator says so."""
    value: float
    unit: str
    reported: str
    quantity: Quantity
    """As it is written: a limit without a unit of its own is in this one's."""


class Unfit(NamedTuple):
    """A Quantity that cannot be used: how it was reported, and why."""

    reported: str
    why: str


def amount_of(analyte: Analyte, quantity: Quantity) -> Amount | Unfit | None:
    """What a Quantity says of an analyte; ``None`` when it holds no number."""
    if quantity.value is None:
        return None
    comparator = COMPARATORS.get(quantity.comparator)
    if comparator is None:
        return Unfit(reported_text(analyte, quantity), "has a comparator that is not known")
    unit = conversion(analyte, quantity.unit, quantity.code, quantity.system)
    if unit is None:
        named = quantity.unit or quantity.code
        why = "has a unit that does not fit or is not clear" if named else "has no unit"
        return Unfit(reported_text(analyte, quantity), why)
    value = number = unit.apply(quantity.value)
    if comparator == "<":
        value = math.nextafter(number, -math.inf)
    elif comparator == ">":
        value = math.nextafter(number, math.inf)
    return Amount(number, value, unit.family, reported_text(analyte, quantity), quantity)


def _understand(analyte: Analyte, raw: bytes) -> Amount | Unfit | None:
    quantity = Observation.valueQuantity.read(raw)
    return amount_of(analyte, quantity) if quantity is not None else None


AMOUNTS = {analyte: Understood(partial(_understand, analyte), most=100_000, longest=300) for analyte in Analyte}
"""Analyte → raw Quantity → amount; values of results repeat. Raises msgspec errors for a malformed one."""


def bounds_of(ranges: list[Range] | None, analyte: Analyte, own: Quantity, sex: Sex | None) -> Bounds:
    """The first normal range that is not one for the other sex only."""
    for limits in ranges or ():
        if limits.type is not None and not any(c.code in ("normal", None) for c in limits.type.coding or ()):
            continue
        if limits.appliesTo and not applies_to(limits.appliesTo, sex):
            continue
        if limits.low is not None or limits.high is not None:
            return _limit(limits.low, analyte, own), _limit(limits.high, analyte, own)
    return NO_BOUNDS


def applies_to(groups: list[Concept], sex: Sex | None) -> bool:
    """Whether a range for these groups may hold for a patient: one that names only the other sex does not."""
    words = (word for one in groups for coding in one.coding or () for word in (coding.code, coding.display))
    named = {_SEXES.get((word or "").strip().casefold()) for word in (*words, *(one.text for one in groups))} - {None}
    return sex is None or not named or sex in named


def _limit(limit: Quantity | None, analyte: Analyte, own: Quantity) -> float | None:
    """A lab limit in the unit of comparison; without a unit of its own it is in the result's."""
    if limit is None or limit.value is None:
        return None
    named = limit if _has_unit(limit) else own
    unit = conversion(analyte, named.unit, named.code, named.system)
    return unit.apply(limit.value) if unit is not None else None


def _has_unit(limit: Quantity) -> bool:
    return bool(limit.unit or limit.code)


def _understand_bounds(analyte: Analyte, sex: Sex | None, raw: bytes) -> Bounds | None:
    ranges = Observation.referenceRange.read(raw)
    limits = [limit for one in ranges or () for limit in (one.low, one.high) if limit is not None]
    return bounds_of(ranges, analyte, Quantity(), sex) if all(map(_has_unit, limits)) else None


BOUNDS = {
    (analyte, sex): Understood(partial(_understand_bounds, analyte, sex), most=15_000, longest=800)
    for analyte in Analyte
    for sex in (None, *Sex)
}  # fmt: skip
"""Analyte and sex → raw referenceRange → its limits; ``None`` when a limit has no unit of its own."""

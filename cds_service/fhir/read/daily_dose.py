"""Daily dose in mg from structured dosage: dose × doses a day (rule catalogue 0.16).

Where an order leaves a choice (a range of doses or of frequencies) the most that it allows counts. Words alone are not
computed. Steps of a titration follow one another; lines that may hold at the same time are added.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from cds_service.fhir import shapes
from cds_service.fhir.read.context import codings, text_of

DAYS = {"s": 1 / 86_400, "min": 1 / 1440, "h": 1 / 24, "d": 1.0, "wk": 7.0, "mo": 30.44, "a": 365.25}
TIMES_A_DAY = {
    "QD": 1.0, "BID": 2.0, "TID": 3.0, "QID": 4.0, "AM": 1.0, "PM": 1.0, "BED": 1.0, "Q1H": 24.0, "Q2H": 12.0,
    "Q3H": 8.0, "Q4H": 6.0, "Q6H": 4.0, "Q8H": 3.0, "Q12H": 2.0, "QOD": 0.5, "WK": 1 / 7, "MO": 1 / 30.44,
    "229797004": 1.0, "229799001": 2.0, "229798009": 3.0, "307439001": 4.0, "225756002": 6.0, "307468000": 4.0,
    "307469008": 3.0, "307470009": 2.0,
}  # fmt: skip
"""HL7 GTSAbbreviation; SNOMED CT once to four times daily, every 4, 6, 8 and 12 hours."""
MEALS = frozenset({"AC", "PC", "C"})
"""``when`` codes that name every meal."""
MG = {
    "mg": 1.0, "milligram": 1.0, "milligrams": 1.0, "milligram(s)": 1.0, "g": 1000.0, "gram": 1000.0, "grams": 1000.0,
    "ug": 0.001, "mcg": 0.001,
}  # fmt: skip
PIECES = frozenset(
    {"tablet", "tablets", "tablet(s)", "tab", "tabs", "capsule", "capsules", "capsule(s)", "cap", "caps", "{tbl}",
     "{tablet}", "{capsule}", "1", "each", "tbl", "{each}", "oral tablet", "oral capsule"}
)  # fmt: skip


def daily_dose_mg(lines: list[shapes.Dosage], strength_mg: float | None) -> float | None:
    """mg a day over all lines; ``None`` when one of them cannot be computed. ``strength_mg`` is that of one piece."""
    steps: dict[Any, float] = {}
    for line in lines:
        amount = _line_mg(line, strength_mg)
        if amount is None:
            return None
        step = line.sequence if isinstance(line.sequence, int) else None
        steps[step] = steps.get(step, 0.0) + amount
    if not steps:
        return None
    return round(max(steps.values()) if _follow_one_another(lines, steps) else sum(steps.values()), 6)


def _follow_one_another(lines: list[shapes.Dosage], steps: dict[Any, float]) -> bool:
    """Steps of different sequence, every one but the last with an end: a titration. Without ends they may overlap."""
    if len(steps) < 2 or None in steps:
        return False
    last = max(steps)
    return all(_has_end(line) for line in lines if line.sequence != last)


def _has_end(line: shapes.Dosage) -> bool:
    repeat = line.timing.repeat if line.timing else None
    if repeat is None:
        return False
    bounded = repeat.boundsPeriod is not None and repeat.boundsPeriod.end is not None
    return bounded or any((repeat.boundsDuration, repeat.boundsRange, repeat.count))


def _line_mg(line: shapes.Dosage, strength_mg: float | None) -> float | None:
    per_day, dose = doses_a_day(line), _dose_mg(line, strength_mg)
    return dose * per_day if per_day is not None and dose is not None else _most_per_day(line, strength_mg)


def doses_a_day(line: shapes.Dosage) -> float | None:
    """Frequency ÷ period in days, the times named for a day, or the timing code (BID, TID ...)."""
    timing = line.timing
    if timing is None:
        return None
    repeat = timing.repeat
    if repeat is not None:
        named = _named_times(repeat)
        if repeat.period and repeat.periodUnit in DAYS:
            often = max(_whole(repeat.frequencyMax), repeat.frequency or 0, named) or 1
            return often / (repeat.period * DAYS[repeat.periodUnit])
        if named:
            return float(named)
    for word in (*(one.code for one in codings(timing.code)), text_of(timing.code)):
        if word and word.strip().upper() in TIMES_A_DAY:
            return TIMES_A_DAY[word.strip().upper()]
    return None


def _named_times(repeat: shapes.Repeat) -> int:
    """How many moments of a day are named: clock times, or "morning and evening"."""
    clock = len(repeat.timeOfDay) if isinstance(repeat.timeOfDay, list) else 0
    events = repeat.when if isinstance(repeat.when, list) else ()
    return max(clock, sum(3 if one in MEALS else 1 for one in events))


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _dose_mg(line: shapes.Dosage, strength_mg: float | None) -> float | None:
    """The first dose that can be said in mg; of a range its upper end."""
    for quantity in _doses(line):
        amount = _in_mg(quantity, strength_mg)
        if amount is not None:
            return amount
    return None


def _doses(line: shapes.Dosage) -> Iterator[shapes.Quantity]:
    rates = line.doseAndRate if isinstance(line.doseAndRate, list) else [line.doseAndRate] if line.doseAndRate else []
    places: tuple[shapes.Dosage | shapes.Dose, ...] = (line, *rates)
    for one in places:
        upper = one.doseRange.get("high") if isinstance(one.doseRange, dict) else None
        for quantity in (one.doseQuantity, _quantity(upper)):
            if quantity is not None:
                yield quantity


def _in_mg(quantity: shapes.Quantity, strength_mg: float | None) -> float | None:
    if quantity.value is None or quantity.value <= 0:
        return None
    names = [(unit or "").strip().casefold() for unit in (quantity.code, quantity.unit)]
    for name in names:
        if name in MG:
            return quantity.value * MG[name]
    return quantity.value * strength_mg if strength_mg is not None and not PIECES.isdisjoint(names) else None


def _most_per_day(line: shapes.Dosage, strength_mg: float | None) -> float | None:
    """``maxDosePerPeriod`` of an order as needed that names no frequency."""
    ratio = line.maxDosePerPeriod[0] if isinstance(line.maxDosePerPeriod, list) else line.maxDosePerPeriod
    most, period = ratio_of(ratio)
    days = DAYS.get(period.code or period.unit or "") if period is not None else None
    amount = _in_mg(most, strength_mg) if most is not None else None
    if amount is None or days is None or period is None or not period.value or period.value <= 0:
        return None
    return amount / (period.value * days)


def ratio_of(value: object) -> tuple[shapes.Quantity | None, shapes.Quantity | None]:
    """Numerator and denominator of a FHIR Ratio."""
    if not isinstance(value, dict):
        return None, None
    return _quantity(value.get("numerator")), _quantity(value.get("denominator"))


def strength_of(value: object) -> float | None:
    """mg in one piece from Medication.ingredient.strength ("300 mg per capsule")."""
    amount, piece = ratio_of(value)
    if amount is None or piece is None or not piece.value or piece.value <= 0:
        return None
    names = {(unit or "").strip().casefold() for unit in (piece.code, piece.unit)}
    mg = _in_mg(amount, None)
    return mg / piece.value if mg is not None and (names == {""} or not PIECES.isdisjoint(names)) else None


def _quantity(value: object) -> shapes.Quantity | None:
    try:
        return msgspec.convert(value, shapes.Quantity) if isinstance(value, dict) else None
    except msgspec.ValidationError:
        return None

"""Strength of a single-ingredient tablet or capsule, read from a product name."""

from __future__ import annotations

import re

_SOLID = re.compile(r"\b(?:tablets?|tabs?|capsules?|caps?)\b", re.IGNORECASE)
_AMOUNT = re.compile(r"(\d+(?:[.,]\d+)*)\s*(mg|mcg|ug|microgram|g|gram)s?\b(?!\s*/)", re.IGNORECASE)
_TO_MG = {"mg": 1.0, "mcg": 0.001, "ug": 0.001, "microgram": 0.001, "g": 1000.0, "gram": 1000.0}


def strength_mg(name: str) -> float | None:
    """Milligrams in one tablet or capsule, or ``None`` when the name shows no single such amount."""
    if not _SOLID.search(name):
        return None
    amounts = {_milligrams(number, unit.lower()) for number, unit in _AMOUNT.findall(name)}
    return amounts.pop() if len(amounts) == 1 else None


def _milligrams(number: str, unit: str) -> float:
    """Thousands commas are dropped; a decimal comma ("2,5 mg") is read as a point."""
    plain = re.sub(r",(?=\d{3}\b)", "", number).replace(",", ".")
    return round(float(plain) * _TO_MG[unit], 6) if plain.count(".") <= 1 else 0.0

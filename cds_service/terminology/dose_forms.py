"""What a product name or an ATC code tells about form: a local route, the strength of a tablet."""

from __future__ import annotations

import re

from cds_service.clinical.vocabulary import Route

_SOLID = re.compile(r"\b(?:tablets?|tabs?|capsules?|caps?)\b", re.IGNORECASE)
_AMOUNT = re.compile(r"(?<!\d)(?<!\d[.,])(\d+(?:[.,]\d+)*)\s*(mg|mcg|ug|microgram|g|gram)s?\b(?!\s*/)", re.IGNORECASE)
_TO_MG = {"mg": 1.0, "mcg": 0.001, "ug": 0.001, "microgram": 0.001, "g": 1000.0, "gram": 1000.0}
_FORM_WORDS: tuple[tuple[re.Pattern[str], Route], ...] = (
    (re.compile(r"\b(ophthalmic|eye (drop|ointment|gel)s?|eye)\b", re.IGNORECASE), Route.OPHTHALMIC),
    (re.compile(r"\b(otic|ear (drop|spray)s?)\b", re.IGNORECASE), Route.OTIC),
    (re.compile(r"\b(vaginal|pessar(y|ies))\b", re.IGNORECASE), Route.VAGINAL),
    (re.compile(r"\b(nasal|nose)\b", re.IGNORECASE), Route.NASAL),
    (re.compile(r"\b(inhal\w*|nebuli[sz]\w*|actuat)\b", re.IGNORECASE), Route.INHALED),
    (re.compile(r"\b(medicated (pad|patch)|irrigation)\b", re.IGNORECASE), Route.TOPICAL),
    (re.compile(r"\b(transdermal|patch(es)?)\b", re.IGNORECASE), Route.TRANSDERMAL),
    (re.compile(r"\b(rectal|suppositor(y|ies)|enema)\b", re.IGNORECASE), Route.RECTAL),
    (re.compile(r"\b(topical|cream|ointment|lotion|shampoo|gel)\b", re.IGNORECASE), Route.TOPICAL),
)
_ATC_SYSTEMIC = ("D01B", "D05B", "D10B", "D11AH", "C05C")
_ATC_ROUTES: tuple[tuple[str, Route], ...] = (
    ("S01", Route.OPHTHALMIC),
    ("S02", Route.OTIC),
    ("S03", Route.OPHTHALMIC),
    ("D", Route.TOPICAL),
    ("M02A", Route.TOPICAL),
    ("C05", Route.TOPICAL),
    ("G01", Route.VAGINAL),
    ("R01A", Route.NASAL),
    ("R03A", Route.INHALED),
    ("R03B", Route.INHALED),
)
"""ATC groups of locally given medicines. R03C and R03D are systemic; so are the D and C05 groups named above."""


def atc_route(code: str) -> Route | None:
    """Route that an ATC code implies; none where the group may be systemic."""
    if code.startswith(_ATC_SYSTEMIC):
        return None
    return next((route for prefix, route in _ATC_ROUTES if code.startswith(prefix)), None)


def form_route(name: str) -> Route | None:
    """Route that a dose form in a product name tells ("eye drops"); none for tablets and injections."""
    for pattern, route in _FORM_WORDS:
        if pattern.search(name):
            return route
    return None


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

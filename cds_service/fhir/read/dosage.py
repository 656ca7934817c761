"""Dosage: lines, route, depot (rule catalogue 0.10, 0.16)."""

from __future__ import annotations

import re
from functools import lru_cache

from cds_service.clinical.vocabulary import Route
from cds_service.fhir import shapes
from cds_service.fhir.read.context import codings, text_of
from cds_service.fhir.read.daily_dose import doses_a_day
from cds_service.terminology import Terminology

MONTHLY_DAYS = (13.0, 43.0)
QUARTERLY_DAYS = (75.0, 110.0)
DEPOT_WORDS = re.compile(
    r"\b(?:depot|decanoate|long[- ]acting|extended[- ]release (?:injectable )?suspension|LAI|enanthate|palmitate|pamoate)\b",
    re.IGNORECASE,
)
THREE_MONTHLY_WORDS = re.compile(r"\b(?:trinza|trevicta|hafyera|byannli|asimtufii)\b", re.IGNORECASE)
DEPOT_PRODUCTS = re.compile(
    r"\b(?:decanoate|enanthate|depot|lauroxil|paliperidone palmitate|olanzapine pamoate|sustenna|xeplion|erzofri|maintena|"
    r"aristada|consta|rykindo|perseris|okedi|uzedy|relprevv|zypadhera|modecate)\b",
    re.IGNORECASE,
)
"""Salts and brands of antipsychotics that exist only as depots."""
INTRATHECAL_WORDS = re.compile(r"\bintrathecal", re.IGNORECASE)
BACLOFEN_INJECTION = re.compile(r"\bgablofen\b|\bbaclofen\b.*\binject|\bpump\b", re.IGNORECASE)
"""Baclofen for injection is made for the intrathecal pump only."""


def dosages(use: shapes.MedicationUse) -> list[shapes.Dosage]:
    """All dosage lines, whichever member holds them and whether they are a list or a single object."""
    lines: list[shapes.Dosage] = []
    for value in (use.dosageInstruction, use.dosage):
        if isinstance(value, list):
            lines += value
        elif value is not None:
            lines.append(value)
    return lines


def route_of(lines: list[shapes.Dosage], terminology: Terminology) -> Route | None:
    """The first route that is known."""
    for line in lines:
        if line.route is not None:
            found = terminology.route(codings(line.route), text_of(line.route))
            if found is not None:
                return found
    return None


def interval_days(line: shapes.Dosage) -> float | None:
    """Days between two doses, ``None`` when the timing does not say."""
    per_day = doses_a_day(line)
    return 1 / per_day if per_day else None


def depot_route(lines: list[shapes.Dosage], name: str | None) -> Route | None:
    """A depot: intramuscular with about 2 to 6 weeks or 3 months between doses, or a product named so (0.16)."""
    for line in lines:
        text = f"{text_of(line.route) or ''} {line.text or ''}"
        muscular = _is_intramuscular(line) or "intramuscular" in text.casefold()
        days = interval_days(line)
        if muscular and days is not None:
            if MONTHLY_DAYS[0] <= days <= MONTHLY_DAYS[1]:
                return Route.DEPOT
            if QUARTERLY_DAYS[0] <= days <= QUARTERLY_DAYS[1]:
                return Route.DEPOT_3_MONTHLY
        if DEPOT_WORDS.search(text[:500]) and muscular:
            return Route.DEPOT
    return _depot_by_name(name) if name else None


def intrathecal_route(lines: list[shapes.Dosage], name: str | None, ingredients: tuple[str, ...]) -> Route | None:
    """Intrathecal by the words of the dosage or of the product; for baclofen every injection is."""
    if any(INTRATHECAL_WORDS.search(line.text[:500]) for line in lines if line.text):
        return Route.INTRATHECAL
    if name and (INTRATHECAL_WORDS.search(name) or ("baclofen" in ingredients and BACLOFEN_INJECTION.search(name))):
        return Route.INTRATHECAL
    return None


@lru_cache(maxsize=4096)
def _depot_by_name(name: str) -> Route | None:
    """Products that are depots by their name; names repeat, so the answer is remembered."""
    if THREE_MONTHLY_WORDS.search(name[:300]):
        return Route.DEPOT_3_MONTHLY
    if DEPOT_PRODUCTS.search(name[:300]):
        return Route.DEPOT
    if re.search(r"\b(?:injectable suspension|prefilled syringe)\b", name[:300], re.IGNORECASE):
        return Route.DEPOT if DEPOT_WORDS.search(name[:300]) else None
    return None


def _is_intramuscular(line: shapes.Dosage) -> bool:
    return any(coding.code in ("78421000", "IM", "C28161") for coding in codings(line.route))

"""What a resource says about its medicine: codings and words, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from cds_service.fhir import shapes
from cds_service.fhir.read.context import Reading, clipped, codings, text_of
from cds_service.fhir.read.daily_dose import strength_of
from cds_service.fhir.tidy import DECODE_ERRORS
from cds_service.terminology import Coding

LETTERS = re.compile(r"[^\W\d_]{3}")


@dataclass(frozen=True, slots=True)
class Named:
    """What a resource says about its medicine: codings, words, and the dose form where the Medication tells it."""

    codings: tuple[Coding, ...]
    text: str | None
    form: str | None = None
    strength_mg: float | None = None
    """Of one piece, where the Medication says so itself."""


def name_of(use: shapes.MedicationUse, reading: Reading) -> Named:
    """Codings and words of the medicine: inline, contained, sibling entry, R5 shape, or only a display."""
    concept = use.medicationCodeableConcept or (use.medication.concept if use.medication else None)
    return Named(codings(concept), text_of(concept)) if concept is not None else referenced(use, reading)


def referenced(use: shapes.MedicationUse, reading: Reading) -> Named:
    """Codings and words of the Medication that a resource points at; empty when it points at none."""
    reference = use.medicationReference or (use.medication.reference if use.medication else None)
    if reference is None:
        return Named((), None)
    only_display = Named((), clipped(reference.display or "") or None)
    try:
        medication = reading.resolve(reference.reference, use.contained)
        return _of_medication(medication, use, reading, only_display)
    except DECODE_ERRORS:
        return only_display


def _of_medication(
    medication: shapes.Resource | None, use: shapes.MedicationUse, reading: Reading, only_display: Named
) -> Named:
    if not isinstance(medication, shapes.Medication):
        return only_display
    code = medication.code
    found, words = codings(code), text_of(code) or only_display.text
    if medication.raw_ingredient and reading.terminology.drug(found, words).matched_by == "none":
        parts, name = _from_ingredients(medication, reading, use.contained)
        if parts or name:
            found, words = parts, name
    parts_listed = medication.ingredient or []
    strength = strength_of(parts_listed[0].strength) if len(parts_listed) == 1 else None
    return Named(found, words, text_of(medication.form), strength)


def is_name(named: Named) -> bool:
    """Whether a person could read a medicine in it: three letters in a row that are not just its code again."""
    codes = {coding.code.casefold() for coding in named.codings if coding.code}
    texts = [text for text in (named.text, *(coding.display for coding in named.codings)) if text]
    return any(LETTERS.search(text) and text.strip().casefold() not in codes for text in texts)


def _from_ingredients(
    medication: shapes.Medication, reading: Reading, contained: Sequence[msgspec.Raw] | None
) -> tuple[tuple[Coding, ...], str | None]:
    """A Medication whose own code says nothing: its ingredients, as one combination."""
    concepts = [found for one in medication.ingredient or () if (found := _ingredient(one, reading, contained))]
    if len(concepts) == 1:
        return codings(concepts[0]), text_of(concepts[0])
    names: list[str] = []
    for concept in concepts:
        known = reading.terminology.drug(codings(concept), text_of(concept))
        names += known.ingredients or ([text] if (text := text_of(concept)) else [])
    return (), " / ".join(names) or None


def _ingredient(
    one: shapes.Ingredient, reading: Reading, contained: Sequence[msgspec.Raw] | None
) -> shapes.Concept | None:
    """What one ingredient is: coded in place, or a Medication or Substance it points at."""
    concept = one.itemCodeableConcept or (one.item.concept if one.item else None)
    pointer = one.itemReference or (one.item.reference if one.item else None)
    if concept is not None or pointer is None:
        return concept
    try:
        target = reading.resolve(pointer.reference, contained)
        found = target.code if isinstance(target, shapes.Medication | shapes.Substance) else None
    except DECODE_ERRORS:
        found = None
    return found or (shapes.Concept(text=pointer.display) if pointer.display else None)

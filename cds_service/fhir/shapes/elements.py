"""FHIR data types and the inner elements of resources, as far as we read them."""

from __future__ import annotations

from typing import Any

import msgspec

from cds_service.fhir.shapes.parts import Shape


class CodingShape(Shape):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class Concept(Shape):
    """CodeableConcept."""

    coding: list[CodingShape] | None = None
    text: str | None = None


ANY = msgspec.json.Decoder()


def mended_concept(raw: bytes) -> Concept | None:
    """A CodeableConcept of which something is of the wrong kind: the codings and words that can be read.

    A list of one counts as its item, a single coding as a list of one, a code that is a whole number as its digits.
    Raises msgspec errors when it is no object, or nothing of it can be read.
    """
    found = ANY.decode(raw)
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if not isinstance(found, dict):
        raise msgspec.ValidationError("no CodeableConcept")
    listed = found.get("coding")
    codings = [
        _mended_coding(one) for one in (listed if isinstance(listed, list) else [listed]) if isinstance(one, dict)
    ]
    text = found.get("text")
    good = [one for one in codings if one.code or one.display]
    if not good and not isinstance(text, str):
        raise msgspec.ValidationError("nothing of a CodeableConcept can be read")
    return Concept(coding=good or None, text=text if isinstance(text, str) else None)


def mended_code(raw: bytes) -> CodeOrReference | None:
    """The same where R5 has a CodeableReference."""
    found = mended_concept(raw)
    return CodeOrReference(coding=found.coding, text=found.text) if found is not None else None


def _mended_coding(found: dict[str, Any]) -> CodingShape:
    code = found.get("code")
    if isinstance(code, int) and not isinstance(code, bool):
        code = str(code)
    system, display = found.get("system"), found.get("display")
    return CodingShape(
        system=system if isinstance(system, str) else None,
        code=code if isinstance(code, str) else None,
        display=display if isinstance(display, str) else None,
    )


class Reference(Shape):
    reference: str | None = None
    display: str | None = None


class CodeableReference(Shape):
    """R5."""

    concept: Concept | None = None
    reference: Reference | None = None


class CodeOrReference(Shape):
    """A CodeableConcept (R4) or CodeableReference (R5) in one."""

    coding: list[CodingShape] | None = None
    text: str | None = None
    concept: Concept | None = None


class Quantity(Shape):
    value: float | None = None
    comparator: str | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None


class Period(Shape):
    start: str | None = None
    end: str | None = None


class Meta(Shape):
    lastUpdated: str | None = None
    versionId: str | None = None


class Annotation(Shape):
    text: str | None = None


class Events(Shape):
    """Observation.effectiveTiming."""

    event: list[str] | None = None


class Range(Shape):
    """Observation.referenceRange."""

    low: Quantity | None = None
    high: Quantity | None = None
    type: Concept | None = None
    appliesTo: list[Concept] | None = None


class Component(Shape):
    code: Concept | None = None
    valueQuantity: Quantity | None = None
    valueInteger: int | None = None
    valueString: str | None = None
    valueCodeableConcept: Concept | None = None
    valueBoolean: bool | None = None
    dataAbsentReason: Any = None
    referenceRange: list[Range] | None = None
    interpretation: list[Concept] | None = None


class Repeat(Shape):
    boundsPeriod: Period | None = None
    boundsDuration: Any = None
    boundsRange: Any = None
    count: Any = None
    frequency: int | None = None
    frequencyMax: Any = None
    period: float | None = None
    periodUnit: str | None = None
    timeOfDay: Any = None
    when: Any = None


class Timing(Shape):
    repeat: Repeat | None = None
    code: Concept | None = None
    event: list[str] | None = None


class Dose(Shape):
    """Dosage.doseAndRate."""

    doseQuantity: Quantity | None = None
    doseRange: Any = None


class Dosage(Shape):
    sequence: Any = None
    text: str | None = None
    timing: Timing | None = None
    route: Concept | None = None
    doseAndRate: list[Dose] | Dose | None = None
    doseQuantity: Quantity | None = None
    doseRange: Any = None
    maxDosePerPeriod: Any = None
    dose: Any = None


class DispenseRequest(Shape):
    validityPeriod: Period | None = None


class Ingredient(Shape):
    itemCodeableConcept: Concept | None = None
    itemReference: Reference | None = None
    item: CodeableReference | None = None
    strength: Any = None


class Adherence(Shape):
    """R5 MedicationStatement.adherence."""

    code: Concept | None = None


class EncounterReason(Shape):
    """Encounter.reason: R5's, or the CodeableConcept that it was in STU3."""

    use: list[Concept] | None = None
    value: list[CodeableReference] | None = None
    coding: list[CodingShape] | None = None
    text: str | None = None

"""FHIR resources as far as we read them. Unknown members are skipped; a member of the wrong type fails its resource.

R4 and R4B; where R5 differs and costs nothing, its shape is read as well (CodeableReference, Encounter.reason).
"""

from __future__ import annotations

from typing import Any

import msgspec


class Shape(msgspec.Struct, gc=False):
    """Base of all shapes."""


class CodingShape(Shape):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class Concept(Shape):
    """CodeableConcept."""

    coding: list[CodingShape] | None = None
    text: str | None = None


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


class Component(Shape):
    code: Concept | None = None
    valueQuantity: Quantity | None = None
    valueInteger: int | None = None
    valueCodeableConcept: Concept | None = None
    valueBoolean: bool | None = None
    dataAbsentReason: Any = None
    referenceRange: list[Range] | None = None
    interpretation: list[Concept] | None = None


class Observation(Shape):
    id: str | None = None
    meta: Meta | None = None
    status: str | None = None
    code: Concept | None = None
    subject: Reference | None = None
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    effectiveTiming: Events | None = None
    effectiveInstant: str | None = None
    issued: str | None = None
    valueQuantity: Quantity | None = None
    valueInteger: int | None = None
    valueString: str | None = None
    valueBoolean: bool | None = None
    valueCodeableConcept: Concept | None = None
    dataAbsentReason: Any = None
    interpretation: list[Concept] | None = None
    note: list[Annotation] | None = None
    referenceRange: list[Range] | None = None
    component: list[Component] | None = None
    performer: list[Reference] | None = None
    encounter: Reference | None = None
    specimen: Reference | None = None
    bodySite: Concept | None = None
    contained: list[msgspec.Raw] | None = None


class Patient(Shape):
    id: str | None = None
    gender: str | None = None
    birthDate: str | None = None
    deceasedBoolean: bool | None = None
    deceasedDateTime: str | None = None


class Condition(Shape):
    id: str | None = None
    meta: Meta | None = None
    clinicalStatus: Concept | str | None = None
    verificationStatus: Concept | str | None = None
    severity: Concept | None = None
    code: Concept | None = None
    subject: Reference | None = None
    patient: Reference | None = None
    encounter: Reference | None = None
    onsetDateTime: str | None = None
    onsetPeriod: Period | None = None
    abatementDateTime: str | None = None
    abatementPeriod: Period | None = None
    recordedDate: str | None = None
    bodySite: Any = None
    extension: Any = None


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


class MedicationUse(Shape):
    """MedicationRequest, MedicationStatement and MedicationAdministration in one."""

    resourceType: str | None = None
    id: str | None = None
    meta: Meta | None = None
    status: str | None = None
    intent: str | None = None
    doNotPerform: bool | None = None
    reportedBoolean: bool | None = None
    reportedReference: Reference | None = None
    medicationCodeableConcept: Concept | None = None
    medicationReference: Reference | None = None
    medication: CodeableReference | None = None
    subject: Reference | None = None
    patient: Reference | None = None
    """DSTU2, where R4 has ``subject``."""
    authoredOn: str | None = None
    statusChanged: str | None = None
    dosageInstruction: list[Dosage] | Dosage | None = None
    dosage: list[Dosage] | Dosage | None = None
    dispenseRequest: DispenseRequest | None = None
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    occurenceDateTime: str | None = None
    occurencePeriod: Period | None = None
    reasonCode: list[Concept] | Concept | None = None
    reasonReference: list[Reference] | Reference | None = None
    reason: list[CodeableReference] | None = None
    contained: list[msgspec.Raw] | None = None


class Ingredient(Shape):
    itemCodeableConcept: Concept | None = None
    itemReference: Reference | None = None
    item: CodeableReference | None = None
    strength: Any = None


class Medication(Shape):
    id: str | None = None
    code: Concept | None = None
    form: Concept | None = None
    ingredient: list[Ingredient] | None = None


class ServiceRequest(Shape):
    id: str | None = None
    status: str | None = None
    intent: str | None = None
    doNotPerform: bool | None = None
    code: CodeOrReference | None = None
    category: list[Concept] | Concept | None = None
    subject: Reference | None = None
    authoredOn: str | None = None
    reasonCode: list[Concept] | Concept | None = None
    reasonReference: list[Reference] | Reference | None = None
    reason: list[CodeableReference] | None = None
    contained: list[msgspec.Raw] | None = None


class EncounterReason(Shape):
    """R5 Encounter.reason."""

    use: list[Concept] | None = None
    value: list[CodeableReference] | None = None


class Encounter(Shape):
    id: str | None = None
    status: str | None = None
    type: list[Concept] | None = None
    serviceType: Any = None
    subject: Reference | None = None
    patient: Reference | None = None
    period: Period | None = None
    actualPeriod: Period | None = None
    reasonCode: list[Concept] | None = None
    reasonReference: list[Reference] | None = None
    reason: list[EncounterReason] | None = None


class CarePlan(Shape):
    id: str | None = None
    status: str | None = None
    category: list[Concept] | None = None
    title: str | None = None
    subject: Reference | None = None
    period: Period | None = None
    created: str | None = None


class AllergyIntolerance(Shape):
    id: str | None = None
    clinicalStatus: Concept | str | None = None
    verificationStatus: Concept | str | None = None
    code: Concept | None = None
    patient: Reference | None = None
    onsetDateTime: str | None = None
    recordedDate: str | None = None


class Outcome(Shape):
    """OperationOutcome."""

    issue: list[dict[str, Any]] | None = None


class Specimen(Shape):
    id: str | None = None
    condition: list[Concept] | None = None
    note: list[Annotation] | None = None

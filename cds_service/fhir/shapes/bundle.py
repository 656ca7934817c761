"""Bundles, and every type of resource that may stand in one."""

from __future__ import annotations

from cds_service.fhir.shapes.parts import Part, Raw, Resource, Shape, member
from cds_service.fhir.shapes.resources import (
    AllergyIntolerance,
    CarePlan,
    Condition,
    Encounter,
    Medication,
    MedicationAdministration,
    MedicationRequest,
    MedicationStatement,
    Observation,
    OperationOutcome,
    Patient,
    ServiceRequest,
    Specimen,
    Substance,
)


class Unread(Resource):
    """Types that clients send beside what was asked for; nothing of them is read."""


class Practitioner(Unread, tag="Practitioner"):
    pass


class PractitionerRole(Unread, tag="PractitionerRole"):
    pass


class Organization(Unread, tag="Organization"):
    pass


class Location(Unread, tag="Location"):
    pass


class RelatedPerson(Unread, tag="RelatedPerson"):
    pass


class Device(Unread, tag="Device"):
    pass


class DiagnosticReport(Unread, tag="DiagnosticReport"):
    pass


class Procedure(Unread, tag="Procedure"):
    pass


class Coverage(Unread, tag="Coverage"):
    pass


class Link(Shape):
    """Bundle.link."""

    relation: str | None = None
    url: str | None = None


class Entry(Shape):
    """Bundle.entry."""

    resource: AnyResource | None = None
    fullUrl: str | None = None
    resourceType: str | None = None
    """Of a resource that stands where an entry belongs."""


class Bundle(Resource, tag="Bundle"):
    entry: list[Entry] | None = None
    raw_link: Raw = member("link")
    raw_total: Raw = member("total")

    link = Part[list[Link]]("raw_link", list[Link])


AnyResource = (
    Observation
    | MedicationRequest
    | Condition
    | Bundle
    | Patient
    | MedicationStatement
    | MedicationAdministration
    | Medication
    | Substance
    | ServiceRequest
    | Encounter
    | CarePlan
    | AllergyIntolerance
    | Specimen
    | OperationOutcome
    | Practitioner
    | PractitionerRole
    | Organization
    | Location
    | RelatedPerson
    | Device
    | DiagnosticReport
    | Procedure
    | Coverage
)

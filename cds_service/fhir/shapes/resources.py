"""Resources that rules read, R4 and R4B; where R5 differs and costs nothing, its members are read as well."""

from __future__ import annotations

from typing import Any

from cds_service.fhir.shapes.elements import (
    Adherence,
    Annotation,
    CodeableReference,
    CodeOrReference,
    Component,
    Concept,
    DispenseRequest,
    Dosage,
    EncounterReason,
    Events,
    Ingredient,
    Meta,
    Period,
    Quantity,
    Range,
    Reference,
    mended_code,
    mended_concept,
)
from cds_service.fhir.shapes.parts import Part, Raw, Resource, Shape, member


class Observation(Resource, tag="Observation"):
    """Members stand in the order in which servers write them: a decoder looks for the next one where it expects it."""

    id: str | None = None
    raw_meta: Raw = member("meta")
    status: str | None = None
    raw_code: Raw = member("code")
    raw_subject: Raw = member("subject")
    raw_encounter: Raw = member("encounter")
    effectiveDateTime: str | None = None
    raw_effectivePeriod: Raw = member("effectivePeriod")
    raw_effectiveTiming: Raw = member("effectiveTiming")
    raw_effectiveInstant: Raw = member("effectiveInstant")
    raw_issued: Raw = member("issued")
    raw_performer: Raw = member("performer")
    raw_valueQuantity: Raw = member("valueQuantity")
    raw_valueInteger: Raw = member("valueInteger")
    raw_valueString: Raw = member("valueString")
    raw_valueBoolean: Raw = member("valueBoolean")
    raw_valueCodeableConcept: Raw = member("valueCodeableConcept")
    raw_dataAbsentReason: Raw = member("dataAbsentReason")
    raw_interpretation: Raw = member("interpretation")
    raw_note: Raw = member("note")
    raw_bodySite: Raw = member("bodySite")
    raw_specimen: Raw = member("specimen")
    raw_referenceRange: Raw = member("referenceRange")
    raw_component: Raw = member("component")
    raw_contained: Raw = member("contained")

    meta = Part[Meta]("raw_meta", Meta, spare=True)
    code = Part[Concept]("raw_code", Concept, mend=mended_concept)
    subject = Part[Reference]("raw_subject", Reference)
    effectivePeriod = Part[Period]("raw_effectivePeriod", Period)
    effectiveTiming = Part[Events]("raw_effectiveTiming", Events)
    effectiveInstant = Part[str]("raw_effectiveInstant", str)
    issued = Part[str]("raw_issued", str, spare=True)
    valueQuantity = Part[Quantity]("raw_valueQuantity", Quantity)
    valueInteger = Part[int]("raw_valueInteger", int)
    valueString = Part[str]("raw_valueString", str)
    valueBoolean = Part[bool]("raw_valueBoolean", bool)
    valueCodeableConcept = Part[Concept]("raw_valueCodeableConcept", Concept)
    dataAbsentReason = Part[Any]("raw_dataAbsentReason", Any)
    interpretation = Part[list[Concept]]("raw_interpretation", list[Concept], spare=True)
    note = Part[list[Annotation]]("raw_note", list[Annotation], spare=True)
    referenceRange = Part[list[Range]]("raw_referenceRange", list[Range], spare=True)
    component = Part[list[Component]]("raw_component", list[Component])
    performer = Part[list[Reference]]("raw_performer", list[Reference], spare=True)
    encounter = Part[Reference]("raw_encounter", Reference, spare=True)
    specimen = Part[Reference]("raw_specimen", Reference, spare=True)
    bodySite = Part[Concept]("raw_bodySite", Concept, spare=True)
    contained = Part[list[Raw]]("raw_contained", list[Raw], spare=True)


class Patient(Resource, tag="Patient"):
    id: str | None = None
    gender: str | None = None
    birthDate: str | None = None
    raw_meta: Raw = member("meta")
    raw_deceasedBoolean: Raw = member("deceasedBoolean")
    raw_deceasedDateTime: Raw = member("deceasedDateTime")

    meta = Part[Meta]("raw_meta", Meta, spare=True)
    deceasedBoolean = Part[bool]("raw_deceasedBoolean", bool)
    deceasedDateTime = Part[str]("raw_deceasedDateTime", str)


class Condition(Resource, tag="Condition"):
    id: str | None = None
    raw_onsetDateTime: Raw = member("onsetDateTime")
    raw_abatementDateTime: Raw = member("abatementDateTime")
    raw_recordedDate: Raw = member("recordedDate")
    raw_meta: Raw = member("meta")
    raw_clinicalStatus: Raw = member("clinicalStatus")
    raw_verificationStatus: Raw = member("verificationStatus")
    raw_severity: Raw = member("severity")
    raw_code: Raw = member("code")
    raw_subject: Raw = member("subject")
    raw_patient: Raw = member("patient")
    raw_encounter: Raw = member("encounter")
    raw_onsetPeriod: Raw = member("onsetPeriod")
    raw_abatementPeriod: Raw = member("abatementPeriod")
    raw_bodySite: Raw = member("bodySite")
    raw_extension: Raw = member("extension")

    onsetDateTime = Part[str]("raw_onsetDateTime", str, spare=True)
    abatementDateTime = Part[str]("raw_abatementDateTime", str, spare=True)
    recordedDate = Part[str]("raw_recordedDate", str, spare=True)
    meta = Part[Meta]("raw_meta", Meta, spare=True)
    clinicalStatus = Part[Concept | str]("raw_clinicalStatus", Concept | str)
    verificationStatus = Part[Concept | str]("raw_verificationStatus", Concept | str)
    severity = Part[Concept]("raw_severity", Concept, spare=True)
    code = Part[Concept]("raw_code", Concept, mend=mended_concept)
    subject = Part[Reference]("raw_subject", Reference)
    patient = Part[Reference]("raw_patient", Reference)
    encounter = Part[Reference]("raw_encounter", Reference, spare=True)
    onsetPeriod = Part[Period]("raw_onsetPeriod", Period, spare=True)
    abatementPeriod = Part[Period]("raw_abatementPeriod", Period, spare=True)
    bodySite = Part[Any]("raw_bodySite", Any)
    extension = Part[Any]("raw_extension", Any, spare=True)


class MedicationUse(Resource):
    """What MedicationRequest, MedicationStatement and MedicationAdministration have in common.

    ``patient`` is DSTU2's, ``taken`` STU3's, ``adherence`` R5's.
    """

    id: str | None = None
    status: str | None = None
    intent: str | None = None
    raw_authoredOn: Raw = member("authoredOn")
    raw_statusChanged: Raw = member("statusChanged")
    raw_effectiveDateTime: Raw = member("effectiveDateTime")
    raw_occurenceDateTime: Raw = member("occurenceDateTime")
    raw_meta: Raw = member("meta")
    raw_doNotPerform: Raw = member("doNotPerform")
    raw_taken: Raw = member("taken")
    raw_adherence: Raw = member("adherence")
    raw_reportedBoolean: Raw = member("reportedBoolean")
    raw_reportedReference: Raw = member("reportedReference")
    raw_medicationCodeableConcept: Raw = member("medicationCodeableConcept")
    raw_medicationReference: Raw = member("medicationReference")
    raw_medication: Raw = member("medication")
    raw_subject: Raw = member("subject")
    raw_patient: Raw = member("patient")
    raw_dosageInstruction: Raw = member("dosageInstruction")
    raw_dosage: Raw = member("dosage")
    raw_dispenseRequest: Raw = member("dispenseRequest")
    raw_effectivePeriod: Raw = member("effectivePeriod")
    raw_occurencePeriod: Raw = member("occurencePeriod")
    raw_reasonCode: Raw = member("reasonCode")
    raw_reasonReference: Raw = member("reasonReference")
    raw_reason: Raw = member("reason")
    raw_contained: Raw = member("contained")

    authoredOn = Part[str]("raw_authoredOn", str, spare=True)
    statusChanged = Part[str]("raw_statusChanged", str, spare=True)
    effectiveDateTime = Part[str]("raw_effectiveDateTime", str, spare=True)
    occurenceDateTime = Part[str]("raw_occurenceDateTime", str, spare=True)
    meta = Part[Meta]("raw_meta", Meta, spare=True)
    doNotPerform = Part[bool]("raw_doNotPerform", bool)
    taken = Part[str]("raw_taken", str, spare=True)
    adherence = Part[Adherence]("raw_adherence", Adherence, spare=True)
    reportedBoolean = Part[bool]("raw_reportedBoolean", bool)
    reportedReference = Part[Reference]("raw_reportedReference", Reference, spare=True)
    medicationCodeableConcept = Part[Concept]("raw_medicationCodeableConcept", Concept, mend=mended_concept)
    medicationReference = Part[Reference]("raw_medicationReference", Reference)
    medication = Part[CodeableReference]("raw_medication", CodeableReference)
    subject = Part[Reference]("raw_subject", Reference)
    patient = Part[Reference]("raw_patient", Reference)
    dosageInstruction = Part[list[Dosage] | Dosage]("raw_dosageInstruction", list[Dosage] | Dosage, spare=True)
    dosage = Part[list[Dosage] | Dosage]("raw_dosage", list[Dosage] | Dosage, spare=True)
    dispenseRequest = Part[DispenseRequest]("raw_dispenseRequest", DispenseRequest, spare=True)
    effectivePeriod = Part[Period]("raw_effectivePeriod", Period, spare=True)
    occurencePeriod = Part[Period]("raw_occurencePeriod", Period, spare=True)
    reasonCode = Part[list[Concept] | Concept]("raw_reasonCode", list[Concept] | Concept, spare=True)
    reasonReference = Part[list[Reference] | Reference]("raw_reasonReference", list[Reference] | Reference, spare=True)
    reason = Part[list[CodeableReference]]("raw_reason", list[CodeableReference], spare=True)
    contained = Part[list[Raw]]("raw_contained", list[Raw], spare=True)


class MedicationRequest(MedicationUse, tag="MedicationRequest"):
    pass


class MedicationStatement(MedicationUse, tag="MedicationStatement"):
    pass


class MedicationAdministration(MedicationUse, tag="MedicationAdministration"):
    pass


class Medication(Resource, tag="Medication"):
    id: str | None = None
    raw_code: Raw = member("code")
    raw_form: Raw = member("form")
    raw_ingredient: Raw = member("ingredient")

    code = Part[Concept]("raw_code", Concept, mend=mended_concept)
    form = Part[Concept]("raw_form", Concept)
    ingredient = Part[list[Ingredient]]("raw_ingredient", list[Ingredient])


class Substance(Resource, tag="Substance"):
    id: str | None = None
    raw_code: Raw = member("code")

    code = Part[Concept]("raw_code", Concept, mend=mended_concept)


class ServiceRequest(Resource, tag="ServiceRequest"):
    id: str | None = None
    status: str | None = None
    intent: str | None = None
    raw_authoredOn: Raw = member("authoredOn")
    raw_doNotPerform: Raw = member("doNotPerform")
    raw_code: Raw = member("code")
    raw_category: Raw = member("category")
    raw_subject: Raw = member("subject")
    raw_reasonCode: Raw = member("reasonCode")
    raw_reasonReference: Raw = member("reasonReference")
    raw_reason: Raw = member("reason")
    raw_contained: Raw = member("contained")

    authoredOn = Part[str]("raw_authoredOn", str, spare=True)
    doNotPerform = Part[bool]("raw_doNotPerform", bool)
    code = Part[CodeOrReference]("raw_code", CodeOrReference, mend=mended_code)
    category = Part[list[Concept] | Concept]("raw_category", list[Concept] | Concept, spare=True)
    subject = Part[Reference]("raw_subject", Reference)
    reasonCode = Part[list[Concept] | Concept]("raw_reasonCode", list[Concept] | Concept)
    reasonReference = Part[list[Reference] | Reference]("raw_reasonReference", list[Reference] | Reference)
    reason = Part[list[CodeableReference]]("raw_reason", list[CodeableReference])
    contained = Part[list[Raw]]("raw_contained", list[Raw])


class Encounter(Resource, tag="Encounter"):
    id: str | None = None
    status: str | None = None
    raw_type: Raw = member("type")
    raw_serviceType: Raw = member("serviceType")
    raw_subject: Raw = member("subject")
    raw_patient: Raw = member("patient")
    raw_period: Raw = member("period")
    raw_actualPeriod: Raw = member("actualPeriod")
    raw_reasonCode: Raw = member("reasonCode")
    raw_reasonReference: Raw = member("reasonReference")
    raw_reason: Raw = member("reason")

    type = Part[list[Concept]]("raw_type", list[Concept], spare=True)
    serviceType = Part[Any]("raw_serviceType", Any, spare=True)
    subject = Part[Reference]("raw_subject", Reference)
    patient = Part[Reference]("raw_patient", Reference)
    period = Part[Period]("raw_period", Period, spare=True)
    actualPeriod = Part[Period]("raw_actualPeriod", Period, spare=True)
    reasonCode = Part[list[Concept]]("raw_reasonCode", list[Concept], spare=True)
    reasonReference = Part[list[Reference]]("raw_reasonReference", list[Reference], spare=True)
    reason = Part[list[EncounterReason]]("raw_reason", list[EncounterReason], spare=True)


class CarePlan(Resource, tag="CarePlan"):
    id: str | None = None
    status: str | None = None
    raw_title: Raw = member("title")
    raw_created: Raw = member("created")
    raw_category: Raw = member("category")
    raw_subject: Raw = member("subject")
    raw_period: Raw = member("period")

    title = Part[str]("raw_title", str, spare=True)
    created = Part[str]("raw_created", str, spare=True)
    category = Part[list[Concept]]("raw_category", list[Concept])
    subject = Part[Reference]("raw_subject", Reference)
    period = Part[Period]("raw_period", Period, spare=True)


class AllergyIntolerance(Resource, tag="AllergyIntolerance"):
    """``substance`` held in DSTU2 what ``code`` holds."""

    id: str | None = None
    raw_onsetDateTime: Raw = member("onsetDateTime")
    raw_recordedDate: Raw = member("recordedDate")
    raw_clinicalStatus: Raw = member("clinicalStatus")
    raw_verificationStatus: Raw = member("verificationStatus")
    raw_code: Raw = member("code")
    raw_substance: Raw = member("substance")
    raw_patient: Raw = member("patient")

    onsetDateTime = Part[str]("raw_onsetDateTime", str, spare=True)
    recordedDate = Part[str]("raw_recordedDate", str, spare=True)
    clinicalStatus = Part[Concept | str]("raw_clinicalStatus", Concept | str)
    verificationStatus = Part[Concept | str]("raw_verificationStatus", Concept | str)
    code = Part[Concept]("raw_code", Concept, mend=mended_concept)
    patient = Part[Reference]("raw_patient", Reference)


class Specimen(Resource, tag="Specimen"):
    id: str | None = None
    raw_condition: Raw = member("condition")
    raw_note: Raw = member("note")

    condition = Part[list[Concept]]("raw_condition", list[Concept])
    note = Part[list[Annotation]]("raw_note", list[Annotation])


class Issue(Shape):
    """OperationOutcome.issue."""

    severity: str | None = None
    code: str | None = None


class OperationOutcome(Resource, tag="OperationOutcome"):
    raw_issue: Raw = member("issue")

    issue = Part[list[Issue]]("raw_issue", list[Issue])

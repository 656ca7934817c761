"""Problem lists and demographics as real records write them."""

from __future__ import annotations

from typing import Any

from tests.fhir.quirk import Change, Quirk, copies, put


def status(code: str, *before: dict[str, str]) -> dict[str, Any]:
    return {"coding": [*before, {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": code}]}


CRAMP = {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "R25.2"}
SNOMED_ACTIVE = {"system": "http://snomed.info/sct", "code": "55561003"}
PROBLEMS = (
    Quirk("C01", "clinicalStatus as a plain code (STU3)", "read", put(clinicalStatus="active"), "used"),
    Quirk("C02", "clinicalStatus in capital letters or words", "read", put(clinicalStatus={"text": "Active"}), "used"),
    Quirk("C03", "a vendor's status before FHIR's", "every coding is looked at", put(clinicalStatus=status("active", SNOMED_ACTIVE)), "used"),
    Quirk("C04", "clinicalStatus as a list of one", "its item", put(clinicalStatus=[status("active")]), "used"),
    Quirk("C05", "clinicalStatus of no vocabulary we know", "history only: named", put(clinicalStatus=status("banana")), "named"),
    Quirk("C06", "clinicalStatus missing", "active", put(clinicalStatus=...), "used"),
    Quirk("C07", "clinicalStatus missing, abated yesterday", "past", put(clinicalStatus=..., abatementDateTime="2026-11-16"), "silent"),
    Quirk("C08", "refuted, in capital letters", "never used", put(verificationStatus={"coding": [{"code": "REFUTED"}]}), "silent"),
    Quirk("C09", "refuted, as a plain code", "never used", put(verificationStatus="refuted"), "silent"),
    Quirk("C10", "provisional", "counts", put(verificationStatus={"coding": [{"code": "provisional"}]}), "used"),
    Quirk("C11", "onset in the future", "undated", put(onsetDateTime="2027-11-18", recordedDate=...), "used"),
    Quirk("C12", "onset as age, range or text", "undated", put(onsetDateTime=..., onsetString="last week", recordedDate=...), "used"),
    Quirk("C13", "null among the codings", "the good codings are read", put(code={"coding": [None, CRAMP]}), "used"),
    Quirk("C14", "ICD-10-CM without the dot", "read", put(code={"coding": [CRAMP | {"code": "R252"}]}), "used"),
    Quirk("C15", "ICD-10 German modification", "read", put(code={"coding": [CRAMP | {"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm"}]}), "used"),
    Quirk("C16", "text only", "matched by name", put(code={"text": "Muscle cramps"}), "used"),
    Quirk("C17", "text that denies it", "not used", put(code={"text": "Denies muscle cramps"}), "silent"),
    Quirk("C18", "code as a text", "cannot be read: named", put(code="R25.2"), "named"),
    Quirk("C19", "another patient's problem", "never used, and named", put(subject__reference="Patient/other"), "named"),
    Quirk("C20", "body site, severity, stage, note of the wrong shape", "left out, the problem counts", put(bodySite="leg", severity="severe", stage=5, note="x"), "used"),
    Quirk("C21", "two versions, the later one entered in error", "retracted", copies(put(meta={"versionId": "1"}), put(meta={"versionId": "2"}, verificationStatus={"coding": [{"code": "entered-in-error"}]})), "silent"),
)  # fmt: skip


def patient(**members: Any) -> Change:
    def change(request: dict[str, Any]) -> None:
        put(**members)(request["prefetch"]["patient"])

    return change


def _versions(*members: dict[str, Any]) -> Change:
    def change(request: dict[str, Any]) -> None:
        own = request["prefetch"]["patient"]
        request["prefetch"]["patient"] = {
            "resourceType": "Bundle",
            "entry": [{"resource": own | one} for one in members],
        }

    return change


OLD, NEW = {"meta": {"versionId": "1"}}, {"meta": {"versionId": "2"}, "deceasedBoolean": True}
PATIENTS = (
    Quirk("P01", "birthDate of a year only", "the latest birthday it may be", patient(birthDate="1956"), "used"),
    Quirk("P02", "birthDate that is no date", "age not available", patient(birthDate="01/02/1956"), "used"),
    Quirk("P03", "gender other, unknown or of no vocabulary", "sex not known", patient(gender="femal"), "used"),
    Quirk("P04", "deceasedDateTime that cannot be read", "deceased: no cards", patient(deceasedDateTime="yes"), "silent"),
    Quirk("P05", "deceasedBoolean false", "alive", patient(deceasedBoolean=False), "used"),
    Quirk("P06", "two versions of the patient, deceased in the later", "deceased: no cards", _versions(OLD, NEW), "silent"),
    Quirk("P07", "the later version first", "deceased: no cards", _versions(NEW, OLD), "silent"),
    Quirk("P08", "Patient without an id", "cannot be tied to the patient: named", patient(id=...), "used+patient"),
    Quirk("P09", "names, contacts and identifiers of the wrong shape", "not read at all", patient(name="x", contact=5, identifier={"value": 1}), "used"),
)  # fmt: skip

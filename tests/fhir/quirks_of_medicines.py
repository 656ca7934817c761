"""Medicines as real records write them."""

from __future__ import annotations

from typing import Any

from tests.fhir.quirk import RX, Change, Quirk, copies, put


def medicine(**concept: Any) -> Change:
    return put(medicationCodeableConcept=concept)


DRUGS = (
    Quirk("M01", "only a reference with a display", "matched by name", put(medicationCodeableConcept=..., medicationReference={"reference": "Medication/9", "display": "furosemide (LASIX) 40 MG tablet"}), "used"),
    Quirk("M02", "product code (SCD)", "maps to its ingredient", medicine(coding=[{"system": RX, "code": "313988"}]), "used"),
    Quirk("M03", "RxNorm as OID beside a vendor code", "every coding is looked at", medicine(coding=[{"system": "urn:oid:1.2.840", "code": "5"}, {"system": "urn:oid:2.16.840.1.113883.6.88", "code": "4603"}]), "used"),
    Quirk("M04", "ATC code", "maps to its ingredient", medicine(coding=[{"system": "http://www.whocc.no/atc", "code": "C03CA01"}]), "used"),
    Quirk("M05", "brand name in text", "matched by name", medicine(text="Lasix 40 mg tablet"), "used"),
    Quirk("M06", "odd case", "matched by name", medicine(text="fuROSEmide 40 MG"), "used"),
    Quirk("M07", "doNotPerform", "no medicine", put(doNotPerform=True), "nodrug"),
    Quirk("M08", "on-hold", "not active", put(status="on-hold"), "nodrug"),
    Quirk("M09", "stopped", "not active", put(status="stopped"), "nodrug"),
    Quirk("M10", "status unknown", "not counted as active", put(status="unknown"), "nodrug"),
    Quirk("M11", "intent proposal, nobody reported it", "not active", put(intent="proposal"), "nodrug"),
    Quirk("M12", "intent proposal, reported", "a home medicine: active", put(intent="proposal", reportedBoolean=True), "used"),
    Quirk("M13", "intent plan", "active", put(intent="plan"), "used"),
    Quirk("M14", "intent instance-order", "active", put(intent="instance-order"), "used"),
    Quirk("M15", "contained Medication", "resolved", put(medicationCodeableConcept=..., medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "code": {"coding": [{"system": RX, "code": "4603"}]}}]), "used"),
    Quirk("M16", "contained Medication with ingredients only", "ingredients are read", put(medicationCodeableConcept=..., medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "ingredient": [{"itemCodeableConcept": {"text": "furosemide"}}]}]), "used"),
    Quirk("M17", "R5 shape: medication.concept", "read alike", put(medicationCodeableConcept=..., medication={"concept": {"text": "furosemide"}}), "used"),
    Quirk("M18", "local code, no readable name", "not recognised: named", medicine(coding=[{"system": "urn:local", "code": "ADMINMED:543"}]), "notdrug"),
    Quirk("M19", "a medicine that is none of ours", "silent", medicine(text="vitamin E 400 unit capsule"), "nodrug"),
    Quirk("M20", "salt name losartan potassium", "never a supplement, no diuretic", medicine(text="losartan potassium 50 mg"), "nodrug"),
    Quirk("M21", "another patient's order", "never used, and named", put(subject__reference="Patient/other"), "strangerdrug"),
    Quirk("M22", "dosageInstruction as an object", "read", put(dosageInstruction={"text": "one daily"}), "used"),
    Quirk("M23", "reasonCode as an object", "read", put(reasonCode={"text": "mg"}), "used"),
    Quirk("M24", "combination product", "belongs to all classes of its ingredients", medicine(text="amiloride hydrochloride 5 mg / furosemide 40 mg tablet"), "used"),
    Quirk("M25", "non-formulary template with the brand in brackets", "matched by name", medicine(coding=[{"system": "urn:vendor", "code": "1", "display": "template non-formulary (medication) (Lasix)"}]), "used"),
    Quirk("M26", "branded product code beside a vendor's synonym", "every coding is looked at", medicine(coding=[{"system": "urn:vendor", "code": "S1"}, {"system": RX, "code": "200801"}]), "used"),
    Quirk("M27", "component concept 316049, active since 1969, no end", "hydrochlorothiazide, active", put(medicationCodeableConcept={"coding": [{"system": RX, "code": "316049"}]}, authoredOn="1969-01-01"), "used"),
    Quirk("M28", "furosemide 10 MG/ML injection", "a loop diuretic whatever the route", medicine(text="furosemide 10 MG/ML Injectable Solution"), "used"),
    Quirk("M29", "doNotPerform on a stopped order", "no medicine", put(status="stopped", doNotPerform=True), "nodrug"),
    Quirk("M30", "triple combination with hydrochlorothiazide, doNotPerform", "no thiazide", put(doNotPerform=True, medicationCodeableConcept={"text": "amlodipine / hydrochlorothiazide / olmesartan"}), "nodrug"),
    Quirk("M31", "NDC beside GPI, reason “mg”", "read by NDC", put(medicationCodeableConcept={"coding": [{"system": "urn:oid:2.16.840.1.113883.6.68", "code": "37200030000305"}, {"system": "urn:oid:2.16.840.1.113883.6.69", "code": "0054-4297-25"}]}, reasonCode=[{"text": "mg"}]), "used"),
    Quirk("M32", "local code whose display is the code again", "not recognised: named", medicine(coding=[{"system": "urn:local", "code": "ADMINMED:543", "display": "ADMINMED:543"}]), "notdrug"),
    Quirk("M33", "STU3 member context", "ignored", put(context={"reference": "Encounter/1"}), "used"),
    Quirk("M34", "on-hold, contained, ingredients only", "not active", put(status="on-hold", medicationCodeableConcept=..., medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "ingredient": [{"itemCodeableConcept": {"text": "furosemide"}}]}]), "nodrug"),
    Quirk("M35", "contained Medication: several ingredients by code only", "all are read", put(medicationCodeableConcept=..., medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "ingredient": [{"itemCodeableConcept": {"coding": [{"system": RX, "code": "644"}]}}, {"itemCodeableConcept": {"coding": [{"system": RX, "code": "4603"}]}}]}]), "used"),
    Quirk("M36", "ingredient that points at another contained Medication", "followed", put(medicationCodeableConcept=..., medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "ingredient": [{"itemReference": {"reference": "#n"}}]}, {"resourceType": "Medication", "id": "n", "code": {"text": "furosemide"}}]), "used"),
    Quirk("M37", "local code on the Medication, ingredients known", "ingredients are read", put(medicationCodeableConcept=..., medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "code": {"coding": [{"system": "urn:local", "code": "77"}]}, "ingredient": [{"itemCodeableConcept": {"text": "furosemide"}}]}]), "used"),
    Quirk("M38", "contained Medication named by Type/id instead of #id", "resolved", put(medicationCodeableConcept=..., medicationReference={"reference": "Medication/m"}, contained=[{"resourceType": "Medication", "id": "m", "code": {"text": "furosemide"}}]), "used"),
    Quirk("M39", "code and words disagree", "the code wins, and it is said", medicine(coding=[{"system": RX, "code": "4603", "display": "simvastatin 20 MG"}]), "used+conflict"),
    Quirk("M40", "ingredient codes of a combination, named in the text", "the combination", medicine(coding=[{"system": RX, "code": "52175"}, {"system": RX, "code": "5487"}], text="losartan-HCTZ 50-12.5 mg tablet"), "used"),
    Quirk("M41", "active, then entered-in-error under the same id", "retracted", copies(put(), put(status="entered-in-error")), "nodrug"),
    Quirk("M42", "active of last year, then stopped this year, in any order", "the later version counts", copies(put(status="stopped", meta={"lastUpdated": "2026-10-01T00:00:00Z"}), put(meta={"lastUpdated": "2025-10-01T00:00:00Z"})), "nodrug"),
    Quirk("M43", "dosage, reason or note of the wrong shape", "left out, the medicine counts", put(dosageInstruction="one daily", reasonCode="oedema", dispenseRequest=[]), "used"),
    Quirk("M44", "dose as text where a number belongs", "no daily dose, the medicine counts", put(dosageInstruction=[{"doseAndRate": [{"doseQuantity": {"value": "40", "unit": "mg"}}]}]), "used"),
    Quirk("M45", "shortened name: hydrochlorothiazid", "matched by name", medicine(text="TRIAMTERENE/HYDROCHLOROTHIAZID 37.5-25MG TAB"), "used"),
    Quirk("M46", "name and strength run together", "matched by name", medicine(text="furosemide40mg"), "used"),
    Quirk("M47", "RxNorm by its short name, code with leading zeros", "alias system", medicine(coding=[{"system": "RxNorm", "code": "0004603"}]), "used"),
    Quirk("M48", "DSTU2 shape: patient where R4 has subject", "version not supported: named", put(subject=..., patient={"reference": "Patient/row-patient"}), "version"),
    Quirk("M49", "status of another vocabulary", "not counted: named", put(status="Active"), "notdrug"),
    Quirk("M50", "status or intent missing from the list of codes", "not counted: named", put(intent="banana"), "notdrug"),
    Quirk("M51", "no status", "not counted: named", put(status=...), "notdrug"),
    Quirk("M52", "an empty concept beside a reference", "the reference is followed", put(medicationCodeableConcept={}, medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "code": {"coding": [{"system": RX, "code": "4603"}]}}]), "used"),
    Quirk("M53", "null or a number among the codings", "the good codings are read", put(medicationCodeableConcept={"coding": [None, {"system": RX, "code": 4603}]}), "used"),
    Quirk("M54", "a concept as a list of one", "its item", put(medicationCodeableConcept=[{"coding": [{"system": RX, "code": "4603"}]}]), "used"),
    Quirk("M55", "ten digits of an NDC that begin with 0, no hyphens", "such a labeller has four digits: read", medicine(coding=[{"system": "http://hl7.org/fhir/sid/ndc", "code": "0054329446"}]), "used"),
    Quirk("M56", "product codes of two different medicines", "both count, and it is said", medicine(coding=[{"system": RX, "code": "83367"}, {"system": RX, "code": "4603"}]), "used+conflict"),
    Quirk("M57", "statement of STU3 that is not taken", "not active", put(resourceType="MedicationStatement", intent=..., taken="n"), "nodrug"),
    Quirk("M58", "statement of R5 that is not adhered to", "not active", put(resourceType="MedicationStatement", intent=..., status="recorded", adherence={"code": {"coding": [{"code": "not-taking"}]}}), "nodrug"),
    Quirk("M59", "statement of R5, taking as directed", "active", put(resourceType="MedicationStatement", intent=..., status="recorded", adherence={"code": {"coding": [{"code": "taking-as-directed"}]}}), "used"),
    Quirk("M60", "an administration without a time", "not counted: named", put(resourceType="MedicationAdministration", intent=..., status="completed", authoredOn=...), "given"),
)  # fmt: skip


def _beside(medication: dict[str, Any], reference: str, url: str | None = None, base_url: str | None = None) -> Change:
    """The order points at a Medication elsewhere in its Bundle."""

    def change(request: dict[str, Any]) -> None:
        entries = request["prefetch"]["medicationRequests"]["entry"]
        order = entries[0]["resource"]
        order.pop("medicationCodeableConcept")
        order["medicationReference"] = {"reference": reference}
        entries.append({"resource": {"resourceType": "Medication", **medication}} | ({"fullUrl": url} if url else {}))
        if base_url:
            request["fhirServer"] = base_url

    return change


FUROSEMIDE = {"code": {"coding": [{"system": RX, "code": "4603"}]}}
FHIR = "https://ehr.example.org/fhir"


def _twins(request: dict[str, Any]) -> None:
    _beside(FUROSEMIDE | {"id": "9"}, "Medication/9")(request)
    other = {"resourceType": "Medication", "id": "9", "code": {"text": "aspirin"}}
    request["prefetch"]["medicationRequests"]["entry"].append({"resource": other})


def _substance(request: dict[str, Any]) -> None:
    _beside({"id": "9", "ingredient": [{"itemReference": {"reference": "Substance/s"}}]}, "Medication/9")(request)
    substance = {"resourceType": "Substance", "id": "s", **FUROSEMIDE}
    request["prefetch"]["medicationRequests"]["entry"].append({"resource": substance})


DRUG_BUNDLES = (
    Quirk("MB1", "Medication beside the order, urn:uuid", "resolved by fullUrl", _beside(FUROSEMIDE, "urn:uuid:7a", "urn:uuid:7a"), "used"),
    Quirk("MB2", "Medication beside the order, Type/id", "resolved", _beside(FUROSEMIDE | {"id": "9"}, "Medication/9"), "used"),
    Quirk("MB3", "absolute reference under fhirServer, Medication by id", "resolved", _beside(FUROSEMIDE | {"id": "9"}, f"{FHIR}/Medication/9", base_url=FHIR), "used"),
    Quirk("MB4", "absolute reference equal to a fullUrl", "resolved", _beside(FUROSEMIDE | {"id": "9"}, "https://x.example/Medication/9", "https://x.example/Medication/9"), "used"),
    Quirk("MB5", "reference with a version", "resolved without it", _beside(FUROSEMIDE | {"id": "9"}, "Medication/9/_history/3"), "used"),
    Quirk("MB6", "id of 200 characters", "resolved", _beside(FUROSEMIDE | {"id": "e" * 200}, "Medication/" + "e" * 200), "used"),
    Quirk("MB7", "Medication with ATC, RxNorm and a third system", "every coding is looked at", _beside({"id": "9", "code": {"coding": [{"system": "urn:oid:1.2", "code": "x"}, {"system": "http://www.whocc.no/atc", "code": "C03CA01"}, {"system": "urn:oid:2.16.840.1.113883.6.88", "code": "313988"}]}}, "Medication/9"), "used"),
    Quirk("MB8", "two Medications of one id that say different things", "neither is believed: named", _twins, "notdrug"),
    Quirk("MB9", "ingredient that points at a Substance in the Bundle", "followed", _substance, "used"),
)  # fmt: skip

"""Draft orders and hook contexts as real clients send them."""

from __future__ import annotations

from typing import Any

from tests.fhir.quirk import RX, Change, Quirk, put


def draft(**members: Any) -> Change:
    def change(request: dict[str, Any]) -> None:
        put(**members)(request["context"]["draftOrders"]["entry"][0]["resource"])

    return change


def context(**members: Any) -> Change:
    def change(request: dict[str, Any]) -> None:
        put(**members)(request["context"])

    return change


def _sibling(request: dict[str, Any]) -> None:
    entries = request["context"]["draftOrders"]["entry"]
    entries[0]["resource"].pop("medicationCodeableConcept")
    entries[0]["resource"]["medicationReference"] = {"reference": "Medication/m9", "display": "simva"}
    entries.append(
        {
            "resource": {
                "resourceType": "Medication",
                "id": "m9",
                "code": {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.88", "code": "36567"}]},
            }
        }
    )


def _mixed(request: dict[str, Any]) -> None:
    diet = {"resource": {"resourceType": "NutritionOrder", "id": "n1", "status": "draft"}}
    request["context"]["draftOrders"]["entry"].insert(0, diet)
    request["context"]["selections"].insert(0, "NutritionOrder/n1")


def _renamed(identity: str, *selections: str, url: str | None = None) -> Change:
    def change(request: dict[str, Any]) -> None:
        entry = request["context"]["draftOrders"]["entry"][0]
        entry["resource"]["id"] = identity
        if url:
            entry["fullUrl"] = url
        request["context"]["selections"] = list(selections)

    return change


def _beside_draft(resource: dict[str, Any]) -> Change:
    return lambda request: request["context"]["draftOrders"]["entry"].append({"resource": resource})


def _twin_draft(request: dict[str, Any]) -> None:
    first = request["context"]["draftOrders"]["entry"][0]["resource"]
    _beside_draft(first | {"medicationCodeableConcept": {"text": "aspirin 75 mg"}})(request)


def _older(request: dict[str, Any]) -> None:
    draft(resourceType="MedicationOrder", id="a1")(request)
    request["context"]["selections"] = ["MedicationOrder/a1"]


EPIC_DRAFT = {
    "category": {"coding": [{"code": "outpatient"}]}, "identifier": [{"use": "usual"}], "intent": ...,
    "requester": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]},
    "dosageInstruction": [{"doseQuantity": {"value": 20, "unit": "mg"}, "timing": {"repeat": {"frequency": 1, "period": 1.0, "periodUnit": "d"}}}],
    "dispenseRequest": {"quantity": {"value": 30}},
}  # fmt: skip
ORDERS = (
    Quirk("DR01", "a plain draft", "judged", draft(), "used"),
    Quirk("DR02", "draft without subject, intent and status", "the patient in context, a draft", draft(subject=..., intent=..., status=...), "used"),
    Quirk("DR03", "draft of another patient", "excluded, and named", draft(subject={"reference": "Patient/other"}), "strangerdrug"),
    Quirk("DR04", "R5 shape: medication.concept, no subject", "read alike", draft(medicationCodeableConcept=..., medication={"concept": {"text": "simvastatin"}}, subject=..., intent=...), "used"),
    Quirk("DR05", "Medication as a further entry of draftOrders, RxNorm as OID", "resolved", _sibling, "used"),
    Quirk("DR06", "drafts of other kinds selected too", "ignored", _mixed, "used"),
    Quirk("DR07", "draftOrders without type", "read", lambda r: r["context"]["draftOrders"].pop("type") and None, "used"),
    Quirk("DR08", "category, doseQuantity, requester and identifier as Epic sends them", "read", draft(**EPIC_DRAFT), "used"),
    Quirk("DR09", "draft id of 200 characters", "read", _renamed("e" * 200, "MedicationRequest/" + "e" * 200), "used"),
    Quirk("DR10", "selection as a bare id", "matched", _renamed("a1", "a1"), "used"),
    Quirk("DR11", "selection as an absolute URL", "matched by type and id", _renamed("a1", "https://x.example/fhir/MedicationRequest/a1"), "used"),
    Quirk("DR12", "selection as urn:uuid of the entry", "matched by fullUrl", _renamed("a1", "urn:uuid:5b", url="urn:uuid:5b"), "used"),
    Quirk("DR13", "selection of another type with the same id", "not this order: named", _renamed("a1", "NutritionOrder/a1"), "order"),
    Quirk("DR14", "selection that no draft matches", "nothing is judged: named", context(selections=["MedicationRequest/none"]), "order"),
    Quirk("DR15", "patientId with its type", "the bare id", context(patientId="Patient/row-patient"), "used"),
    Quirk("DR16", "encounterId null, further members null", "tolerated", context(encounterId=None, extra=None), "used"),
    Quirk("DR17", "hookInstance that is no UUID", "accepted", lambda r: r.update(hookInstance="randomGUIDforthehookevent"), "used"),
    Quirk("DR18", "userId outside context", "tolerated", lambda r: r.update(userId=r["context"].pop("userId")), "used"),
    Quirk("DR19", "a null and an empty entry among the drafts", "skipped", lambda r: r["context"]["draftOrders"]["entry"].extend([None, {}, {"resource": None}]), "used"),
    Quirk("DR20", "dosage as one object, doseAndRate as one object", "read", draft(dosageInstruction={"doseAndRate": {"doseQuantity": {"value": 40, "unit": "mg"}}}), "used"),
    Quirk("DR21", "draft with contained Medication in RxNorm", "resolved", draft(medicationCodeableConcept=..., medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "code": {"coding": [{"system": RX, "code": "36567"}]}}]), "used"),
    Quirk("DR22", "draft by reference and display only", "matched by name", draft(medicationCodeableConcept=..., medicationReference={"reference": "Medication/unknown", "display": "SIMVASTATIN 20 MG PO TABS"}), "used"),
    Quirk("DR23", "draft that says do not perform", "not judged", draft(doNotPerform=True), "nodrug"),
    Quirk("DR24", "a DSTU2 MedicationOrder as draft", "version not supported: named", _older, "version"),
    Quirk("DR25", "entries of draftOrders that are no objects", "named, the rest is judged", lambda r: r["context"]["draftOrders"]["entry"].extend([5, "x"]), "used+order"),
    Quirk("DR26", "orders where entries belong", "named", lambda r: r["context"]["draftOrders"].update(entry=[one["resource"] for one in r["context"]["draftOrders"]["entry"]]), "order"),
    Quirk("DR27", "draftOrders whose entry is a text", "named", lambda r: r["context"]["draftOrders"].update(entry="x"), "order"),
    Quirk("DR28", "an error outcome among the drafts", "named, the rest is judged", _beside_draft({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}), "used+order"),
    Quirk("DR29", "two drafts of one id that order different medicines", "both are judged", _twin_draft, "used"),
    Quirk("DR30", "selection with a version", "matched without it", _renamed("a1", "MedicationRequest/a1/_history/2"), "used"),
    Quirk("DR31", "one selection of two that no draft matches", "named, the other is judged", lambda r: r["context"]["selections"].append("MedicationRequest/none"), "used+order"),
    Quirk("DR32", "a draft inside a Bundle inside draftOrders", "opened", lambda r: r["context"].update(draftOrders={"resourceType": "Bundle", "entry": [{"resource": r["context"]["draftOrders"]}]}), "used"),
)  # fmt: skip

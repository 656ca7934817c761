"""CTX and ACT-05/06: the context of the order hooks, with what real clients make of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.protocol.conformance import EXTENSION, breaches
from tests.protocol.conftest import Post, changed

SELECT, SIGN = "thiazide-order-potassium-low", "benzodiazepine-opioid-order"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
TABLET = {"coding": [{"system": RXNORM, "code": "310798", "display": "hydrochlorothiazide 25 MG Oral Tablet"}]}
OID = {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.88", "code": "310798"}]}
LOCAL = {
    "coding": [{"system": "urn:oid:1.2.840.114350.1.13", "code": "9917"}],
    "text": "Hydrochlorothiazide 25 mg tablet",
}
LONG_ID = "eOQ3" + "Ab-9." * 40


def draft(**changes: Any) -> dict[str, Any]:
    """One draft order; ``...`` removes a member."""
    made: dict[str, Any] = {
        "resourceType": "MedicationRequest", "id": "d1", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/k-3"}, "medicationCodeableConcept": TABLET,
    } | changes  # fmt: skip
    return {name: value for name, value in made.items() if value is not ...}


def entry(resource: Any, **more: Any) -> dict[str, Any]:
    return {"resource": resource} | more


def call(post: Post, entries: list[Any], selections: Any = ("MedicationRequest/d1",), **bundle: Any) -> dict[str, Any]:
    """order-select with these draft entries on the chart with potassium 2.9."""
    drafts = {"resourceType": "Bundle", "type": "collection", "entry": entries} | bundle
    drafts = {name: value for name, value in drafts.items() if value is not ...}
    request = changed(SELECT, context__draftOrders=drafts, context__selections=selections)
    response = post(request)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    assert breaches(answer, request) == []
    return answer


def rules(answer: dict[str, Any]) -> set[str]:
    return {hit["rule"] for hit in answer["extension"][EXTENSION].get("hits", [])}


MEDICATION = {"resourceType": "Medication", "id": "m1", "code": TABLET}
UNDERSTOOD: dict[str, list[Any]] = {
    "CTX-03 a coded product": [entry(draft())],
    "CTX-03 text only": [entry(draft(medicationCodeableConcept={"text": "hydrochlorothiazide 25 mg tablet"}))],
    "CTX-03 a local code with a readable name": [entry(draft(medicationCodeableConcept=LOCAL))],
    "CTX-03 RxNorm as OID": [entry(draft(medicationCodeableConcept=OID))],
    "CTX-03 a contained Medication": [entry(draft(medicationCodeableConcept=..., contained=[MEDICATION], medicationReference={"reference": "#m1"}))],
    "CTX-03 Epic: a sibling entry of the Bundle": [entry(draft(medicationCodeableConcept=..., medicationReference={"reference": "Medication/m1"})), entry(MEDICATION)],
    "CTX-03 an absolute reference to a sibling": [entry(draft(medicationCodeableConcept=..., medicationReference={"reference": "https://ehr.example.org/r4/Medication/m1"})), entry(MEDICATION, fullUrl="https://ehr.example.org/r4/Medication/m1")],
    "CTX-03 urn:uuid references": [entry(draft(medicationCodeableConcept=..., medicationReference={"reference": "urn:uuid:7c0f3d6e-0000-4000-8000-000000000001"})), entry(MEDICATION, fullUrl="urn:uuid:7c0f3d6e-0000-4000-8000-000000000001")],
    "CTX-03 a dangling reference with a display": [entry(draft(medicationCodeableConcept=..., medicationReference={"reference": "Medication/gone", "display": "hydroCHLOROthiazide 25 MG tablet"}))],
    "CTX-03 requester without a reference": [entry(draft(requester={"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}))],
    "CTX-07 category, reasonCode and doseAndRate as objects": [entry(draft(category={"coding": [{"code": "community"}]}, reasonCode={"text": "oedema"}, dosageInstruction=[{"doseAndRate": {"doseQuantity": {"value": 1, "unit": "tablet"}}}]))],
    "CTX-07 STU3 dose": [entry(draft(dosageInstruction=[{"doseQuantity": {"value": 25, "unit": "mg"}}]))],
    "CTX-07 no intent, no status": [entry(draft(intent=..., status=...))],
    "CTX-07 a non-ASCII hyphen elsewhere": [entry(draft()), entry({"resourceType": "ServiceRequest", "id": "smart\u2011MedicationRequest\u2011103", "status": "draft"})],
    "decision 4: no subject": [entry(draft(subject=...))],
    "CTX-08 damaged entries beside it": [None, 5, "x", {}, entry(None), entry([]), entry({"resourceType": 7}), entry(draft())],
    "CTX-04 other requests beside it": [entry(draft()), *(entry({"resourceType": kind, "id": "x", "status": "draft"}) for kind in ("NutritionOrder", "DeviceRequest", "VisionPrescription", "CommunicationRequest", "SomethingNew"))],
    "CTX-02 two hundred orders": [entry(draft()), *(entry(draft(id=f"other-{number}", medicationCodeableConcept={"text": "paracetamol 500 mg tablet"})) for number in range(199))],
}  # fmt: skip


@pytest.mark.parametrize("entries", UNDERSTOOD.values(), ids=UNDERSTOOD.keys())
def test_drafts_in_every_shape_are_understood(post: Post, entries: list[Any]) -> None:
    assert "diuretic-order-electrolytes" in rules(call(post, entries))


@pytest.mark.parametrize("status", ["draft", "active", "on-hold"])
def test_ctx_05_a_revised_order_is_judged_when_it_is_signed(post: Post, status: str) -> None:
    """order-sign 1.1 also fires for signed orders that are revised."""
    request = changed(SIGN)
    for one in request["context"]["draftOrders"]["entry"]:
        one["resource"]["status"] = status
    assert "benzodiazepine-opioid" in rules(post(request).json())


def test_h08_a_bundle_without_type(post: Post) -> None:
    assert rules(call(post, [entry(draft())], type=...))


SELECTIONS: dict[str, tuple[Any, bool]] = {
    "Type/id": (["MedicationRequest/d1"], True),
    "a bare id": (["d1"], True),
    "an absolute URL": (["https://ehr.example.org/r4/MedicationRequest/d1"], True),
    "text instead of a list": ("MedicationRequest/d1", True),
    "dangling": (["MedicationRequest/zzz"], False),
    "empty": ([], False),
    "missing": (..., False),
    "null": (None, False),
}


@pytest.mark.parametrize(("selections", "judged"), SELECTIONS.values(), ids=SELECTIONS.keys())
def test_ctx_06_11_only_selected_orders_are_judged(post: Post, selections: Any, judged: bool) -> None:
    request = changed(SELECT, context__draftOrders={"resourceType": "Bundle", "entry": [entry(draft())]}, context__selections=selections)  # fmt: skip
    response = post(request)
    assert response.status_code == 200
    assert ("diuretic-order-electrolytes" in rules(response.json())) is judged


EMPTY_DRAFTS: dict[str, dict[str, Any]] = {
    "no draftOrders and no selections": {"context__draftOrders": ..., "context__selections": ...},
    "draftOrders null": {"context__draftOrders": None, "context__selections": []},
    "a Bundle without entries": {"context__draftOrders": {"resourceType": "Bundle", "type": "collection"}},
    "a Bundle with an empty list": {"context__draftOrders": {"resourceType": "Bundle", "entry": []}},
    "an order without a medicine yet": {"context__draftOrders": {"resourceType": "Bundle", "entry": [entry(draft(medicationCodeableConcept=..., intent="proposal"))]}, "context__selections": ["MedicationRequest/d1"]},
}  # fmt: skip


@pytest.mark.parametrize("changes", EMPTY_DRAFTS.values(), ids=EMPTY_DRAFTS.keys())
def test_decision_8_an_empty_order_select_is_no_cards(post: Post, changes: dict[str, Any]) -> None:
    response = post(changed(SELECT, **changes))
    assert response.status_code == 200, response.text
    assert response.json()["cards"] == []


@pytest.mark.parametrize("changes", EMPTY_DRAFTS.values(), ids=EMPTY_DRAFTS.keys())
def test_decision_8_nothing_is_hidden_where_nothing_is_ordered(post: Post, changes: dict[str, Any]) -> None:
    """A client whose searches failed still gets a clean answer when the order form opens, not a list of what failed."""
    response = post(changed(SELECT, prefetch__laboratory=..., prefetch__medicationStatements=..., **changes))
    assert (response.status_code, response.json()["cards"]) == (200, [])
    ordered = post(changed(SELECT, prefetch__medicationStatements=...)).json()
    assert ordered["cards"][-1]["source"]["topic"]["code"] == "not-checked", "with an order it is said"


WRONG_DRAFTS: dict[str, tuple[Any, int]] = {
    "missing": (..., 400), "null": (None, 400), "text": ("x", 422), "a list": ([], 422), "another resource": ({"resourceType": "List"}, 400),
    "an empty object": ({}, 400),
}  # fmt: skip


@pytest.mark.parametrize(("drafts", "status"), WRONG_DRAFTS.values(), ids=WRONG_DRAFTS.keys())
def test_ctx_09_order_sign_without_drafts_is_never_a_silent_all_clear(post: Post, drafts: Any, status: int) -> None:
    response = post(changed(SIGN, context__draftOrders=drafts))
    assert response.status_code == status, response.text
    assert "draftOrders" in response.json()["issue"][0]["diagnostics"]


def test_ctx_01_order_sign_with_an_empty_bundle(post: Post) -> None:
    response = post(changed(SIGN, context__draftOrders={"resourceType": "Bundle", "type": "collection"}))
    assert (response.status_code, response.json()["cards"]) == (200, [])


def test_a_medicine_nobody_can_read_is_named(post: Post) -> None:
    """Decision 2: neither a known code nor a readable name."""
    answer = call(
        post, [entry(draft(medicationCodeableConcept={"coding": [{"system": "urn:oid:1.2.3", "code": "9"}]}))]
    )
    assert answer["cards"][-1]["source"]["topic"]["code"] == "not-checked"
    assert answer["extension"][EXTENSION]["notEvaluated"]


def test_another_patients_draft_is_named_and_not_judged(post: Post) -> None:
    answer = call(post, [entry(draft(subject={"reference": "Patient/another"}))])
    assert rules(answer) == set()
    assert "another patient" in json.dumps(answer["extension"][EXTENSION]["notEvaluated"])


DSTU2 = {"resourceType": "MedicationOrder", "id": "order-123", "status": "draft", "patient": {"reference": "Patient/k-3"}, "medicationCodeableConcept": TABLET}  # fmt: skip


def test_a_dstu2_draft_is_answered_with_what_is_needed(post: Post) -> None:
    answer = call(post, [entry(DSTU2)], selections=["MedicationOrder/order-123"])
    (card,) = answer["cards"]
    assert card["source"]["topic"]["code"] == "not-checked"
    assert "R4" in card["detail"]


def deletes(answer: dict[str, Any]) -> list[str]:
    return [
        action["resourceId"]
        for card in answer["cards"]
        for suggestion in card.get("suggestions", [])
        for action in suggestion["actions"]
        if action["type"] == "delete"
    ]


def test_act_05_06_a_draft_can_be_removed_only_when_it_has_an_id(post: Post) -> None:
    assert deletes(call(post, [entry(draft())])) == ["MedicationRequest/d1"]
    assert deletes(call(post, [entry(draft(id=LONG_ID))], selections=[f"MedicationRequest/{LONG_ID}"])) == [f"MedicationRequest/{LONG_ID}"]  # fmt: skip
    request = changed("antipsychotic-order-after-nms")
    for one in request["context"]["draftOrders"]["entry"]:
        del one["resource"]["id"]
    answer = post(request).json()
    assert answer["cards"]
    assert deletes(answer) == []

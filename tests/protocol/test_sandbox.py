"""The public CDS Hooks Sandbox as a client: its calls, in its order, with its oddities (see the module's ``Sandbox``).

The hosted page cannot be reached from a test; this client makes the calls that its published source makes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote
from uuid import uuid4

import httpx
import pytest

from tests.protocol.conformance import EXTENSION, SERVICES, breaches
from tests.protocol.conftest import ORIGIN
from tests.reliability.process import fixture

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
FUROSEMIDE = ("313988", "Furosemide 40 MG Oral Tablet")
HYDROCHLOROTHIAZIDE = ("310798", "Hydrochlorothiazide 25 MG Oral Tablet")
BRANDED = ("200809", "Furosemide 40 MG Oral Tablet [Lasix]")
TOKEN = {
    "authorization": "Bearer eyJhbGciOiJFUzM4NCJ9.eyJpc3MiOiJodHRwczovL3NhbmRib3guY2RzLWhvb2tzLm9yZyJ9.c2lnbmVkLXdpdGgtYS1wdWJsaWMta2V5"
}


@dataclass
class Sandbox:
    """Preflights every call; fills templates itself; drops what fails; leaves ``prefetch`` out when nothing came."""

    web: httpx.Client
    chart: dict[str, Any]
    patient: str
    fhir_server: str = "https://launch.smarthealthit.org/v/r4/fhir"
    services: dict[str, dict[str, Any]] = field(default_factory=dict)

    def browse(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """One call as a browser makes it: first the preflight, then nothing without its permission."""
        asked = {
            "origin": ORIGIN,
            "access-control-request-method": method,
            "access-control-request-headers": "authorization,content-type",
        }
        preflight = self.web.options(path, headers=asked)
        assert preflight.headers["access-control-allow-origin"] == ORIGIN
        assert "authorization" in preflight.headers["access-control-allow-headers"]
        headers = {"origin": ORIGIN, "accept": "application/json"} | TOKEN
        response = self.web.request(method, path, json=body, headers=headers)
        assert response.headers["access-control-allow-origin"] == ORIGIN
        return response

    def add_services(self) -> None:
        """It refuses an empty list and keeps one definition per URL."""
        found = self.browse("GET", "/cds-services").json()["services"]
        assert found
        self.services = {f"/cds-services/{one['id']}": one for one in found}
        assert len(self.services) == len(found)

    def prefetch(self, path: str) -> dict[str, Any]:
        filled: dict[str, Any] = {}
        for key, template in self.services[path]["prefetch"].items():
            assert "context.encounterId" not in template
            resource, _, query = template.replace("{{context.patientId}}", self.patient).partition("?")
            pairs = parse_qsl(query)
            assert len({name for name, _ in pairs}) == len(pairs), "a repeated parameter would be comma-joined"
            assert len(f"{resource}?{'&'.join(f'{name}={quote(value)}' for name, value in pairs)}") < 2_000
            if key in self.chart:
                filled[key] = self.chart[key]
        return filled

    def call(self, hook: str, status: int = 200, **context: Any) -> dict[str, Any]:
        path = f"/cds-services/muscle-spasm-{hook}"
        request: dict[str, Any] = {
            "hookInstance": str(uuid4()), "hook": hook, "fhirServer": self.fhir_server,
            "context": {"patientId": self.patient, "userId": "Practitioner/SMART-1234"} | context,
        }  # fmt: skip
        if filled := self.prefetch(path):
            request["prefetch"] = filled
        response = self.browse("POST", path, request)
        assert response.status_code == status, response.text
        answer: dict[str, Any] = response.json()
        if status == 200:
            assert breaches(answer, request) == []
        return answer

    def draft(self, drug: tuple[str, str] | None) -> dict[str, Any]:
        """Its draft: one fixed id, ``category`` and ``reasonCode`` as objects, one pill a day."""
        resource: dict[str, Any] = {
            "resourceType": "MedicationRequest", "id": "request-123", "status": "draft", "intent": "proposal",
            "subject": {"reference": f"Patient/{self.patient}"}, "authoredOn": "2026-11-20",
        }  # fmt: skip
        if drug is not None:
            code, name = drug
            dose = {"value": 1, "system": "http://unitsofmeasure.org", "code": "{pill}"}
            resource |= {
                "intent": "order",
                "category": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/medicationrequest-category", "code": "community"}]},
                "dosageInstruction": [{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": dose}]}],
                "dispenseRequest": {"expectedSupplyDuration": {"value": 30, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d"}},
                "medicationCodeableConcept": {"text": name, "coding": [{"display": name, "system": RXNORM, "code": code}]},
                "reasonCode": {"coding": [{"system": "http://snomed.info/sct", "code": "38341003"}], "text": "Hypertension"},
            }  # fmt: skip
        return resource

    def select(self, drug: tuple[str, str] | None) -> dict[str, Any]:
        drafts = {"resourceType": "Bundle", "entry": [{"resource": self.draft(drug)}]}
        return self.call("order-select", selections=["MedicationRequest/request-123"], draftOrders=drafts)

    def sign(self, drug: tuple[str, str]) -> dict[str, Any]:
        return self.call(
            "order-sign", draftOrders={"resourceType": "Bundle", "entry": [{"resource": self.draft(drug)}]}
        )

    def say(self, hook: str, entry: dict[str, Any]) -> None:
        """One entry a POST."""
        entry = {"outcomeTimestamp": "2026-11-20T09:00:00.000Z"} | entry
        assert (
            self.browse("POST", f"/cds-services/muscle-spasm-{hook}/feedback", {"feedback": [entry]}).status_code == 200
        )


def rules(answer: dict[str, Any]) -> set[str]:
    return {hit["rule"] for hit in answer["extension"][EXTENSION].get("hits", [])}


@pytest.fixture
def sandbox(web: httpx.Client) -> Sandbox:
    request = fixture("thiazide-order-potassium-low")
    opened = Sandbox(web, request["prefetch"], request["context"]["patientId"])
    opened.add_services()
    return opened


def test_all_three_services_are_listed(sandbox: Sandbox) -> None:
    assert set(sandbox.services) == {f"/cds-services/{name}" for name in SERVICES}


def test_the_patient_is_opened(sandbox: Sandbox) -> None:
    assert "potassium-low" in rules(sandbox.call("patient-view"))


def test_the_order_tab_is_opened_with_an_empty_draft_and_pressed_again_without_any(sandbox: Sandbox) -> None:
    assert sandbox.select(None)["cards"] == []
    assert sandbox.call("order-select")["cards"] == []


@pytest.mark.parametrize("drug", [FUROSEMIDE, HYDROCHLOROTHIAZIDE, BRANDED], ids=lambda drug: drug[1])
def test_drugs_are_product_codes(sandbox: Sandbox, drug: tuple[str, str]) -> None:
    for answer in (sandbox.select(drug), sandbox.sign(drug)):
        assert "diuretic-order-electrolytes" in rules(answer)


def test_suggestions_overrides_and_feedback(sandbox: Sandbox, web: httpx.Client) -> None:
    answer = sandbox.select(HYDROCHLOROTHIAZIDE)
    (card,) = answer["cards"]
    create, delete = card["suggestions"]
    assert create["actions"][0]["resource"]["resourceType"] == "ServiceRequest"
    assert delete["actions"][0] == {
        "type": "delete", "description": delete["label"], "resourceId": "MedicationRequest/request-123",
    }  # fmt: skip
    assert all(reason["display"] for reason in card["overrideReasons"]), "its menu shows the display"
    before = (
        web.get("/report.json").json()["rules"].get("diuretic-order-electrolytes", {"accepted": 0, "overridden": 0})
    )
    for suggestion in (create, delete):
        sandbox.say(
            "order-select",
            {"card": card["uuid"], "outcome": "accepted", "acceptedSuggestions": [{"id": suggestion["uuid"]}]},
        )
    again = sandbox.select(HYDROCHLOROTHIAZIDE)["cards"][0]
    reason = {key: again["overrideReasons"][0][key] for key in ("code", "system")}
    sandbox.say("order-select", {"card": again["uuid"], "outcome": "overridden", "overrideReason": {"reason": reason}})
    other = sandbox.select(HYDROCHLOROTHIAZIDE)["cards"][0]
    sandbox.say(
        "order-select",
        {"card": other["uuid"], "outcome": "overridden", "overrideReason": {"reason": {"code": "contraindicated"}}},
    )  # its own
    after = web.get("/report.json").json()["rules"]["diuretic-order-electrolytes"]
    assert (after["accepted"] - before["accepted"], after["overridden"] - before["overridden"]) == (1, 2)


def test_keys_that_failed_are_missing_and_said(sandbox: Sandbox) -> None:
    sandbox.chart = {key: value for key, value in sandbox.chart.items() if key != "medicationStatements"}
    answer = sandbox.select(HYDROCHLOROTHIAZIDE)
    assert "diuretic-order-electrolytes" in rules(answer)
    assert answer["cards"][-1]["source"]["topic"]["code"] == "not-checked"


def test_nothing_prefetched_is_said_as_412(sandbox: Sandbox) -> None:
    sandbox.chart = {}
    assert sandbox.call("patient-view", status=412)["resourceType"] == "OperationOutcome"


def test_an_order_form_that_opens_without_any_data_is_answered_in_silence(sandbox: Sandbox) -> None:
    sandbox.chart = {}
    blank = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "MedicationRequest", "id": "1", "status": "draft"}}]}  # fmt: skip
    assert sandbox.call("order-select")["cards"] == []
    assert sandbox.call("order-select", selections=["MedicationRequest/1"], draftOrders=blank)["cards"] == []


def test_its_dstu2_server_is_answered_with_what_is_needed(sandbox: Sandbox) -> None:
    drug = {"resourceType": "MedicationOrder", "id": "order-123", "status": "draft", "patient": {"reference": f"Patient/{sandbox.patient}"}, "dateWritten": "2026-11-20", "medicationCodeableConcept": {"text": FUROSEMIDE[1], "coding": [{"system": RXNORM, "code": FUROSEMIDE[0]}]}}  # fmt: skip
    drafts = {"resourceType": "Bundle", "entry": [{"resource": drug}]}
    answer = sandbox.call("order-select", selections=["MedicationOrder/order-123"], draftOrders=drafts)
    assert "FHIR R4" in answer["cards"][-1]["detail"]

"""REQ, DATA, INV, HTTP, ERR, PERF: being called, over real HTTP. Each row names the requirement it proves."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from tests.protocol.conformance import EXTENSION, SERVICES, breaches
from tests.protocol.conftest import Post, changed
from tests.reliability.process import JSON, PLAIN, SERVICE, fixture
from tests.timing import in_time

CASE = "hypokalaemia-furosemide"
EMPTY = {"resourceType": "Bundle", "type": "searchset", "total": 0}
EPIC_EMPTY = EMPTY | {
    "entry": [
        {
            "search": {"mode": "outcome"},
            "resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "processing", "details": {"text": "Resource request returns no results."}}]},
        }
    ]
}  # fmt: skip
FAILED = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "exception", "diagnostics": "down"}],
}
SERVER = "https://fhir.example.org/r4"
AUTHORIZATION = {
    "access_token": "canary-token-4711", "token_type": "Bearer", "expires_in": 300, "scope": "patient/Observation.rs (free text)",
    "subject": "cds",
}  # fmt: skip

ACCEPTED: dict[str, dict[str, Any]] = {
    "REQ-01 as it is": {},
    "REQ-03 unknown members and extensions anywhere": {"extension": {"com.epic.cdshooks.request.bpa-trigger-action": "60"}, "context__extension": {"a": 1}, "newMember": [1]},
    "REQ-03 an extension of the authorization": {"fhirServer": SERVER, "fhirAuthorization": AUTHORIZATION | {"extension": {"x": None}}},
    "REQ-04 no encounterId": {"context__encounterId": ...},
    "REQ-04 fhirServer without authorization": {"fhirServer": SERVER},
    "REQ-05 a patient looks": {"context__userId": "Patient/k-1"},
    "REQ-05 a related person looks": {"context__userId": "RelatedPerson/7"},
    "REQ-05 a role looks": {"context__userId": "PractitionerRole/e9.AbC-123"},
    "REQ-07 a version 1 UUID in capitals": {"hookInstance": "6B29FC40-CA47-1067-B31D-00DD010662DA"},
    "REQ-07 hookInstance that is no UUID": {"hookInstance": "randomGUIDforthehookevent"},
    "REQ-08 an encounter id of 200 characters": {"context__encounterId": "e" * 200},
    "H08 no userId": {"context__userId": ...},
    "DATA-06 a key never asked for": {"prefetch__coverage": EMPTY, "prefetch__-user": {"resourceType": "Practitioner", "id": "x"}},
    "2.13 authorization null": {"fhirAuthorization": None, "fhirServer": None},
}  # fmt: skip


@pytest.mark.parametrize("changes", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_valid_requests_are_answered(post: Post, changes: dict[str, Any]) -> None:
    request = changed(CASE, **changes)
    response = post(request)
    assert response.status_code == 200, response.text
    assert breaches(response.json(), request) == []
    assert response.json()["cards"][0]["summary"].startswith("Potassium 2.8"), "REQ-09"
    assert "canary" not in response.text, "SEC-02"


@pytest.mark.parametrize(
    "kind", ["application/json", "APPLICATION/JSON", "application/json; charset=UTF-8", 'application/json;charset="utf-8"', "application/fhir+json; fhirVersion=4.0"]
)  # fmt: skip
def test_req_06_content_types(web: httpx.Client, kind: str) -> None:
    response = web.post(SERVICE, content=json.dumps(fixture(CASE)), headers={"content-type": kind})
    assert response.status_code == 200, response.text


@pytest.mark.parametrize(
    "shape", [SERVICE + "/", "//" + SERVICE[1:], SERVICE.replace("/m", "//m"), SERVICE + "//", SERVICE + "?debug=1"]
)
def test_slashes_are_tolerated(web: httpx.Client, shape: str) -> None:
    assert web.post(str(web.base_url) + shape, json=fixture(CASE)).json()["cards"]
    entry = {"card": "x", "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:05:31Z"}
    path = shape.partition("?")[0].rstrip("/") + "//feedback/"
    assert web.post(str(web.base_url) + path, json={"feedback": [entry]}).status_code == 200


def states(post: Post, value: Any) -> tuple[bool, bool, bool]:
    """Whether the potassium is seen, whether something is not evaluated, whether a Not checked card is shown."""
    request = changed(CASE, prefetch__laboratory=value)
    response = post(request)
    assert response.status_code == 200, response.text
    answer = response.json()
    assert breaches(answer, request) == []
    account = answer["extension"][EXTENSION]
    seen = any(hit["rule"] == "potassium-low" for hit in account.get("hits", []))
    shown = any(card["source"]["topic"]["code"] == "not-checked" for card in answer["cards"])
    return seen, bool(account.get("notEvaluated")), shown


FOUR_STATES: dict[str, tuple[Any, bool]] = {
    "DATA-03 null: the client looked and has nothing": (None, False),
    "DATA-04 an empty searchset": (EMPTY, False),
    "DATA-04 an empty list of entries": (EMPTY | {"entry": []}, False),
    "DATA-04 Epic's empty searchset with a warning": (EPIC_EMPTY, False),
    "DATA-02 the key is missing": (..., True),
    "DATA-05 an OperationOutcome with an error": (FAILED, True),
    "DATA-05 an error inside a searchset": (EMPTY | {"entry": [{"resource": FAILED}]}, True),
    "DATA-09 an HTML page": ("<html>Apache Tomcat/8.5 - Error report</html>", True),
    "DATA-09 a number": (5, True),
    "DATA-09 an object that is no resource": ({"error": "no"}, True),
    "DATA-07 a first page with a next link": (EMPTY | {"link": [{"relation": "next", "url": SERVER + "/next"}]}, True),
}


@pytest.mark.parametrize(("value", "unknown"), FOUR_STATES.values(), ids=FOUR_STATES.keys())
def test_the_four_states_of_a_key_stay_apart(post: Post, value: Any, unknown: bool) -> None:
    assert states(post, value) == (False, unknown, unknown)


def test_data_08_another_patients_results_are_not_used_and_named(post: Post) -> None:
    request = changed(CASE)
    for entry in request["prefetch"]["laboratory"]["entry"]:
        entry["resource"]["subject"] = {"reference": "Patient/somebody-else"}
    answer = post(request).json()
    assert breaches(answer, request) == []
    reasons = [entry["reason"] for entry in answer["extension"][EXTENSION]["notEvaluated"]]
    assert any("another patient" in reason for reason in reasons)
    assert "somebody-else" not in json.dumps(answer)


def test_data_01_412_names_what_was_missing(web: httpx.Client) -> None:
    """An EHR that sends only ``context``."""
    asked = {one["id"]: set(one["prefetch"]) for one in web.get("/cds-services").json()["services"]}
    draft = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "MedicationRequest", "id": "1", "medicationCodeableConcept": {"text": "furosemide"}}}]}  # fmt: skip
    for name, keys in asked.items():
        context = {
            "patientId": "1",
            "userId": "Practitioner/2",
            "selections": ["MedicationRequest/1"],
            "draftOrders": draft,
        }
        request = {
            "hook": name.removeprefix("muscle-spasm-"),
            "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "context": context,
        }
        for nothing in (
            {},
            {"prefetch": {}},
            {"prefetch": None},
            {"fhirServer": SERVER},
            {"fhirServer": SERVER, "fhirAuthorization": AUTHORIZATION},
        ):
            response = web.post(f"/cds-services/{name}", json=request | nothing)
            assert response.status_code == 412, (nothing, response.text)
            (issue,) = response.json()["issue"]
            assert (issue["severity"], issue["code"]) == ("error", "required")
            assert set(issue["expression"]) == {f"prefetch.{key}" for key in keys}
            assert all(key in issue["diagnostics"] for key in keys)
            assert "canary" not in response.text


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "INV-04 hook missing": ({"hook": ...}, 400, "hook"),
    "INV-04 hook null": ({"hook": None}, 400, "hook"),
    "INV-04 hook blank": ({"hook": "  "}, 400, "hook"),
    "INV-06 the hook of another service": ({"hook": "order-sign"}, 400, "hook"),
    "INV-06 an unknown hook": ({"hook": "appointment-book"}, 400, "hook"),
    "INV-07 hook a list": ({"hook": ["patient-view"]}, 422, "hook"),
    "INV-05 hookInstance missing": ({"hookInstance": ...}, 400, "hookInstance"),
    "INV-05 hookInstance null": ({"hookInstance": None}, 400, "hookInstance"),
    "INV-05 hookInstance a number": ({"hookInstance": 7}, 422, "hookInstance"),
    "section 9: hookInstance of insane length": ({"hookInstance": "x" * 5_000}, 400, "hookInstance"),
    "INV-04 context missing": ({"context": ...}, 400, "context"),
    "INV-04 context null": ({"context": None}, 400, "context"),
    "INV-07 context text": ({"context": "x"}, 422, "context"),
    "an empty context": ({"context": {}}, 400, "context.patientId"),
    "INV-04 patientId missing": ({"context__patientId": ...}, 400, "context.patientId"),
    "INV-04 patientId null": ({"context__patientId": None}, 400, "context.patientId"),
    "INV-04 patientId blank": ({"context__patientId": " "}, 400, "context.patientId"),
    "INV-07 patientId an object": ({"context__patientId": {"id": "1"}}, 422, "context.patientId"),
    "INV-07 userId a number": ({"context__userId": 5}, 422, "context.userId"),
    "INV-07 encounterId a list": ({"context__encounterId": ["1"]}, 422, "context.encounterId"),
    "INV-07 prefetch text": ({"prefetch": "x"}, 422, "prefetch"),
    "INV-07 fhirServer a number": ({"fhirServer": 5}, 422, "fhirServer"),
    "INV-07 fhirAuthorization text": ({"fhirServer": SERVER, "fhirAuthorization": "Bearer x"}, 422, "fhirAuthorization"),
    "INV-08 authorization without server": ({"fhirAuthorization": AUTHORIZATION}, 400, "fhirServer"),
    "INV-08 authorization without token": ({"fhirServer": SERVER, "fhirAuthorization": {"token_type": "Bearer"}}, 400, "fhirAuthorization.access_token"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "status", "where"), REFUSED.values(), ids=REFUSED.keys())
def test_wrong_requests_are_refused_and_the_place_is_named(
    web: httpx.Client, changes: dict[str, Any], status: int, where: str
) -> None:
    """ERR-01 to ERR-03: an OperationOutcome that names what is wrong and where, and repeats nothing of the request."""
    response = web.post(SERVICE, json=changed(CASE, **changes))
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/fhir+json"
    outcome = response.json()
    assert outcome["resourceType"] == "OperationOutcome"
    (issue,) = outcome["issue"]
    assert issue["severity"] == "error"
    assert issue["expression"] == [where]
    assert where.split(".")[-1] in issue["diagnostics"]
    assert not {"canary", "k-1", "Traceback", "appointment-book"} & set(response.text.replace('"', " ").split())


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [SERVICE, SERVICE + "/feedback"])
def test_http_02_405_with_allow(web: httpx.Client, method: str, path: str) -> None:
    response = web.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == "POST, OPTIONS"
    if method != "HEAD":
        assert "POST" in response.json()["issue"][0]["diagnostics"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_http_02_discovery_is_only_read(web: httpx.Client, method: str) -> None:
    response = web.request(method, "/cds-services", headers=JSON, content=b"{}")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "path", ["/cds-services/nobody", "/cds-services/Muscle-Spasm-Patient-View", "/cds-services/nobody/feedback"]
)
def test_http_01_03_an_unknown_service_is_named_404(web: httpx.Client, path: str) -> None:
    response = web.post(path, json=fixture(CASE))
    assert response.status_code == 404
    said = response.json()["issue"][0]["diagnostics"]
    assert all(name in said for name in SERVICES), "says which services there are"
    assert "nobody" not in said


def test_inv_02_415_says_what_is_expected(web: httpx.Client) -> None:
    for headers in ({}, {"content-type": "text/plain"}, {"content-type": "application/x-www-form-urlencoded"}):
        response = web.post(SERVICE, content=json.dumps(fixture(CASE)), headers=headers)
        assert response.status_code == 415
        assert "application/json" in response.json()["issue"][0]["diagnostics"]
        assert "application/json" in response.headers["accept-post"]


def test_413_says_the_limit(web: httpx.Client) -> None:
    response = web.post(SERVICE, content=b" " * 2_000_001, headers=JSON)
    assert response.status_code == 413
    assert "2,000,000 bytes" in response.json()["issue"][0]["diagnostics"]


def test_perf_01_answers_within_half_a_second(post: Post) -> None:
    assert in_time(0.5, lambda: post(fixture("nms-haloperidol"))).status_code == 200


async def test_rob_08_parallel_calls_are_answered_like_single_ones(web: httpx.Client, post: Post) -> None:
    alone = post(fixture(CASE)).content
    async with httpx.AsyncClient(base_url=web.base_url, timeout=30, **PLAIN) as client:
        answers = await asyncio.gather(*(client.post(SERVICE, json=fixture(CASE)) for _ in range(30)))
    assert {one.content for one in answers} == {alone}, "REQ-02: the same data, the same cards"

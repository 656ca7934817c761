"""CDS Hooks over HTTP: requirement ids of the protocol target, faults J (bodies) and B (load)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from cds_service.app import create_app
from cds_service.settings import Settings
from tests.fhir_rows import request_for
from tests.rows import row

SERVICE = "/cds-services/muscle-spasm-patient-view"
LOW = row("low potassium", "PV", "70F", obs="K=2.8 mmol/L@-2", hits="none")
ORDER = row("a thiazide", "OS", "70F", obs="K=2.9 mmol/L@-3", meds="hydrochlorothiazide@draft", hits="none")
SIGN = row("a thiazide", "SG", "70F", obs="K=2.9 mmol/L@-3", meds="hydrochlorothiazide@draft", hits="none")
JSON = {"content-type": "application/json"}


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(
        store_enabled=False, log_level="error", max_body_bytes=400_000, cors_origins=("https://ehr.example.org",),
        now="2026-11-18T11:06:40Z",
    )  # fmt: skip
    transport = httpx.ASGITransport(app=create_app(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        yield client


def body(case: Any = LOW, **changes: Any) -> dict[str, Any]:
    made = request_for(case)
    for path, value in changes.items():
        target: Any = made
        *parents, last = path.split("__")
        for name in parents:
            target = target[name]
        if value is ...:
            target.pop(last, None)
        else:
            target[last] = value
    return made


def is_outcome(response: httpx.Response) -> bool:
    data = response.json()
    return data["resourceType"] == "OperationOutcome" and bool(data["issue"]) and "Traceback" not in response.text


async def test_disc_discovery_is_complete(http: httpx.AsyncClient) -> None:
    response = await http.get("/cds-services")
    assert response.status_code == 200
    services = {one["id"]: one for one in response.json()["services"]}
    assert set(services) == {f"muscle-spasm-{hook}" for hook in ("patient-view", "order-select", "order-sign")}
    for one in services.values():
        assert one["hook"] == one["id"].removeprefix("muscle-spasm-")
        assert one["title"]
        assert one["description"]
        assert one["usageRequirements"]
        assert one["hookVersion"] == "1.0"
        assert one["version"].startswith("3.0.0")
        for template in one["prefetch"].values():
            names = [part.split("=")[0] for part in template.partition("?")[2].split("&") if part]
            assert len(names) == len(set(names)), "PF: no parameter twice"
            assert "encounterId" not in template
            assert "{{context.patientId}}" in template
            assert not set(names) - {"patient", "code", "status", "_sort", "_count"}


@pytest.mark.parametrize(
    "path", [SERVICE, SERVICE + "/", "http://service//cds-services//muscle-spasm-patient-view", SERVICE + "//"]
)
async def test_req_slashes_are_tolerated(http: httpx.AsyncClient, path: str) -> None:
    response = await http.post(path, json=body())
    assert response.status_code == 200
    assert response.json()["cards"]


async def test_req_01_cards_carry_what_the_protocol_asks(http: httpx.AsyncClient) -> None:
    (card,) = (await http.post(SERVICE, json=body())).json()["cards"]
    assert {
        "uuid",
        "summary",
        "indicator",
        "source",
        "detail",
        "overrideReasons",
        "suggestions",
        "selectionBehavior",
    } <= set(card)
    assert card["source"]["label"]
    assert {"system", "code", "display"} == set(card["source"]["topic"])
    assert all({"system", "code", "display"} == set(reason) for reason in card["overrideReasons"])


@pytest.mark.parametrize(
    ("sentence", "changes", "status"),
    [
        ("INV-04 hook missing", {"hook": ...}, 400),
        ("INV-04 hook null", {"hook": None}, 400),
        ("INV-06 another hook", {"hook": "order-sign"}, 400),
        ("INV-07 hook a number", {"hook": 5}, 422),
        ("INV-05 hookInstance missing", {"hookInstance": ...}, 400),
        ("INV-05 hookInstance blank", {"hookInstance": " "}, 400),
        ("hookInstance no UUID is accepted", {"hookInstance": "randomGUIDforthehookevent"}, 200),
        ("INV-04 context missing", {"context": ...}, 400),
        ("INV-07 context a list", {"context": []}, 422),
        ("INV-04 patientId missing", {"context__patientId": ...}, 400),
        ("INV-07 patientId a number", {"context__patientId": 5}, 422),
        ("F11 patientId bends the URL", {"context__patientId": "1&_count=9999"}, 400),
        ("F11 patientId climbs", {"context__patientId": "1/../../Patient"}, 400),
        ("F11 patientId dots", {"context__patientId": ".."}, 400),
        ("patientId with its type is accepted", {"context__patientId": "Patient/row-patient"}, 200),
        ("userId missing is accepted", {"context__userId": ...}, 200),
        ("encounterId null is accepted", {"context__encounterId": None}, 200),
        ("REQ-03 unknown members are ignored", {"extension": {"x": 1}, "context__future": 1}, 200),
        ("INV-07 prefetch a list", {"prefetch": []}, 422),
        ("DATA-01 nothing to look at", {"prefetch": ...}, 412),
        ("prefetch empty object is as absent", {"prefetch": {}}, 412),
        ("prefetch null is as absent", {"prefetch": None}, 412),
        ("DATA-03 null is an answer", {"prefetch": {"laboratory": None}}, 200),
        ("INV-08 authorization without a server", {"fhirAuthorization": {"access_token": "x"}}, 400),
        ("INV-08 authorization without a token", {"fhirServer": "https://x.example", "fhirAuthorization": {"scope": "x"}}, 400),
        ("F24 token for another patient", {"fhirServer": "https://x.example", "fhirAuthorization": {"access_token": "x", "patient": "y"}}, 400),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
async def test_wrong_requests_get_the_right_status(
    http: httpx.AsyncClient, sentence: str, changes: dict[str, Any], status: int
) -> None:
    response = await http.post(SERVICE, json=body(**changes))
    assert response.status_code == status, response.text
    if status != 200:
        assert is_outcome(response)
        assert "row-patient" not in response.text


@pytest.mark.parametrize(
    ("sentence", "case", "changes", "status", "cards"),
    [
        ("order-select judges the selected draft", ORDER, {}, 200, True),
        ("decision 8: no draftOrders", ORDER, {"context__draftOrders": ..., "context__selections": ...}, 200, False),
        ("an empty draft", ORDER, {"context__draftOrders": {"resourceType": "Bundle"}}, 200, False),
        ("CTX-06 no selections", ORDER, {"context__selections": ...}, 200, False),
        ("CTX-06 a bare id is selected", ORDER, {"context__selections": ["med-0"]}, 200, True),
        ("CTX-06 an absolute URL is selected", ORDER, {"context__selections": ["https://x.example/MedicationRequest/med-0"]}, 200, True),
        ("CTX-06 a dangling selection", ORDER, {"context__selections": ["MedicationRequest/other"]}, 200, False),
        ("CTX-09 order-sign without drafts", SIGN, {"context__draftOrders": ...}, 400, False),
        ("CTX-09 drafts that are no Bundle", SIGN, {"context__draftOrders": "x"}, 422, False),
        ("CTX-09 drafts of another type", SIGN, {"context__draftOrders": {"resourceType": "List"}}, 400, False),
        ("H08 a Bundle without type", SIGN, {"context__draftOrders__type": ...}, 200, True),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
async def test_orders(
    http: httpx.AsyncClient, sentence: str, case: Any, changes: dict[str, Any], status: int, cards: bool
) -> None:
    made = body(case, **changes)
    response = await http.post(f"/cds-services/muscle-spasm-{made['hook']}", json=made)
    assert response.status_code == status, response.text
    assert bool(response.json().get("cards")) is cards


RAW: dict[str, tuple[bytes, int]] = {
    "J01 empty": (b"", 400),
    "J01 null": (b"null", 400),
    "J01 list": (b"[]", 400),
    "J01 string": (b'"x"', 400),
    "J03 NaN in the envelope": (b'{"hook": NaN}', 400),
    "J04 UTF-16": ('{"hook":"patient-view"}'.encode("utf-16"), 400),
    "J04 invalid UTF-8": (b'{"hook":"\xff\xfe"}', 400),
    "J05 hook twice": (json.dumps(body()).encode().replace(b'"hook":', b'"hook": "patient-view", "hook":', 1), 400),
    "J05 patientId twice": (json.dumps(body()).encode().replace(b'"patientId":', b'"patientId": "row-patient", "patientId":', 1), 400),
    "J06 deep": (b'{"hook":"patient-view","hookInstance":"x","context":{"patientId":"1"},"prefetch":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    "J06 deep value": (b'{"hook":"patient-view","hookInstance":"x","context":{"patientId":' + b"[" * 5_000 + b"]" * 5_000 + b"}}", 400),
    "J08 too large": (b'{"x":"' + b"a" * 500_000 + b'"}', 413),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "status"), RAW.values(), ids=RAW.keys())
async def test_bodies_that_cannot_be_read(http: httpx.AsyncClient, raw: bytes, status: int) -> None:
    response = await http.post(SERVICE, content=raw, headers=JSON)
    assert response.status_code == status, response.text[:200]
    assert is_outcome(response)


async def test_j02_a_body_cut_anywhere_is_malformed(http: httpx.AsyncClient) -> None:
    whole = json.dumps(body()).encode()
    for part in range(1, 50):
        response = await http.post(SERVICE, content=whole[: len(whole) * part // 50], headers=JSON)
        assert response.status_code == 400


async def test_j09_a_chunked_body_over_the_limit_is_stopped(http: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"a" * 10_000

    response = await http.post(SERVICE, content=chunks(), headers=JSON)
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("kind", "encoding", "status"),
    [
        ("application/json", None, 200), ("Application/JSON; charset=UTF-8", None, 200), ("application/fhir+json", None, 200),
        ("text/plain", None, 415), ("multipart/form-data", None, 415), ("application/json; charset=utf-7", None, 415),
        ("application/json", "gzip", 415), ("application/json", "br", 415),
    ],
)  # fmt: skip
async def test_j11_j12_inv_02_content_types(
    http: httpx.AsyncClient, kind: str, encoding: str | None, status: int
) -> None:
    headers = {"content-type": kind} | ({"content-encoding": encoding} if encoding else {})
    response = await http.post(SERVICE, content=json.dumps(body()), headers=headers)
    assert response.status_code == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/cds-services/nobody", 404), ("POST", "/cds-services/nobody/feedback", 404), ("GET", SERVICE, 405),
        ("DELETE", SERVICE, 405), ("GET", SERVICE + "/feedback", 405), ("POST", "/cds-services", 405), ("GET", "/nowhere", 404),
        ("POST", "/cds-services/..%2f..%2fetc%2fpasswd", 404), ("POST", "/cds-services/" + "a" * 5_000, 404),
    ],
)  # fmt: skip
async def test_http_unknown_places_and_methods(http: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    response = await http.request(method, path, content=b"{}", headers=JSON)
    assert response.status_code == status
    assert is_outcome(response)
    if status == 405:
        assert "allow" in response.headers


async def test_cors_browsers_can_call_and_read_errors(http: httpx.AsyncClient) -> None:
    origin = {"origin": "https://ehr.example.org"}
    preflight = await http.options(
        SERVICE,
        headers=origin
        | {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"},
    )
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://ehr.example.org"
    assert {"authorization", "content-type"} <= {
        h.strip() for h in preflight.headers["access-control-allow-headers"].split(",")
    }
    for response in (
        await http.post(SERVICE, json=body(), headers=origin),
        await http.post(SERVICE, content=b"", headers=origin | JSON),
    ):
        assert response.headers["access-control-allow-origin"] == "https://ehr.example.org"
        assert "access-control-allow-credentials" not in response.headers
    stranger = await http.post(SERVICE, json=body(), headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in stranger.headers


async def test_req_02_the_same_call_gets_the_same_answer(http: httpx.AsyncClient) -> None:
    first, second = [await http.post(SERVICE, json=body()) for _ in range(2)]
    assert first.content == second.content


async def test_rob_08_parallel_calls_are_answered_like_single_ones(http: httpx.AsyncClient) -> None:
    responses = await asyncio.gather(*(http.post(SERVICE, json=body()) for _ in range(40)))
    assert {response.content for response in responses} == {responses[0].content}


ENTRY = {
    "card": "4e0a3a1e-3065-4522-982c-3e6bbdd4dd45",
    "outcome": "overridden",
    "outcomeTimestamp": "2026-11-20T10:05:31.123Z",
}
FEEDBACK: dict[str, tuple[Any, int]] = {
    "FB-03 overridden without a reason": (ENTRY, 200),
    "FB-03 with reason and comment": (ENTRY | {"overrideReason": {"reason": {"code": "x", "system": "y"}, "userComment": "z"}}, 200),
    "FB-08 sandbox: reason without system": (ENTRY | {"overrideReason": {"reason": {"code": "x"}}}, 200),
    "FB-08 Epic: overrideReasons object, odd card id": (ENTRY | {"card": "123456", "overrideReasons": {"reason": {"code": "x"}, "extension": {}}}, 200),
    "FB-02 accepted": (ENTRY | {"outcome": "accepted", "acceptedSuggestions": [{"id": "s"}]}, 200),
    "FB-07 accepted without suggestions": (ENTRY | {"outcome": "accepted"}, 400),
    "FB-07 no card": ({"outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:05:31Z"}, 400),
    "FB-07 odd outcome": (ENTRY | {"outcome": "maybe"}, 400),
    "FB-07 no timestamp": ({"card": "x", "outcome": "overridden"}, 400),
    "FB-06 entry is text": ("x", 400),
}  # fmt: skip


@pytest.mark.parametrize(("entry", "status"), FEEDBACK.values(), ids=FEEDBACK.keys())
async def test_feedback(http: httpx.AsyncClient, entry: Any, status: int) -> None:
    response = await http.post(SERVICE + "/feedback", json={"feedback": [entry]})
    assert response.status_code == status, response.text


@pytest.mark.parametrize("wrong", [{}, {"feedback": {}}, {"feedback": []}, [], "x", {"feedback": None}])
async def test_fb_06_a_body_that_is_no_feedback(http: httpx.AsyncClient, wrong: Any) -> None:
    response = await http.post(SERVICE + "/feedback", json=wrong)
    assert response.status_code in (400, 422)
    assert is_outcome(response)


async def test_fb_one_bad_entry_does_not_lose_the_good_one(http: httpx.AsyncClient) -> None:
    response = await http.post(SERVICE + "/feedback", json={"feedback": [ENTRY, {"card": "x"}]})
    assert response.status_code == 400
    issues = response.json()["issue"]
    assert issues[0]["expression"] == ["feedback[1].outcome"]
    assert "stored" in issues[-1]["diagnostics"]


async def test_frozen_clock_is_said_on_every_answer(http: httpx.AsyncClient) -> None:
    response = await http.post(SERVICE, json=body())
    assert response.headers["x-frozen-clock"] == "2026-11-18T11:06:40Z"
    assert response.json()["extension"]["org.muscle-spasm-cds"]["frozenClock"] == "2026-11-18T11:06:40Z"


async def test_health_metrics_and_pages_answer(http: httpx.AsyncClient) -> None:
    await http.post(SERVICE, json=body())
    for path in ("/livez", "/readyz", "/metrics", "/openapi.json", "/", "/rules", "/rules.json", "/services"):
        assert (await http.get(path)).status_code == 200, path
    text = (await http.get("/metrics")).text
    assert 'cds_hits_total{rule="potassium-low",indicator="warning"} 1' in text


async def test_l03_canaries_are_in_no_error_log_or_metric(
    http: httpx.AsyncClient, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    canary = "CanaryÅse Zz-4711"
    made = body(context__patientId="canary-4711", hookInstance=canary)
    made["prefetch"]["patient"]["name"] = [{"text": canary}]
    await http.post(SERVICE, json=made)
    wrong = await http.post(SERVICE, json=body(hook=canary, context__patientId=canary))
    assert "4711" not in wrong.text
    assert "4711" not in (await http.get("/metrics")).text
    captured = capfdbinary.readouterr()
    assert b"4711" not in captured.out + captured.err


async def test_b02_load_beyond_the_limit_is_refused_at_once() -> None:
    settings = Settings(store_enabled=False, log_level="error", max_concurrent=1)
    edge = create_app(settings)
    edge.in_flight = 5
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=edge), base_url="http://service") as client:
        response = await client.post(SERVICE, json=body())
        assert response.status_code == 503
        assert response.headers["retry-after"] == "1"
        assert (await client.get("/cds-services")).status_code == 200


async def test_j17_one_member_at_a_time_removed_nulled_or_swapped(http: httpx.AsyncClient) -> None:
    made = body(ORDER)
    tried = 0
    for path in paths(made):
        for value in (..., None, 5, "x", [], {}, True):
            mutant = json.loads(json.dumps(made))
            target = mutant
            for step in path[:-1]:
                target = target[step]
            if value is ...:
                del target[path[-1]]
            else:
                target[path[-1]] = value
            response = await http.post("/cds-services/muscle-spasm-order-select", json=mutant)
            assert response.status_code < 500, (path, value)
            tried += 1
    assert tried > 400


def paths(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for name, inner in items for path in ((*above, name), *paths(inner, (*above, name)))]

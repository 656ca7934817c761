"""Faults of bodies (J), load (B), logs (L) and ids (F11, F24) at the protocol's edge, in-process."""

from __future__ import annotations

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


@pytest.mark.parametrize(
    ("sentence", "changes", "status"),
    [
        ("F11 patientId bends the URL", {"context__patientId": "1&_count=9999"}, 400),
        ("F11 patientId climbs", {"context__patientId": "1/../../Patient"}, 400),
        ("F11 patientId dots", {"context__patientId": ".."}, 400),
        ("patientId with its type is accepted", {"context__patientId": "Patient/row-patient"}, 200),
        ("F24 token for another patient", {"fhirServer": "https://x.example", "fhirAuthorization": {"access_token": "x", "patient": "y"}}, 400),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
async def test_f11_f24_h12_ids_that_could_bend_a_url_or_leave_the_patient(
    http: httpx.AsyncClient, sentence: str, changes: dict[str, Any], status: int
) -> None:
    response = await http.post(SERVICE, json=body(**changes))
    assert response.status_code == status, response.text
    if status != 200:
        assert is_outcome(response)
        assert "row-patient" not in response.text


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

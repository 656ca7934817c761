"""Reading from the caller's FHIR server (issue "Reading FHIR as it really is"; faults F)."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from typing import Any

import httpx
import pytest

from cds_service.errors import ConfigurationError
from cds_service.fhir.addresses import is_permitted, parse_allowed, parse_base
from cds_service.fhir.client import FhirClient
from cds_service.fhir.exchange import Budget, Server
from cds_service.fhir.pages import next_page
from cds_service.fhir.transport import CheckedBackend
from cds_service.guidance.finding import Hook
from cds_service.hooks.parse import parse_request
from tests.fhir_rows import bundle, request_for
from tests.rows import NOW, row
from tests.service import account, hits, pipeline
from tests.timing import in_time

BASE = "https://ehr.example.org/fhir"
ROW = row(
    "low potassium on furosemide", "PV", "70F", obs="K=2.8 mmol/L@-2", meds="furosemide@active,start=-100",
    hits="potassium-low:warning, diuretic-potassium-low:warning",
)  # fmt: skip
Handler = Callable[[httpx.Request], httpx.Response]


def ask(
    handler: Handler, *, prefetch: dict[str, Any] | None = None, server: str = BASE, **options: Any
) -> dict[str, Any]:
    """The answer when everything not in ``prefetch`` must come from the server played by ``handler``."""
    request = request_for(ROW) | {
        "prefetch": prefetch or {},
        "fhirServer": server,
        "fhirAuthorization": {
            "access_token": "tok-1",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "x",
            "subject": "y",
        },
    }
    request |= options.pop("request", {})

    def make_http(_: object) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(handler), follow_redirects=False)

    client = FhirClient(parse_allowed([BASE]), make_http=make_http, **options)
    parsed = parse_request(json.dumps(request).encode(), Hook.PATIENT_VIEW)
    body, _, _ = asyncio.run(replace(pipeline(), fetcher=client).answer(parsed, NOW))
    return body


def asked_nobody(**request: Any) -> dict[str, Any]:
    """The same, and nobody was asked. (An error in a handler would only look like a broken server.)"""
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return good(request)

    body = ask(handler, **request)
    assert asked == []
    return body


def record() -> dict[str, Any]:
    """The row's chart by resource type."""
    prefetch = request_for(ROW)["prefetch"]
    found: dict[str, Any] = {"Patient": prefetch["patient"]}
    for value in prefetch.values():
        for entry in value.get("entry", []):
            found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return found


def good(request: httpx.Request) -> httpx.Response:
    kind = request.url.path.removeprefix("/fhir/").split("/")[0]
    if kind == "Patient":
        return httpx.Response(200, json=record()["Patient"])
    return httpx.Response(200, json=bundle(record().get(kind, [])), headers={"content-type": "application/fhir+json"})


def test_the_server_gives_the_same_cards_as_prefetch() -> None:
    body = ask(good)
    assert hits(body) == ROW.hits
    assert "notEvaluated" not in account(body)


def test_every_call_carries_the_token_and_the_discovery_query() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return good(request)

    ask(handler)
    assert {one.headers["authorization"] for one in seen} == {"Bearer tok-1"}
    paths = {one.url.path for one in seen}
    assert "/fhir/Patient/row-patient" in paths
    assert all("patient=row-patient" in str(one.url) for one in seen if one.url.path != "/fhir/Patient/row-patient")


def test_full_prefetch_asks_nobody() -> None:
    assert hits(asked_nobody(prefetch=request_for(ROW)["prefetch"])) == ROW.hits


@pytest.mark.parametrize(
    ("fault", "response"),
    [
        *((f"F12 status {code}", httpx.Response(code)) for code in (400, 401, 403, 404, 410, 412, 422)),
        ("F07 redirect", httpx.Response(302, headers={"location": "http://127.0.0.1:1/"})),
        ("F13 429", httpx.Response(429, headers={"retry-after": "3600"})),
        *((f"F14 status {code}", httpx.Response(code)) for code in (500, 502, 504)),
        ("F18 HTML", httpx.Response(200, text="<html>", headers={"content-type": "text/html"})),
        ("F18 empty", httpx.Response(200, content=b"")),
        ("F18 not JSON", httpx.Response(200, content=b"{", headers={"content-type": "application/json"})),
        (
            "F18 outcome",
            httpx.Response(200, json={"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}),
        ),
        ("F19 deep", httpx.Response(200, content=b"[" * 100_000, headers={"content-type": "application/json"})),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_answer_for_medicines_is_named_and_the_rest_is_evaluated(fault: str, response: httpx.Response) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return response if "/Medication" in request.url.path else good(request)

    body = ask(handler)
    assert ("potassium-low", "warning") in hits(body)
    needs = {entry.get("need") for entry in account(body)["notEvaluated"]}
    assert "MedicationRequest" in needs
    assert body["cards"][-1]["source"]["topic"]["code"] == "not-checked"
    assert "tok-1" not in json.dumps(body)


@pytest.mark.parametrize("rubbish", [5, "x", {"resource": 7}, {"resource": "x"}, ["y"]])
def test_f20_entries_that_cannot_be_read_are_named_and_the_others_used(rubbish: Any) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        answer = good(request)
        if request.url.path == "/fhir/MedicationRequest":
            found = answer.json()
            return httpx.Response(200, json=found | {"entry": [rubbish, *found["entry"], rubbish]})
        return answer

    body = ask(handler)
    assert hits(body) == ROW.hits
    assert any("entries could not be read" in entry["reason"] for entry in account(body)["notEvaluated"])


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x"), RuntimeError("x")]
)
def test_f14_x06_broken_connections_are_named(error: Exception) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    body = ask(handler, prefetch={"laboratory": request_for(ROW)["prefetch"]["laboratory"]})
    assert ("potassium-low", "warning") in hits(body)
    assert account(body)["notEvaluated"]


def test_f15_a_slow_server_costs_no_more_than_the_deadline() -> None:
    async def handler(request: httpx.Request) -> httpx.Response:
        if "Condition" in str(request.url):
            await asyncio.sleep(10)
        return good(request)

    body = in_time(0.6, lambda: ask(handler, deadline_s=0.3))  # type: ignore[arg-type]
    assert ("potassium-low", "warning") in hits(body)
    assert "Condition" in {entry.get("need") for entry in account(body)["notEvaluated"]}


def test_b16_a_clock_that_jumps_while_a_server_is_asked_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is time to ask a second time, whatever the clock on the wall says."""
    real, jumps = time.time, cycle((3600.0, -3600.0, 1.0, -86_400.0 * 366))
    monkeypatch.setattr(time, "time", lambda: real() + next(jumps))
    refused: set[str] = set()

    def handler(request: httpx.Request) -> httpx.Response:
        if "MedicationRequest" not in request.url.path or str(request.url) in refused:
            return good(request)
        refused.add(str(request.url))
        return httpx.Response(500)

    assert hits(ask(handler)) == ROW.hits
    assert refused


def page(url: str | None, resources: list[dict[str, Any]]) -> httpx.Response:
    found = bundle(resources)
    if url:
        found["link"] = [{"relation": "next", "url": url}]
    return httpx.Response(200, json=found)


def test_f08_pages_of_the_same_base_are_followed() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if "Observation" in str(request.url) and "2823-3" in str(request.url):
            return page(f"{BASE}/Observation?page=2", [foreign()])
        if "page=2" in str(request.url):
            return page(None, record()["Observation"])
        return good(request)

    def foreign() -> dict[str, Any]:
        return {
            "resourceType": "Observation",
            "id": "x",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7"}]},
            "subject": {"reference": "Patient/row-patient"},
        }

    assert hits(ask(handler)) == ROW.hits


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/fhir/Observation?page=2", "http://ehr.example.org/fhir/Observation?page=2",
        "https://ehr.example.org:8443/fhir/Observation?page=2", "https://ehr.example.org/other/Observation?page=2",
        "https://ehr.example.org@evil.example/fhir/x", "//evil.example/x", "/fhir/../admin",
        "https://ehr.example.org/fhir/../admin", "https://ehr.example.org/fhir/%2e%2e/admin", "https://ehr.example.org/fhirX/x",
    ],
)  # fmt: skip
def test_f08_foreign_next_links_are_never_followed(url: str) -> None:
    base = parse_base(BASE)
    assert base is not None
    assert next_page(url, base) is None


@pytest.mark.parametrize(("sentence", "most"), [("page 1 of page 1", 1), ("always one more", 10)])
def test_f09_pages_that_do_not_end_are_left_and_named(sentence: str, most: int) -> None:
    asked: Counter[str] = Counter()

    def handler(request: httpx.Request) -> httpx.Response:
        if "Observation" not in str(request.url):
            return good(request)
        query = request.url.params.get("of", request.url.params.get("code", ""))[:20]
        asked[query] += 1
        if asked[query] > 5 * most:
            return good(request)  # it has been shown: nobody counts
        number = "1" if most == 1 else str(asked[query])
        return page(f"{BASE}/Observation?of={query}&page={number}", record()["Observation"])

    body = ask(handler)
    assert asked
    assert max(asked.values()) <= most + 1
    assert ("potassium-low", "warning") in hits(body)
    assert "Observation" in {entry.get("need") for entry in account(body)["notEvaluated"]}


@pytest.mark.parametrize(
    "server",
    [
        "https://other.example.org/fhir", "http://ehr.example.org/fhir", "https://ehr.example.org.evil/fhir",
        "https://ehr.example.org@evil/fhir", "https://ehr.example.org\\@evil/fhir", "https://evil/#ehr.example.org",
        "file:///etc/passwd", "ftp://ehr.example.org/fhir", "//ehr.example.org/fhir", "ehr", "{{fhirServerUrl}}",
        "https://ehr.example.org/fhirX", "https://ehr.example.org/fhir?x=1", "https://EHR.example.org:444/fhir",
        "https://ehr.example.org/" + "a" * 10_000, "https://ehr.example.org/fhir/../admin", "https://ehr.example.org/fhir/%2e%2e/admin",
        "https://ehr.example.org/fhir#x", "https://ehr.example.org", "https://ehr.exa\tmple.org/fhir", "https://ehr.example.org/fh\nir", "https://ehr.\u0435xample.org/fhir",
    ],
)  # fmt: skip
def test_f01_f03_f04_f05_a_server_that_is_not_listed_is_never_contacted(server: str) -> None:
    body = asked_nobody(server=server, prefetch={"laboratory": request_for(ROW)["prefetch"]["laboratory"]})
    assert ("potassium-low", "warning") in hits(body)
    assert account(body)["notEvaluated"]


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "169.254.169.254",
     "[fd00:ec2::254]", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "198.18.0.1", "192.0.0.1", "240.0.0.1",
     "224.0.0.1", "127.0.0.1", "[::1]"],
)  # fmt: skip
def test_f02_forbidden_addresses_are_refused_for_an_ordinary_base(host: str) -> None:
    base = parse_base(BASE)
    assert base is not None
    assert not is_permitted(host.strip("[]"), base, private=False)


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f.1", "0x7f000001", "010.0.0.1", "0177.0.0.1", "169.254.43518"]
)
def test_f02_a_base_cannot_be_an_address_in_another_spelling(host: str) -> None:
    """Resolvers read them as addresses, an operator reads something else."""
    assert parse_base(f"https://{host}/fhir") is None


def test_f04_a_base_has_a_length() -> None:
    assert parse_base(f"{BASE}/{'a' * 1_000}") is not None
    assert parse_base(f"{BASE}/{'a' * 10_000}") is None


def test_f06_a_name_with_one_bad_record_is_refused_and_the_checked_address_is_used() -> None:
    base = parse_base(BASE)
    assert base is not None

    async def resolver(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "127.0.0.1"]

    backend = CheckedBackend(base, private=False, resolver=resolver)
    with pytest.raises(Exception, match="address refused"):
        asyncio.run(backend.connect_tcp("ehr.example.org", 443, timeout=1))


@pytest.mark.parametrize(
    "authorization",
    [
        {"access_token": "a\nb", "token_type": "Bearer", "expires_in": 300},
        {"access_token": "tök", "token_type": "Bearer", "expires_in": 300},
        {"access_token": "t", "token_type": "mac", "expires_in": 300},
        {"access_token": "t", "token_type": "Bearer", "expires_in": 0},
    ],
)
def test_f24_an_unusable_token_is_not_used(authorization: dict[str, Any]) -> None:
    body = asked_nobody(
        prefetch={"laboratory": request_for(ROW)["prefetch"]["laboratory"]},
        request={"fhirAuthorization": authorization},
    )
    assert account(body)["notEvaluated"]


async def test_f30_calls_to_one_server_wait_for_each_other() -> None:
    base, now, most = parse_base(BASE), 0, 0
    assert base is not None

    async def handler(_: httpx.Request) -> httpx.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return httpx.Response(200, json={"resourceType": "Bundle"})

    server = Server(base, lambda _: httpx.AsyncClient(transport=httpx.MockTransport(handler)), Counter())
    calls = (server.get(f"{BASE}/Patient/{number}", {}, Budget(time.monotonic() + 30)) for number in range(200))
    await asyncio.gather(*calls)
    assert 10 < most <= 32


def test_f26_a_dead_server_is_left_alone_after_repeated_failures() -> None:
    calls = 0

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        return httpx.Response(503)

    client = FhirClient(
        parse_allowed([BASE]),
        make_http=lambda _: httpx.AsyncClient(transport=httpx.MockTransport(handler)),
    )
    request = request_for(ROW) | {
        "prefetch": {"laboratory": request_for(ROW)["prefetch"]["laboratory"]},
        "fhirServer": BASE,
        "fhirAuthorization": {"access_token": "t", "token_type": "Bearer", "expires_in": 300},
    }
    parsed = parse_request(json.dumps(request).encode(), Hook.PATIENT_VIEW)

    async def many() -> None:
        for _ in range(20):
            await replace(pipeline(), fetcher=client).answer(parsed, NOW)

    asyncio.run(many())
    assert calls <= 40


def test_medications_behind_references_are_read() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/fhir/Medication/m1":
            return httpx.Response(200, json={"resourceType": "Medication", "id": "m1", "code": {"text": "furosemide"}})
        if request.url.path == "/fhir/MedicationRequest":
            order = {"resourceType": "MedicationRequest", "id": "o", "status": "active", "intent": "order",
                     "medicationReference": {"reference": "Medication/m1"}, "subject": {"reference": "Patient/row-patient"}}  # fmt: skip
            return httpx.Response(200, json=bundle([order]))
        return good(request)

    assert ("diuretic-potassium-low", "warning") in hits(ask(handler))


def _nameless(display: str | None) -> dict[str, Any]:
    """The row's full prefetch, its furosemide order reduced to a reference."""
    prefetch: dict[str, Any] = request_for(ROW)["prefetch"]
    order = prefetch["medicationRequests"]["entry"][0]["resource"]
    order.pop("medicationCodeableConcept")
    order["medicationReference"] = {"reference": "Medication/m1"} | ({"display": display} if display else {})
    return prefetch


def test_a_prefetched_order_without_any_name_has_its_medication_read() -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"resourceType": "Medication", "id": "m1", "code": {"text": "furosemide"}})

    assert hits(ask(handler, prefetch=_nameless(None))) == ROW.hits
    assert asked == ["/fhir/Medication/m1"]


def test_a_prefetched_order_with_a_display_asks_nobody() -> None:
    assert hits(asked_nobody(prefetch=_nameless("furosemide (LASIX) 40 MG tablet"))) == ROW.hits


def test_an_order_whose_medication_cannot_be_read_is_named() -> None:
    body = ask(lambda _: httpx.Response(404, json={}), prefetch=_nameless(None))
    assert hits(body) == {("potassium-low", "warning")}
    assert any("neither a known code nor a readable name" in one["reason"] for one in account(body)["notEvaluated"])


@pytest.mark.parametrize(
    "url", ["http://ehr.example.org/fhir", "http://10.0.0.1/fhir", "ehr", "https://u@ehr.example.org", ""]
)
def test_f01_an_operator_cannot_list_plain_http_beyond_this_machine(url: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_allowed([url])


@pytest.mark.parametrize(
    ("url", "port", "shown"),
    [
        ("http://localhost/fhir", 80, "http://localhost/fhir"), ("http://127.0.0.1:8080/fhir/", 8080, "http://127.0.0.1:8080/fhir"),
        ("https://EHR.example.org/fhir", 443, "https://ehr.example.org/fhir"), ("http://[::1]/fhir", 80, "http://[::1]/fhir"),
    ],
)  # fmt: skip
def test_f03_a_base_has_one_normal_form(url: str, port: int, shown: str) -> None:
    (base,) = parse_allowed([url])
    assert (base.port, base.url) == (port, shown)

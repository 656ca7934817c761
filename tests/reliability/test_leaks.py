"""Faults L: nothing of a patient, and no token, is ever written down by us."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from cds_service.api.log import AccessLog
from cds_service.app import create_app
from cds_service.fhir.read.observations import Results
from cds_service.guidance.finding import Hook
from cds_service.guidance.rule import Rule
from cds_service.settings import Settings
from tests.reliability.process import JSON, PLAIN, PROJECT, SERVICE, Running, fixture, service

CANARY = "CanaryÅseZz4711"
TOKEN = "tok-CANARY-Zz4711"
MARK = re.compile(rb"canary|Zz4711", re.IGNORECASE)
KEPT = frozenset(
    {"resourceType", "hook", "system", "status", "intent", "reference", "value", "effectiveDateTime", "code"}
)


def with_canaries(value: Any, key: str = "") -> Any:
    """Every string that does not steer the rules carries the canary."""
    if isinstance(value, dict):
        return {name: with_canaries(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [with_canaries(inner, key) for inner in value]
    return f"{value} {CANARY}" if isinstance(value, str) and key not in KEPT else value


def requests() -> Iterator[dict[str, Any]]:
    for folder in sorted((PROJECT / "fixtures").iterdir()):
        request = fixture(folder.name)
        made = with_canaries(request)
        made["context"] = request["context"] | {"patientId": "Zz4711", "userId": f"Practitioner/{CANARY}"}
        made["hookInstance"] = CANARY
        made["fhirServer"] = "https://fhir.canary.example/r4"
        made["fhirAuthorization"] = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 300, "scope": CANARY}
        yield made
        yield request | {"hookInstance": f"{CANARY}\n{{}}", "extension": {"x": CANARY}}
        yield request | {"hook": CANARY}


@pytest.fixture(scope="module")
def spoken_to(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path, list[httpx.Response]]]:
    """A service at its most talkative that was sent canaries in every place."""
    folder = tmp_path_factory.mktemp("talkative")
    with service(folder, CDS_LOG_LEVEL="debug", CDS_FHIR_SERVERS='["https://fhir.canary.example/r4"]') as running:
        answers = []
        for request in requests():
            path = "/cds-services/muscle-spasm-" + fixture_hook(request)
            answers.append(
                running.post(
                    json.dumps(request).encode(), path, **{"x-request-id": CANARY.encode("ascii", "ignore").decode()}
                )
            )
            answers.append(running.post(json.dumps(request).encode()[:-30], path))
        for body in (b'{"feedback": [{"card": "x", "outcome": "' + CANARY.encode() + b'"}]}', CANARY.encode()):
            answers.append(running.post(body, SERVICE + "/feedback"))
        answers.append(running.post(b"{}", f"/cds-services/{CANARY}?token={TOKEN}"))
        time.sleep(1.5)
        yield running, folder, answers


def fixture_hook(request: dict[str, Any]) -> str:
    hook: str = request["hook"]
    return hook if hook in ("patient-view", "order-select", "order-sign") else "patient-view"


def test_l01_l06_no_canary_or_token_in_the_log(spoken_to: tuple[Running, Path, list[httpx.Response]]) -> None:
    running, _, answers = spoken_to
    assert len([one for one in answers if one.status_code == 200]) > 15
    assert running.lines()
    assert not MARK.search(running.log.read_bytes())


def test_l01_l05_l08_no_canary_in_metrics_health_or_documents(
    spoken_to: tuple[Running, Path, list[httpx.Response]],
) -> None:
    running, _, _ = spoken_to
    for path in ("/metrics", "/livez", "/readyz", "/openapi.json", "/cds-services", "/"):
        response = running.get(path)
        assert response.status_code == 200, path
        assert not MARK.search(response.content), path


def test_l01_no_canary_in_the_store(spoken_to: tuple[Running, Path, list[httpx.Response]]) -> None:
    _, folder, _ = spoken_to
    files = list(folder.glob("feedback.sqlite3*"))
    rows = sqlite3.connect(folder / "feedback.sqlite3").execute("select count(*) from issued_cards").fetchone()
    assert rows[0] > 0, "cards were recorded"
    assert not any(MARK.search(file.read_bytes()) for file in files)


def test_l03_errors_repeat_nothing_of_the_request(spoken_to: tuple[Running, Path, list[httpx.Response]]) -> None:
    _, _, answers = spoken_to
    refused = [one for one in answers if one.status_code >= 400]
    assert len(refused) > 20
    assert not any(MARK.search(one.content) for one in refused)


def test_l06_a_token_is_in_no_answer(spoken_to: tuple[Running, Path, list[httpx.Response]]) -> None:
    assert not any(TOKEN.encode() in one.content for one in spoken_to[2])


@pytest.mark.parametrize("sent", ["a\nb", '"quote"', "%s{}$()", "\x1b[31m", "\u2028", "x" * 100_000])
def test_l04_one_line_per_request_whatever_it_says(running: Running, sent: str) -> None:
    before = len(running.log.read_bytes().splitlines())
    request = fixture() | {"hookInstance": sent[:400], "extension": {sent: sent}}
    running.post(json.dumps(request).encode())
    time.sleep(0.1)
    lines = running.log.read_bytes().splitlines()[before:]
    assert [json.loads(line)["event"] for line in lines] == ["request"]


def test_l05_series_do_not_grow_with_what_is_sent(tmp_path: Path) -> None:
    def series(running: Running) -> int:
        text = running.get("/metrics").text
        return len([line for line in text.splitlines() if not line.startswith("#") and "_bucket" not in line])

    # A process of its own: one that other tests have used counts their hits, rule by rule.
    with (
        service(tmp_path) as running,
        httpx.Client(base_url=running.url, headers=JSON, **PLAIN) as http,
    ):
        http.post("/cds-services/first", content=b"{}")
        http.request("X0", "/y", content=b"{}")
        series(running)  # the first reading adds its own series
        before = series(running)
        for number in range(2_000):
            http.post(
                f"/cds-services/{number}",
                content=b"{}",
                headers={"host": f"h{number}", "origin": f"https://o{number}.x"},
            )
            http.request(f"X{number}", f"/{number}")
        assert series(running) == before <= 200


async def answered(settings: Settings, lines: list[bytes], request: dict[str, Any]) -> httpx.Response:
    edge = create_app(settings)
    edge.log.write = lines.append
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=edge), base_url="http://service") as http:
        return await http.post(SERVICE, content=json.dumps(request), headers=JSON)


async def test_l02_b19_an_unexpected_error_carries_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise KeyError(CANARY)

    monkeypatch.setattr(Results, "add", broken)
    lines: list[bytes] = []
    response = await answered(Settings(store_enabled=False, console=False), lines, fixture())
    assert response.status_code == 500
    assert response.json()["issue"][0]["diagnostics"] == "The service failed to answer. The error was recorded."
    failure, access = (json.loads(line) for line in lines)
    assert failure["event"] == "failure"
    assert failure["error"] == "KeyError"
    assert access["status"] == 500
    assert not any(MARK.search(line) for line in lines)


async def test_l02_a_rule_that_raises_is_named_without_its_message() -> None:
    settings = Settings(store_enabled=False, console=False, now="2026-11-20T09:00:00Z")
    edge = create_app(settings)
    lines: list[bytes] = []
    edge.log.write = lines.append

    def broken(_: Any) -> None:
        raise ValueError(CANARY)

    rules: tuple[Rule, ...] = edge.app.state.service.pipeline.house.catalogue.rules  # type: ignore[attr-defined]
    rule = next(one for one in rules if one.id == "magnesium-low")
    real = rule.check
    object.__setattr__(rule, "check", broken)
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=edge), base_url="http://service") as http:
            response = await http.post(SERVICE, content=json.dumps(fixture()), headers=JSON)
    finally:
        object.__setattr__(rule, "check", real)
    account = response.json()["extension"]["org.muscle-spasm-cds"]
    assert response.json()["cards"][0]["summary"].startswith("Potassium 2.8")
    assert any(entry.get("rule") == "magnesium-low" for entry in account["notEvaluated"])
    assert not any(MARK.search(line) for line in lines)
    assert any(b"rule magnesium-low failed" in line for line in lines)


def test_l07_a_request_shows_no_values_in_its_representation() -> None:
    from cds_service.pipeline import read_request

    for request in requests():
        if request["hook"] == "patient-view":
            parsed = read_request(json.dumps(request).encode(), Hook.PATIENT_VIEW)
            assert "hook_instance" in repr(parsed)
            assert not MARK.search(repr(replace(parsed, hook_instance="")).encode()), "the instance is the client's own"
            assert TOKEN not in repr(parsed.authorization)


async def test_l08_documents_metrics_and_console_have_switches() -> None:
    edge = create_app(Settings(store_enabled=False, console=False, docs=False, metrics=False))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=edge), base_url="http://service") as http:
        for path in ("/metrics", "/openapi.json", "/docs", "/", "/rules"):
            assert (await http.get(path)).status_code == 404, path
        assert (await http.get("/livez")).status_code == 200


def test_a_flood_of_the_same_trouble_is_one_line() -> None:
    lines: list[bytes] = []
    log = AccessLog(write=lines.append)
    for _ in range(10_000):
        log.repeated("warning", "same trouble")
    assert len(lines) == 1

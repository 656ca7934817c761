"""What an operator sees: metrics that add up over workers, readiness that is true, dashboards that name what exists."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from cds_service.api.metrics import HELP, Metrics, exposition, merged
from cds_service.app import create_app
from cds_service.settings import Settings
from tests.reliability.process import JSON, PROJECT, SERVICE, Running, good_body, launch, service

DOCKER = PROJECT / "docker"
SAMPLE = re.compile(r'(?P<name>[a-z_]+)(?:\{(?P<labels>[a-z]+="[^"\\\n]*"(?:,[a-z]+="[^"\\\n]*")*)\})? -?[0-9.e+-]+')
LABELS = {"route", "status", "family", "indicator", "rule", "reason", "result", "le"}


def metric(text: str, name: str) -> float:
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name))


async def test_the_exposition_is_what_prometheus_reads() -> None:
    edge = create_app(Settings(store_enabled=False, console=False, now="2026-11-20T09:00:00Z"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=edge), base_url="http://service") as http:
        await http.post(SERVICE, content=good_body(), headers=JSON)
        text = (await http.get("/metrics")).text
    lines = text.splitlines()
    names = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert names == set(HELP)
    assert all(SAMPLE.fullmatch(line) for line in lines if not line.startswith("#")), "every line is a sample"
    assert len(lines) == len(set(lines)), "no sample twice"
    buckets = [float(line.rsplit(" ", 1)[1]) for line in lines if "_bucket" in line]
    assert buckets == sorted(buckets)
    assert metric(text, 'cds_cards_total{family="electrolytes"') >= 1


def test_the_metrics_of_workers_add_up_and_the_store_is_up_when_it_is_for_all() -> None:
    one, other = Metrics(), Metrics()
    one.shed, other.shed = 2, 3
    one.gauges["cds_store_up"], other.gauges["cds_store_up"] = lambda: 1, lambda: 0
    text = exposition(merged([one.families(), other.families()]))
    assert "cds_shed_total 5" in text
    assert "cds_store_up 0" in text


@pytest.mark.slow
def test_every_scrape_of_a_service_with_workers_gives_all_calls_and_never_fewer(tmp_path: Path) -> None:
    running = launch(tmp_path, "--workers", "2")
    try:
        for _ in range(30):
            assert running.post(good_body()).status_code == 200
        answered = f'cds_requests_total{{route="service:{SERVICE.rpartition("/")[2]}",status="200"}}'
        time.sleep(1.5)
        assert {metric(scrape(running), answered) for _ in range(10)} == {30}
        os.kill(running.workers()[0], signal.SIGKILL)
        end = time.monotonic() + 180
        while time.monotonic() < end and len(running.workers()) < 2:
            time.sleep(0.2)
        time.sleep(1.5)
        assert {metric(scrape(running), answered) for _ in range(10)} == {30}
    finally:
        assert running.stop() == 0


def scrape(running: Running) -> str:
    for _ in range(50):
        with contextlib.suppress(httpx.HTTPError):
            return running.get("/metrics").text
        time.sleep(0.1)
    raise AssertionError("no worker answers")


def readiness(running: Running) -> dict[str, Any]:
    found: dict[str, Any] = running.get("/readyz").json()
    return found


def test_readiness_names_every_part_and_tells_when_the_store_or_a_key_host_is_away(tmp_path: Path) -> None:
    clients = [{"issuer": "https://ehr.example", "name": "ehr", "jwks_url": "http://127.0.0.1:9/jwks.json"}]
    settings = {"CDS_CLIENTS": json.dumps(clients), "CDS_PUBLIC_URL": "https://cds.example"}
    with service(tmp_path, **settings) as running:
        end = time.monotonic() + 20
        while time.monotonic() < end and readiness(running)["store"] == "opening":
            time.sleep(0.1)
        found = readiness(running)
        assert (found["terminology"], found["store"], found["authentication"]) == ("ok", "ok", "on")
        assert re.fullmatch(r"\d+\.\d+\.\d+.*", found["parameters"])
        assert (found["status"], found["keys:ehr"]) == ("degraded", "no keys yet")
        (tmp_path / "feedback.sqlite3").unlink()
        end = time.monotonic() + 20
        while time.monotonic() < end and readiness(running)["store"] == "ok":
            time.sleep(0.2)
        assert "removed" in readiness(running)["store"]
        assert running.get("/livez").status_code == 200


def expressions() -> Iterable[str]:
    dashboard = json.loads((DOCKER / "grafana/dashboard.json").read_text(encoding="utf-8"))
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield target["expr"]
    for group in yaml.safe_load((DOCKER / "prometheus/alerts.yml").read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_dashboard_and_alerts_ask_only_for_what_exists(expression: str) -> None:
    names = {re.sub(r"_(bucket|sum|count)$", "", name) for name in re.findall(r"\bcds_[a-z_]+", expression)}
    assert names <= set(HELP)
    assert names or expression.startswith("up{")
    grouped = {label.strip() for found in re.findall(r"by \(([^)]*)\)", expression) for label in found.split(",")}
    assert grouped <= LABELS
    assert expression.count("(") == expression.count(")")


def test_every_metric_is_on_the_dashboard_or_in_an_alert() -> None:
    asked = " ".join(expressions())
    assert {name for name in HELP if name not in asked} == set()

"""OpenTelemetry: off without the extra, and with it spans that tell of the service but never of a patient."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from cds_service.app import create_app
from cds_service.errors import ConfigurationError
from cds_service.settings import Settings
from tests.reliability.process import PROJECT, SERVICE

CANARY = "CanaryZz-4711"
PACKAGES = os.environ.get("TELEMETRY_PACKAGES")
"""A folder with what requirements-telemetry.lock lists (.ci/run makes one)."""


@pytest.fixture(scope="module")
def spans() -> list[dict[str, Any]]:
    if PACKAGES is None:
        pytest.skip("TRACES NOT TESTED: TELEMETRY_PACKAGES does not name a folder with the extra's packages")
    paths = os.pathsep.join([PACKAGES, str(PROJECT)])
    command = [sys.executable, "-m", "tests.observability.traced_calls", CANARY]
    done = subprocess.run(
        command, cwd=PROJECT, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_a_call_is_one_span_with_its_fetch_inside_in_the_callers_trace(spans: list[dict[str, Any]]) -> None:
    fetch, call, *_ = [one for one in spans if one["name"] in ("fetch", f"service:{SERVICE.rpartition('/')[2]}")]
    assert fetch["parent_id"] == call["context"]["span_id"]
    assert call["context"]["trace_id"] == "0x0af7651916cd43dd8448eb211c80319c"
    assert call["parent_id"] == "0xb7ad6b7169203331"
    assert call["attributes"]["http.response.status_code"] == 200
    assert call["attributes"]["cds.cards"] >= 1
    assert fetch["attributes"]["cds.failed"] >= 1


def test_refusals_and_failures_are_spans_too(spans: list[dict[str, Any]]) -> None:
    statuses = [one["attributes"]["http.response.status_code"] for one in spans if one["kind"] == "SpanKind.SERVER"]
    assert sorted(statuses) == [200, 400, 400, 404, 500]
    (failed,) = [one for one in spans if one["status"]["status_code"] == "ERROR"]
    assert "description" not in failed["status"]


def test_l01_nothing_of_the_patient_or_the_token_is_in_any_span(spans: list[dict[str, Any]]) -> None:
    assert CANARY not in json.dumps(spans)


@pytest.mark.skipif(PACKAGES is not None and PACKAGES in sys.path, reason="the extra is installed")
def test_tracing_without_the_extra_stops_the_start_and_names_it() -> None:
    with pytest.raises(ConfigurationError, match=r"cds-service\[telemetry\]"):
        create_app(Settings(tracing=True, store_enabled=False))

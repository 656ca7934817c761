"""The terminal as scripts see it: output, exit codes, one clear line when something is wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cds_service.cli.cards import why_silent
from cds_service.cli.fire import move_dates
from tests.reliability.process import free_port, service

ROOT = Path(__file__).resolve().parents[1]


UNHURRIED = {"CDS_MAX_LATE_S": "60"}
"""A test machine that is busy elsewhere is not a service with too much to do."""


def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cds_service", *arguments],
        input=stdin, capture_output=True, text=True, timeout=180, cwd=ROOT, env=os.environ | UNHURRIED | environment,
    )  # fmt: skip


def test_demo_fires_every_fixture_over_http() -> None:
    done = run("demo", "--once", "--port", str(free_port()))
    assert done.returncode == 0, done.stderr
    assert "FROZEN" in done.stderr
    assert "Findings meet NMS criteria" in done.stdout
    for case in (ROOT / "fixtures").iterdir():
        assert f"{case.name} · " in done.stdout
    assert done.stdout.count("What was found") == 1, "one card whole"


def test_demo_runs_anywhere_and_says_what_a_folder_lacks(tmp_path: Path) -> None:
    done = run("demo", "--once", "--fixtures", str(tmp_path), "--port", str(free_port()))
    assert done.returncode == 2
    assert "no <case>/request.json there" in done.stderr


SILENCES = [
    ("nothing to say", {"parameters": "1"}, "every rule was asked"),
    ("a gate", {"gate": {"code": "deceased", "text": "The patient is recorded as deceased."}}, "recorded as deceased"),
    ("not looked at", {"notEvaluated": [{"need": "x", "reason": "y"}]}, "1 checks could not be made"),
]


@pytest.mark.parametrize(("sentence", "account", "said"), SILENCES, ids=[row[0] for row in SILENCES])
def test_an_empty_answer_is_said_as_what_it_is(sentence: str, account: dict[str, object], said: str) -> None:
    assert said in why_silent({"cards": [], "extension": {"org.muscle-spasm-cds": account}})


def test_terminology_lookup_answers_a_line_for_a_line() -> None:
    lines = "http://www.nlm.nih.gov/research/umls/rxnorm|313988\nLipitor 80 mg\nnothing of the kind\n"
    done = run("terminology", "lookup", "--json", stdin=lines)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["ingredients"] for one in found] == [["furosemide"], ["atorvastatin"], []]
    assert [one["matchedBy"] for one in found] == ["code", "name", "none"]
    assert found[0]["classes"] == ["loop"]
    assert set(found[0]) == {"input", "ingredients", "rxcuis", "classes", "matchedBy"}


def test_terminology_lookup_survives_whatever_a_file_holds() -> None:
    """Bad bytes, a byte order mark, blank and endless lines, a code of a system that is not ours, an ASCII terminal."""
    lines = (
        b"\xff\xfe\x00\n\n   \n"
        + b"a" * 10_000
        + b"\n\xef\xbb\xbfRxNorm|313988\r\nfuros\xc3\xa9mide\nurn:ward:meds|KCL"
    )
    done = subprocess.run(
        [sys.executable, "-m", "cds_service", "terminology", "lookup", "--json"],
        input=lines, capture_output=True, timeout=180, cwd=ROOT, env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["matchedBy"] for one in found] == ["none", "none", "code", "name", "none"]
    assert found[3]["input"] == "furosémide"


def test_rules_lists_and_shows() -> None:
    assert len(json.loads(run("rules", "--json").stdout)) == 63
    one = json.loads(run("rules", "nms-probable", "--json").stdout)[0]
    assert {"key": "nms.iec_cutoff", "value": "≥ 74 points"} in one["limits"]
    wrong = run("rules", "no-such-rule")
    assert wrong.returncode == 2
    assert wrong.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"CDS_PORT": "x"}, "port"),
        ({"CDS_RULES_OFF": '["no-such-rule"]'}, "no-such-rule"),
        ({"CDS_HOST": "0.0.0.0"}, "loopback only"),
        ({"CDS_FHIR_SERVERS": '["http://ehr.example.org/fhir"]'}, "https"),
        ({"CDS_PARAMETERS_FILE": "/nowhere/site.toml"}, "cannot be read"),
        ({"CDS_NOW": "yesterday"}, "ISO 8601"),
        ({"CDS_CONFIG": "/nowhere/site.toml"}, "cannot be read"),
    ],
)
def test_b13_a_wrong_configuration_is_one_clear_line_and_exit_2(environment: dict[str, str], named: str) -> None:
    done = run("check", **environment)
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_check_says_what_is_in_force() -> None:
    facts = json.loads(run("check", "--json", CDS_SHADOW_FAMILIES='["nms"]').stdout)
    assert facts["rules"] == 63
    assert facts["shadow_families"] == ["nms"]


def test_b13_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "cannot listen" in done.stderr


def test_serve_fire_feedback_report_and_a_clean_end(tmp_path: Path) -> None:
    port, store = free_port(), str(tmp_path / "feedback.sqlite3")
    process = subprocess.Popen(
        [sys.executable, "-m", "cds_service", "serve", "--port", str(port), "--store", store],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        env=os.environ | UNHURRIED,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        end = time.monotonic() + 180
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"{url}/livez", timeout=30).read()
                break
            except OSError:
                time.sleep(0.05)
        fired = run("fire", "fixtures/hypokalaemia-furosemide/request.json", "--url", url, "--json")
        card = json.loads(fired.stdout)["cards"][0]
        assert card["summary"].startswith("Potassium 2.8 mmol/L")
        entry = {
            "card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": datetime.now(UTC).isoformat(),
            "overrideReason": {"reason": {"code": "aware-treating"}},
        }  # fmt: skip
        request = urllib.request.Request(
            f"{url}/cds-services/muscle-spasm-patient-view/feedback",
            json.dumps({"feedback": [entry]}).encode(), {"Content-Type": "application/json"},
        )  # fmt: skip
        assert urllib.request.urlopen(request, timeout=180).status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(180) in (0, -signal.SIGTERM)
    finally:
        process.kill()
    report = json.loads(run("report", "--store", store, "--json").stdout)
    assert report["rules"]["potassium-low"]["overridden"] == 1
    assert report["rules"]["potassium-low"]["reasons"] == {"aware-treating": 1}
    assert report["calls"]["muscle-spasm-patient-view"] == 1


def test_fire_moves_dates_but_not_birthdays() -> None:
    request = json.loads((ROOT / "fixtures/hypokalaemia-furosemide/request.json").read_text())
    now = datetime(2031, 5, 1, tzinfo=UTC)
    moved = move_dates(request, now)
    newest = moved["prefetch"]["laboratory"]["entry"][0]["resource"]["effectiveDateTime"]
    assert newest == "2031-04-30T23:55:00Z"
    assert moved["prefetch"]["patient"]["birthDate"] == request["prefetch"]["patient"]["birthDate"]


def test_fire_follows_a_frozen_clock_and_says_so(tmp_path: Path) -> None:
    """What the README does: the demonstration's clock stands still, and ``fire`` must not send it results of its future."""
    with service(tmp_path, CDS_NOW="2026-11-20T09:00:00Z") as started:
        fired = run("fire", "fixtures/nms-haloperidol/request.json", "--url", started.url, "--json")
        assert json.loads(fired.stdout)["cards"][0]["summary"].startswith("Findings meet NMS criteria")
        assert "IS FROZEN at 2026-11-20T09:00:00+00:00" in fired.stderr


@pytest.mark.parametrize("url", ["http://[::1", "not a url", "ftp://127.0.0.1:1"])
def test_fire_at_no_url_is_one_clear_line(url: str) -> None:
    done = run("fire", "fixtures/healthy-chart/request.json", "--url", url)
    assert done.returncode == 2
    assert "no answer" in done.stderr or "not a URL such as" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_store_that_is_not_there_is_said_and_not_made(tmp_path: Path) -> None:
    """A misspelt path would look like a site where nobody was ever shown a card."""
    done = run("report", "--store", str(tmp_path / "folder" / "f.sqlite3"))
    assert done.returncode == 2
    assert "there is no such file" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_version_is_said() -> None:
    assert re.fullmatch(r"cds-service \d+\.\d+\.\d+\n", run("--version").stdout)


def test_a_request_that_is_no_json_is_placed(tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text('{"hook":\n oops}')
    done = run("fire", str(file))
    assert done.returncode == 2
    assert "line 2, column 2" in done.stderr


def test_fire_without_a_service_is_one_clear_line() -> None:
    done = run("fire", "fixtures/healthy-chart/request.json", "--url", f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 2
    assert "is the service running" in done.stderr

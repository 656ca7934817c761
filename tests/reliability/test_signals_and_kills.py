"""Faults B: signals, kills, damaged stores and wrong settings, against real processes."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from tests.reliability.process import (
    PATIENCE_S,
    PROJECT,
    SERVICE,
    Running,
    fixture,
    free_port,
    good_body,
    launch,
    service,
)  # fmt: skip
from tests.reliability.test_bodies import head
from tests.sizes import size
from tests.timing import children_cpu_at_most


class Slow(BaseHTTPRequestHandler):
    """A FHIR server that takes its time."""

    def do_GET(self) -> None:
        time.sleep(0.8)
        body = b'{"resourceType": "Bundle", "type": "searchset", "entry": []}'
        self.send_response(200)
        self.send_header("content-type", "application/fhir+json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture
def slow_fhir() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.mark.parametrize("drain_s", ["0", "1"])
def test_b09_requests_in_flight_are_answered_after_sigterm(tmp_path: Path, slow_fhir: str, drain_s: str) -> None:
    request = fixture()
    request["prefetch"].pop("conditions", None)
    request |= {
        "fhirServer": slow_fhir,
        "fhirAuthorization": {"access_token": "x", "token_type": "Bearer", "expires_in": 300},
    }
    body = json.dumps(request).encode()
    asked = {"CDS_FHIR_SERVERS": json.dumps([slow_fhir]), "CDS_FHIR_PRIVATE_NETWORKS": "true"}
    with service(tmp_path, CDS_DRAIN_S=drain_s, **asked) as running, contextlib.ExitStack() as opened:
        calls = [
            opened.enter_context(socket.create_connection(("127.0.0.1", running.port), timeout=30)) for _ in range(50)
        ]
        for one in calls:  # sent, but whether the service has seen it yet is its own affair: none may be lost
            one.sendall(head(f"Content-Length: {len(body)}\r\nConnection: close".encode()) + body)
        running.process.send_signal(signal.SIGTERM)
        assert Counter(everything(one)[:12] for one in calls) == {b"HTTP/1.1 200": 50}
        assert running.process.wait(PATIENCE_S) == 0
        with pytest.raises(httpx.ConnectError):
            running.post(good_body())


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side ends the connection; a reset is an error."""
    received = b""
    while part := connection.recv(65_536):
        received += part
    return received


@pytest.mark.parametrize(
    "signals", [(signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGINT), (signal.SIGINT,)]
)
def test_b10_signals_end_it_cleanly(tmp_path: Path, signals: tuple[int, ...]) -> None:
    with service(tmp_path) as running:
        for one in signals:
            with contextlib.suppress(ProcessLookupError):
                running.process.send_signal(one)
        running.process.wait(PATIENCE_S)
        assert "Traceback" not in running.log.read_text()


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_b10_a_second_signal_ends_a_long_drain(tmp_path: Path, second: int) -> None:
    with service(tmp_path, CDS_DRAIN_S="60") as running:
        running.process.send_signal(signal.SIGTERM)
        while running.get("/readyz").json()["status"] != "draining":
            time.sleep(0.05)
        assert running.is_good()
        assert running.stop(second, seconds=30) == 0
        assert "Traceback" not in running.log.read_text()


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.6])
def test_b10_sigterm_before_the_start_has_ended(tmp_path: Path, seconds: float) -> None:
    """At a moment of its own: while Python reads the program there is nobody yet who could end it more gently."""
    process = start_only(tmp_path)
    time.sleep(seconds)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode in (0, -signal.SIGTERM)
    assert b"Traceback" not in errors


TOLD_TO_END_AT = """
import os, signal, sys
from cds_service import app
from cds_service.cli import main, serve

module, name = sys.argv.pop(1).split(":")
owner = {"app": app, "serve": serve}[module]
step = getattr(owner, name)

def told(*given):
    os.kill(os.getpid(), signal.SIGTERM)
    return step(*given)

setattr(owner, name, told)
main()
"""


@pytest.mark.parametrize("step", ["app:create_app", "serve:print_start"])
def test_b10_sigterm_while_it_starts_is_no_failure(tmp_path: Path, step: str) -> None:
    """Exactly where no server listens to signals yet: it ends at once, as one that was asked to."""
    process = start_only(tmp_path, program=("-c", TOLD_TO_END_AT, step))
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert b"Traceback" not in errors


def start_only(
    folder: Path, *arguments: str, program: tuple[str, ...] = ("-m", "cds_service"), **environment: str
) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CDS_")}
    command = [sys.executable, *program, "serve", "--port", str(free_port()), *arguments]
    settings = kept | {"CDS_STORE": str(folder / "f.sqlite3")} | environment
    return subprocess.Popen(command, cwd=PROJECT, env=settings, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)


@pytest.mark.slow
def test_b11_feedback_that_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    """Every other time it dies while another process holds the store locked: what it has in hand then is not stored."""
    acknowledged: set[str] = set()
    kills, moment = size(5, 200), random.Random(11)
    for turn in range(kills):
        with service(tmp_path) as running, contextlib.ExitStack() as held:
            stop = Event()

            def report(running: Running = running, stop: Event = stop) -> None:
                while not stop.is_set():
                    card = str(uuid.uuid4())
                    entry = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:05:31Z"}
                    with contextlib.suppress(httpx.HTTPError):
                        response = running.post(json.dumps({"feedback": [entry]}).encode(), SERVICE + "/feedback")
                        if response.status_code == 200:
                            acknowledged.add(card)

            threads = [Thread(target=report) for _ in range(4)]
            for one in threads:
                one.start()
            before, deadline = len(acknowledged), time.monotonic() + PATIENCE_S
            while len(acknowledged) == before and time.monotonic() < deadline:
                time.sleep(0.01)  # the store of a slow machine opens late: a kill before that shows nothing
            time.sleep(moment.uniform(0.0, 1.0))
            if turn % 2 == 0:
                holder = held.enter_context(contextlib.closing(sqlite3.connect(tmp_path / "feedback.sqlite3")))
                holder.execute("BEGIN IMMEDIATE")
                time.sleep(0.3)
            running.process.kill()
            running.process.wait()
            stop.set()
            for one in threads:
                one.join()
    rows = sqlite3.connect(tmp_path / "feedback.sqlite3").execute("select card from feedback").fetchall()
    stored = Counter(card for (card,) in rows)
    print(f"{kills} kills: {len(acknowledged & set(stored))} stored of {len(acknowledged)} acknowledged")
    assert len(acknowledged) > 2 * kills
    assert acknowledged <= set(stored)
    assert max(stored.values()) == 1


@pytest.mark.parametrize("damage", ["zero", "garbage"])
def test_b12_a_damaged_store_is_said_and_cards_go_on(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "feedback.sqlite3"
    file.write_bytes(b"" if damage == "zero" else b"not a database" * 1_000)
    with service(tmp_path) as running:
        assert running.is_good()
        end = time.monotonic() + PATIENCE_S
        state = "opening"
        while state == "opening" and time.monotonic() < end:
            state = running.get("/readyz").json()["store"]
        assert "feedback.sqlite3" in state, "readiness names the file and what to do; no new store takes its place"
        assert running.is_good()


WRONG: dict[str, tuple[tuple[str, ...], dict[str, str], str]] = {
    "port out of range": (("--port", "70000"), {}, "port"),
    "beyond loopback without clients": (("--host", "0.0.0.0"), {}, "loopback only"),
    "no such configuration file": ((), {"CDS_CONFIG": "nowhere.toml"}, "nowhere.toml"),
    "clock that is none": (("--now", "yesterday"), {}, "now"),
    "unknown rule": ((), {"CDS_RULES_OFF": '["no-such-rule"]'}, "no-such-rule"),
    "no such parameter file": ((), {"CDS_PARAMETERS_FILE": "nowhere.toml"}, "nowhere.toml"),
    "no such key file": ((), {"CDS_CLIENTS": '[{"issuer": "https://x.example", "jwks_file": "nowhere.json"}]', "CDS_PUBLIC_URL": "https://y.example"}, "nowhere.json"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "environment", "said"), WRONG.values(), ids=WRONG.keys())
def test_b13_a_wrong_configuration_stops_the_start_with_one_line(
    tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    with children_cpu_at_most(12):
        code, lines = refused(start_only(tmp_path, *arguments, **environment))
    assert (code, len(lines)) == (2, 1)
    assert said in lines[0]


def refused(process: subprocess.Popen[bytes]) -> tuple[int, list[str]]:
    """Exit code and what it wrote; one that starts all the same is killed."""
    lines = []
    with process:
        for line in process.stderr or ():
            lines.append(line.decode())
            if line.startswith(b"cds-service on"):
                process.kill()
        return process.wait(), lines


def test_b13_an_unknown_key_in_the_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text("deadlin_s = 3\n")
    code, lines = refused(start_only(tmp_path, CDS_CONFIG=str(file)))
    assert code == 2
    assert "deadlin_s" in "".join(lines)


def test_b13_a_taken_port_is_one_line(tmp_path: Path, running: Running) -> None:
    code, lines = refused(start_only(tmp_path, "--port", str(running.port)))
    assert (code, len(lines)) == (2, 1)
    assert "cannot listen" in lines[0]


@pytest.mark.slow
def test_b14_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    running = launch(tmp_path, "--workers", "2")
    try:
        end = time.monotonic() + PATIENCE_S
        while len(running.workers()) < 2 and time.monotonic() < end:
            time.sleep(0.1)
        first = running.workers()
        os.kill(first[0], signal.SIGKILL)
        end = time.monotonic() + PATIENCE_S
        found = running.workers()
        while time.monotonic() < end and (len(found) < 2 or first[0] in found):
            with contextlib.suppress(httpx.HTTPError):
                running.post(good_body())
            time.sleep(0.2)
            found = running.workers()
        assert len(found) == 2
        assert first[0] not in found
        assert all(running.is_good() for _ in range(20))
    finally:
        assert running.stop() == 0

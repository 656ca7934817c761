"""Servers under test: the floors, the comparison, the service; how each is started, driven and measured."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.payloads import NOW

PROJECT = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
LUA = 'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nlocal f = io.open("{path}", "rb")\nwrk.body = f:read("*a")\nf:close()\n'
UVICORN = ("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning")


@dataclass(frozen=True)
class Server:
    """A server under test: how to start it and where to post."""

    name: str
    command: tuple[str, ...]
    paths: dict[str, str] = field(default_factory=dict)
    """Hook → path, where it differs from ours."""

    def path(self, hook: str) -> str:
        """Where requests of a hook are posted."""
        return self.paths.get(hook, PATHS[hook])


def uvicorn(target: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "uvicorn", target, *UVICORN)


PATHS = {
    "patient-view": "/cds-services/muscle-spasm-patient-view",
    "order-select": "/cds-services/muscle-spasm-order-select",
}


OURS = "cds-service"
SETTLE_S = 3.0
"""Every server is left alone after its first answer: what it still opens in the background is no cost of a request."""


def servers(healthchain: str | None = None) -> list[Server]:
    """Floors, our service, and HealthChain where its Python is named."""
    known = [
        Server("floor (a) FastAPI + orjson", uvicorn("benchmarks.floors:fastapi_floor")),
        Server("floor (b) ASGI + msgspec", uvicorn("benchmarks.floors:asgi_floor")),
        Server(
            OURS,
            (sys.executable, "-m", "cds_service", "serve", "--now", NOW.strftime("%Y-%m-%dT%H:%M:%SZ")),
        ),
    ]
    if healthchain is not None:
        command = (healthchain, "-m", "uvicorn", "benchmarks.healthchain_app:app", *UVICORN)
        known.append(
            Server("HealthChain, one rule, dicts", command, dict.fromkeys(PATHS, "/cds/cds-services/potassium"))
        )
    return known


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    """A started server."""

    server: Server
    process: subprocess.Popen[bytes]
    port: int
    first_answer_s: float

    def cpu_seconds(self) -> float:
        return sum(_ticks(pid) for pid in _family(self.process.pid)) / TICKS

    def memory_kib(self, field_name: str) -> int:
        return sum(_status(pid, field_name) for pid in _family(self.process.pid))


def _family(pid: int) -> list[int]:
    found = [pid]
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += _family(int(child))
    return found


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def _status(pid: int, name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


@contextmanager
def started(server: Server, payload: bytes) -> Iterator[Running]:
    """The server on core 0, stopped at the end; raises if it does not answer within 15 s."""
    port = free_port()
    state = tempfile.mkdtemp()
    environment = os.environ | {"XDG_STATE_HOME": state, "CDS_STORE": f"{state}/bench.sqlite3"}
    log = open(Path(state) / "log", "wb")
    begin = time.perf_counter()
    process = subprocess.Popen(
        ("taskset", "-c", "0", *server.command, "--port", str(port)), env=environment, stdout=log, stderr=log
    )
    try:
        _first_answer(port, server.path("patient-view"), payload, process)
        yield Running(server, process, port, time.perf_counter() - begin)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()


def _first_answer(port: int, path: str, payload: bytes, process: subprocess.Popen[bytes]) -> None:
    url = f"http://127.0.0.1:{port}{path}"
    for _ in range(1500):
        if process.poll() is not None:
            raise RuntimeError(f"server ended with {process.returncode}")
        try:
            request = urllib.request.Request(url, payload, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=5) as response:
                response.read()
                return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError("server did not answer")


@dataclass
class Sample:
    """One burst."""

    requests: int
    per_second: float
    cpu_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


def drive(running: Running, payload_file: Path, path: str, seconds: float, connections: int) -> Sample:
    """One burst of closed-loop load with wrk on core 1."""
    script = payload_file.with_suffix(".lua")
    script.write_text(LUA.format(path=payload_file) + REPORT)
    before = running.cpu_seconds()
    done = subprocess.run(
        ("taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", str(script),
         f"http://127.0.0.1:{running.port}{path}"),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    cpu = running.cpu_seconds() - before
    said = json.loads(done.stdout.rsplit("JSON ", 1)[1])
    if said["errors"]:
        raise RuntimeError(f"{running.server.name}: {said['errors']} failed requests")
    count = max(1, int(said["requests"]))
    return Sample(
        requests=count, per_second=count / said["seconds"], cpu_ms=1000 * cpu / count,
        p50_ms=said["p50"], p95_ms=said["p95"], p99_ms=said["p99"],
    )  # fmt: skip


REPORT = """
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('JSON {"requests":%d,"seconds":%f,"errors":%d,"p50":%f,"p95":%f,"p99":%f}\\n',
    summary.requests, summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
"""

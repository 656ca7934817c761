"""The service as a real process on loopback, spoken to over plain sockets where a client library is too polite."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

PROJECT = Path(__file__).resolve().parents[2]
NOW = "2026-11-20T09:00:00Z"
SERVICE = "/cds-services/muscle-spasm-patient-view"
JSON = {"content-type": "application/json"}
PLAIN: Any = {"trust_env": False, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
"""For clients of plain HTTP on loopback. Left to itself every client reads all certificate authorities: 20 ms of CPU."""
PATIENCE_S = float(os.environ.get("TEST_PATIENCE_S", "180"))
"""How long a test waits for what must come, also on a machine that is busy with other things."""
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def fixture(name: str = "hypokalaemia-furosemide") -> dict[str, Any]:
    """The request of a shipped fixture."""
    found: dict[str, Any] = json.loads((PROJECT / "fixtures" / name / "request.json").read_text(encoding="utf-8"))
    return found


def good_body() -> bytes:
    """A request that must always be answered with a card."""
    return json.dumps(fixture()).encode()


def free_port() -> int:
    """A port that nothing uses, below those that the system gives to outgoing connections (there are thousands here)."""
    place = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    while True:
        port = random.randrange(15_000 + place % 10, 32_000, 10)  # no two test processes try the same
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port


def _is_worker(pid: str) -> bool:
    with contextlib.suppress(OSError):
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


@dataclass(kw_only=True)
class Running:
    """A started service."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def post(self, body: bytes, path: str = SERVICE, **headers: str) -> httpx.Response:
        return httpx.post(self.url + path, content=body, headers=JSON | headers, timeout=PATIENCE_S, **PLAIN)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, timeout=PATIENCE_S, **PLAIN)

    def is_good(self) -> bool:
        """Whether the good request gets its card."""
        response = self.post(good_body())
        return response.status_code == 200 and "Potassium 2.8" in response.text

    def send(self, data: bytes, seconds: float = 2.0) -> bytes:
        """Raw bytes in, everything that came back within the time out."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            received = b""
            with contextlib.suppress(TimeoutError, ConnectionError):
                connection.sendall(data)
                while part := connection.recv(65_536):
                    received += part
            return received

    def resident_kb(self) -> int:
        """Resident memory of the process."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
        raise AssertionError("no VmRSS")

    def cpu_s(self) -> float:
        """Processor time that the process has used; unlike time on the wall, nobody else's work counts."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    @contextlib.contextmanager
    def at_most(self, seconds: float) -> Iterator[None]:
        """What is asked of it meanwhile costs it no more processor time than that."""
        begin = self.cpu_s()
        yield
        assert self.cpu_s() - begin <= seconds

    def workers(self) -> list[int]:
        """Process ids of the workers, with ``--workers``."""
        pid = self.process.pid
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(one) for one in found if _is_worker(one)]

    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines of the log."""
        return [json.loads(line) for line in self.log.read_bytes().splitlines() if line.startswith(b"{")]

    def stop(self, how: int = signal.SIGTERM, seconds: float = PATIENCE_S) -> int:
        """Signal it and wait; the exit code."""
        self.process.send_signal(how)
        return self.process.wait(seconds)


def launch(folder: Path, *arguments: str, prefix: tuple[str, ...] = (), **environment: str) -> Running:
    """Start ``serve`` and wait until it answers."""
    port, log = free_port(), folder / f"log-{time.monotonic_ns()}"
    usual = {"CDS_NOW": NOW, "CDS_STORE": str(folder / "feedback.sqlite3"), "CDS_MAX_LATE_S": "60"}
    settings = usual | environment  # a test machine that is busy elsewhere is not a service with too much to do
    command = [*prefix, sys.executable, "-m", "cds_service", "serve", "--port", str(port), *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CDS_")}
    with log.open("wb") as errors:
        process = subprocess.Popen(command, cwd=PROJECT, env=kept | settings, stdout=errors, stderr=errors)
    running = Running(process=process, port=port, log=log)
    end = time.monotonic() + PATIENCE_S
    with httpx.Client(base_url=running.url, **PLAIN) as http:
        while time.monotonic() < end and process.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                if http.get("/livez", timeout=PATIENCE_S).status_code == 200:
                    return running
            time.sleep(0.02)
    process.kill()
    raise AssertionError(f"the service did not start: {log.read_text()}")


@contextlib.contextmanager
def service(folder: Path, *arguments: str, prefix: tuple[str, ...] = (), **environment: str) -> Iterator[Running]:
    """A running service that is gone afterwards."""
    running = launch(folder, *arguments, prefix=prefix, **environment)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait(10)

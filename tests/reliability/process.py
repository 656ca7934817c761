"""The service as a real process on loopback, spoken to over plain sockets where a client library is too polite."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
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


def fixture(name: str = "hypokalaemia-furosemide") -> dict[str, Any]:
    """The request of a shipped fixture."""
    found: dict[str, Any] = json.loads((PROJECT / "fixtures" / name / "request.json").read_text(encoding="utf-8"))
    return found


def good_body() -> bytes:
    """A request that must always be answered with a card."""
    return json.dumps(fixture()).encode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
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
        return httpx.post(self.url + path, content=body, headers=JSON | headers, timeout=30, trust_env=False)

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

    def workers(self) -> list[int]:
        """Process ids of the workers, with ``--workers``."""
        pid = self.process.pid
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(one) for one in found if _is_worker(one)]

    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines of the log."""
        return [json.loads(line) for line in self.log.read_bytes().splitlines() if line.startswith(b"{")]

    def stop(self, how: int = signal.SIGTERM, seconds: float = 25) -> int:
        """Signal it and wait; the exit code."""
        self.process.send_signal(how)
        return self.process.wait(seconds)


def launch(folder: Path, *arguments: str, prefix: tuple[str, ...] = (), **environment: str) -> Running:
    """Start ``serve`` and wait until it answers."""
    port, log = free_port(), folder / f"log-{time.monotonic_ns()}"
    settings = {"CDS_NOW": NOW, "CDS_STORE": str(folder / "feedback.sqlite3")} | environment
    command = [*prefix, sys.executable, "-m", "cds_service", "serve", "--port", str(port), *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CDS_")}
    with log.open("wb") as errors:
        process = subprocess.Popen(command, cwd=PROJECT, env=kept | settings, stdout=errors, stderr=errors)
    running = Running(process=process, port=port, log=log)
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(running.url + "/livez", timeout=1, trust_env=False).status_code == 200:
                return running
        time.sleep(0.02)
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

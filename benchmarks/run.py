"""One command that starts the floors, the comparison and the service, drives them alternately, and prints the table.

    python -m benchmarks.run [--seconds 3] [--rounds 5] [--sizes small medium large order] [--memory-requests 200000]
                             [--healthchain PYTHON] [--slope]

``--healthchain`` names the Python of an environment with ``healthchain`` and ``uvicorn[standard]`` installed; it then does
one rule in the same run. ``--slope`` prints the growth of CPU per request with results, medicines and problems.

Each server runs alone on core 0 with one worker, the load generator (wrk) on core 1. In each round every server gets
every payload for a few seconds in turn, so that a slow spell of the machine hits all of them. CPU per request comes
from the operating system (/proc/PID/stat), memory from VmHWM and VmRSS. Figures are medians over the rounds.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.payloads import NOW, PAYLOADS, body, grown

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", nargs="+", default=list(PAYLOADS), choices=list(PAYLOADS))
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--healthchain", help="Python of an environment with healthchain and uvicorn[standard]")
    parser.add_argument("--slope", action="store_true", help="growth with results, medicines and problems")
    parser.add_argument("--memory-requests", type=int, default=0, help="afterwards, resident memory over N requests")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    files = {size: folder / f"{size}.json" for size in options.sizes}
    hooks = {}
    for size, file in files.items():
        request = PAYLOADS[size]()
        hooks[size] = request["hook"]
        file.write_bytes(body(request))
    samples: dict[tuple[str, str], list[Sample]] = {}
    starts: dict[str, list[float]] = {}
    memory: dict[str, int] = {}
    warm = body(PAYLOADS["small"]())
    for package in ("cds_service", "benchmarks"):
        compileall.compile_dir(PROJECT / package, quiet=1)  # as pip does when it installs
    for round_number in range(options.rounds):
        for server in servers(options.healthchain):
            with started(server, warm) as running:
                starts.setdefault(server.name, []).append(running.first_answer_s)
                time.sleep(SETTLE_S)
                for size, file in files.items():
                    path = server.path(hooks[size])
                    drive(running, file, path, 1, options.connections)
                    sample = drive(running, file, path, options.seconds, options.connections)
                    samples.setdefault((server.name, size), []).append(sample)
                memory[server.name] = max(memory.get(server.name, 0), running.memory_kib("VmHWM"))
        print(f"round {round_number + 1} of {options.rounds} done", file=sys.stderr)
    print(table(samples, files, starts, memory))
    if options.slope:
        print(slope_run(folder, warm, options.connections))
    if options.memory_requests:
        print(memory_run(options.memory_requests, files[options.sizes[0]], PATHS[hooks[options.sizes[0]]], warm))


def table(
    samples: dict[tuple[str, str], list[Sample]], files: dict[str, Path], starts: dict[str, list[float]],
    memory: dict[str, int],
) -> str:  # fmt: skip
    """Medians per server and size, with the ratio of CPU per request to floor (a)."""
    names = list(dict.fromkeys(name for name, _ in samples))
    floor = names[0]
    lines = ["| size (body) | server | requests/s | CPU ms/request | ratio to floor (a) | p50 ms | p95 ms | p99 ms |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for size, file in files.items():
        for name in names:
            found = samples[name, size]
            ratios = [one.cpu_ms / base.cpu_ms for one, base in zip(found, samples[floor, size], strict=True)]
            middle = [
                statistics.median(getattr(one, column) for one in found)
                for column in ("per_second", "cpu_ms", "p50_ms", "p95_ms", "p99_ms")
            ]
            lines.append(
                f"| {size} ({file.stat().st_size / 1024:.0f} KiB) | {name} | {middle[0]:.0f} | {middle[1]:.3f} "
                f"| {statistics.median(ratios):.2f} | {middle[2]:.2f} | {middle[3]:.2f} | {middle[4]:.2f} |"
            )
    lines += ["", "| server | start to first answer, s | peak memory, MiB |", "|---|---|---|"]
    lines += [f"| {name} | {statistics.median(starts[name]):.2f} | {memory[name] / 1024:.0f} |" for name in names]
    return "\n".join(lines)


def ours() -> Server:
    """The service."""
    return next(one for one in servers() if one.name == OURS)


def slope_run(folder: Path, warm: bytes, connections: int) -> str:
    """CPU per request of the service as one kind of entry grows and the others stay."""
    lines = ["", "| grown | entries | CPU ms/request | µs per further entry |", "|---|---|---|---|"]
    with started(ours(), warm) as running:
        for kind in ("results", "medicines", "problems"):
            before: tuple[int, float] | None = None
            for count in (250, 500, 1000, 2000):
                file = folder / f"{kind}-{count}.json"
                file.write_bytes(body(grown(kind, count)))
                path = PATHS["patient-view"]
                drive(running, file, path, 1, connections)
                cost = statistics.median(drive(running, file, path, 2, connections).cpu_ms for _ in range(3))
                further = "" if before is None else f"{1000 * (cost - before[1]) / (count - before[0]):.2f}"
                lines.append(f"| {kind} | {count} | {cost:.3f} | {further} |")
                before = (count, cost)
    return "\n".join(lines)


def memory_run(requests: int, file: Path, path: str, warm: bytes) -> str:
    """Resident memory of the service in ten steps over many requests: flat or not."""
    steps = []
    with started(ours(), warm) as running:
        served = 0
        while served < requests:
            served += drive(running, file, path, 5.0, 8).requests
            steps.append((served, running.memory_kib("VmRSS")))
    shown = steps[:: max(1, len(steps) // 10)]
    return "\n".join(
        ["", "| requests served | resident MiB |", "|---|---|", *(f"| {n} | {kib / 1024:.1f} |" for n, kib in shown)]
    )


if __name__ == "__main__":
    main()

"""One command that starts the floors, the comparison and the service, drives them alternately, and prints the table.

    python -m benchmarks.run [--seconds 3] [--rounds 5] [--sizes small medium large order] [--memory-requests 200000]
                             [--healthchain PYTHON] [--slope] [--open-loop]
                             [--memory-body REQUEST]

``--healthchain`` names the Python of an environment with ``healthchain`` and ``uvicorn[standard]`` installed; it then does
one rule in the same run. ``--slope`` prints the growth of CPU per request with results, medicines and problems;
``--open-loop`` what callers wait at parts of the full load.

Each server runs alone on core 0 with one worker, the load generator (wrk) on core 1. In each round every server gets
every payload for a few seconds in turn, so that a slow spell of the machine hits all of them. CPU per request comes
from the operating system (/proc/PID/stat), memory from VmHWM and VmRSS. Figures are medians over the rounds.
"""

from __future__ import annotations

import argparse
import compileall
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.payloads import PAYLOADS, body, grown
from benchmarks.servers import OURS, PATHS, PROJECT, SETTLE_S, Sample, Server, drive, servers, started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", nargs="+", default=list(PAYLOADS), choices=list(PAYLOADS))
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--healthchain", help="Python of an environment with healthchain and uvicorn[standard]")
    parser.add_argument("--slope", action="store_true", help="growth with results, medicines and problems")
    parser.add_argument(
        "--open-loop", action="store_true", help="waiting times at a quarter, half and 3/4 of full load"
    )
    parser.add_argument("--memory-requests", type=int, default=0, help="afterwards, resident memory over N requests")
    parser.add_argument("--memory-body", type=Path, help="a request to send instead of the first size")
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
    if options.open_loop:
        file = files[options.sizes[0]]
        print(open_loop_run(options.healthchain, samples, options.sizes[0], file, hooks[options.sizes[0]], warm))
    if options.memory_requests:
        file = folder / "memory.json"
        file.write_bytes((options.memory_body or files[options.sizes[0]]).read_bytes())
        print(memory_run(options.memory_requests, file, PATHS[json.loads(file.read_bytes())["hook"]], warm))


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


def open_loop_run(
    healthchain: str | None, samples: dict[tuple[str, str], list[Sample]], size: str, file: Path, hook: str, warm: bytes
) -> str:
    """What a caller waits when requests come at random, at parts of what each server answered in the closed loop."""
    lines = ["", f"| server ({size}, open loop) | requests/s | p50 ms | p95 ms | p99 ms |", "|---|---|---|---|---|"]
    for server in servers(healthchain):
        most = statistics.median(one.per_second for one in samples[server.name, size])
        with started(server, warm) as running:
            time.sleep(SETTLE_S)
            for part in (0.25, 0.5, 0.75):
                done = subprocess.run(
                    ("taskset", "-c", "1", sys.executable, "-m", "benchmarks.open_loop", "--port", str(running.port),
                     "--path", server.path(hook), "--file", str(file), "--rate", str(part * most)),
                    capture_output=True, text=True, check=True,
                )  # fmt: skip
                said = json.loads(done.stdout)
                if said["failures"]:
                    raise RuntimeError(f"{server.name}: {said['failures']} failed requests")
                waits = " | ".join(f"{said[name]:.2f}" for name in ("p50", "p95", "p99"))
                lines.append(f"| {server.name} | {part * most:.0f} ({part:.0%}) | {waits} |")
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

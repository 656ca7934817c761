"""Mutated bodies against the whole application, in-process: ``python -m tests.fuzz --count 1000000``.

Seeds are the fixtures and feedback. A third of the mutants are damaged bytes, the others damaged structure (values
swapped, removed, doubled, blown up, anywhere in the tree). Ends with exit code 1 on any 5xx, any answer over a second, any answer that is no JSON, or
memory that grows by more than 50 MB.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from cds_service.app import create_app
from cds_service.settings import Settings

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
FEEDBACK = b'{"feedback":[{"card":"x","outcome":"overridden","outcomeTimestamp":"2026-11-20T10:00:00Z","overrideReason":{"reason":{"code":"a"}}}]}'
ODD: list[Any] = [
    None, True, False, 0, -1, 1e308, 10**30, "", "x", "\u202e", "\x00", "2026-13-45", "Patient/x", [], {}, [[]], [None],
    {"coding": "x"}, {"value": "5"}, "<script>", "a" * 2_000, {"reference": "#"}, {"resourceType": "Bundle", "entry": [{}]},
]  # fmt: skip


def seeds() -> list[tuple[str, bytes]]:
    found = []
    for file in sorted(FIXTURES.glob("*/request.json")):
        request = json.loads(file.read_text(encoding="utf-8"))
        path = f"/cds-services/muscle-spasm-{request['hook']}"
        found.append((path, json.dumps(request, separators=(",", ":")).encode()))
    return [*found, ("/cds-services/muscle-spasm-patient-view/feedback", FEEDBACK)]


def damaged_bytes(body: bytes, rng: random.Random) -> bytes:
    made = bytearray(body)
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(made))
        kind = rng.randrange(4)
        if kind == 0:
            made[place] = rng.randrange(256)
        elif kind == 1:
            del made[place : place + rng.randint(1, 30)]
        elif kind == 2:
            made[place:place] = made[rng.randrange(len(made)) :][: rng.randint(1, 60)]
        else:
            del made[max(1, place) :]
        if len(made) < 2:
            break
    return bytes(made)


def damaged_structure(body: bytes, rng: random.Random) -> bytes:
    value = json.loads(body)
    for _ in range(rng.randint(1, 5)):
        places = list(everywhere(value))
        if not places:
            break
        target, key = rng.choice(places)
        kind = rng.randrange(5)
        if kind == 0:
            target[key] = deepcopy(rng.choice(ODD))
        elif kind == 1 and isinstance(target, dict):
            target.pop(key)
        elif kind == 2:
            target[key] = [deepcopy(target[key]) for _ in range(rng.randint(1, 3))]
        elif kind == 3 and isinstance(target[key], int | float):
            target[key] = target[key] * rng.choice([-1, 0, 10, 1000, 0.001])
        else:
            other, name = rng.choice(places)
            target[key] = deepcopy(other[name][:5] if isinstance(other[name], list) else other[name])
    return json.dumps(value).encode()


def everywhere(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a tree; drawn evenly, so that most mutants differ deep inside a resource."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from everywhere(inner)


class Target:
    """The application, called without a socket."""

    def __init__(self) -> None:
        settings = Settings(now="2026-11-20T09:00:00Z", store_enabled=False, log_level="error", console=False)
        self.app = create_app(settings)

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        scope = {
            "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
            "headers": [(b"content-type", b"application/json")], "scheme": "http", "http_version": "1.1", "state": {},
            "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
        }  # fmt: skip
        said: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            said.append(message)

        await self.app(scope, receive, send)
        return said[0]["status"], b"".join(message.get("body", b"") for message in said[1:])


async def fuzz(count: int, seed: int) -> int:
    """How many mutants broke something."""
    rng, target, found = random.Random(seed), Target(), seeds()
    broken, slowest, statuses = 0, 0.0, {}  # type: ignore[var-annotated]
    settled = 0
    await target.post(*found[0])  # what the first request of a process imports is not the mutants' time
    for number in range(count):
        path, body = rng.choice(found)
        mutant = damaged_structure(body, rng) if number % 3 else damaged_bytes(body, rng)
        begin = time.perf_counter()
        status, answer = await target.post(path, mutant)
        spent = time.perf_counter() - begin
        if spent > 1.0:  # the machine or the mutant? A mutant is slow again
            begin = time.perf_counter()
            await target.post(path, mutant)
            spent = min(spent, time.perf_counter() - begin)
        await asyncio.sleep(0)  # nothing here ever waits: without a turn the loop keeps every timer that was cancelled
        slowest = max(slowest, spent)
        statuses[status] = statuses.get(status, 0) + 1
        if status >= 500 or spent > 1.0 or not _is_json(answer):
            broken += 1
            Path(f"fuzz-{seed}-{number}.json").write_bytes(mutant)
            print(f"broken: {status} in {spent:.2f} s, mutant {number} kept", file=sys.stderr)
        if number == min(20_000, count // 2):
            settled = resident_kb()
    grown = (resident_kb() - settled) / 1024
    print(
        f"{count} mutants, {broken} broken, slowest {1000 * slowest:.0f} ms, memory grew {grown:.1f} MB, statuses {dict(sorted(statuses.items()))}"
    )
    return broken + (grown > 50)


def resident_kb() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    sys.exit(1 if asyncio.run(fuzz(options.count, options.seed)) else 0)


if __name__ == "__main__":
    main()

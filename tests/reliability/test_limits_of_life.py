"""Faults B and P that need a process of their own: too little memory, no place for the store, a torn log, a flood."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from cds_service.api.edge import without_cancellation
from cds_service.errors import ConfigurationError
from cds_service.feedback.records import Outcome
from cds_service.feedback.store import Store
from tests.reliability.process import JSON, PLAIN, SERVICE, Running, good_body, service
from tests.reliability.test_bodies import DEEP, SMALL, bundle, in_prefetch

FEEDBACK = json.dumps(
    {"feedback": [{"card": "x", "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:05:31Z"}]}
).encode()


def test_b17_with_little_memory_a_bomb_fails_and_the_process_lives(tmp_path: Path) -> None:
    limited = ("bash", "-c", 'ulimit -v 900000; exec "$@"', "limited")
    with service(tmp_path, prefix=limited, CDS_STORE_ENABLED="false") as running:
        for body in (
            in_prefetch(b"[" + b"1," * 1_900_000 + b"1]"),
            in_prefetch(bundle(*(SMALL % n for n in range(90_000)))),
            DEEP,
        ):
            assert running.post(body).status_code in (200, 400, 413, 500)
        assert running.post(b"\x00" * 20_000_000).status_code == 413
        assert running.post(gzip.compress(b"\x00" * 10_000_000), **{"content-encoding": "gzip"}).status_code == 415
        assert running.is_good()
        assert running.process.poll() is None


@pytest.mark.parametrize("place", ["/proc/nowhere/feedback.sqlite3", "/dev/null/feedback.sqlite3"])
def test_p04_x03_a_store_that_cannot_be_made_leaves_decisions_alone(tmp_path: Path, place: str) -> None:
    with service(tmp_path, CDS_STORE=place) as running:
        assert running.is_good()
        response = running.post(FEEDBACK, SERVICE + "/feedback")
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        assert running.get("/readyz").json()["status"] == "degraded"
        assert running.is_good()


@pytest.mark.parametrize("cut", ["half", "one byte", "everything", "garbage at the end"])
async def test_b12_a_torn_write_ahead_log_is_survived_or_refused(tmp_path: Path, cut: str) -> None:
    """As after a power loss: the main file and what was left of the log."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    store = Store(str(tmp_path / "a" / "f.sqlite3"))
    await store.open()
    for number in range(20):
        await store.add_outcomes(
            [Outcome(service="s", client="c", card=f"c{number}", outcome="overridden", outcome_at=1.0)]
        )
    for file in (tmp_path / "a").iterdir():
        shutil.copy(file, tmp_path / "b" / file.name)
    await store.close()
    log = tmp_path / "b" / "f.sqlite3-wal"
    whole = log.read_bytes()
    left = {
        "half": whole[: len(whole) // 2],
        "one byte": whole[:-1],
        "everything": b"",
        "garbage at the end": whole + b"\xff" * 5_000,
    }[cut]
    log.write_bytes(left)
    torn = Store(str(tmp_path / "b" / "f.sqlite3"))
    with contextlib.suppress(ConfigurationError):  # refusing a damaged file is as good
        await torn.open()
    if not torn.is_open:
        return
    kept = sqlite3.connect(tmp_path / "b" / "f.sqlite3").execute("SELECT card FROM feedback").fetchall()
    assert {card for (card,) in kept} <= {f"c{number}" for number in range(20)}
    if cut == "garbage at the end":
        assert len(kept) == 20
    await torn.add_outcomes([Outcome(service="s", client="c", card="new", outcome="overridden", outcome_at=1.0)])
    await torn.close()


@pytest.mark.slow
async def test_b01_far_more_than_it_can_do_is_refused_early_and_the_rest_is_in_time(tmp_path: Path) -> None:
    """Two hundred calls at once where sixteen may be worked on: every one is answered, most with an early 503."""
    with service(tmp_path, CDS_MAX_CONCURRENT="16", CDS_MAX_LATE_S="0.5", CDS_STORE_ENABLED="false") as running:
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(base_url=running.url, limits=limits, timeout=30, **PLAIN) as http:

            async def call() -> tuple[int, float, str]:
                begin = time.perf_counter()
                response = await http.post(SERVICE, content=good_body(), headers=JSON)
                return response.status_code, time.perf_counter() - begin, response.headers.get("retry-after", "")

            found = await asyncio.gather(*(call() for _ in range(200)))
        statuses = {status for status, _, _ in found}
        assert statuses == {200, 503}
        assert all(wait for status, _, wait in found if status == 503)
        assert running.is_good()


def test_j13_floods_of_empty_values_are_cheap(tmp_path: Path) -> None:
    """What has no content must not cost more than what has: millions of empty entries, nulls and numbers."""
    with service(tmp_path, CDS_STORE_ENABLED="false") as running:
        for piece, often in ((b"{}", 1_300_000), (b"null", 780_000), (b"1", 1_900_000), (b'{"resource":{}}', 600_000)):
            listed = b",".join([piece] * often)
            for value in (b"[" + listed + b"]", b'{"resourceType":"Bundle","entry":[' + listed + b"]}"):
                with running.at_most(3.0):
                    assert running.post(in_prefetch(value)).status_code in (200, 400), (piece, often)
        assert running.is_good()


@pytest.mark.parametrize("piece", [b"{}", b"null", b"1"])
def test_j13_a_large_body_that_is_denser_than_any_chart_is_refused_unread(running: Running, piece: bytes) -> None:
    listed = b",".join([piece] * (9_900_000 // (len(piece) + 1)))
    with running.at_most(1.0):
        response = running.post(in_prefetch(b"[" + listed + b"]"))
    assert (response.status_code, response.json()["issue"][0]["code"]) == (400, "too-costly")


async def test_b10_being_told_twice_to_end_writes_no_traceback() -> None:
    passed: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        passed.append(dict(message))

    told = without_cancellation(send)
    await told({"type": "lifespan.shutdown.failed", "message": "Traceback ...\nasyncio.exceptions.CancelledError"})
    await told({"type": "lifespan.shutdown.failed", "message": "Traceback ...\nOSError"})
    assert [one["message"] for one in passed] == ["", "Traceback ...\nOSError"]

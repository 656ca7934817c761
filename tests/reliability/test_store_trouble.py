"""Faults P against the whole service: whatever befalls the store, cards go on and feedback is refused honestly."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import httpx

from tests.reliability.process import PATIENCE_S, SERVICE, Running, good_body, service

ENTRY = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:05:31Z"}


def feedback(running: Running, card: str = "c") -> httpx.Response:
    return running.post(json.dumps({"feedback": [ENTRY | {"card": card}]}).encode(), SERVICE + "/feedback")


def ready(running: Running) -> dict[str, Any]:
    response = running.get("/readyz")
    assert response.status_code == 200, "decisions are possible: it stays in service"
    found: dict[str, Any] = response.json()
    return found


def wait_until(running: Running, *, is_ok: bool) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and (ready(running)["store"] == "ok") is not is_ok:
        time.sleep(0.2)
    assert (ready(running)["store"] == "ok") is is_ok


def times(running: Running, count: int) -> list[float]:
    found = []
    for _ in range(count):
        begin = time.perf_counter()
        assert running.is_good()
        found.append(time.perf_counter() - begin)
    return sorted(found)


def test_p04_a_store_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "no-folder").write_text("a file where a folder should be")
    with service(tmp_path, CDS_STORE=str(tmp_path / "no-folder" / "f.sqlite3")) as running:
        wait_until(running, is_ok=False)
        assert running.is_good()
        refused = feedback(running)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert ready(running)["status"] == "degraded"


def test_p05_a_store_that_another_process_holds_locked(tmp_path: Path) -> None:
    with service(tmp_path) as running:
        wait_until(running, is_ok=True)
        usual = times(running, 30)
        holder = sqlite3.connect(tmp_path / "feedback.sqlite3")
        holder.execute("BEGIN EXCLUSIVE")
        assert feedback(running).status_code == 503, "though the lock is never given back"
        locked = times(running, 30)
        assert locked[15] < 3 * usual[15] + 0.2, "cards do not wait for the store"
        wait_until(running, is_ok=False)
        holder.rollback()
        holder.close()
        wait_until(running, is_ok=True)
        assert feedback(running).status_code == 200
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and "cds_recorder_waiting 0" not in metrics(running):
            time.sleep(0.2)
        assert "cds_recorder_lost_total 0" in metrics(running)
        assert "cds_recorder_written_total 60" in metrics(running), "what waited was written afterwards"


def metrics(running: Running) -> str:
    return running.get("/metrics").text


def test_p07_a_store_that_is_replaced_under_it_swallows_nothing(tmp_path: Path) -> None:
    with service(tmp_path) as running:
        wait_until(running, is_ok=True)
        assert feedback(running).status_code == 200
        file = tmp_path / "feedback.sqlite3"
        file.rename(tmp_path / "moved.sqlite3")
        file.write_bytes(b"")
        assert feedback(running, "other").status_code == 503
        assert running.post(good_body()).status_code == 200
        wait_until(running, is_ok=False)

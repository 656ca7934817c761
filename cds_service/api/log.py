"""Structured logs: one JSON object a line, no patient data, nothing that a client could forge a line with."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import orjson

FLOODS = frozenset({401, 503})
WINDOW_S = 10.0
REFUSALS_SHOWN = 20
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def _write(line: bytes) -> None:
    sys.stderr.buffer.write(line)
    sys.stderr.buffer.flush()


@dataclass(slots=True, kw_only=True)
class AccessLog:
    """Writes lines. ``state`` of a request carries what the service itself decided to tell.

    A flood of refused calls (401, 503) is a few lines a second and a count of the others: metrics count every one.
    """

    level: str = "info"
    requests: bool = True
    write: Callable[[bytes], None] = _write
    _window: float = 0.0
    _refused: int = 0
    _failures: dict[str, float] = field(default_factory=dict)

    def event(self, level: str, message: str, **facts: Any) -> None:
        """One line; values must be ours (counts, durations, ids we made)."""
        if LEVELS[level] >= LEVELS[self.level]:
            line = {"time": round(time.time(), 3), "level": level, "event": message, **facts}
            self.write(orjson.dumps(line, default=repr) + b"\n")

    def access(self, scope: MutableMapping[str, Any], status: int, seconds: float, state: dict[str, Any]) -> None:
        """One line per request: id, service, status, duration, counts."""
        if not self.requests or LEVELS[self.level] > 20 or (status in FLOODS and self._is_flooded()):
            return
        line = {
            "time": round(time.time(), 3),
            "level": "info",
            "event": "request",
            "request": state["request_id"],
            "method": scope["method"] if scope["method"] in ("GET", "POST", "OPTIONS", "HEAD") else "other",
            "route": state.get("route", "none"),
            "status": status,
            "ms": round(1000 * seconds, 2),
        }
        counts = state.get("counts")
        if counts:
            line.update(counts)
        self.write(orjson.dumps(line) + b"\n")

    def _is_flooded(self) -> bool:
        """Whether enough refusals were written in this window; what was left out is said when the next one begins."""
        now = time.monotonic()
        if now - self._window >= WINDOW_S:
            if self._refused > REFUSALS_SHOWN:
                self.event("warning", "refused calls not listed", count=self._refused - REFUSALS_SHOWN)
            self._window, self._refused = now, 0
        self._refused += 1
        return self._refused > REFUSALS_SHOWN

    def failure(self, request_id: str, error: BaseException) -> None:
        """An unexpected error: its type and where, never its message (which may quote input)."""
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        where = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
        self.event("error", "failure", request=request_id, error=type(error).__name__, where=where)

    def repeated(self, level: str, message: str, *, every_s: float = 30.0, **facts: Any) -> None:
        """As ``event``, but at most once per message and period (a flood of bad tokens must not flood the log)."""
        now = time.monotonic()
        if now - self._failures.get(message, -every_s) >= every_s:
            self._failures[message] = now
            self.event(level, message, **facts)

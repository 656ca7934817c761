"""Noticing overload early: how late the event loop runs, and how much of the service one client holds."""

from __future__ import annotations

import asyncio
from collections import Counter

BEAT_S = 0.05


class Heartbeat:
    """A timer that measures by how much it is late (monotonic): the time that requests wait before we see them.

    Twice in a row later than ``max_late_s``: what waits in the sockets would be answered too late to be of use.
    """

    def __init__(self, max_late_s: float) -> None:
        self._max_late_s = max_late_s
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._late_beats = 0

    @property
    def is_late(self) -> bool:
        """Whether new work must be refused."""
        return self._late_beats >= 2

    def start(self) -> None:
        """Begin to measure on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._arm()

    def stop(self) -> None:
        """End."""
        if self._timer is not None:
            self._timer.cancel()

    def _arm(self) -> None:
        self._due = self._loop.time() + BEAT_S
        self._timer = self._loop.call_at(self._due, self._beat)

    def _beat(self) -> None:
        self.note(self._loop.time() - self._due)
        self._arm()

    def note(self, late_s: float) -> None:
        """One beat that came ``late_s`` seconds late."""
        self._late_beats = self._late_beats + 1 if late_s > self._max_late_s else 0


class Shares:
    """No client holds more than half of the concurrency where there are several."""

    def __init__(self, *, clients: int, max_concurrent: int) -> None:
        self._limit = max(1, max_concurrent // 2) if clients > 1 else max_concurrent + 1
        self._held: Counter[str] = Counter()

    def is_spent(self, client: str) -> bool:
        """Whether this client must wait."""
        return self._held[client] >= self._limit

    def take(self, client: str) -> None:
        """One more request of the client is being answered."""
        self._held[client] += 1

    def give_back(self, client: str) -> None:
        """It is over."""
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]

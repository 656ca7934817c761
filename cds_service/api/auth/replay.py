"""Token ids that were used: in this process, and through the store across workers and replicas.

The store is asked within a short bound. While it is away the process goes on with its own memory: a decision for a
patient does not wait for a database, and /readyz says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import time

from cds_service.feedback.recording import FeedbackDesk

MAX_REMEMBERED = 200_000
SHARED_S = 0.5
"""How long the store may take to say whether another worker saw the token."""
PAUSE_S = 5.0
"""How long it is not asked again after it did not answer."""


class Replays:
    """Remembers each (issuer, jti) until the token expires; refuses to forget one that has not."""

    def __init__(self, desk: FeedbackDesk | None) -> None:
        self._desk = desk
        self._seen: set[tuple[str, str]] = set()
        self._by_end: list[tuple[float, tuple[str, str]]] = []
        self._asked_again_at = float("-inf")
        self._asking: set[asyncio.Task[bool]] = set()

    @property
    def state(self) -> str:
        """For /readyz: how far a replay is noticed."""
        if self._desk is None or not self._desk.is_on:
            return "in this process"
        return "in this process only: the store is away" if self._is_pausing() else "across workers"

    async def is_new(self, issuer: str, jti: str, expires_at: float, now: float) -> bool | None:
        """True the first time, False afterwards, ``None`` when memory is full (then the call is refused with 503)."""
        key = (issuer, jti)
        while self._by_end and self._by_end[0][0] <= now:
            self._seen.discard(heapq.heappop(self._by_end)[1])
        if key in self._seen:
            return False
        if len(self._seen) >= MAX_REMEMBERED:
            return None
        self._seen.add(key)
        heapq.heappush(self._by_end, (expires_at, key))
        if self._desk is None or not self._desk.is_on or self._is_pausing():
            return True
        return await self._is_new_elsewhere(issuer, jti, expires_at)

    def _is_pausing(self) -> bool:
        return time.monotonic() < self._asked_again_at

    async def _is_new_elsewhere(self, issuer: str, jti: str, expires_at: float) -> bool:
        """What the store says; True when it cannot say."""
        from cds_service.feedback.store import StoreUnavailable

        assert self._desk is not None
        if await self._desk.ready(0.5) and self._desk.store is not None:
            # Not cancelled when it is late: an interrupted transaction would hold the connection even longer.
            asking = asyncio.ensure_future(self._desk.store.is_new_token(issuer, jti, expires_at))
            self._asking.add(asking)
            asking.add_done_callback(self._asking.discard)
            done, _ = await asyncio.wait({asking}, timeout=SHARED_S)
            with contextlib.suppress(StoreUnavailable):
                if done:
                    return asking.result()
            asking.add_done_callback(_look_away)
        self._asked_again_at = time.monotonic() + PAUSE_S
        return True


def _look_away(asked: asyncio.Future[bool]) -> None:
    """A late answer is of no use; its error must not be reported as never retrieved."""
    if not asked.cancelled():
        asked.exception()

"""Recording issued cards off the answer path: a bounded queue, written in batches; what is lost is counted."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from cds_service.feedback.records import AnsweredCall, IssuedCard
from cds_service.feedback.store import Store, StoreUnavailable


@dataclass(slots=True)
class RecorderCounts:
    """What became of issued cards and calls, for the metrics."""

    written: int = 0
    lost: int = 0
    failed_writes: int = 0


@dataclass(slots=True, kw_only=True)
class Recorder:
    """``add`` costs an append and never waits; ``run`` writes until cancelled and once more at the end."""

    store: Store
    capacity: int = 10_000
    batch: int = 500
    interval_s: float = 0.5
    on_trouble: Callable[[str], None] | None = None
    counts: RecorderCounts = field(default_factory=RecorderCounts)
    _queue: deque[tuple[AnsweredCall, tuple[IssuedCard, ...]]] = field(default_factory=deque)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One flush at a time: two would write the same calls twice and drop others."""

    @property
    def waiting(self) -> int:
        """How many answered calls wait to be written."""
        return len(self._queue)

    def add(self, call: AnsweredCall, cards: tuple[IssuedCard, ...]) -> None:
        """Queue one answered call; when the queue is full it is dropped and counted."""
        if len(self._queue) >= self.capacity:
            self.counts.lost += 1
            return
        self._queue.append((call, cards))

    async def run(self) -> None:
        """Write batches for ever; on cancellation write what is left."""
        try:
            while True:
                await asyncio.sleep(self.interval_s)
                await self.flush()
        finally:
            await self.flush()

    async def flush(self) -> None:
        """Write everything that waits; stop at the first failure and keep the rest for the next time."""
        async with self._turn:
            await self._flush()

    async def _flush(self) -> None:
        while self._queue:
            taken = [self._queue[place] for place in range(min(self.batch, len(self._queue)))]
            try:
                await self.store.add_issued([card for _, cards in taken for card in cards], [call for call, _ in taken])
            except StoreUnavailable as error:
                self.counts.failed_writes += 1
                if self.on_trouble is not None:
                    self.on_trouble(str(error))
                return
            for _ in taken:
                self._queue.popleft()
            self.counts.written += len(taken)

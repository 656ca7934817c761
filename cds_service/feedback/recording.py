"""The feedback desk: the store, its recorder and their life in a running service.

The store is opened in the background at start, so that answers never wait for it; while it is away decisions go on and
feedback is refused with an honest 503.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cds_service.errors import ConfigurationError

if TYPE_CHECKING:
    from cds_service.feedback.recorder import Recorder
    from cds_service.feedback.records import AnsweredCall, IssuedCard, Outcome
    from cds_service.feedback.snooze import SnoozeBook
    from cds_service.feedback.store import Store

RETRY_S = 5.0
"""How often the store is tried again while it is away, and looked at while it is there."""
RETENTION_EVERY_S = 3_600.0
EARLY = 1_000
"""Calls that are kept until the store is open; those beyond are counted as lost."""


class FeedbackDesk:
    """Opens and keeps the store; ``report_trouble`` hears what is wrong (never with a value in it)."""

    def __init__(
        self,
        url: str | None,
        *,
        salt: str,
        comment_days: int,
        row_days: int,
        report_trouble: Callable[[str], None],
        snooze: SnoozeBook | None = None,
    ) -> None:
        self._url = url
        self._salt = salt
        self._comment_days = comment_days
        self._row_days = row_days
        self._report_trouble = report_trouble
        self._snooze = snooze
        self._snoozable: deque[tuple[IssuedCard, str]] = deque(maxlen=20 * EARLY)
        self._tasks: list[asyncio.Task[None]] = []
        self._early: deque[tuple[AnsweredCall, tuple[IssuedCard, ...]]] = deque()
        """Calls that were answered before the store was open."""
        self._early_lost = 0
        self.store: Store | None = None
        self.recorder: Recorder | None = None
        self.state = "off" if url is None else "opening"
        self.fatal: str | None = None

    @property
    def is_on(self) -> bool:
        return self._url is not None

    @property
    def waiting(self) -> int:
        """Answered calls that wait to be written."""
        return len(self._early) + (self.recorder.waiting if self.recorder else 0)

    @property
    def lost(self) -> int:
        """Answered calls that will never be written: the queue was full."""
        return self._early_lost + (self.recorder.counts.lost if self.recorder else 0)

    @property
    def written(self) -> int:
        """Answered calls that were written."""
        return self.recorder.counts.written if self.recorder else 0

    def start(self) -> None:
        """Begin to open the store, in the background."""
        if self._url is not None:
            self._tasks.append(asyncio.create_task(self._keep_open()))

    async def stop(self) -> None:
        """Write what waits, then close."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
        if self.waiting:
            self._report_trouble(f"{self.waiting} answered calls could not be written before the end")
        if self.store is not None:
            await self.store.close()

    async def ready(self, seconds: float = 2.0) -> bool:
        """Wait a little for the store to open; whether it is open."""
        for _ in range(int(seconds / 0.02)):
            if self.store is not None and self.store.is_open:
                return True
            if self.state not in ("opening",):
                break
            await asyncio.sleep(0.02)
        return self.store is not None and self.store.is_open

    async def add_outcomes(self, outcomes: list[Outcome]) -> None:
        """Store outcomes durably; raises ``StoreUnavailable``."""
        from cds_service.feedback.store import StoreUnavailable

        if not await self.ready() or self.store is None:
            raise StoreUnavailable("store is not open")
        await self.store.add_outcomes(outcomes)
        if self._snooze is not None:
            try:
                await self._note_snoozable(self.store)
                await self._snooze.heard(self.store, outcomes, time.time())
            except StoreUnavailable as error:  # what was said is stored; that it is not heeded only shows a card again
                self._report_trouble(str(error))

    def snoozed(self, client: str, patient_id: str, now: float) -> Mapping[str, str]:
        """Rule → indicator up to which it is silent for a patient; empty unless the site has turned the snooze on."""
        return self._snooze.of(client, patient_id, now) if self._snooze is not None else {}

    async def _note_snoozable(self, store: Store) -> None:
        if self._snooze is None or not self._snoozable:
            return
        cards = list(self._snoozable)
        self._snoozable.clear()
        await self._snooze.issued(store, cards)

    def record(self, cards: list[dict[str, Any]], *, patient_id: str = "", **facts: Any) -> None:
        """Note an answered call and its cards, off the answer path; the patient only as a hash, only for the snooze."""
        if self._url is None:
            return
        from cds_service.feedback.issued import issued_from

        issued = issued_from(cards, salt=self._salt, **facts)
        if self._snooze is not None and patient_id:
            patient = self._snooze.policy.patient(facts["client"], patient_id)
            self._snoozable.extend((card, patient) for card in issued[1])
        if self.recorder is not None:
            self.recorder.add(*issued)
        elif len(self._early) < EARLY:
            self._early.append(issued)
        else:
            self._early_lost += 1

    async def _keep_open(self) -> None:
        await asyncio.to_thread(import_module, "cds_service.feedback.store")  # large: the loop must not wait for it
        from cds_service.feedback.recorder import Recorder
        from cds_service.feedback.store import Store, StoreUnavailable

        assert self._url is not None
        store = Store(self._url)
        while True:
            try:
                await store.open()
                break
            except ConfigurationError as error:
                self.state = self.fatal = str(error)
                self._report_trouble(str(error))
                return
            except (StoreUnavailable, OSError) as error:
                self.state = "unavailable"
                self._report_trouble(str(error))
                await asyncio.sleep(RETRY_S)
        self.store, self.state = store, "ok"
        self.recorder = Recorder(store=store, on_trouble=self._report_trouble)
        while self._early:
            self.recorder.add(*self._early.popleft())
        self._tasks.append(asyncio.create_task(self.recorder.run()))
        await self._look_after(store)

    async def _look_after(self, store: Store) -> None:
        """Say whether it answers, and once an hour put figures down and remove what has expired."""
        from cds_service.feedback.store import StoreUnavailable

        retained_at = float("-inf")
        while True:
            try:
                await store.check()
                if self._snooze is not None:
                    await self._note_snoozable(store)
                    await self._snooze.refresh(store, time.time())
                if time.monotonic() - retained_at >= RETENTION_EVERY_S:
                    await self._forget(store)
                    retained_at = time.monotonic()
                self.state = "ok"
            except StoreUnavailable as error:
                self.state = str(error)
                self._report_trouble(str(error))
            await asyncio.sleep(RETRY_S)

    async def _forget(self, store: Store) -> None:
        from cds_service.feedback.daily import put_down

        now = time.time()
        await put_down(store, now)
        if self._snooze is not None:
            await self._snooze.forget(store, now)
        await store.forget_expired(
            now=now,
            comments_before=now - self._comment_days * 86_400,
            rows_before=now - self._row_days * 86_400,
        )

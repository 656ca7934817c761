"""The store: outcomes durably, issued cards in batches, token ids against replay. Never on the way to a card.

Every call has a time budget and ends in ``StoreUnavailable`` when the database is down, locked, full, gone or
replaced; it recovers by itself when the database does.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import Table, delete, insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cds_service.errors import CdsError
from cds_service.feedback.engine import check_sqlite_file, open_engine, parse_url
from cds_service.feedback.groups import DAY_S
from cds_service.feedback.records import AnsweredCall, IssuedCard, Outcome, day_of
from cds_service.feedback.schema import migrate
from cds_service.feedback.tables import CALL_TALLIES, DAILY_FIGURES, FEEDBACK, ISSUED_CARDS, SEEN_TOKENS


class StoreUnavailable(CdsError):
    """The store cannot do its work just now. The message says what kind of trouble, never a value."""


class Store:
    """One database. ``open`` before use; safe to use from one event loop."""

    def __init__(self, url: str, *, budget_s: float = 2.0) -> None:
        self._url = parse_url(url)
        self._budget_s = budget_s
        self._engine: AsyncEngine | None = None
        self._file_id: tuple[int, int] | None = None
        self._turn = asyncio.Lock()

    @property
    def is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    @property
    def described(self) -> str:
        """Backend and place without credentials, for the start-up line and /readyz."""
        return self._url.render_as_string(hide_password=True)

    async def open(self) -> str:
        """Connect and bring the schema up to date; returns its revision. ``ConfigurationError`` must stop the start."""
        await self._let_another_begin()
        if self.is_sqlite:  # answers go on meanwhile
            await asyncio.to_thread(check_sqlite_file, Path(str(self._url.database)))
        engine = open_engine(self._url)
        try:
            async with engine.connect() as connection:
                if self.is_sqlite:
                    await connection.execute(text("BEGIN IMMEDIATE"))
                revision = await connection.run_sync(migrate)
                await connection.commit()
        except (SQLAlchemyError, OSError) as error:
            await engine.dispose()
            raise StoreUnavailable(f"store cannot be opened ({type(error).__name__})") from error
        except BaseException:
            await engine.dispose()
            raise
        self._engine = engine
        self._file_id = self._file_identity()
        return revision

    async def _let_another_begin(self) -> None:
        """A file that another instance has just created is empty for a moment; an old empty one is refused later."""
        if not self.is_sqlite:
            return
        file = Path(str(self._url.database))
        for _ in range(30):
            if not file.exists() or file.stat().st_size > 0:
                return
            await asyncio.sleep(0.05)

    async def close(self) -> None:
        """Release all connections."""
        if self._engine is not None:
            await self._engine.dispose()
            self._engine = None

    @property
    def is_open(self) -> bool:
        return self._engine is not None

    async def check(self) -> None:
        """Raise ``StoreUnavailable`` unless the database could be written to just now."""
        async with self.reading() as connection, self._turn:
            await connection.execute(text("BEGIN IMMEDIATE" if self.is_sqlite else "SELECT 1"))
            await connection.rollback()

    # -- writing -------------------------------------------------------------------------------------------------

    async def add_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Store outcomes, all or none, durably when this returns; each once however often it is sent."""
        now = time.time()
        rows = [
            {
                "digest": one.digest,
                "service": one.service,
                "client": one.client[:200],
                "card": one.card,
                "outcome": one.outcome,
                "suggestions": json.dumps(one.suggestions),
                "reason_code": one.reason_code,
                "reason_system": one.reason_system,
                "comment": one.comment,
                "outcome_at": one.outcome_at,
                "received_at": now,
            }
            for one in outcomes
        ]
        async with self.writing() as connection:
            if not self.is_sqlite:  # whatever the server's default is: what we acknowledge is on its disk
                await connection.execute(text("SET LOCAL synchronous_commit = on"))
            await connection.execute(self.upsert(FEEDBACK).on_conflict_do_nothing(), rows)

    async def add_issued(self, cards: Sequence[IssuedCard], calls: Sequence[AnsweredCall]) -> None:
        """Store a batch of issued cards and call tallies in one transaction."""
        async with self.writing() as connection:
            if cards:
                rows = [
                    {
                        "uuid": card.uuid,
                        "service": card.service,
                        "hook": card.hook,
                        "client": card.client[:200],
                        "family": card.family,
                        "indicator": card.indicator,
                        "rules": " ".join(f"{rule}:{indicator}" for rule, indicator in card.rules),
                        "instance_hash": card.instance_hash,
                        "parameters": card.parameters,
                        "issued_at": card.issued_at,
                    }
                    for card in cards
                ]
                await connection.execute(self.upsert(ISSUED_CARDS).on_conflict_do_nothing(), rows)
            for tally in _tallied(calls):
                statement = self.upsert(CALL_TALLIES).values(tally)
                added = {
                    name: CALL_TALLIES.c[name] + statement.excluded[name]
                    for name in ("calls", "calls_with_cards", "cards")
                }
                keys = ["day", "service", "client"]
                await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=added))

    async def is_new_token(self, issuer: str, jti: str, expires_at: float) -> bool:
        """Remember a token id; False when it was seen before, here or in any replica."""
        try:
            async with self.writing() as connection:
                row = {"issuer": issuer, "jti": jti, "expires_at": expires_at}
                await connection.execute(insert(SEEN_TOKENS), row)
        except IntegrityError:
            return False
        return True

    async def forget_expired(self, *, now: float, comments_before: float, rows_before: float) -> None:
        """Retention: expired tokens go; comments older than ``comments_before`` are emptied; old rows are deleted."""
        async with self.writing() as connection:
            await connection.execute(delete(SEEN_TOKENS).where(SEEN_TOKENS.c.expires_at < now))
            old = (FEEDBACK.c.received_at < comments_before) & (FEEDBACK.c.comment != "")
            await connection.execute(FEEDBACK.update().where(old).values(comment=""))
            await connection.execute(delete(FEEDBACK).where(FEEDBACK.c.received_at < rows_before))
            await connection.execute(delete(ISSUED_CARDS).where(ISSUED_CARDS.c.issued_at < rows_before))
            await connection.execute(delete(CALL_TALLIES).where(CALL_TALLIES.c.day < day_of(rows_before)))
            await connection.execute(delete(DAILY_FIGURES).where(DAILY_FIGURES.c.day < int(rows_before // DAY_S)))
        if self.is_sqlite:  # else the write-ahead log would keep what was just removed
            async with self.reading() as connection:
                await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    # -- inside --------------------------------------------------------------------------------------------------

    def upsert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An insert that may say what to do where the row exists."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    @asynccontextmanager
    async def reading(self, budget_s: float | None = None) -> AsyncIterator[AsyncConnection]:
        if self._engine is None:
            raise StoreUnavailable("store is not open")
        self._check_file()
        try:
            async with asyncio.timeout(budget_s or self._budget_s), self._engine.connect() as connection:
                yield connection
        except IntegrityError:
            raise
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise StoreUnavailable(f"store does not answer ({type(error).__name__})") from error

    @asynccontextmanager
    async def writing(self, budget_s: float | None = None) -> AsyncIterator[AsyncConnection]:
        """One transaction; it is on disk when the block ends."""
        async with self.reading(budget_s) as connection:
            if not self.is_sqlite:
                async with connection.begin():
                    yield connection
                return
            async with self._turn, connection.begin():
                yield connection
        self._check_file()

    def _file_identity(self) -> tuple[int, int] | None:
        if not self.is_sqlite or self._url.database in (None, ":memory:"):
            return None
        try:
            found = os.stat(Path(str(self._url.database)))
        except OSError:
            return 0, 0
        return found.st_dev, found.st_ino

    def _check_file(self) -> None:
        """A database file that was deleted or replaced under us must not swallow what we acknowledge."""
        if self._file_id is not None and self._file_identity() != self._file_id:
            raise StoreUnavailable("store file was removed or replaced while running; restart after restoring it")


def _tallied(calls: Sequence[AnsweredCall]) -> list[dict[str, object]]:
    sums: dict[tuple[str, str, str], list[int]] = {}
    for call in calls:
        tally = sums.setdefault((call.day, call.service, call.client), [0, 0, 0])
        tally[0] += 1
        tally[1] += call.cards > 0
        tally[2] += call.cards
    return [
        {"day": day, "service": service, "client": client, "calls": n, "calls_with_cards": shown, "cards": cards}
        for (day, service, client), (n, shown, cards) in sums.items()
    ]

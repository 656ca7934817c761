"""Figures of days that are over, put down once: a year of a large site is then read in a moment.

A day is put down when it has been over for some days, and again when feedback on its cards comes later. Whoever does it
holds a lock and counts afresh, so that replicas, restarts and a kill in between change nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cds_service.feedback.counts import (
    FOREVER,
    answered_late,
    calls_since,
    cards_between,
    figures_since,
    first_day_since,
    unmatched_between,
)
from cds_service.feedback.groups import DAY_S, CallCount, CardGroup, Counts, Figure, Kind, figures_of
from cds_service.feedback.records import day_of
from cds_service.feedback.store import Store, StoreUnavailable
from cds_service.feedback.tables import DAILY_FIGURES, FIGURES_STATE

OPEN_DAYS = 3
"""Today and the days before it that are counted anew each time: most feedback has come by then."""
MARGIN_S = 3_600.0
"""Feedback is looked for this much earlier than the last look: clocks differ and transactions take their time."""
STEP_S = 30.0
"""Time budget to count one day."""


async def put_down(store: Store, now: float) -> None:
    """Put down every day that is over, and again those whose cards were answered since. Raises ``StoreUnavailable``."""
    begin = time.time()
    until, heard_at = await _state(store)
    async with store.reading(STEP_S) as connection:
        late = answered_late(heard_at - MARGIN_S, until * DAY_S, is_sqlite=store.is_sqlite)
        days = [int(day) for (day,) in await connection.execute(late)]
    for day in days:
        async with store.writing(STEP_S) as connection:
            await _lock(store, connection)
            await _count_day(store, connection, day)
    async with store.writing() as connection:
        await connection.execute(update(FIGURES_STATE).where(FIGURES_STATE.c.heard_at < begin).values(heard_at=begin))
    while await _next_day(store, int(now // DAY_S) - OPEN_DAYS):
        pass


async def counts_since(store: Store, since: float, *, now: float, budget_s: float) -> Counts:
    """All counts from the beginning of the day of ``since``. Raises ``StoreUnavailable``."""
    with suppress(StoreUnavailable):  # busy just now: what is not put down is counted instead
        await put_down(store, now)
    first = int(since // DAY_S)
    async with store.reading(budget_s) as connection:
        until = (await connection.execute(select(FIGURES_STATE.c.until_day))).scalar() or 0
        kept = [
            Figure(kind=Kind(kind), name=name, outcome=outcome, reason=reason, count=int(count))
            for kind, name, outcome, reason, count in await connection.execute(figures_since(first))
        ]
        fresh = await _counted(store, connection, max(first, until) * DAY_S, FOREVER)
        calls = await connection.execute(calls_since(day_of(since)))
        return Counts(
            figures=(*kept, *fresh),
            calls=tuple(
                CallCount(service=service, client=client, calls=int(number), cards=int(shown))
                for service, client, number, shown in calls
            ),
        )


async def _state(store: Store) -> tuple[int, float]:
    """Days before the first are put down; feedback received before the second is in them."""
    async with store.writing() as connection:
        await _lock(store, connection)
        until, heard_at = (await connection.execute(select(FIGURES_STATE.c.until_day, FIGURES_STATE.c.heard_at))).one()
        return until, heard_at


async def _lock(store: Store, connection: AsyncConnection) -> None:
    """Until the transaction ends nobody else puts figures down, in any replica."""
    fresh = store.upsert(FIGURES_STATE).values(id=1, until_day=0, heard_at=time.time())
    await connection.execute(fresh.on_conflict_do_update(index_elements=["id"], set_={"id": 1}))


async def _next_day(store: Store, before: int) -> bool:
    """Put down the next day that is over; False when there is none."""
    async with store.writing(STEP_S) as connection:
        await _lock(store, connection)
        until = (await connection.execute(select(FIGURES_STATE.c.until_day))).scalar_one()
        found = (await connection.execute(first_day_since(until, is_sqlite=store.is_sqlite))).scalar()
        day = before if found is None else min(int(found), before)
        if day >= before:
            if until < before:
                await connection.execute(update(FIGURES_STATE).values(until_day=before))
            return False
        await _count_day(store, connection, day)
        await connection.execute(update(FIGURES_STATE).values(until_day=day + 1))
        return True


async def _count_day(store: Store, connection: AsyncConnection, day: int) -> None:
    figures = await _counted(store, connection, day * DAY_S, (day + 1) * DAY_S)
    await connection.execute(delete(DAILY_FIGURES).where(DAILY_FIGURES.c.day == day))
    rows = [
        {
            "day": day,
            "kind": figure.kind.value,
            "name": figure.name,
            "outcome": figure.outcome,
            "reason": figure.reason,
            "cards": figure.count,
        }
        for figure in figures
    ]
    if rows:
        await connection.execute(insert(DAILY_FIGURES), rows)


async def _counted(store: Store, connection: AsyncConnection, begin: float, end: float) -> tuple[Figure, ...]:
    cards = await connection.execute(cards_between(begin, end, is_sqlite=store.is_sqlite))
    unmatched = (await connection.execute(unmatched_between(begin, end))).scalar_one()
    figures = figures_of(_groups(cards))
    return (*figures, Figure(kind=Kind.UNMATCHED, name="", count=unmatched)) if unmatched else figures


def _groups(rows: Iterable[tuple[str, str, str, int, str, str, int]]) -> Iterable[CardGroup]:
    for family, client, rules, day, outcome, reason, count in rows:
        names = tuple(pair.rsplit(":", 1)[0] for pair in rules.split())
        yield CardGroup(family=family, client=client, rules=names, day=day, outcome=outcome, reason=reason, count=count)

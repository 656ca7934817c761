"""Figures of days that are over, put down once: a year of a large site is then read in a moment.

A day is put down when it has been over for some days, and again when feedback on its cards comes later. Whoever does it
holds a lock and counts afresh, so that replicas, restarts and a kill in between change nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cds_service.feedback.counts import (
    FOREVER,
    answered_between,
    answered_late,
    calls_since,
    figures_since,
    first_day_since,
    shown_between,
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
"""Time budget of one step."""
DAYS_AT_ONCE = 14
"""How many days PostgreSQL counts in one step of an old store; SQLite takes one: nobody else can write meanwhile."""


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
            await _count(store, connection, day, day + 1)
    async with store.writing() as connection:
        await connection.execute(update(FIGURES_STATE).where(FIGURES_STATE.c.heard_at < begin).values(heard_at=begin))
    while await _next_days(store, int(now // DAY_S) - OPEN_DAYS):
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
            figures=(*kept, *(figure for some in fresh.values() for figure in some)),
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


async def _next_days(store: Store, before: int) -> bool:
    """Put down the next days that are over; False when there are none."""
    async with store.writing(STEP_S) as connection:
        await _lock(store, connection)
        until = (await connection.execute(select(FIGURES_STATE.c.until_day))).scalar_one()
        found = (await connection.execute(first_day_since(until, is_sqlite=store.is_sqlite))).scalar()
        first = before if found is None else min(int(found), before)
        last = min(first + (1 if store.is_sqlite else DAYS_AT_ONCE), before)
        if first < last:
            await _count(store, connection, first, last)
        if until < last:
            await connection.execute(update(FIGURES_STATE).values(until_day=last))
        return last < before


async def _count(store: Store, connection: AsyncConnection, first: int, last: int) -> None:
    """Put down the days from ``first`` to before ``last``, whatever was put down for them."""
    figures = await _counted(store, connection, first * DAY_S, last * DAY_S)
    kept = DAILY_FIGURES.c.day
    await connection.execute(delete(DAILY_FIGURES).where(kept >= first, kept < last))
    rows = [
        {
            "day": day,
            "kind": figure.kind.value,
            "name": figure.name,
            "outcome": figure.outcome,
            "reason": figure.reason,
            "cards": figure.count,
        }
        for day, some in figures.items()
        for figure in some
    ]
    if rows:
        await connection.execute(insert(DAILY_FIGURES), rows)


async def _counted(
    store: Store, connection: AsyncConnection, begin: float, end: float
) -> dict[int, tuple[Figure, ...]]:
    """Day → its figures, from cards and feedback."""
    shown = (await connection.execute(shown_between(begin, end, is_sqlite=store.is_sqlite))).all()
    answered = (await connection.execute(answered_between(begin, end, is_sqlite=store.is_sqlite))).all()
    figures = figures_of(_groups(shown, answered))
    for day, count in await connection.execute(unmatched_between(begin, end, is_sqlite=store.is_sqlite)):
        figures[day] = (*figures.get(day, ()), Figure(kind=Kind.UNMATCHED, name="", count=count))
    return figures


def _groups(
    shown: Sequence[Row[str, str, str, int, int]], answered: Sequence[Row[str, str, str, int, str, str, int]]
) -> Iterable[CardGroup]:
    """The answered cards, then of each group those that are left: nothing came."""
    left = {(family, client, rules, day): count for family, client, rules, day, count in shown}
    for family, client, rules, day, outcome, reason, count in answered:
        alike = (family, client, rules, day)
        left[alike] = left.get(alike, 0) - count  # a card may have come between the two questions
        yield CardGroup(
            family=family, client=client, rules=_names(rules), day=day, outcome=outcome, reason=reason, count=count
        )
    for (family, client, rules, day), count in left.items():
        if count > 0:
            yield CardGroup(family=family, client=client, rules=_names(rules), day=day, count=count)


def _names(rules: str) -> tuple[str, ...]:
    return tuple(pair.rsplit(":", 1)[0] for pair in rules.split())

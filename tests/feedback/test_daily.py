"""Figures of days that are over are put down once, and say the same as counting every card again."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, text

from cds_service.feedback.daily import OPEN_DAYS, counts_since, put_down
from cds_service.feedback.groups import DAY_S, Counts
from cds_service.feedback.records import IssuedCard, Outcome
from cds_service.feedback.report import Report, make_report
from cds_service.feedback.store import Store
from cds_service.feedback.tables import DAILY_FIGURES, FEEDBACK

NOW = 20_000 * DAY_S + 40_000.0
"""Late in the morning of a day (UTC)."""
CARD = IssuedCard(
    uuid="card", service="muscle-spasm-patient-view", hook="patient-view", client="ehr", family="electrolytes",
    indicator="warning", rules=(("potassium-low", "warning"), ("calcium-low", "info")), instance_hash="h", parameters="1",
    issued_at=NOW,
)  # fmt: skip
SAID = Outcome(
    service="muscle-spasm-patient-view", client="ehr", card="card", outcome="overridden", outcome_at=NOW,
    reason_code="known-baseline",
)  # fmt: skip
AGES = (0, 0.3, 1, 2, 2.9, 3, 3.5, 4, 9, 40, 41, 200)
"""In days: today, the days that are counted anew, and long ago with gaps."""


def shown(age: float, client: str = "ehr", family: str = "electrolytes") -> IssuedCard:
    return replace(CARD, uuid=f"{client}-{family}-{age}", client=client, family=family, issued_at=NOW - age * DAY_S)


async def fill(store: Store) -> None:
    cards = [shown(age, client, family) for age in AGES for client in ("ehr", "clinic") for family in ("nms", "statin")]
    await store.add_issued(cards, [])
    answered = [replace(SAID, card=card.uuid, client=card.client, outcome_at=card.issued_at) for card in cards[::3]]
    changed = [replace(one, outcome="accepted", reason_code="", outcome_at=NOW + 5) for one in answered[::2]]
    strangers = [replace(SAID, card=cards[1].uuid, client="another"), replace(SAID, card="never-ours")]
    await store.add_outcomes([*answered, *changed, *strangers])
    async with store.writing() as connection:  # as if each had come at its own time
        await connection.execute(FEEDBACK.update().values(received_at=FEEDBACK.c.outcome_at))


async def report(store: Store, days: int = 365) -> Report:
    since = NOW - days * DAY_S
    return make_report(await counts_since(store, since, now=NOW, budget_s=30), since=since, now=NOW)


async def counted_afresh(store: Store, days: int = 365) -> Report:
    """The same report when nothing has ever been put down."""
    since = NOW - days * DAY_S
    async with store.writing() as connection:
        await connection.execute(text("DELETE FROM daily_figures"))
        await connection.execute(text("UPDATE figures_state SET until_day = 0"))
    long_ago = -100_000 * DAY_S  # no day is over then
    return make_report(await counts_since(store, since, now=long_ago, budget_s=30), since=since, now=NOW)


async def put_down_days(store: Store) -> set[int]:
    async with store.reading() as connection:
        return {int(day) for (day,) in await connection.execute(select(DAILY_FIGURES.c.day).distinct())}


async def test_what_is_put_down_says_the_same_as_counting_again(store: Store) -> None:
    await fill(store)
    for days in (365, 100, 40, 3, 1):
        first, second = await report(store, days), await report(store, days)
        assert first == second
        assert first == await counted_afresh(store, days)
    whole = await report(store)
    assert sum(tally.shown for tally in whole.families.values()) == 4 * len(AGES)
    assert whole.rules["potassium-low"].shown == 4 * len(AGES)
    assert whole.unmatched == 1


async def test_only_days_that_are_over_are_put_down(store: Store) -> None:
    await fill(store)
    await put_down(store, NOW)
    today = int(NOW // DAY_S)
    assert await put_down_days(store) == {
        int((NOW - age * DAY_S) // DAY_S) for age in AGES if int((NOW - age * DAY_S) // DAY_S) < today - OPEN_DAYS
    }


async def test_feedback_that_comes_weeks_later_is_in_the_next_report(store: Store) -> None:
    await fill(store)
    before = await report(store)
    late = replace(SAID, card="ehr-statin-40", outcome="accepted", outcome_at=NOW + 10)
    await store.add_outcomes([late])
    after = await report(store)
    assert after.families["statin"].accepted == before.families["statin"].accepted + 1
    assert after.families["statin"].shown == before.families["statin"].shown
    assert after == await counted_afresh(store)


async def test_replicas_that_do_it_at_once_count_nothing_twice(store: Store, url: str) -> None:
    await fill(store)
    other = Store(url)
    await other.open()
    await asyncio.gather(*(put_down(one, NOW) for one in (store, other) * 3))
    async with store.reading() as connection:
        wanted = select(func.sum(DAILY_FIGURES.c.cards)).where(DAILY_FIGURES.c.kind == "family")
        put = (await connection.execute(wanted)).scalar_one()
    assert put == 4 * sum(int((NOW - age * DAY_S) // DAY_S) < int(NOW // DAY_S) - OPEN_DAYS for age in AGES)
    assert await report(store) == await counted_afresh(store)
    await other.close()


async def test_a_count_that_fails_half_way_is_done_again(store: Store, monkeypatch: Any) -> None:
    """As after a kill: the transaction of the day is gone, the days before it are kept."""
    from cds_service.feedback import daily

    await fill(store)
    whole, done = daily._count, []

    async def breaks(*arguments: Any) -> None:
        await whole(*arguments)
        done.append(arguments)
        if len(done) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(daily, "_count", breaks)
    monkeypatch.setattr(daily, "DAYS_AT_ONCE", 1)
    with pytest.raises(KeyboardInterrupt):
        await put_down(store, NOW)
    monkeypatch.undo()
    assert len(await put_down_days(store)) == 2
    assert await report(store) == await counted_afresh(store)


async def test_p13_figures_go_with_the_rows_they_were_counted_from(store: Store) -> None:
    await fill(store)
    await put_down(store, NOW)
    await store.forget_expired(now=NOW, comments_before=0, rows_before=NOW - 35 * DAY_S)
    assert min(await put_down_days(store)) >= int((NOW - 35 * DAY_S) // DAY_S)
    assert sum(tally.shown for tally in (await report(store)).families.values()) == 4 * sum(age <= 35 for age in AGES)


async def test_a_store_without_a_card_has_an_empty_report(store: Store) -> None:
    assert await counts_since(store, 0, now=time.time(), budget_s=30) == Counts()

"""What the report is made of, as the database is asked for it.

Of several outcomes of one card the newest counts, and only those that the client sent to which the card was shown.
"""

from __future__ import annotations

from sqlalchemy import Float, Integer, Select, cast, func, literal, select
from sqlalchemy.sql import ColumnElement

from cds_service.feedback.groups import DAY_S
from cds_service.feedback.tables import CALL_TALLIES, DAILY_FIGURES, FEEDBACK, ISSUED_CARDS

FOREVER = 9e12


def shown_between(begin: float, end: float, *, is_sqlite: bool) -> Select[str, str, str, int, int]:
    """Cards issued in a span, in groups of the same family, client, rules and day, with their number."""
    issued = ISSUED_CARDS.c
    alike = (issued.family, issued.client, issued.rules, day_number(issued.issued_at, is_sqlite=is_sqlite))
    found = select(*alike, func.count()).where(issued.issued_at >= begin, issued.issued_at < end)
    return found.group_by(*alike)


def answered_between(begin: float, end: float, *, is_sqlite: bool) -> Select[str, str, str, int, str, str, int]:
    """Those of them that were answered, told apart by outcome and reason too.

    A query of its own: joined to all cards, PostgreSQL expects one answer and compares every card with every answer.
    """
    issued = ISSUED_CARDS.c
    order = (FEEDBACK.c.outcome_at.desc(), FEEDBACK.c.id.desc())
    said = (
        select(
            issued.family,
            issued.client,
            issued.rules,
            day_number(issued.issued_at, is_sqlite=is_sqlite).label("day"),
            FEEDBACK.c.outcome,
            FEEDBACK.c.reason_code,
            func.row_number().over(partition_by=FEEDBACK.c.card, order_by=order).label("place"),
        )
        .select_from(ISSUED_CARDS.join(FEEDBACK, _is_about_it()))
        .where(issued.issued_at >= begin, issued.issued_at < end)
        .subquery()
    )
    alike = (said.c.family, said.c.client, said.c.rules, said.c.day, said.c.outcome, said.c.reason_code)
    return select(*alike, func.count()).where(said.c.place == 1).group_by(*alike)


def unmatched_between(begin: float, end: float, *, is_sqlite: bool) -> Select[int, int]:
    """Per day of a span: how many cards were named by feedback received on it and were never recorded as issued."""
    known = select(ISSUED_CARDS.c.uuid).where(ISSUED_CARDS.c.uuid == FEEDBACK.c.card)
    received = FEEDBACK.c.received_at
    day = day_number(received, is_sqlite=is_sqlite)
    found = select(day, func.count(FEEDBACK.c.card.distinct())).group_by(day)
    return found.where(received >= begin, received < end, ~known.exists())


def answered_late(since: float, before: float, *, is_sqlite: bool) -> Select[int]:
    """The days before ``before`` on whose cards feedback was received since a moment."""
    issued = ISSUED_CARDS.c
    return (
        select(day_number(issued.issued_at, is_sqlite=is_sqlite))
        .distinct()
        .select_from(FEEDBACK.join(ISSUED_CARDS, _is_about_it()))
        .where(FEEDBACK.c.received_at >= since, issued.issued_at < before)
    )


def first_day_since(day: int, *, is_sqlite: bool) -> Select[int]:
    """The first day, not before ``day``, on which a card was issued or feedback received; null when there is none."""
    moments = [
        select(func.min(column).label("moment")).where(column >= literal(day * DAY_S, Float))
        for column in (ISSUED_CARDS.c.issued_at, FEEDBACK.c.received_at)
    ]
    found = moments[0].union_all(moments[1]).subquery()
    return select(day_number(func.min(found.c.moment), is_sqlite=is_sqlite))


def figures_since(day: int) -> Select[str, str, str, str, int]:
    """The figures that were put down, since a day (number)."""
    kept = DAILY_FIGURES.c
    return (
        select(kept.kind, kept.name, kept.outcome, kept.reason, func.sum(kept.cards))
        .where(kept.day >= day)
        .group_by(kept.kind, kept.name, kept.outcome, kept.reason)
    )


def calls_since(day: str) -> Select[str, str, int, int]:
    """Answered calls since a day (``YYYY-MM-DD``)."""
    tally = CALL_TALLIES.c
    return (
        select(tally.service, tally.client, func.sum(tally.calls), func.sum(tally.cards))
        .where(tally.day >= day)
        .group_by(tally.service, tally.client)
    )


def day_number(moment: ColumnElement[float], *, is_sqlite: bool) -> ColumnElement[int]:
    """Days since 1970-01-01 (UTC). A cast to integer cuts off in SQLite and rounds in PostgreSQL."""
    return cast(moment / DAY_S if is_sqlite else func.floor(moment / DAY_S), Integer)


def _is_about_it() -> ColumnElement[bool]:
    return (FEEDBACK.c.card == ISSUED_CARDS.c.uuid) & (FEEDBACK.c.client == ISSUED_CARDS.c.client)

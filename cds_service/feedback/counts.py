"""What the report is made of, counted inside the database: groups of cards with what became of them.

Of several outcomes of one card the newest counts, and only those that the client sent to which the card was shown.
"""

from __future__ import annotations

from sqlalchemy import Integer, Select, cast, func, select
from sqlalchemy.sql import ColumnElement

from cds_service.feedback.groups import DAY_S
from cds_service.feedback.tables import CALL_TALLIES, FEEDBACK, ISSUED_CARDS


def cards_since(since: float, *, is_sqlite: bool) -> Select[str, str, str, int, str, str, int]:
    """Issued cards since a moment, grouped by everything the report distinguishes."""
    issued = ISSUED_CARDS.c
    order = (FEEDBACK.c.outcome_at.desc(), FEEDBACK.c.id.desc())
    said = select(
        FEEDBACK.c.card,
        FEEDBACK.c.client,
        FEEDBACK.c.outcome,
        FEEDBACK.c.reason_code,
        func.row_number().over(partition_by=(FEEDBACK.c.card, FEEDBACK.c.client), order_by=order).label("place"),
    ).subquery()
    newest = (said.c.card == issued.uuid) & (said.c.client == issued.client) & (said.c.place == 1)
    outcome, reason = func.coalesce(said.c.outcome, ""), func.coalesce(said.c.reason_code, "")
    day = _day(issued.issued_at, is_sqlite=is_sqlite)
    return (
        select(issued.family, issued.client, issued.rules, day, outcome, reason, func.count())
        .select_from(ISSUED_CARDS.outerjoin(said, newest))
        .where(issued.issued_at >= since)
        .group_by(issued.family, issued.client, issued.rules, day, outcome, reason)
    )


def unmatched_since(since: float) -> Select[int]:
    """How many cards were named by feedback received since a moment and were never recorded as issued."""
    known = select(ISSUED_CARDS.c.uuid).where(ISSUED_CARDS.c.uuid == FEEDBACK.c.card)
    return select(func.count(FEEDBACK.c.card.distinct())).where(FEEDBACK.c.received_at >= since, ~known.exists())


def calls_since(day: str) -> Select[str, str, int, int]:
    """Answered calls since a day (``YYYY-MM-DD``)."""
    tally = CALL_TALLIES.c
    return (
        select(tally.service, tally.client, func.sum(tally.calls), func.sum(tally.cards))
        .where(tally.day >= day)
        .group_by(tally.service, tally.client)
    )


def _day(moment: ColumnElement[float], *, is_sqlite: bool) -> ColumnElement[int]:
    """A cast to integer cuts off in SQLite and rounds in PostgreSQL."""
    return cast(moment / DAY_S if is_sqlite else func.floor(moment / DAY_S), Integer)

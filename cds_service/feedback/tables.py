"""The store's tables (SQLAlchemy Core), the same for SQLite and PostgreSQL.

No patient data: cards are kept by uuid, family, rules and indicators; the hookInstance only as a keyed hash. A user's
free-text comment is the one field that may hold anything: it is kept apart so that retention can remove it.
Times are POSIX seconds (UTC).
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ISSUED_CARDS = Table(
    "issued_cards",
    METADATA,
    Column("uuid", String(36), primary_key=True),
    Column("service", String(64), nullable=False),
    Column("hook", String(32), nullable=False),
    Column("client", String(200), nullable=False),
    Column("family", String(32), nullable=False),
    Column("indicator", String(8), nullable=False),
    Column("rules", Text, nullable=False),
    Column("instance_hash", String(64), nullable=False),
    Column("parameters", String(64), nullable=False),
    Column("issued_at", Float, nullable=False),
    Index("ix_issued_cards_issued_at", "issued_at"),
)
"""One row per card shown; ``rules`` is ``rule:indicator`` joined by spaces. A repeated call issues the same uuid."""

FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("digest", String(64), nullable=False),
    Column("service", String(64), nullable=False),
    Column("client", String(200), nullable=False),
    Column("card", String(200), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("suggestions", Text, nullable=False),
    Column("reason_code", String(200), nullable=False),
    Column("reason_system", String(500), nullable=False),
    Column("comment", Text, nullable=False),
    Column("outcome_at", Float, nullable=False),
    Column("received_at", Float, nullable=False),
    UniqueConstraint("digest"),
    Index("ix_feedback_card", "card"),
    Index("ix_feedback_received_at", "received_at"),
)
"""One row per outcome reported; ``digest`` makes a repeated entry the same row. History is kept: the newest counts."""

CALL_TALLIES = Table(
    "call_tallies",
    METADATA,
    Column("day", String(10), primary_key=True),
    Column("service", String(64), primary_key=True),
    Column("client", String(200), primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("calls_with_cards", Integer, nullable=False),
    Column("cards", Integer, nullable=False),
)
"""Calls answered per day, for the alert burden per 100 chart openings."""

SEEN_TOKENS = Table(
    "seen_tokens",
    METADATA,
    Column("issuer", String(500), primary_key=True),
    Column("jti", String(200), primary_key=True),
    Column("expires_at", Float, nullable=False),
    Index("ix_seen_tokens_expires_at", "expires_at"),
)
"""Token ids that must not be accepted again, shared by workers and replicas until they expire."""

SNOOZABLE_CARDS = Table(
    "snoozable_cards",
    METADATA,
    Column("card", String(36), primary_key=True),
    Column("client", String(200), nullable=False),
    Column("patient_hash", String(64), nullable=False),
    Column("rules", Text, nullable=False),
    Column("expires_at", Float, nullable=False),
    Index("ix_snoozable_cards_expires_at", "expires_at"),
)
"""Only where a site has turned the snooze on: which patient (keyed hash) a card was about, until it cannot matter any more."""

SNOOZES = Table(
    "snoozes",
    METADATA,
    Column("patient_hash", String(64), primary_key=True),
    Column("rule", String(64), primary_key=True),
    Column("indicator", String(8), nullable=False),
    Column("until", Float, nullable=False),
    Index("ix_snoozes_until", "until"),
)
"""Rules that are silent for a patient (keyed hash of client and patient), up to an indicator and a moment."""

DAILY_FIGURES = Table(
    "daily_figures",
    METADATA,
    Column("day", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("name", String(200), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("cards", Integer, nullable=False),
    Index("ix_daily_figures_day", "day"),
)
"""What the report says of days that are over (``day`` counts from 1970-01-01, UTC), counted from cards and feedback."""

FIGURES_STATE = Table(
    "figures_state",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("until_day", Integer, nullable=False),
    Column("heard_at", Float, nullable=False),
)
"""One row: days before ``until_day`` are put down, with the feedback received before ``heard_at``."""

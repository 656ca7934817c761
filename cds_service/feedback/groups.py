"""What the report is made of: groups of cards and calls that are alike. Apart from the database, which is slow to import."""

from __future__ import annotations

from dataclasses import dataclass

DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class CardGroup:
    """``count`` cards that are alike; ``day`` counts from 1970-01-01 (UTC); ``outcome`` is empty when none came."""

    family: str
    client: str
    rules: tuple[str, ...]
    day: int
    outcome: str = ""
    reason: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCount:
    """Answered calls of a service by one client, and the cards in their answers."""

    service: str
    client: str
    calls: int
    cards: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """All counts of a period. ``unmatched``: cards that feedback named but that are not on record."""

    cards: tuple[CardGroup, ...] = ()
    calls: tuple[CallCount, ...] = ()
    unmatched: int = 0

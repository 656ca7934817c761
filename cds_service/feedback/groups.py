"""What the report is made of: figures of cards and calls. Apart from the database, which is slow to import."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cds_service.feedback.records import day_of

DAY_S = 86_400


class Kind(StrEnum):
    """By what the cards of a figure were told apart. A card counts once per family, client and day, and once per rule."""

    RULE = "rule"
    FAMILY = "family"
    CLIENT = "client"
    DAY = "day"
    UNMATCHED = "unmatched"
    """Cards that feedback of the day named and that are not on record; the name is empty."""


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
class Figure:
    """``count`` cards of one rule, family, client or day (``YYYY-MM-DD``) with the same outcome and reason."""

    kind: Kind
    name: str
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
    """All counts of a period."""

    figures: tuple[Figure, ...] = ()
    calls: tuple[CallCount, ...] = ()

    def total(self, kind: Kind) -> int:
        """All cards of one kind of figure."""
        return sum(figure.count for figure in self.figures if figure.kind is kind)


def figures_of(groups: Iterable[CardGroup]) -> dict[int, tuple[Figure, ...]]:
    """Day → the groups of it, once told apart by rule, once by family, client and day."""
    sums: dict[int, Counter[tuple[Kind, str, str, str]]] = defaultdict(Counter)
    for group in groups:
        names = [(Kind.FAMILY, group.family), (Kind.CLIENT, group.client), (Kind.DAY, day_of(group.day * DAY_S))]
        for kind, name in [*names, *((Kind.RULE, rule) for rule in group.rules)]:
            sums[group.day][kind, name, group.outcome, group.reason] += group.count
    return {
        day: tuple(
            Figure(kind=kind, name=name, outcome=outcome, reason=reason, count=count)
            for (kind, name, outcome, reason), count in counted.items()
        )
        for day, counted in sums.items()
    }

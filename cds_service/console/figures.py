"""The report as the page draws it: bars with their numbers, worked out here so that the template only places them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from cds_service.feedback.report import Report, Tally

MOST_DAYS = 60
LEAST_DAYS = 14
MOST_REASONS = 12
PARTS = ("accepted", "overridden", "ignored")


@dataclass(frozen=True, slots=True)
class Piece:
    """One coloured part of a bar, in percent of the plot."""

    kind: str
    count: int
    start: float
    size: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its name and numbers in words."""

    name: str
    total: int
    pieces: tuple[Piece, ...]
    words: str

    def count(self, kind: str) -> int:
        """Cards of one kind."""
        return sum(piece.count for piece in self.pieces if piece.kind == kind)


def rule_bars(tallies: dict[str, Tally]) -> tuple[Bar, ...]:
    """One bar a group, most shown first."""
    most = max((one.shown for one in tallies.values()), default=0)
    ranked = sorted(tallies.items(), key=lambda pair: (-pair[1].shown, pair[0]))
    return tuple(_bar(name, tally, most) for name, tally in ranked)


def day_bars(report: Report) -> tuple[Bar, ...]:
    """One bar a day from the first day with cards to the last of the period: at least two weeks, at most sixty days."""
    if not report.by_day:
        return ()
    last = max(date.fromisoformat(report.until), date.fromisoformat(max(report.by_day)))
    earliest = min(date.fromisoformat(min(report.by_day)), last - timedelta(days=LEAST_DAYS - 1))
    first = max(earliest, last - timedelta(days=MOST_DAYS - 1))
    days = [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
    most = max((report.by_day[day].shown for day in days if day in report.by_day), default=0)
    return tuple(_bar(day, report.by_day.get(day, Tally()), most) for day in days)


def reason_bars(report: Report) -> tuple[Bar, ...]:
    """Why cards were overridden, each card once, most frequent reason first."""
    reasons: Counter[str] = Counter()
    for tally in report.families.values():
        reasons.update(tally.reasons)
    ranked = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_REASONS]
    most = ranked[0][1] if ranked else 0
    return tuple(
        Bar(name, count, (Piece("overridden", count, 0.0, 100 * count / most),), f"{name}: {count}")
        for name, count in ranked
    )


def totals(report: Report) -> Tally:
    """All cards of the period together."""
    return Tally(
        shown=sum(one.shown for one in report.families.values()),
        accepted=sum(one.accepted for one in report.families.values()),
        overridden=sum(one.overridden for one in report.families.values()),
        ignored=sum(one.ignored for one in report.families.values()),
    )


def _bar(name: str, tally: Tally, most: int) -> Bar:
    pieces, start = [], 0.0
    for kind in PARTS:
        count = getattr(tally, kind)
        size = 100 * count / most if most else 0.0
        if count:
            pieces.append(Piece(kind, count, round(start, 2), round(size, 2)))
        start += size
    said = ", ".join(f"{getattr(tally, kind)} {kind}" for kind in PARTS)
    return Bar(name, tally.shown, tuple(pieces), f"{name}: {tally.shown} shown, {said}")

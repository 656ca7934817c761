"""Learning from feedback: what was shown, accepted, overridden and why, ignored; alert burden; rules to review."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from cds_service.feedback.groups import DAY_S, CallCount, Counts, Figure, Kind
from cds_service.feedback.records import day_of

CHART_OPENING = "muscle-spasm-patient-view"
REVIEW_SHARE = 0.7
REVIEW_MINIMUM = 20
"""A rule asks for review when it was answered this often and this share of the answers were overrides."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """Cards of one group (rule, family, client or day)."""

    shown: int = 0
    accepted: int = 0
    overridden: int = 0
    ignored: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, figure: Figure) -> None:
        """Count the cards of a figure."""
        self.shown += figure.count
        if not figure.outcome:
            self.ignored += figure.count
        elif figure.outcome == "accepted":
            self.accepted += figure.count
        else:
            self.overridden += figure.count
            reason = figure.reason or "no reason given"
            self.reasons[reason] = self.reasons.get(reason, 0) + figure.count

    @property
    def override_share(self) -> float | None:
        """Overridden among answered; ``None`` when nothing was answered."""
        answered = self.accepted + self.overridden
        return self.overridden / answered if answered else None

    @property
    def needs_review(self) -> bool:
        """Enough answers, most of them overrides."""
        share = self.override_share
        return share is not None and self.accepted + self.overridden >= REVIEW_MINIMUM and share >= REVIEW_SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The figures of a period."""

    days: int
    since: str
    until: str
    calls: dict[str, int]
    """Service → answered calls; calls of the patient-view service are chart openings."""
    burden: dict[str, float]
    """Service → cards per 100 answered calls."""
    client_burden: dict[str, float]
    """Client → cards per 100 chart openings."""
    rules: dict[str, Tally]
    families: dict[str, Tally]
    clients: dict[str, Tally]
    by_day: dict[str, Tally]
    unmatched: int
    """Cards that feedback named but that are not on record (lost from the queue, deleted, or never ours); once a day."""
    review: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain data, override shares included."""
        data = asdict(self)
        for group in ("rules", "families", "clients", "by_day"):
            for name, tally in getattr(self, group).items():
                data[group][name]["override_share"] = tally.override_share
        return data


def make_report(counts: Counts, *, since: float, now: float) -> Report:
    """Figures from the counts of a period."""
    tallies: dict[Kind, dict[str, Tally]] = {kind: defaultdict(Tally) for kind in Kind}
    for figure in counts.figures:
        tallies[figure.kind][figure.name].add(figure)
    rules = tallies[Kind.RULE]
    openings = [call for call in counts.calls if call.service == CHART_OPENING]
    return Report(
        days=max(1, round((now - since) / DAY_S)),
        since=day_of(since),
        until=day_of(now),
        calls={service: calls for service, (calls, _) in _summed(counts.calls, "service").items()},
        burden=_per_hundred(_summed(counts.calls, "service")),
        client_burden=_per_hundred(_summed(openings, "client")),
        rules=dict(sorted(rules.items())),
        families=dict(sorted(tallies[Kind.FAMILY].items())),
        clients=dict(sorted(tallies[Kind.CLIENT].items())),
        by_day=dict(sorted(tallies[Kind.DAY].items())),
        unmatched=counts.total(Kind.UNMATCHED),
        review=tuple(sorted(rule for rule, tally in rules.items() if tally.needs_review)),
    )


def _summed(calls: Iterable[CallCount], by: str) -> dict[str, tuple[int, int]]:
    """Name → (calls, cards)."""
    sums: dict[str, tuple[int, int]] = {}
    for one in calls:
        had = sums.get(getattr(one, by), (0, 0))
        sums[getattr(one, by)] = (had[0] + one.calls, had[1] + one.cards)
    return dict(sorted(sums.items()))


def _per_hundred(sums: dict[str, tuple[int, int]]) -> dict[str, float]:
    return {name: round(100 * cards / calls, 1) for name, (calls, cards) in sums.items() if calls}

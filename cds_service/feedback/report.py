"""Learning from feedback: what was shown, accepted, overridden and why, ignored; alert burden; rules to review."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from cds_service.feedback.groups import DAY_S, CallCount, CardGroup, Counts
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

    def add(self, group: CardGroup) -> None:
        """Count a group of cards."""
        self.shown += group.count
        if not group.outcome:
            self.ignored += group.count
        elif group.outcome == "accepted":
            self.accepted += group.count
        else:
            self.overridden += group.count
            reason = group.reason or "no reason given"
            self.reasons[reason] = self.reasons.get(reason, 0) + group.count

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
    """Cards that feedback named but that are not on record (lost from the queue, deleted, or never ours)."""
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
    rules: dict[str, Tally] = defaultdict(Tally)
    families: dict[str, Tally] = defaultdict(Tally)
    clients: dict[str, Tally] = defaultdict(Tally)
    by_day: dict[str, Tally] = defaultdict(Tally)
    for group in counts.cards:
        for tally in (families[group.family], clients[group.client], by_day[day_of(group.day * DAY_S)]):
            tally.add(group)
        for rule in group.rules:
            rules[rule].add(group)
    openings = [call for call in counts.calls if call.service == CHART_OPENING]
    return Report(
        days=max(1, round((now - since) / DAY_S)),
        since=day_of(since),
        until=day_of(now),
        calls={service: calls for service, (calls, _) in _summed(counts.calls, "service").items()},
        burden=_per_hundred(_summed(counts.calls, "service")),
        client_burden=_per_hundred(_summed(openings, "client")),
        rules=dict(sorted(rules.items())),
        families=dict(sorted(families.items())),
        clients=dict(sorted(clients.items())),
        by_day=dict(sorted(by_day.items())),
        unmatched=counts.unmatched,
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

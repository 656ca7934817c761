"""Learning from feedback: what was shown, accepted, overridden and why, ignored; alert burden; rules to review."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from cds_service.feedback.records import IssuedCard, Outcome

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
    burden: dict[str, float]
    """Service → cards per 100 answered calls."""
    rules: dict[str, Tally]
    families: dict[str, Tally]
    clients: dict[str, Tally]
    by_day: dict[str, Tally]
    unmatched: int
    """Outcomes of cards that are not on record (issued before the period, or lost from the queue)."""
    review: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain data, override shares included."""
        data = asdict(self)
        for group in ("rules", "families", "clients", "by_day"):
            for name, tally in getattr(self, group).items():
                data[group][name]["override_share"] = tally.override_share
        return data


def make_report(
    cards: Sequence[IssuedCard],
    outcomes: Sequence[Outcome],
    tallies: Iterable[Mapping[str, object]],
    *,
    since: float,
    now: float,
) -> Report:
    """Figures from the rows of a period. Of several outcomes of one card the newest counts."""
    newest = {one.card: one for one in sorted(outcomes, key=lambda one: one.outcome_at)}
    rules: dict[str, Tally] = defaultdict(Tally)
    families: dict[str, Tally] = defaultdict(Tally)
    clients: dict[str, Tally] = defaultdict(Tally)
    by_day: dict[str, Tally] = defaultdict(Tally)
    for card in cards:
        groups = [families[card.family], clients[card.client], by_day[day_of(card.issued_at)]]
        groups += [rules[rule] for rule, _ in card.rules]
        for tally in groups:
            _count(tally, newest.get(card.uuid))
    known = {card.uuid for card in cards}
    calls, shown = _calls(tallies)
    return Report(
        days=max(1, round((now - since) / 86_400)),
        since=day_of(since),
        until=day_of(now),
        calls=dict(calls),
        burden={service: round(100 * shown[service] / count, 1) for service, count in calls.items() if count},
        rules=dict(sorted(rules.items())),
        families=dict(sorted(families.items())),
        clients=dict(sorted(clients.items())),
        by_day=dict(sorted(by_day.items())),
        unmatched=sum(1 for card in newest if card not in known),
        review=tuple(sorted(rule for rule, tally in rules.items() if tally.needs_review)),
    )


def day_of(moment: float) -> str:
    """The UTC day of a moment."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")


def _count(tally: Tally, outcome: Outcome | None) -> None:
    tally.shown += 1
    if outcome is None:
        tally.ignored += 1
    elif outcome.outcome == "accepted":
        tally.accepted += 1
    else:
        tally.overridden += 1
        reason = outcome.reason_code or "no reason given"
        tally.reasons[reason] = tally.reasons.get(reason, 0) + 1


def _calls(tallies: Iterable[Mapping[str, object]]) -> tuple[Counter[str], Counter[str]]:
    calls: Counter[str] = Counter()
    cards: Counter[str] = Counter()
    for row in tallies:
        calls[str(row["service"])] += int(str(row["calls"]))
        cards[str(row["service"])] += int(str(row["cards"]))
    return calls, cards

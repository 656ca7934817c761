"""The report's bars add up to the report."""

from __future__ import annotations

import pytest

from cds_service.console.figures import day_bars, reason_bars, rule_bars, totals
from cds_service.feedback.records import IssuedCard, Outcome
from cds_service.feedback.report import Report, make_report

DAY = 86_400.0
NOW = 1_790_000_000.0


def card(number: int, days_ago: float, rule: str = "potassium-low") -> IssuedCard:
    return IssuedCard(
        uuid=f"card-{number}", service="muscle-spasm-patient-view", hook="patient-view", client="ehr", family="electrolytes",
        indicator="warning", rules=((rule, "warning"),), instance_hash="x", parameters="1.0.0", issued_at=NOW - days_ago * DAY,
    )  # fmt: skip


def outcome(number: int, kind: str, reason: str = "") -> Outcome:
    return Outcome(
        service="muscle-spasm-patient-view", client="ehr", card=f"card-{number}", outcome=kind, outcome_at=NOW,
        suggestions=(), reason_code=reason, comment="",
    )  # fmt: skip


def report() -> Report:
    cards = [card(1, 3), card(2, 3), card(3, 1), card(4, 1, "potassium-high"), card(5, 100)]
    outcomes = [
        outcome(1, "accepted"),
        outcome(2, "overridden", "aware-treating"),
        outcome(4, "overridden", "aware-treating"),
    ]
    return make_report(cards, outcomes, [], since=NOW - 90 * DAY, now=NOW)


def test_a_bar_holds_its_parts_in_order() -> None:
    low, high = rule_bars(report().rules)
    assert (low.name, low.total, high.total) == ("potassium-low", 4, 1)
    assert [(piece.kind, piece.count) for piece in low.pieces] == [("accepted", 1), ("overridden", 1), ("ignored", 2)]
    assert [piece.start for piece in low.pieces] == [0, 25, 50]
    assert sum(piece.size for piece in low.pieces) == 100
    assert high.words == "potassium-high: 1 shown, 0 accepted, 1 overridden, 0 ignored"


def test_every_day_has_its_place_and_sixty_are_enough() -> None:
    days = day_bars(report())
    assert len(days) == 60
    assert [bar.total for bar in days[-4:]] == [2, 0, 2, 0]
    assert day_bars(make_report([], [], [], since=NOW - DAY, now=NOW)) == ()


def test_reasons_are_counted_once_a_card() -> None:
    (only,) = reason_bars(report())
    assert (only.name, only.total) == ("aware-treating", 2)
    total = totals(report())
    assert (total.shown, total.accepted, total.overridden, total.ignored) == (5, 1, 2, 2)
    assert total.override_share == pytest.approx(2 / 3)

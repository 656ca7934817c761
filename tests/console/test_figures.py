"""The report's bars add up to the report."""

from __future__ import annotations

import pytest

from cds_service.console.figures import day_bars, reason_bars, rule_bars, totals
from cds_service.feedback.groups import CardGroup, Counts, figures_of
from cds_service.feedback.report import Report, make_report

DAY = 86_400.0
NOW = 1_790_000_000.0


def cards(count: int, days_ago: float, outcome: str = "", reason: str = "", rule: str = "potassium-low") -> CardGroup:
    return CardGroup(
        family="electrolytes", client="ehr", rules=(rule,), day=int((NOW - days_ago * DAY) // DAY), outcome=outcome,
        reason=reason, count=count,
    )  # fmt: skip


def report() -> Report:
    days = figures_of((
        cards(1, 3, "accepted"), cards(1, 3, "overridden", "aware-treating"), cards(1, 1),
        cards(1, 1, "overridden", "aware-treating", "potassium-high"), cards(1, 100),
    ))  # fmt: skip
    counts = Counts(figures=tuple(figure for figures in days.values() for figure in figures))
    return make_report(counts, since=NOW - 90 * DAY, now=NOW)


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
    assert day_bars(make_report(Counts(), since=NOW - DAY, now=NOW)) == ()


def test_reasons_are_counted_once_a_card() -> None:
    (only,) = reason_bars(report())
    assert (only.name, only.total) == ("aware-treating", 2)
    total = totals(report())
    assert (total.shown, total.accepted, total.overridden, total.ignored) == (5, 1, 2, 2)
    assert total.override_share == pytest.approx(2 / 3)

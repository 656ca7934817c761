"""Windows are inclusive, with a minute of tolerance; ages read as a clinician says them (0.2, 0.15)."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from cds_service.clinical.chart import DAY, HOUR
from cds_service.clinical.time import Clock, age_text, date_text
from tests.clinical.charts import LIMITS
from tests.rows import NOW

CLOCK = Clock.of(NOW, LIMITS)


@pytest.mark.parametrize(
    ("seconds_ago", "inside"),
    [
        (0.0, True),
        (7 * DAY, True),
        (7 * DAY + 60, True),
        (7 * DAY + 61, False),
        (-HOUR, True),
        (-HOUR - 1, False),
    ],
)
def test_a_look_back_window_of_seven_days(seconds_ago: float, inside: bool) -> None:
    assert CLOCK.within_days(NOW - seconds_ago, 7) is inside


def test_an_undated_fact_is_in_no_window() -> None:
    assert not CLOCK.within_days(None, 10_000)
    assert not CLOCK.at_least_days_ago(None, 0)
    assert not CLOCK.between_days_ago(None, 0, 10_000)


@pytest.mark.parametrize(("hours", "inside"), [(72.0, True), (72.016, True), (72.02, False)])
def test_a_window_in_hours(hours: float, inside: bool) -> None:
    assert CLOCK.within_hours(NOW - hours * HOUR, 72) is inside


@pytest.mark.parametrize(
    ("seconds_ago", "inside"),
    [
        (28 * DAY - 61, False),
        (28 * DAY - 60, True),
        (28 * DAY, True),
        (90 * DAY, True),
        (90 * DAY + 60, True),
        (90 * DAY + 61, False),
    ],
)
def test_a_span_has_the_tolerance_at_both_ends(seconds_ago: float, inside: bool) -> None:
    assert CLOCK.between_days_ago(NOW - seconds_ago, 28, 90) is inside


@pytest.mark.parametrize(
    ("seconds_ago", "days"),
    [(0.0, 0), (DAY - 61, 0), (DAY - 30, 1), (DAY, 1), (6.9 * DAY, 6), (-600.0, 0)],
)
def test_whole_days_since(seconds_ago: float, days: int) -> None:
    assert CLOCK.days_since(NOW - seconds_ago) == days


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-30.0, "now"),
        (59.0, "now"),
        (60.0, "1 min ago"),
        (3_599.0, "59 min ago"),
        (3_600.0, "1 h ago"),
        (2 * HOUR, "2 h ago"),
        (47 * HOUR, "47 h ago"),
        (2 * DAY, "2 d ago"),
        (7.5 * DAY, "7 d ago"),
        (3 * DAY - 30, "3 d ago"),
    ],
)
def test_age_in_words(seconds: float, text: str) -> None:
    assert age_text(seconds) == text


def test_dates_are_days_in_the_zone_of_the_server() -> None:
    midnight_in_berlin = NOW - NOW % DAY - HOUR
    assert date_text(midnight_in_berlin, UTC) == "2026-11-17"
    assert date_text(midnight_in_berlin, ZoneInfo("Europe/Berlin")) == "2026-11-18"
    assert Clock.of(NOW, LIMITS, ZoneInfo("Europe/Berlin")).date_text(midnight_in_berlin) == "2026-11-18"
    assert date_text(None, UTC) == "undated"

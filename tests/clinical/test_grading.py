"""Grading tables of the rule catalogue (0.5): every limit on both sides, in every unit family; the laboratory range."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.clinical.grading import Direction, Tier, band, beyond, inside_lab_range, silenced_by_lab
from cds_service.clinical.vocabulary import Analyte
from tests.clinical.charts import LIMITS, result_of

MILD, MODERATE, SEVERE = Tier.MILD, Tier.MODERATE, Tier.SEVERE
MMOL, MG = "mmol/L", "mg/dL"
TABLE: tuple[tuple[str, str, float, Tier | None], ...] = (
    ("k.low", MMOL, 3.5, None), ("k.low", MMOL, 3.49, MILD), ("k.low", MMOL, 3.0, MILD),
    ("k.low", MMOL, 2.99, MODERATE), ("k.low", MMOL, 2.5, MODERATE), ("k.low", MMOL, 2.49, SEVERE),
    ("k.high", MMOL, 5.49, None), ("k.high", MMOL, 5.5, MILD), ("k.high", MMOL, 5.99, MILD),
    ("k.high", MMOL, 6.0, MODERATE), ("k.high", MMOL, 6.49, MODERATE), ("k.high", MMOL, 6.5, SEVERE),
    ("ca.low", MMOL, 2.12, None), ("ca.low", MMOL, 2.11, MILD), ("ca.low", MMOL, 2.00, MILD),
    ("ca.low", MMOL, 1.99, MODERATE), ("ca.low", MMOL, 1.75, MODERATE), ("ca.low", MMOL, 1.74, SEVERE),
    ("ca.low", MG, 8.5, None), ("ca.low", MG, 8.4, MILD), ("ca.low", MG, 8.0, MILD), ("ca.low", MG, 7.9, MODERATE),
    ("ca.low", MG, 7.0, MODERATE), ("ca.low", MG, 6.9, SEVERE),
    ("ca.high", MMOL, 2.62, None), ("ca.high", MMOL, 2.63, MILD), ("ca.high", MMOL, 2.99, MILD),
    ("ca.high", MMOL, 3.00, MODERATE), ("ca.high", MMOL, 3.49, MODERATE), ("ca.high", MMOL, 3.50, SEVERE),
    ("ca.high", MG, 10.5, None), ("ca.high", MG, 10.6, MILD), ("ca.high", MG, 11.9, MILD),
    ("ca.high", MG, 12.0, MODERATE), ("ca.high", MG, 13.9, MODERATE), ("ca.high", MG, 14.0, SEVERE),
    ("ica.low", MMOL, 1.12, None), ("ica.low", MMOL, 1.11, MILD), ("ica.low", MMOL, 1.00, MILD),
    ("ica.low", MMOL, 0.99, MODERATE), ("ica.low", MMOL, 0.90, MODERATE), ("ica.low", MMOL, 0.89, SEVERE),
    ("ica.low", MG, 4.5, None), ("ica.low", MG, 4.4, MILD), ("ica.low", MG, 4.0, MILD), ("ica.low", MG, 3.9, MODERATE),
    ("ica.low", MG, 3.6, MODERATE), ("ica.low", MG, 3.5, SEVERE),
    ("ica.high", MMOL, 1.32, None), ("ica.high", MMOL, 1.33, MILD), ("ica.high", MMOL, 1.50, MILD),
    ("ica.high", MMOL, 1.51, MODERATE), ("ica.high", MMOL, 1.80, MODERATE), ("ica.high", MMOL, 1.81, SEVERE),
    ("ica.high", MG, 5.3, None), ("ica.high", MG, 5.4, MILD), ("ica.high", MG, 6.0, MILD),
    ("ica.high", MG, 6.1, MODERATE), ("ica.high", MG, 7.2, MODERATE), ("ica.high", MG, 7.3, SEVERE),
    ("mg.low", MMOL, 0.70, None), ("mg.low", MMOL, 0.69, MILD), ("mg.low", MMOL, 0.50, MILD),
    ("mg.low", MMOL, 0.49, MODERATE), ("mg.low", MMOL, 0.40, MODERATE), ("mg.low", MMOL, 0.39, SEVERE),
    ("mg.low", MG, 1.7, None), ("mg.low", MG, 1.6, MILD), ("mg.low", MG, 1.2, MILD), ("mg.low", MG, 1.1, MODERATE),
    ("mg.low", MG, 1.0, MODERATE), ("mg.low", MG, 0.9, SEVERE),
    ("mg.high", MMOL, 1.10, None), ("mg.high", MMOL, 1.11, MILD), ("mg.high", MMOL, 1.23, MILD),
    ("mg.high", MMOL, 1.24, MODERATE), ("mg.high", MMOL, 1.99, MODERATE), ("mg.high", MMOL, 2.00, SEVERE),
    ("mg.high", MG, 2.6, None), ("mg.high", MG, 2.7, MILD), ("mg.high", MG, 3.0, MILD), ("mg.high", MG, 3.1, MODERATE),
    ("mg.high", MG, 4.8, MODERATE), ("mg.high", MG, 4.9, SEVERE),
)  # fmt: skip


@pytest.mark.parametrize(("series", "unit", "value", "tier"), TABLE)
def test_the_grading_table(series: str, unit: str, value: float, tier: Tier | None) -> None:
    found = band(value, unit, series, LIMITS)
    assert (found[0] if found else None) is tier


@pytest.mark.parametrize(
    ("series", "limit", "below", "above"),
    [("k.low", 2.5, SEVERE, MODERATE), ("k.high", 6.5, MODERATE, SEVERE), ("mg.high", 1.10, None, MILD)],
)
def test_a_comparator_lies_just_beyond_its_number(
    series: str, limit: float, below: Tier | None, above: Tier | None
) -> None:
    tiers = [
        found[0] if (found := band(math.nextafter(limit, away), MMOL, series, LIMITS)) else None
        for away in (-math.inf, math.inf)
    ]
    assert tiers == [below, above]


@pytest.mark.parametrize(
    ("value", "limit", "compare", "expected"),
    [
        (1.0, 1.0, "<", False), (0.9, 1.0, "<", True),
        (1.0, 1.0, "<=", True), (1.1, 1.0, "<=", False),
        (1.0, 1.0, ">", False), (1.1, 1.0, ">", True),
        (1.0, 1.0, ">=", True), (0.9, 1.0, ">=", False),
    ],
)  # fmt: skip
def test_each_comparison(value: float, limit: float, compare: str, expected: bool) -> None:
    assert beyond(value, limit, compare) is expected


@given(st.floats(min_value=0.1, max_value=15.0), st.floats(min_value=0.1, max_value=15.0))
def test_a_worse_value_is_never_graded_milder(one: float, other: float) -> None:
    lower, higher = sorted((one, other))
    for series in ("k.low", "ca.low", "mg.low"):
        assert _tier(lower, series) >= _tier(higher, series)
    for series in ("k.high", "ca.high", "mg.high"):
        assert _tier(lower, series) <= _tier(higher, series)


def _tier(value: float, series: str) -> int:
    found = band(value, MMOL, series, LIMITS)
    return int(found[0]) if found else 0


LOW, HIGH = Direction.LOW, Direction.HIGH


@pytest.mark.parametrize(
    ("tier", "value", "low", "high", "direction", "silenced"),
    [
        (MILD, 3.4, 3.3, 5.1, LOW, True),
        (MILD, 3.4, 3.4, 5.1, LOW, True),
        (MILD, 3.4, 3.5, 5.1, LOW, False),
        (MILD, 3.4, None, None, LOW, False),
        (MILD, 3.4, None, 5.1, LOW, False),
        (MODERATE, 2.9, 2.8, 5.1, LOW, False),
        (SEVERE, 2.4, 2.0, 5.1, LOW, False),
        (MILD, 5.6, 3.5, 5.7, HIGH, True),
        (MILD, 5.6, 3.5, 5.6, HIGH, True),
        (MILD, 5.6, 3.5, 5.5, HIGH, False),
        (MILD, 5.6, 3.5, None, HIGH, False),
        (MODERATE, 6.1, 3.5, 6.2, HIGH, False),
    ],
)
def test_a_laboratory_range_silences_mild_only(
    tier: Tier, value: float, low: float | None, high: float | None, direction: Direction, silenced: bool
) -> None:
    result = result_of(Analyte.POTASSIUM, value, MMOL, low=low, high=high)
    assert silenced_by_lab(tier, value, result, direction, LIMITS) is silenced
    if tier is MILD:
        assert inside_lab_range(value, result, direction) is silenced

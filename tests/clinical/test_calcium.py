"""Which calcium counts, its arithmetic, and its grade (0.6)."""

from __future__ import annotations

import pytest

from cds_service.clinical.calcium import round_half_up
from cds_service.clinical.grading import Direction, Tier
from tests.clinical.charts import case_of

MILD, MODERATE, SEVERE = Tier.MILD, Tier.MODERATE, Tier.SEVERE


@pytest.mark.parametrize(
    ("obs", "kind", "value"),
    [
        ("iCa=1.20 mmol/L@-1", "Ionised calcium", 1.20),
        ("adjCa=2.30 mmol/L@-1", "Adjusted calcium", 2.30),
        ("Ca=2.30 mmol/L@-1", "Total calcium", 2.30),
        ("Ca=2.00 mmol/L@-1 | Alb=30 g/L@-1", "Corrected calcium", 2.20),
        ("iCa=1.20 mmol/L@-2 | Ca=1.70 mmol/L@-1", "Ionised calcium", 1.20),
        ("iCa=1.20 mmol/L@-2.01 | Ca=1.70 mmol/L@-1", "Total calcium", 1.70),
        ("iCa=1.20 mmol/L@-2 | adjCa=1.70 mmol/L@-1", "Ionised calcium", 1.20),
        ("iCa=1.20 mmol/L@-2.01 | adjCa=1.70 mmol/L@-1", "Adjusted calcium", 1.70),
        ("iCa=1.20 mmol/L@-0.5 | adjCa=1.70 mmol/L@-9", "Ionised calcium", 1.20),
        ("adjCa=2.30 mmol/L@-1 | Ca=1.70 mmol/L@-1 | Alb=40 g/L@-1", "Adjusted calcium", 2.30),
        ("adjCa=2.30 mmol/L@-1.1 | Ca=1.70 mmol/L@-1 | Alb=40 g/L@-1", "Corrected calcium", 1.70),
        ("iCa=1.20 mmol/L@-29 | Ca=1.70 mmol/L@-31", "Ionised calcium", 1.20),
    ],
)
def test_order_of_preference(obs: str, kind: str, value: float) -> None:
    calcium = case_of(obs).calcium
    assert calcium is not None
    assert (calcium.kind, calcium.value) == (kind, value)


def test_no_calcium_within_thirty_days() -> None:
    assert case_of("adjCa=1.70 mmol/L@-30.01").calcium is None
    assert case_of("adjCa=1.70 mmol/L@-30").calcium is not None


@pytest.mark.parametrize(
    ("obs", "value", "arithmetic"),
    [
        ("Ca=1.90 mmol/L@-1 | Alb=30 g/L@-1", 2.10, "1.90 + 0.02 × (40 − 30 g/L albumin) = 2.10 mmol/L"),
        ("Ca=1.90 mmol/L@-1 | Alb=3.0 g/dL@-1", 2.10, "1.90 + 0.02 × (40 − 30 g/L albumin) = 2.10 mmol/L"),
        ("Ca=7.9 mg/dL@-1 | Alb=2.8 g/dL@-1", 8.9, "7.9 + 0.8 × (4 − 2.8 g/dL albumin) = 8.9 mg/dL"),
        ("Ca=7.9 mg/dL@-1 | Alb=28 g/L@-1", 8.9, "7.9 + 0.8 × (4 − 2.8 g/dL albumin) = 8.9 mg/dL"),
        ("Ca=2.40 mmol/L@-1 | Alb=46 g/L@-1", 2.28, "2.40 + 0.02 × (40 − 46 g/L albumin) = 2.28 mmol/L"),
        ("Ca=3.8 mEq/L@-1 | Alb=30 g/L@-1", 2.10, "1.90 + 0.02 × (40 − 30 g/L albumin) = 2.10 mmol/L"),
        ("Ca=1.90 mmol/L@-5 | Alb=40 g/L@-9 | Alb=30 g/L@-4", 2.10,
         "1.90 + 0.02 × (40 − 30 g/L albumin) = 2.10 mmol/L"),
    ],
)  # fmt: skip
def test_correction_for_albumin(obs: str, value: float, arithmetic: str) -> None:
    calcium = case_of(obs).calcium
    assert calcium is not None
    assert (calcium.value, calcium.arithmetic) == (value, arithmetic)


@pytest.mark.parametrize(
    ("albumin_days_ago", "corrected"),
    [(4.0, True), (4.0005, True), (4.01, False), (0.0, True)],
)
def test_albumin_within_72_hours(albumin_days_ago: float, corrected: bool) -> None:
    calcium = case_of(f"Ca=1.90 mmol/L@-1 | Alb=30 g/L@-{albumin_days_ago}").calcium
    assert calcium is not None
    assert calcium.uncorrected is not corrected


def test_a_preliminary_albumin_does_not_correct() -> None:
    calcium = case_of("Ca=1.90 mmol/L@-1 | Alb=30 g/L@-1;preliminary").calcium
    assert calcium is not None and calcium.uncorrected


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        (1.745, 2, 1.75),
        (1.7449, 2, 1.74),
        (1.755, 2, 1.76),
        (8.45, 1, 8.5),
        (8.449, 1, 8.4),
        (2.0 + 0.1 + 0.025, 2, 2.13),
    ],
)
def test_rounding_is_commercial(value: float, decimals: int, rounded: float) -> None:
    assert round_half_up(value, decimals) == rounded


@pytest.mark.parametrize(
    ("obs", "problems", "tier", "at_most_info"),
    [
        ("adjCa=1.74 mmol/L@-1", "", SEVERE, False),
        ("adjCa=1.89 mmol/L@-1", "", MODERATE, False),
        ("adjCa=1.89 mmol/L@-1", "tetany", SEVERE, False),
        ("adjCa=1.90 mmol/L@-1", "tetany", MODERATE, False),
        ("adjCa=1.89 mmol/L@-1", "tetany@active,onset=-181", MODERATE, False),
        ("adjCa=1.89 mmol/L@-1", "tetany@resolved,onset=-3", MODERATE, False),
        ("adjCa=1.89 mmol/L@-1 | QTc=500 ms@-30", "", SEVERE, False),
        ("iCa=0.95 mmol/L@-1", "tetany", MODERATE, False),
        ("Ca=2.05 mmol/L@-1", "", MILD, False),
        ("Ca=1.99 mmol/L@-1", "", MODERATE, True),
        ("Ca=1.74 mmol/L@-1", "", MODERATE, False),
        ("Ca=1.89 mmol/L@-1", "tetany", MODERATE, False),
        ("Ca=1.50 mmol/L@-1", "", MODERATE, False),
        ("Ca=1.49 mmol/L@-1", "", SEVERE, False),
        ("Ca=6.0 mg/dL@-1", "", MODERATE, False),
        ("Ca=5.9 mg/dL@-1", "", SEVERE, False),
    ],
)
def test_low_grades(obs: str, problems: str, tier: Tier, at_most_info: bool) -> None:
    grade = case_of(obs, problems=problems).calcium_low
    assert grade is not None
    assert (grade.tier, grade.at_most_info) == (tier, at_most_info)
    assert grade.direction is Direction.LOW


def test_an_uncorrected_high_total_is_not_discounted() -> None:
    grade = case_of("Ca=3.50 mmol/L@-1").calcium_high
    assert grade is not None and grade.tier is SEVERE and not grade.at_most_info


def test_a_corrected_value_is_shown_with_its_unit_and_the_limit_in_force() -> None:
    grade = case_of("Ca=7.0 mg/dL@-1 | Alb=3.0 g/dL@-1").calcium_low
    assert grade is not None
    assert (grade.kind, grade.shown, grade.limit) == ("Corrected calcium", "7.8 mg/dL", "< 8.0 mg/dL")


def test_below_stays_below_after_correction_and_above_stays_above() -> None:
    low = case_of("Ca=<1.75 mmol/L@-1 | Alb=40 g/L@-1").calcium_low
    high = case_of("Ca=>2.62 mmol/L@-1 | Alb=40 g/L@-1").calcium_high
    assert low is not None and low.tier is SEVERE
    assert high is not None and high.tier is MILD
    assert case_of("Ca=<=1.75 mmol/L@-1 | Alb=40 g/L@-1").calcium_low.tier is MODERATE  # type: ignore[union-attr]

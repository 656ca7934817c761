"""From tier to indicator: freshness, treatment, preliminary, haemolysis, uncorrected calcium (0.3, 0.7, 0.12)."""

from __future__ import annotations

import pytest

from cds_service.clinical.fact import replace
from cds_service.clinical.grading import Direction, Grade, Tier
from cds_service.clinical.vocabulary import Analyte
from cds_service.guidance.finding import Indicator
from cds_service.guidance.grade_indicator import graded_indicator
from tests.clinical.charts import result_of

INFO, WARNING, CRITICAL = Indicator.INFO, Indicator.WARNING, Indicator.CRITICAL
MILD, MODERATE, SEVERE = Tier.MILD, Tier.MODERATE, Tier.SEVERE


def grade(tier: Tier, **marks: bool) -> Grade:
    high = marks.pop("high", False)
    result = replace(
        result_of(Analyte.POTASSIUM, 6.6 if high else 2.4, "mmol/L", preliminary=marks.pop("preliminary", False)),
        haemolysed=marks.pop("haemolysed", False),
    )
    return Grade(
        result=result,
        value=result.value,
        tier=tier,
        direction=Direction.HIGH if high else Direction.LOW,
        limit="",
        limit_key="",
        shown=result.reported,
        kind="Potassium",
        **marks,
    )


@pytest.mark.parametrize(
    ("given", "mild", "indicator"),
    [
        (grade(SEVERE), None, CRITICAL),
        (grade(SEVERE, fresh=False), None, WARNING),
        (grade(SEVERE, treated=True), None, WARNING),
        (grade(SEVERE, treated=True, fresh=False), None, WARNING),
        (grade(SEVERE, preliminary=True), None, WARNING),
        (grade(MODERATE), None, WARNING),
        (grade(MODERATE, fresh=False), None, WARNING),
        (grade(MODERATE, treated=True), None, INFO),
        (grade(MODERATE, at_most_info=True), None, INFO),
        (grade(MODERATE, at_most_info=True, treated=True), None, INFO),
        (grade(MILD), INFO, INFO),
        (grade(MILD), WARNING, WARNING),
        (grade(MILD), None, None),
        (grade(MILD, treated=True), WARNING, None),
        (grade(SEVERE, high=True), None, CRITICAL),
        (grade(SEVERE, high=True, haemolysed=True), None, WARNING),
        (grade(SEVERE, high=True, haemolysed=True, fresh=False), None, INFO),
        (grade(SEVERE, high=True, haemolysed=True, preliminary=True), None, INFO),
        (grade(MODERATE, high=True, haemolysed=True), None, INFO),
        (grade(MILD, high=True, haemolysed=True), INFO, None),
        (grade(MILD, high=True, haemolysed=True), WARNING, INFO),
        (grade(SEVERE, haemolysed=True), None, CRITICAL),
    ],
)
def test_indicator(given: Grade, mild: Indicator | None, indicator: Indicator | None) -> None:
    assert graded_indicator(given, mild=mild) is indicator


def test_haemolysis_concerns_potassium_only() -> None:
    calcium = replace(grade(SEVERE, high=True, haemolysed=True), kind="Adjusted calcium")
    assert graded_indicator(calcium, mild=None) is CRITICAL

"""Potassium still low despite at least a day of replacement.

The usual reason is low magnesium, often unmeasured.

Silent when: no earlier low value 1 to 14 days before; replacement started later or at an unknown time.
Source: document D3.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.chart import DAY, HOUR, LabResult
from cds_service.clinical.grading import Direction
from cds_service.clinical.vocabulary import Analyte, DrugClass, LabTest
from cds_service.guidance.electrolytes import MAGNESIUM_NEEDS, POTASSIUM_NEEDS, systemic
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Suggestion, Summary
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import medication_row, result_row


def check(case: Case) -> Finding | None:
    """Low before and still low, with replacement in between."""
    limits = case.limits
    latest = case.latest(Analyte.POTASSIUM, limits["labs.recent_days"])
    if latest is None or latest.value >= limits["k.low.mild"]:
        return None
    earlier = _earlier_low(case, latest)
    if earlier is None:
        return None
    needed = limits["refractory.min_treatment_h"] * HOUR - case.clock.epsilon_s
    replacing = [
        one
        for one in systemic(case.taking(DrugClass.K_SUPPLEMENT))
        if one.start is not None and latest.time - one.start >= needed
    ]
    if not replacing:
        return None
    magnesium = _magnesium(case, latest)
    low = magnesium is not None and case.grade(magnesium, "mg", magnesium.analyte.title, Direction.LOW) is not None
    starts = [one.start for one in replacing if one.start is not None]
    days = int((latest.time - min(starts) + case.clock.epsilon_s) // DAY)
    shown = magnesium.reported if magnesium is not None else "not measured"
    wish: tuple[Suggestion, ...] = (OrderTest(test=LabTest.MAGNESIUM, recommended=magnesium is None),)
    return Finding(
        indicator=Indicator.WARNING if magnesium is None or low else Indicator.INFO,
        summary=Summary(
            template=f"Potassium {latest.reported} still low after {days} d of replacement; magnesium {shown}"
        ),
        found=(
            result_row(case, latest, limits.text("k.low.mild")),
            result_row(
                case, earlier, item="Previous potassium" if earlier is _before(case, latest) else "Earlier potassium"
            ),
            *([result_row(case, magnesium)] if magnesium is not None else []),
            *map(medication_row, replacing),
        ),
        why="Potassium that does not rise with replacement is most often held down by low magnesium.",
        consider=(
            "Check magnesium first; then urine potassium, alkalosis, mineralocorticoid excess, gastrointestinal loss, adherence, "
            "dose.",
        ),
        not_available=()
        if magnesium is not None
        else (f"No magnesium within {limits['suggest.lab_days']:g} d before this potassium, or since.",),
        decided=(
            f"potassium {limits.text('k.low.mild')} now and {limits['refractory.min_gap_d']:g} to "
            f"{limits['refractory.max_gap_d']:g} d before; replacement for at least "
            f"{limits['refractory.min_treatment_h']:g} h",
        ),
        suggestions=wish,
    )


def _before(case: Case, latest: LabResult) -> LabResult | None:
    """The potassium before the latest one, which the card shows with the trend."""
    series = case.series(Analyte.POTASSIUM, case.limits["labs.stale_max_days"])
    return next((one for one in series if one.time < latest.time), None)


def _earlier_low(case: Case, latest: LabResult) -> LabResult | None:
    limits, slack = case.limits, case.clock.epsilon_s
    nearest, farthest = limits["refractory.min_gap_d"] * DAY - slack, limits["refractory.max_gap_d"] * DAY + slack
    for result in case.series(Analyte.POTASSIUM, limits["labs.stale_max_days"]):
        if nearest <= latest.time - result.time <= farthest and result.value < limits["k.low.mild"]:
            return result
    return None


def _magnesium(case: Case, latest: LabResult) -> LabResult | None:
    """The newest magnesium if it was drawn within a week before the latest potassium, or since."""
    newest = case.latest(Analyte.MAGNESIUM, case.limits["labs.stale_max_days"])
    reach = case.limits["suggest.lab_days"] * DAY + case.clock.epsilon_s
    return newest if newest is not None and newest.time >= latest.time - reach else None


RULE = Rule(
    id="potassium-low-refractory",
    title="Potassium still low despite replacement",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    only_with=frozenset({DrugClass.K_SUPPLEMENT}),
    needs=POTASSIUM_NEEDS | MAGNESIUM_NEEDS,
    check=check,
    override=OverrideSet.LAB,
    documents=("D3",),
    evidence=("R-HUANG",),
)

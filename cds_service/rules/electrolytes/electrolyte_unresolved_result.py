"""An abnormal potassium, calcium or magnesium that was never rechecked.

A safety net for lost follow-up: the newest result is moderate or severe, between one month and one year old.

Silent when: a newer result exists (for calcium, of any kind) or the repeat is already ordered.
Source: document D3, D25.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.grading import Direction, Grade, Tier
from cds_service.clinical.vocabulary import CALCIUM_KINDS, Analyte, LabTest, Source
from cds_service.guidance.electrolytes import (
    CALCIUM_NEEDS,
    EXPLAINING_DRUGS,
    HAEMOLYSED_LINE,
    MAGNESIUM_NEEDS,
    POTASSIUM_NEEDS,
    correction_lines,
    newer_preliminary_lines,
    uncorrected_lines,
)
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Summary
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import grade_row, listed, medication_row

REPEATS = {
    Analyte.POTASSIUM: LabTest.POTASSIUM,
    Analyte.MAGNESIUM: LabTest.MAGNESIUM,
    Analyte.CALCIUM: LabTest.CALCIUM,
}
DRUGS = frozenset(one for classes in EXPLAINING_DRUGS.values() for one in classes)


def check(case: Case) -> Finding | None:
    """All analytes whose newest result is old, clearly abnormal and not about to be repeated."""
    grades = [
        grade
        for grade in (*_single(case, Analyte.POTASSIUM, "k"), *_single(case, Analyte.MAGNESIUM, "mg"), *_calcium(case))
        if grade.tier >= Tier.MODERATE and not _is_repeat_ordered(case, grade.analyte)
    ]
    if not grades:
        return None
    causes = case.taking(*{one for grade in grades for one in EXPLAINING_DRUGS[grade.analyte, grade.direction]})
    limits = case.limits
    spurious = [grade for grade in grades if _may_be_spurious(grade)]
    return Finding(
        indicator=Indicator.INFO if len(spurious) == len(grades) else Indicator.WARNING,
        summary=Summary(template=f"{_together(case, grades)} not rechecked since"),
        found=(*(grade_row(case, one) for one in grades), *map(medication_row, causes)),
        not_available=(*uncorrected_lines(*grades), *newer_preliminary_lines(case, *grades)),
        why="A clearly abnormal result without a repeat may have been lost to follow-up.",
        consider=(
            *((HAEMOLYSED_LINE,) if spurious else ()),
            "Repeat the test, or check whether it was repeated elsewhere.",
            "A medicine that explains it is still active."
            if causes
            else "No active medicine on the chart explains it.",
        ),
        decided=(
            f"newest result moderate or severe, older than {limits['labs.recent_days']:g} d and at most "
            f"{limits['labs.stale_max_days']:g} d",
            *(("haemolysed sample: one step milder",) if spurious else ()),
            *correction_lines(*grades),
        ),
        suggestions=tuple(OrderTest(test=REPEATS[one.analyte]) for one in grades),
        tier=max(one.tier for one in grades).code,
    )


def _may_be_spurious(grade: Grade) -> bool:
    """A high potassium from a haemolysed sample counts one step less in every rule (0.3-7)."""
    is_high_potassium = grade.result.analyte is Analyte.POTASSIUM and grade.direction is Direction.HIGH
    return is_high_potassium and grade.haemolysed


def _together(case: Case, grades: list[Grade]) -> str:
    """All values with their dates, short enough for a summary: one date when they share it, plain "Calcium"."""
    if len(grades) == 1:
        return f"{grades[0].kind} {grades[0].shown} on {case.clock.date_text(grades[0].result.time)}"
    values = [(f"{_short_name(one)} {one.shown}", case.clock.date_text(one.result.time)) for one in grades]
    dates = {date for _, date in values}
    if len(dates) == 1:
        return f"{listed([value for value, _ in values])} on {dates.pop()}"
    return "; ".join(f"{value} on {date}" for value, date in values)


def _short_name(grade: Grade) -> str:
    return "Calcium" if grade.analyte is Analyte.CALCIUM else grade.kind


def _single(case: Case, analyte: Analyte, prefix: str) -> list[Grade]:
    newest = case.latest(analyte, case.limits["labs.stale_max_days"])
    if newest is None or case.clock.within_days(newest.time, case.limits["labs.recent_days"]):
        return []
    sides = (case.grade(newest, prefix, analyte.title, direction) for direction in Direction)
    return [grade for grade in sides if grade is not None]


def _calcium(case: Case) -> list[Grade]:
    """The newest calcium of any kind; of one moment the kind that 0.6 prefers."""
    window = case.limits["labs.stale_max_days"]
    newest = [one for kind in CALCIUM_KINDS if (one := case.latest(kind, window)) is not None]
    if not newest:
        return []
    last = max(one.time for one in newest)
    if case.clock.within_days(last, case.limits["labs.recent_days"]):
        return []
    calcium = case.calcium_among([one for one in newest if one.time == last])
    sides = (case.grade_calcium(calcium, direction) for direction in Direction) if calcium is not None else ()
    return [grade for grade in sides if grade is not None]


def _is_repeat_ordered(case: Case, analyte: Analyte) -> bool:
    if analyte is Analyte.CALCIUM and case.is_ordered(LabTest.IONISED_CALCIUM):
        return True
    return case.is_ordered(REPEATS[analyte])


RULE = Rule(
    id="electrolyte-unresolved-result",
    title="Abnormal electrolyte never rechecked",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    needs=POTASSIUM_NEEDS | MAGNESIUM_NEEDS | CALCIUM_NEEDS | DRUGS | {Source.SERVICE_REQUEST},
    check=check,
    override=OverrideSet.LAB,
    documents=("D3", "D25"),
)

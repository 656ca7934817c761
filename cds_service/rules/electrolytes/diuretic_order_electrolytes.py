"""A loop or thiazide diuretic is ordered while an electrolyte it can worsen is abnormal.

Low potassium or magnesium; low calcium (loop); high calcium or sodium below 130 (thiazide). A mild low potassium does not
count when replacement or a potassium-sparing drug is active or drafted, a mild low magnesium not when replacement is.

Silent when: none of these within 30 days; only a preliminary result. Source: document D3, D7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cds_service.clinical.case import Case
from cds_service.clinical.chart import MedicationExposure
from cds_service.clinical.grading import Grade, Tier
from cds_service.clinical.vocabulary import Analyte, DrugClass, LabTest
from cds_service.guidance.context import applied_rows
from cds_service.guidance.electrolytes import (
    CALCIUM_NEEDS,
    MAGNESIUM_NEEDS,
    POTASSIUM_NEEDS,
    correction_lines,
    newer_preliminary_lines,
    order_unless_recent,
    uncorrected_lines,
)
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet, Row, Summary
from cds_service.guidance.order_texts import order_rows, order_time_indicator, removals
from cds_service.guidance.rule import ORDERS, Rule
from cds_service.guidance.wording import age_of, grade_row, names, result_row


@dataclass(frozen=True, slots=True)
class Worsened:
    """One abnormal value with the orders that can worsen it."""

    indicator: Indicator
    text: str
    age: str
    rows: tuple[Row, ...]
    orders: tuple[MedicationExposure, ...]
    grade: Grade | None = None


def check(case: Case) -> Finding | None:
    """A new loop or thiazide and something it can worsen."""
    loops, thiazides = case.new_orders(DrugClass.LOOP), case.new_orders(DrugClass.THIAZIDE)
    if not loops and not thiazides:
        return None
    found = sorted(_worsened(case, loops, thiazides), key=_severity)
    if not found:
        return None
    first, limits = found[0], case.limits
    grades = [one.grade for one in found if one.grade is not None]
    removable = (order for one in found if one.indicator >= Indicator.WARNING for order in one.orders)
    return Finding(
        indicator=first.indicator,
        summary=Summary(
            template=f"{{drugs}} ordered: {first.text} ({{age}}) may worsen", drugs=names(first.orders), age=first.age
        ),
        found=(
            *order_rows(dict.fromkeys(order for one in found for order in one.orders)),
            *(row for one in found for row in one.rows),
        ),
        why="Loop diuretics lower potassium, magnesium and calcium; thiazides lower potassium, magnesium and sodium and "
        "raise calcium.",
        consider=("Correct the value first, or weigh another medicine.", "Plan a recheck after the start."),
        decided=(
            f"results within {limits['labs.recent_days']:g} d, severe is critical within {limits['labs.fresh_days']:g} d; "
            f"sodium {limits.text('na.low_thiazide')} with a thiazide",
            *correction_lines(*grades),
        ),
        not_available=(*uncorrected_lines(*grades), *newer_preliminary_lines(case, *grades)),
        suggestions=(
            *order_unless_recent(case, Analyte.MAGNESIUM, LabTest.MAGNESIUM),
            *order_unless_recent(case, Analyte.POTASSIUM, LabTest.POTASSIUM),
            *removals(dict.fromkeys(removable), first.indicator),
        ),
        tier=first.grade.tier.code if first.grade is not None else None,
    )


def _severity(one: Worsened) -> tuple[int, int]:
    return -one.indicator, -one.grade.tier if one.grade is not None else 0


def _worsened(
    case: Case, loops: tuple[MedicationExposure, ...], thiazides: tuple[MedicationExposure, ...]
) -> Iterator[Worsened]:
    both = tuple(dict.fromkeys((*loops, *thiazides)))
    potassium, magnesium = case.potassium_low, case.magnesium_low
    if potassium is not None and not (potassium.tier is Tier.MILD and _is_potassium_covered(case)):
        yield _graded(case, potassium, both)
    if magnesium is not None and not (magnesium.tier is Tier.MILD and case.active_or_drafted(DrugClass.MG_SUPPLEMENT)):
        yield _graded(case, magnesium, both)
    if loops and case.calcium_low is not None:
        yield _graded(case, case.calcium_low, loops)
    if not thiazides:
        return
    if case.calcium_high is not None:
        yield _graded(case, case.calcium_high, thiazides)
    sodium = case.latest(Analyte.SODIUM, case.limits["labs.recent_days"])
    if sodium is not None and sodium.value < case.limits["na.low_thiazide"]:
        row = result_row(case, sodium, case.limits.text("na.low_thiazide"))
        yield Worsened(Indicator.WARNING, f"sodium {sodium.reported}", age_of(case, sodium), (row,), thiazides)


def _graded(case: Case, grade: Grade, orders: tuple[MedicationExposure, ...]) -> Worsened:
    text = f"{grade.kind.lower()} {grade.shown}"
    age = age_of(case, grade.result)
    rows = (grade_row(case, grade), *applied_rows(case, grade))
    return Worsened(order_time_indicator(grade), text, age, rows, orders, grade)


def _is_potassium_covered(case: Case) -> bool:
    return bool(case.active_or_drafted(DrugClass.K_SUPPLEMENT, DrugClass.K_SPARING))


RULE = Rule(
    id="diuretic-order-electrolytes",
    title="Diuretic ordered with an abnormal electrolyte it can worsen",
    family=Family.ELECTROLYTES,
    hooks=ORDERS,
    only_with=frozenset({DrugClass.LOOP, DrugClass.THIAZIDE}),
    needs=POTASSIUM_NEEDS
    | MAGNESIUM_NEEDS
    | CALCIUM_NEEDS
    | {Analyte.SODIUM, DrugClass.LOOP, DrugClass.THIAZIDE, DrugClass.K_SPARING},
    check=check,
    override=OverrideSet.DRUG,
    documents=("D7", "D3"),
)

"""A loop or thiazide diuretic is ordered while an electrolyte it can worsen is abnormal.

Low potassium or magnesium; low calcium (loop); high calcium or sodium below 130 (thiazide). A mild low potassium does not
count when replacement or a potassium-sparing drug is active or drafted, a mild low magnesium not when replacement is.

Silent when: none of these within 30 days; only a preliminary result. Source: document D3, D7.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.clinical.case import Case
from cds_service.clinical.grading import Grade, Tier
from cds_service.clinical.vocabulary import Analyte, DrugClass, LabTest
from cds_service.guidance.electrolytes import CALCIUM_NEEDS, MAGNESIUM_NEEDS, POTASSIUM_NEEDS, order_unless_recent
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet, Row, Summary
from cds_service.guidance.order_texts import order_rows, order_time_indicator, removals
from cds_service.guidance.rule import ORDERS, Rule
from cds_service.guidance.wording import age_of, grade_row, names, result_row


def check(case: Case) -> Finding | None:
    """A new loop or thiazide and something it can worsen."""
    loops, thiazides = case.new_orders(DrugClass.LOOP), case.new_orders(DrugClass.THIAZIDE)
    if not loops and not thiazides:
        return None
    hits = sorted(_abnormal(case, bool(loops), bool(thiazides)), key=lambda hit: -hit[0])
    if not hits:
        return None
    indicator, shown, age, _ = hits[0]
    orders = tuple(dict.fromkeys((*loops, *thiazides)))
    limits = case.limits
    return Finding(
        indicator=indicator,
        summary=Summary(template=f"{{drugs}} ordered: {shown} ({{age}}) may worsen", drugs=names(orders), age=age),
        found=(*order_rows(orders), *(row for *_, row in hits)),
        why="Loop diuretics lower potassium, magnesium and calcium; thiazides lower potassium, magnesium and sodium and "
        "raise calcium.",
        consider=("Correct the value first, or weigh another medicine.", "Plan a recheck after the start."),
        decided=(
            f"results within {limits['labs.recent_days']:g} d, severe is critical within {limits['labs.fresh_days']:g} d; "
            f"sodium {limits.text('na.low_thiazide')} with a thiazide",
        ),
        suggestions=(
            *order_unless_recent(case, Analyte.MAGNESIUM, LabTest.MAGNESIUM),
            *order_unless_recent(case, Analyte.POTASSIUM, LabTest.POTASSIUM),
            *removals(orders, indicator),
        ),
        tier=next((tier for tier in _tiers(case, bool(loops), bool(thiazides))), None),
    )


def _grades(case: Case, loop: bool, thiazide: bool) -> Iterator[Grade]:
    potassium, magnesium = case.potassium_low, case.magnesium_low
    if potassium is not None and not (potassium.tier is Tier.MILD and _is_potassium_covered(case)):
        yield potassium
    if magnesium is not None and not (magnesium.tier is Tier.MILD and case.active_or_drafted(DrugClass.MG_SUPPLEMENT)):
        yield magnesium
    if loop and case.calcium_low is not None:
        yield case.calcium_low
    if thiazide and case.calcium_high is not None:
        yield case.calcium_high


def _is_potassium_covered(case: Case) -> bool:
    return bool(case.active_or_drafted(DrugClass.K_SUPPLEMENT, DrugClass.K_SPARING))


def _abnormal(case: Case, loop: bool, thiazide: bool) -> Iterator[tuple[Indicator, str, str, Row]]:
    for grade in _grades(case, loop, thiazide):
        text = f"{grade.kind.lower()} {grade.shown}"
        yield order_time_indicator(grade), text, age_of(case, grade.result), grade_row(case, grade)
    sodium = case.latest(Analyte.SODIUM, case.limits["labs.recent_days"]) if thiazide else None
    if sodium is not None and sodium.value < case.limits["na.low_thiazide"]:
        row = result_row(case, sodium, case.limits.text("na.low_thiazide"))
        yield Indicator.WARNING, f"sodium {sodium.reported}", age_of(case, sodium), row


def _tiers(case: Case, loop: bool, thiazide: bool) -> Iterator[str]:
    grades = sorted(_grades(case, loop, thiazide), key=lambda grade: (-order_time_indicator(grade), -grade.tier))
    for grade in grades:
        yield grade.tier.code


RULE = Rule(
    id="diuretic-order-electrolytes",
    title="Diuretic ordered with an abnormal electrolyte it can worsen",
    family=Family.ELECTROLYTES,
    hooks=ORDERS,
    needs=POTASSIUM_NEEDS
    | MAGNESIUM_NEEDS
    | CALCIUM_NEEDS
    | {Analyte.SODIUM, DrugClass.LOOP, DrugClass.THIAZIDE, DrugClass.K_SPARING},
    check=check,
    override=OverrideSet.DRUG,
    documents=("D7", "D3"),
)

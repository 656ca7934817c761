"""A potassium-sparing diuretic, mineralocorticoid antagonist or potassium supplement is ordered with potassium high,
kidney function poor, or potassium unknown beside an ACE inhibitor, ARB, ARNI or renin inhibitor.

The most severe reason decides; a haemolysed potassium counts one step less.

Silent when: potassium below 5.0 within 30 days and kidney function sufficient. Source: document D5, D7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cds_service.clinical.case import Case
from cds_service.clinical.chart import LabResult, MedicationExposure
from cds_service.clinical.vocabulary import Analyte, DrugClass, LabTest, Source
from cds_service.guidance.electrolytes import HAEMOLYSED_LINE, KIDNEY_NEEDS, POTASSIUM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Row, Summary
from cds_service.guidance.order_texts import kidney_row, order_rows, removals, shown_egfr
from cds_service.guidance.rule import ORDERS, Rule
from cds_service.guidance.wording import age_of, medication_row, names, result_row


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with its weight, the limit it used and the orders it concerns."""

    indicator: Indicator
    text: str
    orders: tuple[MedicationExposure, ...]


def check(case: Case) -> Finding | None:
    """The reasons that hold for the new orders; the most severe decides."""
    orders = case.new_orders(DrugClass.K_SPARING, DrugClass.K_SUPPLEMENT)
    if not orders:
        return None
    potassium = case.latest(Analyte.POTASSIUM, case.limits["labs.recent_days"])
    sparing = tuple(one for one in orders if DrugClass.K_SPARING in one.classes)
    supplements = tuple(one for one in orders if DrugClass.K_SUPPLEMENT in one.classes)
    reasons = [
        *_by_potassium(case, orders, potassium),
        *_by_kidney(case, sparing, supplements),
        *_unknown_with_raas(case, sparing, potassium),
    ]
    if not reasons:
        return None
    indicator = max(reason.indicator for reason in reasons)
    concerned = tuple(dict.fromkeys(order for reason in reasons for order in reason.orders))
    removable = (one for reason in reasons if reason.indicator >= Indicator.WARNING for one in reason.orders)
    haemolysed = potassium is not None and potassium.haemolysed
    return Finding(
        indicator=indicator,
        summary=Summary(
            template=f"{{drugs}} ordered: {_shown(potassium)}, {shown_egfr(case)}",
            drugs=names(concerned),
            age=age_of(case, potassium) if potassium is not None else "",
        ),
        found=(*order_rows(concerned), *_basis(case, potassium)),
        why="These medicines raise potassium, most of all with kidney disease or beside ACE inhibitor or ARB.",
        consider=(
            "Usual start of a mineralocorticoid antagonist: potassium below 5.0 mmol/L and eGFR above 30.",
            "Recheck potassium and creatinine about one week after the start.",
            *((HAEMOLYSED_LINE,) if haemolysed else ()),
        ),
        not_available=()
        if potassium is not None
        else (f"No potassium within {case.limits['labs.recent_days']:g} d visible here.",),
        decided=tuple(dict.fromkeys(reason.text for reason in reasons)),
        suggestions=(
            OrderTest(test=LabTest.POTASSIUM, recommended=haemolysed),
            OrderTest(test=LabTest.CREATININE),
            *removals(dict.fromkeys(removable), indicator),
        ),
    )


def _shown(potassium: LabResult | None) -> str:
    return f"potassium {potassium.reported} ({{age}})" if potassium is not None else "potassium not known"


def _by_potassium(case: Case, orders: tuple[MedicationExposure, ...], potassium: LabResult | None) -> Iterator[Reason]:
    limits = case.limits
    for key, indicator in (("mra.k_critical", Indicator.CRITICAL), ("mra.k_warn", Indicator.WARNING)):
        if potassium is not None and potassium.value >= limits[key]:
            text = f"potassium {limits.text(key)}"
            if potassium.haemolysed:
                milder = indicator.step_down()
                if milder is not None:
                    yield Reason(milder, f"{text}; haemolysed sample: one step milder", orders)
            else:
                yield Reason(indicator, text, orders)
            return


def _by_kidney(
    case: Case, sparing: tuple[MedicationExposure, ...], supplements: tuple[MedicationExposure, ...]
) -> Iterator[Reason]:
    egfr, limits = case.egfr, case.limits
    if egfr is None:
        return
    if sparing and egfr.value <= limits["mra.egfr_min"]:
        yield Reason(Indicator.WARNING, f"potassium-sparing drug with eGFR {limits.text('mra.egfr_min')}", sparing)
    low = case.potassium_low is not None
    if supplements and egfr.value < limits["egfr.severe"] and not low:
        text = f"potassium supplement with eGFR {limits.text('egfr.severe')}, potassium not low"
        yield Reason(Indicator.WARNING, text, supplements)


def _unknown_with_raas(
    case: Case, sparing: tuple[MedicationExposure, ...], potassium: LabResult | None
) -> Iterator[Reason]:
    if (
        sparing
        and potassium is None
        and case.active_or_drafted(DrugClass.RAAS)
        and not case.is_ordered(LabTest.POTASSIUM)
    ):
        days = case.limits["labs.recent_days"]
        text = f"potassium-sparing drug beside ACE inhibitor or ARB, no potassium within {days:g} d"
        yield Reason(Indicator.INFO, text, sparing)


def _basis(case: Case, potassium: LabResult | None) -> list[Row]:
    rows = []
    if potassium is not None:
        reached = (key for key in ("mra.k_critical", "mra.k_warn") if potassium.value >= case.limits[key])
        rows.append(result_row(case, potassium, next(map(case.limits.text, reached), "")))
    egfr = case.egfr
    if egfr is not None:
        rows.append(kidney_row(case, egfr))
    return rows + [medication_row(one) for one in case.active_or_drafted(DrugClass.RAAS)]


RULE = Rule(
    id="potassium-raising-order",
    title="Potassium-raising order with high or unknown potassium",
    family=Family.ELECTROLYTES,
    hooks=ORDERS,
    needs=POTASSIUM_NEEDS | KIDNEY_NEEDS | {DrugClass.K_SPARING, DrugClass.RAAS, Source.SERVICE_REQUEST},
    check=check,
    override=OverrideSet.DRUG,
    documents=("D5", "D7"),
    evidence=("R-HF2022",),
)

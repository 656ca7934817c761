"""Words and rows that order-time rules share."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.clinical.case import Case
from cds_service.clinical.chart import MedicationExposure
from cds_service.clinical.grading import Grade, Tier
from cds_service.clinical.renal import KidneyFunction
from cds_service.guidance.finding import Indicator, RemoveDraft, Row
from cds_service.guidance.wording import age_of, medication_row


def order_rows(orders: Iterable[MedicationExposure]) -> tuple[Row, ...]:
    """One row per draft order concerned."""
    return tuple(medication_row(one) for one in orders)


def removals(
    orders: Iterable[MedicationExposure], indicator: Indicator, *, recommended: bool = False
) -> tuple[RemoveDraft, ...]:
    """The offer to remove each draft, at warning and above."""
    if indicator < Indicator.WARNING:
        return ()
    return tuple(RemoveDraft(draft=one, recommended=recommended) for one in orders)


def order_time_indicator(grade: Grade) -> Indicator:
    """Severe and fresh: critical; severe older or moderate: warning; mild or uncorrected-moderate calcium: info (B4)."""
    if grade.tier is Tier.SEVERE:
        return Indicator.CRITICAL if grade.fresh else Indicator.WARNING
    if grade.tier is Tier.MODERATE and not grade.at_most_info:
        return Indicator.WARNING
    return Indicator.INFO


def kidney_row(case: Case, function: KidneyFunction, limit: str = "") -> Row:
    """The line of a filtration figure: what it is made from, its date and age, the limit applied."""
    when = f"{case.clock.date_text(function.result.time)}, {age_of(case, function.result)}"
    unit = "mL/min" if function.label == "CrCl" else "mL/min/1.73 m2"
    value = f"{function.shown} {unit} ({function.basis})"
    return Row(item=function.label, value=value, when=when, limit=limit, reference=function.result.reference)


def stand_in_lines(function: KidneyFunction | None) -> tuple[str, ...]:
    """That an eGFR was used where a clearance was wanted (0.8)."""
    if function is None or not function.stands_in:
        return ()
    return ("Creatinine clearance cannot be computed (weight, creatinine, age, sex): the eGFR was used.",)


def shown_egfr(case: Case) -> str:
    """``eGFR 28`` or that it is not known."""
    egfr = case.egfr
    return f"eGFR {egfr.shown}" if egfr is not None else "eGFR not known"

"""Gabapentin or pregabalin and kidney function: the daily dose against the label's ceiling.

Ceilings in mg a day at a clearance of 30-59, 15-29 and below 15 mL/min: gabapentin 1400, 700, 300; pregabalin 300, 150,
75. A dose that cannot be computed is a warning below 30, else information. Without kidney function from 65 years:
information.

Silent when: clearance 60 or more; dose within the ceiling. Source: document D33, D38.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.chart import MedicationExposure
from cds_service.clinical.renal import KidneyFunction
from cds_service.clinical.vocabulary import Analyte, DrugClass, LabTest, Source
from cds_service.guidance.drug_safety import order_finding
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Row
from cds_service.guidance.order_texts import kidney_row, stand_in_lines
from cds_service.guidance.rule import ORDERS, Rule
from cds_service.guidance.wording import names

CEILINGS: dict[str, tuple[float, float, float]] = {
    "gabapentin": (1400, 700, 300),
    "pregabalin": (300, 150, 75),
}
"""mg a day at 30-59, 15-29, < 15 mL/min, from the US labels [R-GBP, R-PGB]."""
BANDS = (60.0, 30.0, 15.0)


def check(case: Case) -> Finding | None:
    """New gabapentinoids against the ceiling of the clearance band."""
    orders = [one for one in case.new_orders(DrugClass.GABAPENTINOID) if _ceiling_name(one)]
    if not orders:
        return None
    clearance = case.dosing_clearance
    if clearance is None:
        return _unknown(case, tuple(orders))
    judged = [(one, _judge(one, clearance)) for one in orders]
    weighed = [(one, indicator) for one, indicator in judged if indicator is not None]
    if not weighed:
        return None
    order, indicator = max(weighed, key=lambda pair: pair[1])
    ceiling = ceiling_for(order, clearance.value) or 0
    shown = f"{clearance.label} {clearance.shown}"
    limits = tuple(dict.fromkeys(_limit_text(one, clearance.value) for one, _ in weighed))
    return order_finding(
        case,
        tuple(one for one, _ in weighed),
        indicator,
        f"{{drugs}}{_dose(order)} with {shown}: label maximum {ceiling:g} mg/day",
        why="Gabapentinoids are cleared by the kidney; too much causes sedation, falls, myoclonus and confusion.",
        consider=(
            "Start low; raise slowly; watch for falls, sedation and myoclonus.",
            "Not to be stopped abruptly. On dialysis a supplement after each session is usual.",
        ),
        decided=(f"{shown} mL/min ({clearance.basis}): {', '.join(limits)}",),
        rows=(
            kidney_row(case, clearance, f"< {BANDS[0]:g} mL/min"),
            *(_dose_row(one, clearance.value) for one, _ in weighed),
        ),
        tests=(OrderTest(test=LabTest.CREATININE),),
        not_available=(
            *dict.fromkeys(_UNKNOWN_DOSE for one, _ in weighed if one.daily_dose_mg is None),
            *stand_in_lines(clearance),
        ),
        removable=False,
        drugs=names((order,)),
    )


_UNKNOWN_DOSE = "The daily dose cannot be computed from the order."


def _dose(order: MedicationExposure) -> str:
    return f" {order.daily_dose_mg:g} mg/day" if order.daily_dose_mg is not None else ""


def _limit_text(order: MedicationExposure, clearance: float) -> str:
    return f"label maximum of {_ceiling_name(order)} {ceiling_for(order, clearance) or 0:g} mg/day"


def _dose_row(order: MedicationExposure, clearance: float) -> Row:
    """The daily dose of one order against its own ceiling."""
    value = _dose(order).strip() or "not computable"
    return Row(item=f"Daily dose, {order.name}", value=value, limit=f"≤ {ceiling_for(order, clearance) or 0:g} mg/day")


def _ceiling_name(order: MedicationExposure) -> str | None:
    return next((name for name in order.ingredients if name in CEILINGS), None)


def ceiling_for(order: MedicationExposure, clearance: float) -> float | None:
    """The label's maximum in mg a day, ``None`` at 60 mL/min or more."""
    name = _ceiling_name(order)
    if name is None or clearance >= BANDS[0]:
        return None
    band = sum(1 for limit in BANDS[1:] if clearance < limit)
    return CEILINGS[name][band]


def _judge(order: MedicationExposure, clearance: KidneyFunction) -> Indicator | None:
    ceiling = ceiling_for(order, clearance.value)
    if ceiling is None:
        return None
    if order.daily_dose_mg is None:
        return Indicator.WARNING if clearance.value < BANDS[1] else Indicator.INFO
    return Indicator.WARNING if order.daily_dose_mg > ceiling + 1e-6 else None


def _unknown(case: Case, orders: tuple[MedicationExposure, ...]) -> Finding | None:
    days = case.limits["renal.window_d"]
    if not case.is_older:
        case.missing[f"No kidney function within {days:g} d: the gabapentinoid dose was not judged by it."] = None
        return None
    return order_finding(
        case,
        orders,
        Indicator.INFO,
        f"{{drugs}} at age {case.age}: no kidney function in {days:g} days, dose may need reduction",
        why="The dose of gabapentinoids follows kidney function, which falls with age.",
        consider=("Check creatinine before or with the start.",),
        decided=(f"age {case.limits.text('older.age')}, no eGFR, CrCl or creatinine within {days:g} d",),
        tests=(OrderTest(test=LabTest.CREATININE, recommended=True),),
        not_available=(f"No kidney function within {days:g} d.",),
        removable=False,
    )


RULE = Rule(
    id="gabapentinoid-renal-dose",
    title="Gabapentinoid dose and kidney function",
    family=Family.DRUG_SAFETY,
    hooks=ORDERS,
    only_with=frozenset({DrugClass.GABAPENTINOID}),
    needs=frozenset(
        {
            DrugClass.GABAPENTINOID, Analyte.CREATININE_CLEARANCE, Analyte.CREATININE, Analyte.EGFR, Analyte.WEIGHT,
            Source.PATIENT,
        }
    ),
    check=check,
    override=OverrideSet.DRUG,
    documents=("D33", "D38"),
    evidence=("R-GBP", "R-PGB", "R-CG", "R-CKDEPI"),
)  # fmt: skip

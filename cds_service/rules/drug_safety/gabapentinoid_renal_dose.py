"""Gabapentin or pregabalin and kidney function: the daily dose against the label's ceiling.

Ceilings in mg a day at a clearance of 30-59, 15-29 and below 15 mL/min: gabapentin 1400, 700, 300; pregabalin 300, 150,
75. A dose that cannot be computed is a warning below 30, else information. Without kidney function from 65 years:
information.

Several orders of the same medicine in one call are added up.

Silent when: clearance 60 or more; dose within the ceiling; the missing kidney function ordered. Source: document D33, D38.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Ordered:
    """One gabapentinoid with all its new orders of the call."""

    medicine: str
    orders: tuple[MedicationExposure, ...]

    @property
    def known_mg(self) -> float:
        """mg a day over the orders whose dose can be computed."""
        return sum(one.daily_dose_mg or 0.0 for one in self.orders)

    @property
    def is_complete(self) -> bool:
        """Whether every order's dose can be computed."""
        return all(one.daily_dose_mg is not None for one in self.orders)

    @property
    def dose(self) -> str:
        """``900 mg/day``, or empty when it cannot be computed."""
        return f"{self.known_mg:g} mg/day" if self.is_complete else ""


def check(case: Case) -> Finding | None:
    """New gabapentinoids against the ceiling of the clearance band."""
    orders = tuple(one for one in case.new_orders(DrugClass.GABAPENTINOID) if _ceiling_name(one))
    if not orders:
        return None
    clearance = case.dosing_clearance
    if clearance is None:
        return _unknown(case, orders)
    judged = [(one, _judge(one, clearance)) for one in _by_medicine(orders)]
    weighed = [(one, indicator) for one, indicator in judged if indicator is not None]
    if not weighed:
        return None
    worst, indicator = max(weighed, key=lambda pair: pair[1])
    shown = f"{clearance.label} {clearance.shown}"
    limits = (f"label maximum of {one.medicine} {ceiling_for(one, clearance):g} mg/day" for one, _ in weighed)
    return order_finding(
        case,
        tuple(order for one, _ in weighed for order in one.orders),
        indicator,
        " ".join(
            filter(
                None, ("{drugs}", worst.dose, f"with {shown}: label maximum {ceiling_for(worst, clearance):g} mg/day")
            )
        ),
        why="Gabapentinoids are cleared by the kidney; too much causes sedation, falls, myoclonus and confusion.",
        consider=(
            "Start a gabapentinoid low; raise slowly; watch for falls, sedation and myoclonus.",
            "A gabapentinoid is not to be stopped abruptly; on dialysis a supplement after each session is usual.",
        ),
        decided=(f"{shown} mL/min ({clearance.basis}): {', '.join(limits)}",),
        rows=(
            kidney_row(case, clearance, f"< {BANDS[0]:g} mL/min"),
            *(_dose_row(one, clearance) for one, _ in weighed),
        ),
        tests=(OrderTest(test=LabTest.CREATININE),),
        not_available=(
            *dict.fromkeys(_UNKNOWN_DOSE for one, _ in weighed if not one.is_complete),
            *stand_in_lines(clearance),
        ),
        removable=False,
        drugs=names(worst.orders),
    )


_UNKNOWN_DOSE = "The daily dose cannot be computed from the order."


def _by_medicine(orders: tuple[MedicationExposure, ...]) -> list[Ordered]:
    medicines = dict.fromkeys(map(_ceiling_name, orders))
    return [
        Ordered(name, tuple(one for one in orders if _ceiling_name(one) == name))
        for name in medicines
        if name is not None
    ]


def _dose_row(ordered: Ordered, clearance: KidneyFunction) -> Row:
    """The daily dose of one medicine, over all its orders, against its ceiling."""
    value = ordered.dose or "not computable"
    if len(ordered.orders) > 1:
        value += f" in {len(ordered.orders)} orders"
    name = ordered.orders[0].name if len(ordered.orders) == 1 else ordered.medicine
    return Row(item=f"Daily dose, {name}", value=value, limit=f"≤ {ceiling_for(ordered, clearance):g} mg/day")


def _ceiling_name(order: MedicationExposure) -> str | None:
    return next((name for name in order.ingredients if name in CEILINGS), None)


def ceiling_for(ordered: Ordered, clearance: KidneyFunction) -> float:
    """The label's maximum in mg a day; no limit at 60 mL/min or more."""
    if clearance.value >= BANDS[0]:
        return math.inf
    return CEILINGS[ordered.medicine][sum(1 for limit in BANDS[1:] if clearance.value < limit)]


def _judge(ordered: Ordered, clearance: KidneyFunction) -> Indicator | None:
    ceiling = ceiling_for(ordered, clearance)
    if ceiling == math.inf:
        return None
    if ordered.known_mg > ceiling + 1e-6:
        return Indicator.WARNING
    if not ordered.is_complete:
        return Indicator.WARNING if clearance.value < BANDS[1] else Indicator.INFO
    return None


def _unknown(case: Case, orders: tuple[MedicationExposure, ...]) -> Finding | None:
    days = case.limits["renal.window_d"]
    if not case.is_older:
        case.missing[f"No kidney function within {days:g} d: the gabapentinoid dose was not judged by it."] = None
        return None
    if case.is_ordered(LabTest.CREATININE):
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
            Source.PATIENT, Source.SERVICE_REQUEST,
        }
    ),
    check=check,
    override=OverrideSet.DRUG,
    documents=("D33", "D38"),
    evidence=("R-GBP", "R-PGB", "R-CG", "R-CKDEPI"),
)  # fmt: skip

"""A diuretic without a recent potassium.

(i) started at least 28 days ago, or at an unknown time, and no potassium within a year (180 days for a mineralocorticoid
antagonist); or (ii) started 28 to 90 days ago and no potassium since the start. Missing data are the trigger.

Silent when: potassium or a panel containing it is already ordered. Source: document D7, D25.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.chart import MedicationExposure
from cds_service.clinical.vocabulary import Analyte, DrugClass, LabTest, Source
from cds_service.guidance.context import symptom_rows
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Row, Summary
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import medication_row, names, result_row

DIURETICS = (DrugClass.LOOP, DrugClass.THIAZIDE, DrugClass.K_SPARING)


def check(case: Case) -> Finding | None:
    """Diuretics whose potassium was not looked at in time."""
    limits = case.limits
    newest = case.latest(Analyte.POTASSIUM, limits["diuretic.k_days"])
    if newest is not None and newest.age_days < min(limits["diuretic.early_from"], limits["diuretic.k_days_mra"]) - 1:
        return None  # newer than any start that would ask for it, and inside every window
    diuretics = case.taking(*DIURETICS)
    if not diuretics:
        return None
    overdue = [one for one in diuretics if _is_overdue(case, one)]
    early = [one for one in diuretics if one not in overdue and _is_unchecked_since_start(case, one)]
    if (not overdue and not early) or case.is_ordered(LabTest.POTASSIUM):
        return None
    symptomatic = bool(overdue) and bool(case.context_symptoms)
    shown = overdue or early
    days = _window(case, shown[0]) if overdue else _days_since_start(case, early[0])
    return Finding(
        indicator=Indicator.WARNING if symptomatic else Indicator.INFO,
        summary=Summary(template=f"On {{drugs}}, no potassium result in {days:g} days", drugs=names(shown)),
        found=(
            *map(medication_row, [*overdue, *early]),
            *_last_potassium(case),
            *(symptom_rows(case) if symptomatic else ()),
        ),
        why="Diuretics change potassium early after start or a dose change, and silently later.",
        consider=(
            "Usual cadence: 2 to 4 weeks after start or dose change, then every 3 to 6 months, or yearly when stable.",
            "Mineralocorticoid antagonist: 1 week, 4 weeks, then every 6 months.",
        ),
        not_available=(
            f"No potassium result in {days:g} days: none visible here; results held elsewhere are not known to this "
            "service.",
        ),
        decided=(
            f"no potassium within {limits['diuretic.k_days']:g} d ({limits['diuretic.k_days_mra']:g} d for an MRA), or "
            f"none since a start {limits['diuretic.early_from']:g} to {limits['diuretic.early_to']:g} d ago",
            *(("a warning with a muscle symptom while none is on file for that long",) if symptomatic else ()),
        ),
        suggestions=(OrderTest(test=LabTest.BASIC_PANEL, recommended=True), OrderTest(test=LabTest.MAGNESIUM)),
    )


def _window(case: Case, diuretic: MedicationExposure) -> float:
    is_mra = DrugClass.MRA in diuretic.classes
    return case.limits["diuretic.k_days_mra" if is_mra else "diuretic.k_days"]


def _is_overdue(case: Case, diuretic: MedicationExposure) -> bool:
    if diuretic.start is not None and not case.clock.at_least_days_ago(
        diuretic.start, case.limits["diuretic.early_from"]
    ):
        return False
    return case.latest(Analyte.POTASSIUM, _window(case, diuretic)) is None


def _is_unchecked_since_start(case: Case, diuretic: MedicationExposure) -> bool:
    start, limits = diuretic.start, case.limits
    if start is None or not case.clock.between_days_ago(
        start, limits["diuretic.early_from"], limits["diuretic.early_to"]
    ):
        return False
    newest = case.latest(Analyte.POTASSIUM, limits["diuretic.k_days"])
    return newest is None or newest.time < start - case.clock.epsilon_s


def _last_potassium(case: Case) -> tuple[Row, ...]:
    """The newest potassium on record, too old to count."""
    last = case.latest(Analyte.POTASSIUM, case.limits["labs.stale_max_days"])
    return (result_row(case, last, item="Last potassium"),) if last is not None else ()


def _days_since_start(case: Case, diuretic: MedicationExposure) -> int:
    return case.clock.days_since(diuretic.start) if diuretic.start is not None else 0


RULE = Rule(
    id="diuretic-monitoring-gap",
    title="Diuretic without recent potassium",
    family=Family.MONITORING,
    hooks=PATIENT_VIEW,
    only_with=frozenset({*DIURETICS}),
    needs=SYMPTOM_NEEDS | {Analyte.POTASSIUM, DrugClass.MRA, Source.SERVICE_REQUEST, *DIURETICS},
    check=check,
    override=OverrideSet.INFO,
    documents=("D7", "D25"),
    evidence=("R-HTN2017", "R-HF2022"),
)

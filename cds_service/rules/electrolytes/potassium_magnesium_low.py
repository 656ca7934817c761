"""Low potassium and low magnesium together, in any tier, drawn within a week of each other.

Low magnesium keeps the kidney wasting potassium, so that potassium replacement alone often fails.

Silent when: one of the two is missing, preliminary or normal. Source: document D3.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.chart import DAY
from cds_service.clinical.vocabulary import DrugClass, LabTest
from cds_service.guidance.context import applied_rows
from cds_service.guidance.electrolytes import MAGNESIUM_NEEDS, POTASSIUM_NEEDS, newer_preliminary_lines
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Summary
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import grade_row, medication_row

SHARED_CAUSES = (DrugClass.LOOP, DrugClass.THIAZIDE, DrugClass.PPI)


def check(case: Case) -> Finding | None:
    """Both low and close enough in time."""
    potassium, magnesium = case.potassium_low, case.magnesium_low
    if potassium is None or magnesium is None:
        return None
    gap = case.limits["combo.max_gap_days"]
    if abs(potassium.result.time - magnesium.result.time) > gap * DAY + case.clock.epsilon_s:
        return None
    treated = potassium.treated and magnesium.treated
    drugs = case.taking(*SHARED_CAUSES)
    return Finding(
        indicator=Indicator.INFO if treated else Indicator.WARNING,
        summary=Summary(template=f"Low potassium {potassium.shown} and low magnesium {magnesium.shown}: correct both"),
        found=(
            grade_row(case, potassium),
            grade_row(case, magnesium),
            *map(medication_row, drugs),
            *applied_rows(case, potassium),
            *applied_rows(case, magnesium),
        ),
        why="Low magnesium keeps the kidney wasting potassium: potassium replacement alone often fails.",
        consider=(
            "Shared causes: diuretic, diarrhoea, alcohol, proton-pump inhibitor.",
            "Recheck both after replacement.",
        ),
        not_available=newer_preliminary_lines(case, potassium, magnesium),
        decided=(
            f"both low in any tier, drawn within {gap:g} d of each other",
            *(("both treated: one step milder",) if treated else ()),
        ),
        suggestions=(
            OrderTest(test=LabTest.ECG),
            OrderTest(test=LabTest.POTASSIUM),
            OrderTest(test=LabTest.MAGNESIUM),
        ),
        tier=max(potassium.tier, magnesium.tier).code,
    )


RULE = Rule(
    id="potassium-magnesium-low",
    title="Low potassium and low magnesium together",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    needs=POTASSIUM_NEEDS | MAGNESIUM_NEEDS | {*SHARED_CAUSES},
    check=check,
    override=OverrideSet.LAB,
    documents=("D3",),
    evidence=("R-HUANG",),
)

"""Low calcium and low magnesium together, in any tier, drawn within a week of each other.

Magnesium deficiency impairs the release and action of parathyroid hormone: calcium may not rise until magnesium does.

Silent when: one of the two is missing, preliminary or normal. Source: document D3.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.chart import DAY
from cds_service.clinical.vocabulary import LabTest
from cds_service.guidance.context import applied_rows
from cds_service.guidance.electrolytes import (
    CALCIUM_NEEDS,
    MAGNESIUM_NEEDS,
    correction_lines,
    newer_preliminary_lines,
    uncorrected_lines,
)
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Summary
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import grade_row


def check(case: Case) -> Finding | None:
    """Both low and close enough in time."""
    magnesium = case.magnesium_low
    calcium = case.calcium_low if magnesium is not None else None
    if magnesium is None or calcium is None:
        return None
    gap = case.limits["combo.max_gap_days"]
    if abs(calcium.result.time - magnesium.result.time) > gap * DAY + case.clock.epsilon_s:
        return None
    treated = calcium.treated and magnesium.treated
    return Finding(
        indicator=Indicator.INFO if treated else Indicator.WARNING,
        summary=Summary(
            template=f"Low calcium {calcium.shown} and low magnesium {magnesium.shown}: correct magnesium too"
        ),
        found=(
            grade_row(case, calcium),
            grade_row(case, magnesium),
            *applied_rows(case, calcium),
            *applied_rows(case, magnesium),
        ),
        why="Magnesium deficiency impairs PTH release and action; calcium may not rise until magnesium is replaced.",
        consider=("Magnesium first or together with calcium, per local policy.", "Ionised calcium decides in doubt."),
        not_available=(*uncorrected_lines(calcium), *newer_preliminary_lines(case, calcium, magnesium)),
        decided=(
            f"both low in any tier, drawn within {gap:g} d of each other",
            *(("both treated: one step milder",) if treated else ()),
            *correction_lines(calcium),
        ),
        suggestions=(OrderTest(test=LabTest.IONISED_CALCIUM), OrderTest(test=LabTest.ECG)),
        tier=max(calcium.tier, magnesium.tier).code,
    )


RULE = Rule(
    id="calcium-magnesium-low",
    title="Low calcium and low magnesium together",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    needs=CALCIUM_NEEDS | MAGNESIUM_NEEDS,
    check=check,
    override=OverrideSet.LAB,
    documents=("D3",),
    evidence=("R-SFE-LOW",),
)

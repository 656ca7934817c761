"""High magnesium.

High magnesium weakens muscles, takes reflexes and slows heart and breathing. A mild value needs an active
magnesium-containing drug or an eGFR below 30. In pre-eclampsia treated with magnesium sulfate high values are wanted:
silent below the ceiling, critical at or above it.

Silent when: no eligible result within 30 days; mild without context or inside the laboratory's range; treated
pre-eclampsia below the ceiling. Source: document D3.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.grading import Direction, Grade, Tier
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest
from cds_service.guidance.context import egfr_rows
from cds_service.guidance.electrolytes import KIDNEY_NEEDS, MAGNESIUM_NEEDS, graded_finding, safer, systemic
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Row, Suggestion
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import fact_row

MAGNESIUM_DRUGS = (DrugClass.MG_SUPPLEMENT, DrugClass.MAGNESIUM_SULFATE)
ECLAMPSIA = (Concept.PRE_ECLAMPSIA, Concept.ECLAMPSIA)
CEILING = "mg.preeclampsia_ceiling"
WHY = "High magnesium can cause weakness, lost reflexes, bradycardia and respiratory depression."
CONSIDER = (
    "Review magnesium sources (infusion, antacid, laxative), renal function and calcium.",
    "Check reflexes and breathing.",
)


def check(case: Case) -> Finding | None:
    """A high magnesium worth showing, eligible or severe preliminary."""
    eligible = case.magnesium_high
    preliminary = case.preliminary_severe(Analyte.MAGNESIUM, "mg", Direction.HIGH)
    if eligible is None and preliminary is None:
        return None
    treated = is_treated_preeclampsia(case)
    if treated:
        best = _above_ceiling(case, eligible) or _above_ceiling(case, preliminary)
    else:
        mild = Indicator.INFO if eligible is not None and eligible.tier is Tier.MILD and has_context(case) else None
        best = safer(eligible, preliminary, mild)
    if best is None:
        return None
    grade, indicator = best
    suggestions: tuple[Suggestion, ...] = (OrderTest(test=LabTest.MAGNESIUM), OrderTest(test=LabTest.CREATININE))
    if grade.tier >= Tier.MODERATE:
        suggestions += (OrderTest(test=LabTest.ECG),)
    template = f"Magnesium {grade.shown} ({{tier}} high, {{age}})"
    return graded_finding(
        case, grade, indicator, template, why=WHY, consider=CONSIDER, suggestions=suggestions,
        context=_wanted_high_rows(case) if treated else egfr_rows(case, "egfr.severe"),
        decided=_context_decided(case, grade, treated),
    )  # fmt: skip


def _wanted_high_rows(case: Case) -> tuple[Row, ...]:
    return tuple(fact_row(case, one) for one in case.facts(*ECLAMPSIA))


def _context_decided(case: Case, grade: Grade, treated: bool) -> tuple[str, ...]:
    if treated:
        ceiling = case.limits.text(CEILING, grade.result.unit)
        return (f"magnesium sulfate for pre-eclampsia or eclampsia: critical when {ceiling}, below that silent",)
    if grade.tier is Tier.MILD:
        return (f"mild: shown with a magnesium-containing medicine or eGFR {case.limits.text('egfr.severe')}",)
    return ()


def has_context(case: Case) -> bool:
    """What makes a mild value worth a line."""
    return bool(systemic(case.taking(*MAGNESIUM_DRUGS))) or case.egfr_below("egfr.severe")


def is_treated_preeclampsia(case: Case) -> bool:
    """Active pre-eclampsia or eclampsia and active magnesium sulfate."""
    return case.has(*ECLAMPSIA) and bool(systemic(case.taking(DrugClass.MAGNESIUM_SULFATE)))


def _above_ceiling(case: Case, grade: Grade | None) -> tuple[Grade, Indicator] | None:
    if grade is None or grade.value < case.limits.in_unit(CEILING, grade.result.unit):
        return None
    return grade, Indicator.WARNING if grade.preliminary else Indicator.CRITICAL


RULE = Rule(
    id="magnesium-high",
    title="High magnesium",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    needs=MAGNESIUM_NEEDS | KIDNEY_NEEDS | {DrugClass.MAGNESIUM_SULFATE, Concept.PRE_ECLAMPSIA, Concept.ECLAMPSIA},
    check=check,
    override=OverrideSet.LAB,
    documents=("D3",),
    evidence=("R-KOST", "R-CTCAE"),
)

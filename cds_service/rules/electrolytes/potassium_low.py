"""Low potassium, whatever the cause.

Low potassium weakens and cramps muscles and disturbs the heart's rhythm. A mild value is shown only in a context: a
muscle symptom, a potassium-wasting diuretic, a QT-relevant antipsychotic, digoxin, or low magnesium or calcium.

Silent when: no eligible result within 30 days; mild without context, inside the laboratory's own range, or treated.
Source: document D3, D25.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.grading import Direction, Tier
from cds_service.clinical.vocabulary import Analyte, DrugClass
from cds_service.guidance.context import STRONG_CONTEXT, has_strong_context, low_rows, strong_context_rows
from cds_service.guidance.electrolytes import (
    CALCIUM_NEEDS,
    CHECK_MAGNESIUM,
    EXPLAINING_DRUGS,
    K_WASTING_DIURETICS,
    KIDNEY_NEEDS,
    MAGNESIUM_NEEDS,
    POTASSIUM_NEEDS,
    QT_DRUGS,
    graded_finding,
    low_potassium_tests,
    safer,
)
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet, Row
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import names

MILD = f"mild: shown with {STRONG_CONTEXT}, a potassium-wasting diuretic, or low magnesium or calcium"
WHY = "Low potassium causes cramps, weakness and arrhythmia; low magnesium keeps it low."


def check(case: Case) -> Finding | None:
    """A low potassium worth showing, eligible or severe preliminary."""
    eligible = case.potassium_low
    preliminary = case.preliminary_severe(Analyte.POTASSIUM, "k", Direction.LOW)
    if eligible is None and preliminary is None:
        return None
    mild = Indicator.INFO if eligible is not None and eligible.tier is Tier.MILD and has_context(case) else None
    best = safer(eligible, preliminary, mild)
    if best is None:
        return None
    grade, indicator = best
    diuretics = names(case.taking(*K_WASTING_DIURETICS))
    value = f"Potassium {grade.shown}"
    plain = f"{value} ({{tier}} low, {{age}})"
    template = f"{value} (low, {{age}}) while on {{drugs}}" if diuretics and not grade.preliminary else plain
    consider = (
        CHECK_MAGNESIUM,
        f"ECG when potassium is {case.limits.text('k.low.moderate')} or with heart disease, digoxin or a QT-prolonging drug.",
        "Look for gastrointestinal loss, diuretic, beta-agonist, insulin.",
        "Recheck after replacement.",
    )
    return graded_finding(
        case,
        grade,
        indicator,
        template,
        why=WHY,
        consider=consider,
        drugs=diuretics,
        context=mild_rows(case) if grade.tier is Tier.MILD else (),
        decided=(MILD,) if grade.tier is Tier.MILD else (),
        suggestions=low_potassium_tests(case, grade),
    )


def has_context(case: Case) -> bool:
    """What makes a mild value worth a line."""
    return (
        has_strong_context(case)
        or bool(case.taking(*K_WASTING_DIURETICS))
        or case.magnesium_low is not None
        or case.calcium_low is not None
    )


def mild_rows(case: Case) -> tuple[Row, ...]:
    """The context as lines; the diuretic stands among the explaining medicines."""
    return (*strong_context_rows(case), *low_rows(case, case.magnesium_low, case.calcium_low))


RULE = Rule(
    id="potassium-low",
    title="Low potassium",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    needs=POTASSIUM_NEEDS
    | MAGNESIUM_NEEDS
    | CALCIUM_NEEDS
    | KIDNEY_NEEDS
    | {DrugClass.DIGOXIN, *QT_DRUGS, *K_WASTING_DIURETICS, *EXPLAINING_DRUGS[Analyte.POTASSIUM, Direction.LOW]},
    check=check,
    override=OverrideSet.LAB,
    documents=("D3", "D25"),
    evidence=("R-HYPOK", "R-CTCAE"),
)

"""What raises, lowers or opens a hit beside the result itself, and its lines in "What was found" (C4: every input is shown).

The lines carry no reference: a suggested order is about the result, not about its context.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.fact import replace
from cds_service.clinical.grading import Grade
from cds_service.clinical.lookups import NEUROMUSCULAR
from cds_service.clinical.vocabulary import DrugClass
from cds_service.guidance.finding import Row
from cds_service.guidance.order_texts import kidney_row
from cds_service.guidance.wording import fact_row, grade_row, medication_row, result_row

QT_ANTIPSYCHOTICS = (DrugClass.QT_HIGHER, DrugClass.QT_POSSIBLE)
STRONG_CONTEXT = "a muscle symptom, a QT-relevant antipsychotic or digoxin"
"""The "strong context" of B3 in words."""


def has_strong_context(case: Case) -> bool:
    """Muscle symptom, QT-relevant antipsychotic or digoxin (B3)."""
    return bool(case.context_symptoms) or bool(case.taking(*QT_ANTIPSYCHOTICS, DrugClass.DIGOXIN))


def symptom_rows(case: Case) -> tuple[Row, ...]:
    """Muscle symptoms in context."""
    return tuple(_beside(fact_row(case, one)) for one in case.context_symptoms)


def strong_context_rows(case: Case) -> tuple[Row, ...]:
    """Muscle symptoms, QT-relevant antipsychotics, digoxin (B3)."""
    drugs = case.taking(*QT_ANTIPSYCHOTICS, DrugClass.DIGOXIN)
    return (*symptom_rows(case), *(_beside(medication_row(one)) for one in drugs))


def low_rows(case: Case, *grades: Grade | None) -> tuple[Row, ...]:
    """Other low electrolytes that give a mild one its context."""
    return tuple(_beside(grade_row(case, one)) for one in grades if one is not None)


def egfr_rows(case: Case, key: str) -> tuple[Row, ...]:
    """The eGFR, when it lies below the limit under ``key``."""
    egfr = case.egfr
    return (_beside(kidney_row(case, egfr, case.limits.text(key))),) if egfr and case.egfr_below(key) else ()


def applied_rows(case: Case, grade: Grade) -> tuple[Row, ...]:
    """What changed the grade itself: symptoms or QTc behind the higher severe limit of calcium, replacement taken."""
    rows: list[Row] = []
    if grade.limit_key == "ca.low.severe_symptomatic":
        facts = (one for one in case.facts(*sorted(NEUROMUSCULAR)) if case.is_context(one))
        rows += [fact_row(case, one) for one in facts]
        if case.qt_prolonged is not None:
            rows.append(result_row(case, case.qt_prolonged, case.limits.text("qt.major")))
    if grade.treated:
        rows += map(medication_row, case.treatment(grade.analyte, grade.result.time))
    return tuple(map(_beside, rows))


def age_rows(case: Case) -> tuple[Row, ...]:
    """The age, where it decided."""
    if not case.is_older:
        return ()
    return (Row(item="Age", value=f"{case.age} years", limit=case.limits.text("older.age")),)


def _beside(row: Row) -> Row:
    return replace(row, reference=None)

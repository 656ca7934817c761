"""Kidney disease on the chart of a patient with an electrolyte finding or a recent muscle symptom.

Failing kidneys hold potassium and magnesium back and lower calcium; cramps are common in uraemia and on dialysis.
Kidney disease is an active diagnosis of CKD 3 to 5, acute kidney injury or dialysis, or an eGFR below the limit.

Silent when: no kidney disease; neither a muscle symptom of the last 30 days nor a hit on potassium, calcium or
magnesium. Source: document D5.
"""

from __future__ import annotations

from cds_service.clinical.case import KIDNEY_DISEASE, Case
from cds_service.guidance.electrolytes import KIDNEY_NEEDS, SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet, Row, Summary
from cds_service.guidance.other_hits import has_electrolyte_hit
from cds_service.guidance.rule import PATIENT_VIEW, Rule, Stage
from cds_service.guidance.wording import fact_row, result_row


def check(case: Case) -> Finding | None:
    """Kidney disease and something that it may explain."""
    if not has_electrolyte_hit(case) and not case.prompt_symptoms:
        return None
    if not case.has_kidney_disease:
        return None
    egfr, facts = case.egfr, case.facts(*KIDNEY_DISEASE)
    shown = f"eGFR {egfr.shown}" if egfr is not None else facts[0].concept.title
    limits = case.limits
    return Finding(
        indicator=Indicator.INFO,
        summary=Summary(template=f"Kidney disease ({shown}) may explain the electrolyte or muscle findings"),
        found=(*_filtration_rows(case), *(fact_row(case, fact) for fact in facts)),
        why="Kidney disease holds potassium and magnesium back, lowers calcium and brings uraemic cramps.",
        consider=(
            "On dialysis, cramps may come with ultrafiltration: review target weight and the timing of samples.",
            "Read potassium, calcium and magnesium together with the trend of kidney function.",
        ),
        not_available=() if egfr is not None else ("No eGFR within a year; the recorded diagnosis counts.",),
        decided=(
            f"active CKD 3 to 5, acute kidney injury or dialysis, or eGFR {limits.text('egfr.kidney_disease')}",
            f"with a potassium, calcium or magnesium hit, or a muscle symptom within {limits['sym.prompt_days']:g} d "
            "or of this encounter",
        ),
        symptom_section_only=True,
    )


def _filtration_rows(case: Case) -> tuple[Row, ...]:
    egfr = case.egfr
    if egfr is None:
        return ()
    limit = f"kidney disease: eGFR {case.limits.text('egfr.kidney_disease')}"
    basis = result_row(case, egfr.result, limit)
    if egfr.basis == "reported":
        return (basis,)
    item = f"eGFR ({egfr.basis})"
    value = f"{egfr.shown} mL/min/1.73 m2, from creatinine {egfr.result.reported}"
    return (Row(item=item, value=value, when=basis.when, limit=limit, reference=basis.reference),)


RULE = Rule(
    id="kidney-disease-electrolyte-risk",
    title="Kidney disease on the chart",
    family=Family.MUSCLE_SYMPTOMS,
    hooks=PATIENT_VIEW,
    needs=KIDNEY_NEEDS | SYMPTOM_NEEDS,
    check=check,
    override=OverrideSet.INFO,
    documents=("D5",),
    stage=Stage.AFTER_FACTS,
)

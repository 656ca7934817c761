"""Kidney disease on the chart beside an electrolyte hit or a prompt muscle symptom.

A section only: it joins the electrolyte card where there is one.

Silent when: neither context; no kidney disease recorded and eGFR 60 or more, or unknown. Source: document D5.
"""

from __future__ import annotations

from dataclasses import replace

from cds_service.clinical.case import KIDNEY_DISEASE, Case
from cds_service.guidance.electrolytes import KIDNEY_NEEDS, SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, OverrideSet, Row
from cds_service.guidance.muscle_symptoms import section_finding
from cds_service.guidance.other_hits import has_electrolyte_hit
from cds_service.guidance.rule import PATIENT_VIEW, Rule, Stage
from cds_service.guidance.wording import fact_row


def check(case: Case) -> Finding | None:
    """Kidney disease and something it may explain."""
    if not has_electrolyte_hit(case) and not case.prompt_symptoms:
        return None
    if not case.has_kidney_disease:
        return None
    egfr = case.egfr
    facts = case.facts(*KIDNEY_DISEASE)
    rows = [fact_row(case, one) for one in facts]
    if egfr is not None:
        value = f"{egfr.shown} mL/min/1.73 m2 ({egfr.basis})"
        rows.append(Row(item="eGFR", value=value, limit=case.limits.text("egfr.kidney_disease"), reference=egfr.result.reference))
    shown = f"eGFR {egfr.shown}" if egfr is not None else facts[0].concept.title
    return replace(
        section_finding(
            case,
            f"Kidney disease ({shown}) may explain the electrolyte or muscle findings",
            rows=tuple(rows),
            why="The diseased kidney keeps potassium and magnesium; low calcium and uraemia cause cramps, and so does dialysis "
            "with fast ultrafiltration.",
            consider=("Judge potassium, magnesium and calcium by kidney function; on dialysis review ultrafiltration.",),
            decided=(f"CKD 3 to 5, AKI or dialysis on record, or eGFR {case.limits.text('egfr.kidney_disease')}",),
        ),
        symptom_section_only=True,
    )


RULE = Rule(
    id="kidney-disease-electrolyte-risk",
    title="Kidney disease on the chart",
    family=Family.MUSCLE_SYMPTOMS,
    hooks=PATIENT_VIEW,
    needs=SYMPTOM_NEEDS | KIDNEY_NEEDS,
    check=check,
    override=OverrideSet.INFO,
    documents=("D5",),
    stage=Stage.AFTER_FACTS,
)

"""Liver disease on the chart beside an electrolyte hit or a prompt muscle symptom.

Cramps are common in cirrhosis, linked to reduced effective volume and diuretics.

Silent when: neither context; no cirrhosis, chronic liver disease or hepatic failure. Source: document D5.
"""

from __future__ import annotations

from dataclasses import replace

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Concept
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, OverrideSet
from cds_service.guidance.muscle_symptoms import section_finding
from cds_service.guidance.other_hits import has_electrolyte_hit
from cds_service.guidance.rule import PATIENT_VIEW, Rule, Stage
from cds_service.guidance.wording import fact_row

LIVER = (
    Concept.CIRRHOSIS, Concept.DECOMPENSATED_CIRRHOSIS, Concept.CHRONIC_LIVER_DISEASE, Concept.HEPATIC_FAILURE,
    Concept.ACUTE_LIVER_FAILURE,
)  # fmt: skip


def check(case: Case) -> Finding | None:
    """Liver disease and something it may explain."""
    if not has_electrolyte_hit(case) and not case.prompt_symptoms:
        return None
    facts = case.facts(*LIVER)
    if not facts:
        return None
    return replace(
        section_finding(
            case,
            "Liver disease on the chart: cramps are common in cirrhosis",
            rows=tuple(fact_row(case, one) for one in facts),
            why="Reported in 22 to 88 % of patients with cirrhosis, about half to two thirds in series; linked to reduced "
            "effective volume and diuretics.",
            consider=("Diuretics that precipitate cramps deserve review.",),
            decided=("cirrhosis, chronic liver disease or hepatic failure on record",),
        ),
        symptom_section_only=True,
    )


RULE = Rule(
    id="liver-disease-cramps",
    title="Liver disease on the chart",
    family=Family.MUSCLE_SYMPTOMS,
    hooks=PATIENT_VIEW,
    needs=SYMPTOM_NEEDS | {*LIVER},
    check=check,
    override=OverrideSet.INFO,
    documents=("D5",),
    evidence=("R-CIRRH",),
    stage=Stage.AFTER_FACTS,
)

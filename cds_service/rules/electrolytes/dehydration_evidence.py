"""Evidence of dehydration in a patient for whom it matters.

A: a recent diagnosis; B: high sodium; C: a high BUN:creatinine ratio, a weak sign that is not used with
gastrointestinal bleeding, dialysis or an eGFR below 30. Shown only with a muscle symptom, a loop or thiazide diuretic,
or another electrolyte hit.

Silent when: none of these contexts; no arm holds within 7 days. Source: document D4, D29.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest
from cds_service.clinical.volume import DehydrationEvidence, dehydration_evidence
from cds_service.guidance.context import symptom_rows
from cds_service.guidance.electrolytes import KIDNEY_NEEDS, SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Row, Summary
from cds_service.guidance.other_hits import has_electrolyte_hit
from cds_service.guidance.rule import PATIENT_VIEW, Rule, Stage
from cds_service.guidance.wording import fact_row, medication_row, result_row


def check(case: Case) -> Finding | None:
    """Evidence and a context for it."""
    evidence = dehydration_evidence(case)
    if evidence is None:
        return None
    diuretics = case.taking(DrugClass.LOOP, DrugClass.THIAZIDE)
    if case.context_symptoms:
        context = "muscle symptoms"
    elif diuretics:
        context = "diuretic"
    elif has_electrolyte_hit(case):
        context = "electrolyte change"
    else:
        return None
    limits = case.limits
    return Finding(
        indicator=Indicator.WARNING if evidence.is_strong and diuretics else Indicator.INFO,
        summary=Summary(template=f"Signs of dehydration ({evidence.shown}) in a patient with {context}"),
        found=(*evidence_rows(case, evidence), *map(medication_row, diuretics), *symptom_rows(case)),
        why="Volume loss can cause cramps and electrolyte changes. The BUN:creatinine ratio is a weak sign: it does "
        "not reliably separate prerenal from intrinsic injury.",
        consider=(
            "Examine volume status; review the diuretic while volume is low.",
            "Heart failure and cirrhosis need individual targets.",
        ),
        decided=(
            f"diagnosis within {limits['dehydration.window_d']:g} d, sodium {limits.text('na.high')}, or BUN "
            f"{limits.text('bun.high')} with a ratio {limits.text('bun_cr.ratio')}",
        ),
        not_available=absent_arms(case),
        suggestions=(OrderTest(test=LabTest.BASIC_PANEL),),
    )


def absent_arms(case: Case) -> tuple[str, ...]:
    """The arms for which there are no data within the window."""
    window = case.limits["dehydration.window_d"]
    absent = []
    if case.latest(Analyte.SODIUM, window) is None:
        absent.append(f"No sodium within {window:g} d.")
    nitrogen = case.latest(Analyte.BUN, window) or case.latest(Analyte.UREA, window)
    if nitrogen is None or case.latest(Analyte.CREATININE, window) is None:
        absent.append(f"No BUN or urea together with a creatinine within {window:g} d.")
    return tuple(absent)


def evidence_rows(case: Case, evidence: DehydrationEvidence) -> list[Row]:
    """The basis of each arm."""
    rows = []
    if evidence.diagnosis is not None:
        rows.append(fact_row(case, evidence.diagnosis))
    if evidence.sodium is not None:
        rows.append(result_row(case, evidence.sodium, case.limits.text("na.high")))
    if evidence.ratio is not None:
        ratio = evidence.ratio
        rows.append(result_row(case, ratio.nitrogen, f"BUN {case.limits.text('bun.high')}"))
        rows.append(result_row(case, ratio.creatinine, f"ratio {ratio.value:.1f}, {case.limits.text('bun_cr.ratio')}"))
    return rows


RULE = Rule(
    id="dehydration-evidence",
    title="Evidence of dehydration",
    family=Family.ELECTROLYTES,
    hooks=PATIENT_VIEW,
    needs=SYMPTOM_NEEDS
    | KIDNEY_NEEDS
    | {
        Analyte.SODIUM, Analyte.BUN, Analyte.UREA, Concept.DEHYDRATION, Concept.VOLUME_DEPLETION, Concept.GI_BLEED,
        DrugClass.LOOP, DrugClass.THIAZIDE,
    },
    check=check,
    override=OverrideSet.LAB,
    documents=("D4", "D29"),
    evidence=("R-BUNCR",),
    stage=Stage.AFTER_FACTS,
)  # fmt: skip

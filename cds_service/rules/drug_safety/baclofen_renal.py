"""Baclofen ordered with reduced kidney function.

From 65 years with an eGFR below 60, at any age below 30, or on dialysis: it builds up and causes encephalopathy.

Silent when: kidney function better or unknown without dialysis. Source: document D35, D38.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest, Source
from cds_service.guidance.context import age_rows
from cds_service.guidance.drug_safety import order_finding
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet
from cds_service.guidance.order_texts import kidney_row, shown_egfr
from cds_service.guidance.rule import ORDERS, Rule


def check(case: Case) -> Finding | None:
    """New baclofen with poor kidney function."""
    orders = case.new_orders(DrugClass.BACLOFEN)
    if not orders:
        return None
    dialysis = case.facts(Concept.DIALYSIS)
    severe = case.egfr_below("egfr.severe")
    older = case.is_older and case.egfr_below("egfr.kidney_disease")
    egfr, limits = case.egfr, case.limits
    if not dialysis and not severe and not older:
        if egfr is None and case.is_older:
            case.missing[f"No eGFR within {limits['renal.window_d']:g} d: baclofen and kidney function not judged."] = (
                None
            )
        return None
    shown = "dialysis" if dialysis else shown_egfr(case)
    limit = limits.text("egfr.severe" if severe else "egfr.kidney_disease")
    rows = (kidney_row(case, egfr, limit),) if egfr is not None else ()
    return order_finding(
        case,
        orders,
        Indicator.WARNING,
        f"Baclofen with {shown}: encephalopathy risk",
        why="Baclofen is cleared by the kidney; when it builds up it causes confusion, sedation and coma.",
        consider=("Weigh another treatment or a much lower dose; avoid on dialysis where possible.",),
        decided=(
            f"eGFR {limits.text('egfr.severe')}, or {limits.text('egfr.kidney_disease')} at age "
            f"{limits.text('older.age')}, or dialysis",
        ),
        facts=dialysis,
        rows=(*(age_rows(case) if older else ()), *rows),
        tests=(OrderTest(test=LabTest.CREATININE),),
    )


RULE = Rule(
    id="baclofen-renal",
    title="Baclofen and kidney function",
    family=Family.DRUG_SAFETY,
    hooks=ORDERS,
    only_with=frozenset({DrugClass.BACLOFEN}),
    needs=frozenset({DrugClass.BACLOFEN, Analyte.EGFR, Analyte.CREATININE, Concept.DIALYSIS, Source.PATIENT}),
    check=check,
    override=OverrideSet.DRUG,
    documents=("D35", "D38"),
    evidence=("R-BEERS2023",),
)

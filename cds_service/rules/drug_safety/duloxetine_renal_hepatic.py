"""Duloxetine ordered with severe kidney or liver disease: the label says avoid.

Silent when: clearance 30 or more, or unknown, and no liver disease on record. Source: document D33 (extension).
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest, Source
from cds_service.guidance.drug_safety import order_finding
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet
from cds_service.guidance.order_texts import kidney_row, stand_in_lines
from cds_service.guidance.rule import ORDERS, Rule

LIVER = (
    Concept.CHRONIC_LIVER_DISEASE, Concept.CIRRHOSIS, Concept.DECOMPENSATED_CIRRHOSIS, Concept.HEPATIC_FAILURE,
    Concept.ACUTE_LIVER_FAILURE,
)  # fmt: skip


def check(case: Case) -> Finding | None:
    """New duloxetine with CrCl below 30 or liver disease."""
    orders = case.new_orders(DrugClass.DULOXETINE)
    if not orders:
        return None
    clearance = case.dosing_clearance
    poor = clearance is not None and clearance.value < case.limits["egfr.severe"]
    liver = case.facts(*LIVER)
    if not poor and not liver:
        if clearance is None:
            days = case.limits["renal.window_d"]
            case.missing[f"No kidney function within {days:g} d: duloxetine and kidney function not judged."] = None
        return None
    reasons = [f"{clearance.label} {clearance.shown}"] if poor and clearance is not None else []
    shown = " and ".join([*reasons, *(["liver disease"] if liver else [])])
    limit = f"< {case.limits['egfr.severe']:g} mL/min"
    rows = (kidney_row(case, clearance, limit),) if clearance is not None else ()
    return order_finding(
        case,
        orders,
        Indicator.WARNING,
        f"Duloxetine ordered: {shown}, label says avoid",
        why="Duloxetine builds up in severe kidney disease and can injure a diseased liver.",
        consider=("Weigh another treatment.",),
        decided=(f"CrCl {limit}, or chronic liver disease, cirrhosis or hepatic failure",),
        facts=liver,
        rows=rows,
        not_available=stand_in_lines(clearance),
        tests=(OrderTest(test=LabTest.CREATININE),),
    )


RULE = Rule(
    id="duloxetine-renal-hepatic",
    title="Duloxetine with severe kidney or liver disease",
    family=Family.DRUG_SAFETY,
    hooks=ORDERS,
    only_with=frozenset({DrugClass.DULOXETINE}),
    needs=frozenset(
        {
            DrugClass.DULOXETINE, *LIVER, Analyte.CREATININE_CLEARANCE, Analyte.CREATININE, Analyte.EGFR, Analyte.WEIGHT,
            Source.PATIENT,
        }
    ),
    check=check,
    override=OverrideSet.DRUG,
    documents=("D33",),
    evidence=("R-DLX",),
    extension=True,
)  # fmt: skip

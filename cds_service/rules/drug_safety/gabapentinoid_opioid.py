"""Gabapentinoid together with an opioid, one of them new.

A warning from 65 years, with respiratory disease or an eGFR below 60; otherwise information.

Silent when: only one of the two, or one of them for local use. Source: document D33 (extension).
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Analyte, DrugClass, Source
from cds_service.guidance.context import age_rows
from cds_service.guidance.drug_safety import RESPIRATORY, new_of, order_finding, pairs_with_new
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet
from cds_service.guidance.order_texts import kidney_row
from cds_service.guidance.rule import ORDERS, Rule
from cds_service.guidance.wording import pair_names


def check(case: Case) -> Finding | None:
    """Both classes, at least one new."""
    found = pairs_with_new(case, DrugClass.GABAPENTINOID, DrugClass.OPIOID)
    if found is None:
        return None
    gabapentinoids, opioids = found
    respiratory = case.facts(*RESPIRATORY)
    poor = case.egfr_below("egfr.kidney_disease")
    grave = case.is_older or bool(respiratory) or poor
    egfr = case.egfr
    rows = (kidney_row(case, egfr, case.limits.text("egfr.kidney_disease")),) if egfr and poor else ()
    return order_finding(
        case,
        new_of((*gabapentinoids, *opioids)),
        Indicator.WARNING if grave else Indicator.INFO,
        f"{pair_names(gabapentinoids, opioids)}: sedation and breathing risk",
        why="Gabapentinoid and opioid together can sedate and depress breathing.",
        consider=(
            "Gabapentinoid with opioid: lowest doses; watch sedation and breathing, above all at the start and after a dose rise.",
        ),
        decided=(
            f"warning at age {case.limits.text('older.age')}, with respiratory disease or eGFR "
            f"{case.limits.text('egfr.kidney_disease')}",
        ),
        partners=tuple(one for one in (*gabapentinoids, *opioids) if not one.is_new),
        facts=respiratory,
        rows=(*age_rows(case), *rows),
        removable=False,
    )


RULE = Rule(
    id="gabapentinoid-opioid",
    title="Gabapentinoid together with an opioid",
    family=Family.DRUG_SAFETY,
    hooks=ORDERS,
    only_with=frozenset({DrugClass.GABAPENTINOID}),
    needs=frozenset(
        {
            DrugClass.GABAPENTINOID, DrugClass.OPIOID, *RESPIRATORY, Analyte.EGFR, Analyte.CREATININE, Source.PATIENT,
        }
    ),
    check=check,
    override=OverrideSet.DRUG,
    documents=("D33",),
    evidence=("R-FDA-GABA2019", "R-BEERS2023"),
    extension=True,
)  # fmt: skip

"""Benzodiazepine together with an opioid, one of them new.

Critical from 65 years or with sleep apnoea, COPD or respiratory failure; otherwise a warning. Treatment of opioid use
disorder with methadone or buprenorphine should not be withheld: always a warning.

Silent when: only one of the two, or one of them for local use. Source: document D34 (extension).
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.chart import MedicationExposure
from cds_service.clinical.vocabulary import Concept, DrugClass, Source
from cds_service.guidance.context import age_rows
from cds_service.guidance.drug_safety import OPIOID_TREATMENT, RESPIRATORY, new_of, order_finding, pairs_with_new
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet
from cds_service.guidance.rule import ORDERS, Rule
from cds_service.guidance.wording import pair_names


def check(case: Case) -> Finding | None:
    """Both classes, at least one new."""
    found = pairs_with_new(case, DrugClass.BENZODIAZEPINE, DrugClass.OPIOID)
    if found is None:
        return None
    benzodiazepines, opioids = found
    respiratory = case.facts(*RESPIRATORY)
    treatment = is_treatment_of_dependence(case, opioids)
    grave = (case.is_older or bool(respiratory)) and not treatment
    orders = new_of((*benzodiazepines, *opioids))
    partners = tuple(one for one in (*benzodiazepines, *opioids) if not one.is_new)
    extra = ("Opioid use disorder: treatment should not be withheld.",) if treatment else ()
    conflicting = tuple(one for one in orders if not treatment or DrugClass.OPIOID not in one.classes)
    return order_finding(
        case,
        orders,
        Indicator.CRITICAL if grave else Indicator.WARNING,
        f"{pair_names(benzodiazepines, opioids)}: respiratory depression risk (boxed warning)",
        why="Benzodiazepine and opioid together can stop breathing; both labels carry a boxed warning.",
        consider=(
            "Weigh another treatment; if benzodiazepine and opioid are both needed, lowest doses, shortest time, naloxone at "
            "hand.",
            *extra,
        ),
        decided=(
            f"critical at age {case.limits.text('older.age')} or with respiratory disease, otherwise a warning",
            *(("opioid use disorder treated with methadone or buprenorphine only: warning",) if treatment else ()),
        ),
        partners=partners,
        facts=respiratory,
        rows=age_rows(case),
        conflicting=conflicting,
    )


def is_treatment_of_dependence(case: Case, opioids: tuple[MedicationExposure, ...]) -> bool:
    """Opioid use disorder with only methadone or buprenorphine."""
    if not case.has(Concept.OPIOID_USE_DISORDER):
        return False
    return all(not OPIOID_TREATMENT.isdisjoint(one.ingredients) for one in opioids)


RULE = Rule(
    id="benzodiazepine-opioid",
    title="Benzodiazepine together with an opioid",
    family=Family.DRUG_SAFETY,
    hooks=ORDERS,
    only_with=frozenset({DrugClass.BENZODIAZEPINE}),
    needs=frozenset(
        {DrugClass.BENZODIAZEPINE, DrugClass.OPIOID, *RESPIRATORY, Concept.OPIOID_USE_DISORDER, Source.PATIENT}
    ),
    check=check,
    override=OverrideSet.DRUG,
    documents=("D34",),
    evidence=("R-FDA-BZD2016", "R-BEERS2023"),
    extension=True,
)

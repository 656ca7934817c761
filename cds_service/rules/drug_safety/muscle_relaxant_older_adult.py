"""Muscle relaxant in an older adult.

At the order, from 65 years: a relaxant of the Beers item is a warning; tizanidine, dantrolene and baclofen are
information, or a warning after a fall or fragility fracture within a year. On chart open: an active Beers-item relaxant
together with such a fall.

Silent when: age unknown; at the order below 65; on chart open without a recent fall; comfort care. Source: document D32, D38.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import DrugClass, Source
from cds_service.guidance.drug_safety import FALLS, order_finding, recent_falls
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet
from cds_service.guidance.rule import EVERY_HOOK, Rule

OTHERS = (DrugClass.SMR_SPASTICITY, DrugClass.BACLOFEN)


def check(case: Case) -> Finding | None:
    """New relaxants at the order, active ones with a fall on chart open."""
    take = case.new_orders if case.at_order else case.taking
    beers = take(DrugClass.SMR_BEERS)
    others = case.new_orders(*OTHERS)
    if not beers and not others:
        return None
    if case.age is None or (case.at_order and not case.is_older):
        return None
    falls = recent_falls(case)
    if not case.at_order and not falls:
        return None
    drugs = (*beers, *others)
    indicator = Indicator.WARNING if beers or falls else Indicator.INFO
    named = " (Beers 2023)" if beers and case.is_older else ""
    return order_finding(
        case,
        drugs,
        indicator,
        f"{{drugs}} at age {case.age}: falls and sedation risk{named}",
        why="Muscle relaxants are anticholinergic or sedating, with fractures and unclear efficacy at doses that older "
        "adults tolerate.",
        consider=(
            "Prefer first-line measures: stretching, heat, hydration.",
            "Baclofen and tizanidine are outside the Beers item but were associated with more injuries than "
            "cyclobenzaprine in a 2025 cohort.",
            "If a relaxant is needed: lowest dose, short course, review date.",
        ),
        decided=(
            f"age {case.limits.text('older.age')}; fall or fragility fracture within {case.limits['falls.window_d']:g} d",
        ),
        facts=falls,
        removable=case.at_order,
    )


RULE = Rule(
    id="muscle-relaxant-older-adult",
    title="Muscle relaxant in an older adult",
    family=Family.DRUG_SAFETY,
    hooks=EVERY_HOOK,
    only_with=frozenset({DrugClass.SMR_BEERS, *OTHERS}),
    needs=frozenset({DrugClass.SMR_BEERS, *OTHERS, *FALLS, Source.PATIENT}),
    check=check,
    override=OverrideSet.DRUG,
    documents=("D32", "D38"),
    evidence=("R-BEERS2023", "R-GEORGE2025"),
)

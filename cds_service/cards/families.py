"""From hits to groups (0.13): which card a hit belongs to, the order of cards, and the cap."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cds_service.clinical.fact import replace
from cds_service.guidance.finding import Family, Hit, Indicator

FAMILY_ORDER = {family: place for place, family in enumerate(Family)}
FAMILY_TITLES: dict[Family, str] = {
    Family.NMS: "Neuroleptic malignant syndrome",
    Family.ELECTROLYTES: "Electrolytes",
    Family.MUSCLE_INJURY: "Muscle injury",
    Family.ANTIPSYCHOTIC: "Antipsychotic safety",
    Family.RED_FLAGS: "Red flags",
    Family.STATIN: "Statin",
    Family.DRUG_SAFETY: "Drug safety",
    Family.MONITORING: "Monitoring",
    Family.MUSCLE_SYMPTOMS: "Muscle symptoms",
}
ORGAN_DISEASE_RULES = frozenset({"kidney-disease-electrolyte-risk", "liver-disease-cramps"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The hits of one card, most severe first."""

    family: Family
    hits: tuple[Hit, ...]

    @property
    def indicator(self) -> Indicator:
        return max(hit.indicator for hit in self.hits)


def place(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Families of the hits whose family depends on the others (table in 0.13)."""
    electrolytes = any(hit.family is Family.ELECTROLYTES and hit.rule_id not in ORGAN_DISEASE_RULES for hit in hits)
    flagged = any(hit.rule_id == "red-flags" and hit.indicator > Indicator.INFO for hit in hits)
    return tuple(replace(hit, family=_family_of(hit, electrolytes, flagged)) for hit in hits)


def _family_of(hit: Hit, electrolytes: bool, flagged: bool) -> Family:
    if hit.rule_id in ORGAN_DISEASE_RULES:
        return Family.ELECTROLYTES if electrolytes else Family.MUSCLE_SYMPTOMS
    if hit.rule_id in ("red-flags", "imaging-consider"):
        return Family.RED_FLAGS if flagged else Family.MUSCLE_SYMPTOMS
    return hit.family


def group(hits: Sequence[Hit]) -> list[Group]:
    """One group per family, in the order in which cards are shown."""
    by_family: dict[Family, list[Hit]] = {}
    for hit in place(hits):
        by_family.setdefault(hit.family, []).append(hit)
    groups = [
        Group(family=family, hits=tuple(sorted(some, key=lambda hit: (-hit.indicator, hit.rule_id))))
        for family, some in by_family.items()
    ]
    return sorted(groups, key=lambda one: (-one.indicator, FAMILY_ORDER[one.family]))


def not_shown(hits: Sequence[Hit], shown: Collection[str]) -> list[str]:
    """Families with hits of which no card is shown (0.13-3); ``shown`` are the topics of the cards."""
    return [one.family.value for one in group(hits) if one.family.value not in shown]


def cap(groups: Sequence[Group], limit: int) -> tuple[list[Group], list[Group]]:
    """The groups to show and those beyond the cap; critical ones are never dropped."""
    critical = sum(1 for one in groups if one.indicator is Indicator.CRITICAL)
    shown = max(limit, critical)
    return list(groups[:shown]), list(groups[shown:])

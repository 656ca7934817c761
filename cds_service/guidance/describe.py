"""A rule described as data, for people who review it: the page per family, ``/rules`` and the terminal share this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cds_service.clinical.limits import Limits
from cds_service.guidance.catalogue import Catalogue
from cds_service.guidance.evidence import EVIDENCE
from cds_service.guidance.rule import Rule
from cds_service.guidance.source_attributes import source_attributes
from cds_service.guidance.source_document import BULLETS

REVIEW = "Not reviewed by a practising clinician; a named clinical owner must sign off before live use."
STATEMENTS = {bullet.id: bullet.statement for bullet in BULLETS}


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitInForce:
    """One parameter as a rule applies it here and now."""

    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDescription:
    """Everything a reviewer asks about one rule."""

    id: str
    title: str
    family: str
    hooks: tuple[str, ...]
    state: str
    """on, off or shadow."""
    description: str
    """The module's own account: what it looks for, why, when it is silent."""
    needs: tuple[str, ...]
    limits: tuple[LimitInForce, ...]
    documents: tuple[tuple[str, str], ...]
    """Bullets of the source document with their statements."""
    extension: bool
    citations: tuple[tuple[str, str, str], ...]
    """Evidence key, citation, how it was verified."""
    override_set: str
    source_attributes: Mapping[str, str]
    """The thirteen attributes of HTI-1 (170.315(b)(11)): who made it, on what evidence, with which data about people."""
    review: str = REVIEW

    def as_json(self) -> dict[str, Any]:
        """Plain data for ``/rules`` and ``rules --json``."""
        return asdict(self)


def describe(rule: Rule, catalogue: Catalogue, limits: Limits, keys: tuple[str, ...] = ()) -> RuleDescription:
    """The description of one rule with the limits in force; ``keys`` are the parameters it applies."""
    state = "off" if rule.id in catalogue.off else "shadow" if rule.family in catalogue.shadow else "on"
    return RuleDescription(
        id=rule.id,
        title=rule.title,
        family=rule.family.value,
        hooks=tuple(sorted(hook.value for hook in rule.hooks)),
        state=state,
        description=(rule.about or "").strip(),
        needs=tuple(sorted(need.value for need in rule.needs)),
        limits=tuple(LimitInForce(key=key, value=limit_text(limits, key)) for key in keys),
        documents=tuple((bullet, STATEMENTS[bullet]) for bullet in rule.documents),
        extension=rule.extension,
        citations=tuple((key, EVIDENCE[key].citation, EVIDENCE[key].verified) for key in rule.evidence),
        override_set=rule.override.value,
        source_attributes=source_attributes(rule, keys),
    )


def limit_text(limits: Limits, key: str) -> str:
    """A limit with comparison and unit, both units where it has two, switches as on/off."""
    if key in limits.switches:
        return "on" if limits.switches[key] else "off"
    if key in limits.numbers:
        return limits.text(key)
    return " · ".join(limits.text(key, unit) for unit in ("mmol/L", "mg/dL") if f"{key}.{unit}" in limits.numbers)


def describe_all(
    catalogue: Catalogue, limits: Limits, keys_by_rule: Mapping[str, tuple[str, ...]]
) -> tuple[RuleDescription, ...]:
    """Every rule, in catalogue order."""
    return tuple(describe(rule, catalogue, limits, keys_by_rule.get(rule.id, ())) for rule in catalogue.rules)

"""The catalogue: every rule module below ``cds_service.rules``, found by walking its family folders."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType

from cds_service.clinical.vocabulary import Concept, Source
from cds_service.guidance.finding import Family, Hook
from cds_service.guidance.rule import Need, Rule, Stage

GATE_NEEDS: frozenset[Need] = frozenset({Source.PATIENT, Concept.HOSPICE_CARE, Concept.COMFORT_CARE})
"""What the gates (0.1) read before any rule is asked."""


Stages = tuple[tuple[Rule, ...], ...]
REMEMBERED = 256
"""Sets of classes and concepts: charts hold much the same few."""


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Rules in catalogue order, with the switches a site has set.

    ``off`` rules are never asked; rules of ``shadow`` families are evaluated, counted and logged but not shown.
    """

    rules: tuple[Rule, ...]
    off: frozenset[str] = frozenset()
    shadow: frozenset[Family] = frozenset()
    _by_hook: dict[Hook, Stages] = field(default_factory=dict, repr=False, compare=False)
    _to_ask: dict[tuple[Hook, frozenset[str]], Stages] = field(default_factory=dict, repr=False, compare=False)

    def stages(self, hook: Hook) -> Stages:
        """Rules to ask for a hook, in the order of their stages."""
        known = self._by_hook.get(hook)
        if known is None:
            known = self._by_hook[hook] = tuple(
                tuple(rule for rule in self.active if hook in rule.hooks and rule.stage is stage) for stage in Stage
            )
        return known

    def to_ask(self, hook: Hook, present: frozenset[str]) -> Stages:
        """The stages without the rules that are silent for certain on a chart with these classes and concepts."""
        known = self._to_ask.get((hook, present))
        if known is None:
            if len(self._to_ask) >= REMEMBERED:
                self._to_ask.clear()
            known = self._to_ask[hook, present] = tuple(
                tuple(rule for rule in stage if rule.only_with is None or not rule.only_with.isdisjoint(present))
                for stage in self.stages(hook)
            )
        return known

    @cached_property
    def active(self) -> tuple[Rule, ...]:
        """Rules that are switched on."""
        return tuple(rule for rule in self.rules if rule.id not in self.off)

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    def needs(self, hook: Hook) -> frozenset[Need]:
        """The union of what the gates and the hook's rules may read."""
        return GATE_NEEDS | {need for stage in self.stages(hook) for rule in stage for need in rule.needs}


def find_rules(package: ModuleType) -> tuple[Rule, ...]:
    """Every ``RULE`` below ``package``; a module's name must be its rule's id with underscores (ImportError if not)."""
    found: list[Rule] = []
    for module_info in sorted(
        pkgutil.walk_packages(package.__path__, f"{package.__name__}."), key=lambda info: info.name
    ):
        if module_info.ispkg:
            continue
        module = importlib.import_module(module_info.name)
        rule = getattr(module, "RULE", None)
        if not isinstance(rule, Rule):
            continue
        if rule.id.replace("-", "_") != module_info.name.rsplit(".", 1)[1]:
            raise ImportError(f"{module_info.name} defines rule {rule.id}: file and rule must have one name")
        found.append(rule)
    _refuse_twins(found)
    return tuple(sorted(found, key=lambda rule: (list(Family).index(rule.family), rule.id)))


def _refuse_twins(rules: Iterable[Rule]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise ImportError(f"rule {rule.id} is defined twice")
        seen.add(rule.id)

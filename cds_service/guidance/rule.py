"""The shape of a rule; there is no guidance in here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest, Source
from cds_service.guidance.finding import Family, Finding, Hook, OverrideSet

Need = Analyte | DrugClass | Concept | LabTest | Source
"""What a rule may read: declared, so that prefetch can ask for it and its absence can be named."""


class Stage(IntEnum):
    """When a rule is asked. Later stages may read which rules have hit before (``case.hits``)."""

    FACTS = 0
    AFTER_FACTS = 1
    """Depends on other hits: dehydration, kidney, liver, muscle symptoms on an antipsychotic."""
    LAST = 2
    """first-line-measures: silent beside a critical hit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the catalogue: identity, where it runs, what it needs, how it decides, and its sources.

    ``check`` takes the Case and returns a Finding or None (silent). ``documents`` are bullets of the source document
    (D1 to D43); ``evidence`` keys of section I; ``extension`` marks rules beyond the source document.
    """

    id: str
    title: str
    family: Family
    hooks: frozenset[Hook]
    needs: frozenset[Need]
    check: Callable[[Case], Finding | None]
    override: OverrideSet
    documents: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    extension: bool = False
    stage: Stage = Stage.FACTS
    only_with: frozenset[DrugClass | Concept] | None = None
    """Silent for certain unless the chart holds one of these, in any state: then it need not be asked."""
    survives_comfort_care: bool = False
    """nms-possible: shown under comfort care although it is not critical (0.1)."""

    @property
    def about(self) -> str:
        """The rule's own account of itself: the docstring of its module."""
        return sys.modules[self.check.__module__].__doc__ or ""


PATIENT_VIEW = frozenset({Hook.PATIENT_VIEW})
ORDERS = frozenset({Hook.ORDER_SELECT, Hook.ORDER_SIGN})
EVERY_HOOK = PATIENT_VIEW | ORDERS

"""What goes into and comes out of a terminology look-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from cds_service.clinical.vocabulary import Concept, DrugClass, Route

MatchedBy = Literal["code", "name", "none"]
Consciousness = Literal["alert", "new_confusion", "voice", "pain", "unresponsive"]


class Coding(NamedTuple):
    """One FHIR coding: the system as the record spells it, a code and what the record calls it."""

    system: str | None
    code: str | None
    display: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptMatch:
    """Concepts found in a code or, failing that, in words. Empty with ``code`` means: known, but of no concern."""

    concepts: tuple[Concept, ...] = ()
    matched_by: MatchedBy = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugMatch:
    """How a medicine was understood.

    ``ingredients`` are lower-case names in the spelling of the rule catalogue ("ciclosporin", "torasemide") and
    ``rxcuis`` their RxNorm ingredients, in the same order where one exists. ``local_route`` comes from the dose form
    of the product, ``strength_mg`` from a single-ingredient tablet or capsule. ``known`` is true for any medicine of
    the tables, also one that no rule asks for. ``conflict`` says how code and words disagree; the code has won.
    """

    ingredients: tuple[str, ...] = ()
    rxcuis: tuple[str, ...] = ()
    classes: frozenset[DrugClass] = frozenset()
    ingredient_classes: tuple[frozenset[DrugClass], ...] = ()
    """The classes of each ingredient, in the order of ``ingredients``."""
    matched_by: MatchedBy = "none"
    local_route: Route | None = None
    strength_mg: float | None = None
    known: bool = False
    conflict: str | None = None

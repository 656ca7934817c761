"""Puts drug tables together: ingredients, mixtures, products, ATC codes and names, each by number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cds_service.terminology.store import DrugTables
from cds_service.terminology.words import key

_SAME_DRUG = {"4056": "erythromycin", "24351": "erythromycin", "62349": "etacrynic acid", "257844": "mefenamic acid"}
"""RxNorm ingredients that are salts, esters or acids of a named drug: they take its name, so that rules see one drug."""
_DROPPED_NAMES = frozenset({"inert ingredients"})
"""Ingredients without effect: no names for them."""


class CompileError(ValueError):
    """The source tables contradict the reviewed ones, or themselves."""


@dataclass(slots=True)
class Builder:
    """Collects ingredients, mixtures, products and names while the tables are read."""

    ingredients: list[tuple[str, str]] = field(default_factory=list)
    by_rxcui: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, int] = field(default_factory=dict)
    mixtures: list[list[int]] = field(default_factory=list)
    mixture_numbers: dict[tuple[int, ...], int] = field(default_factory=dict)
    products: dict[str, tuple[int, str, float]] = field(default_factory=dict)
    product_names: dict[str, str] = field(default_factory=dict)
    atc_members: dict[str, list[int]] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    brand_routes: dict[str, set[str]] = field(default_factory=dict)

    def ingredient(self, name: str, rxcui: str = "") -> int:
        """Number of an ingredient; made when new. One RxCUI is one ingredient, whatever it is called."""
        if rxcui and rxcui in self.by_rxcui:
            return self.by_rxcui[rxcui]
        if not rxcui and key(name) in self.by_name:
            return self.by_name[key(name)]
        number = len(self.ingredients)
        self.ingredients.append((_SAME_DRUG.get(rxcui, name.lower()), rxcui))
        if rxcui:
            self.by_rxcui[rxcui] = number
        self.by_name.setdefault(key(name), number)
        return number

    def mixture(self, members: Iterable[int]) -> int:
        """Number of a set of ingredients."""
        wanted = tuple(sorted(set(members)))
        if wanted not in self.mixture_numbers:
            self.mixture_numbers[wanted] = len(self.mixtures)
            self.mixtures.append(list(wanted))
        return self.mixture_numbers[wanted]

    def name(self, text: str, members: Iterable[int]) -> None:
        """Let a text mean these ingredients; the first meaning stays."""
        folded = key(text)
        if folded and folded not in _DROPPED_NAMES:
            self.names.setdefault(folded, self.mixture(members))

    def tables(self, classes: dict[int, list[str]]) -> DrugTables:
        """The finished tables."""
        return DrugTables(
            ingredients=self.ingredients,
            classes=[classes.get(number, []) for number in range(len(self.ingredients))],
            mixtures=self.mixtures,
            products=self.products,
            atc={code: self.mixture(members) for code, members in self.atc_members.items()},
            names=self.names,
            name_routes={
                name: min(routes) for name, routes in self.brand_routes.items() if len(routes) == 1 and min(routes)
            },
        )

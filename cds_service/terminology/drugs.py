"""Medicines: codes and names to ingredients and rule classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cds_service.clinical.vocabulary import LOCAL_ROUTES, DrugClass, Route
from cds_service.terminology.dose_forms import atc_route, form_route, strength_mg
from cds_service.terminology.drug_names import named_mixtures
from cds_service.terminology.model import Coding, DrugMatch, MatchedBy
from cds_service.terminology.ndc import labeller_and_product
from cds_service.terminology.store import DrugTables, read_ndc
from cds_service.terminology.systems import ATC, NDC, RXNORM, SNOMED, normalise_system
from cds_service.terminology.words import key, tokens

_SYSTEM_ORDER = (RXNORM, ATC, SNOMED, NDC)
_SYSTEMIC_ONLY = frozenset(
    {
        DrugClass.K_RAISING_OTHER,
        DrugClass.HYPOKALAEMIA_DRUG,
        DrugClass.HYPOCALCAEMIA_DRUG,
        DrugClass.MG_WASTER,
        DrugClass.QT_OTHER,
        DrugClass.CA_SUPPLEMENT,
    }
)
"""Classes that name an effect on the whole body: a cream or an eye drop is no member."""


_ATC_CLASSES: tuple[tuple[str, DrugClass], ...] = (
    ("C03E", DrugClass.K_SPARING),
    ("C03EA", DrugClass.THIAZIDE),
    ("C07B", DrugClass.THIAZIDE),
    ("C07D", DrugClass.THIAZIDE),
    ("C08GA", DrugClass.THIAZIDE),
    ("C09BA", DrugClass.THIAZIDE),
    ("C09DA", DrugClass.THIAZIDE),
    ("C10AA", DrugClass.STATIN),
)
"""ATC groups that say a class without naming its ingredient ("losartan and diuretics"; the diuretic is a thiazide)."""
_ATC_GROUPS: tuple[tuple[str, DrugClass], ...] = (
    ("A12AA", DrugClass.CA_SUPPLEMENT),
    ("A12AX", DrugClass.CA_SUPPLEMENT),
    ("A12B", DrugClass.K_SUPPLEMENT),
    ("A12CC", DrugClass.MG_SUPPLEMENT),
    ("C02L", DrugClass.THIAZIDE),
    ("C03A", DrugClass.THIAZIDE),
    ("C03BA", DrugClass.THIAZIDE),
    ("C03C", DrugClass.LOOP),
    ("C03D", DrugClass.K_SPARING),
    ("C03DA", DrugClass.MRA),
    ("C09", DrugClass.RAAS),
    ("M01A", DrugClass.K_RAISING_OTHER),
    ("N02A", DrugClass.OPIOID),
    *((f"N05A{group}", DrugClass.ANTIPSYCHOTIC) for group in "ABCDEFGHLX"),
    ("N05BA", DrugClass.BENZODIAZEPINE),
    ("N05CD", DrugClass.BENZODIAZEPINE),
    ("N05CF", DrugClass.Z_DRUG),
    ("N03A", DrugClass.ANTISEIZURE),
    ("N06AA", DrugClass.ANTIDEPRESSANT),
    ("N06AB", DrugClass.ANTIDEPRESSANT),
)
"""What a group, or a code of it that names an ingredient we do not know, is at least."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Ingredients by number, with what the product's own code tells about it."""

    members: frozenset[int]
    route: Route | None = None
    strength: float | None = None
    classes: frozenset[DrugClass] = frozenset()
    rank: int = 0
    """Place of the code's system in the order of evidence."""


def _most_telling(coded: Sequence[_Found], named: _Found | None) -> _Found:
    """Of several codes of one concept, in whatever order, what they say together.

    The first system decides. Beside an ingredient's code the product's stands for the whole (all ingredients, form,
    strength). Codes of which none is the whole are the combination, or else the one that the text names too.
    """
    same = sorted((found for found in coded if found.rank == coded[0].rank), key=_order)
    together = frozenset().union(*(found.members for found in same))
    equal = [found for found in same if found.members == together]
    if not equal and named is not None and not together <= named.members:
        equal = [found for found in same if found.members == named.members]
    if not equal:
        return _Found(together, classes=frozenset().union(*(found.classes for found in same)), rank=same[0].rank)
    return next((found for found in equal if found.route or found.strength), equal[0])


def _order(found: _Found) -> tuple[list[int], str, float]:
    return sorted(found.members), found.route or "", found.strength or 0.0


class DrugIndex:
    """Look-ups over the compiled tables. Reads nothing but them; every look-up is a dictionary access."""

    def __init__(
        self, tables: DrugTables, snomed: Mapping[str, Sequence[str]], classes_by_code: Mapping[str, str]
    ) -> None:
        """``snomed``: SNOMED CT code -> ingredient names. ``classes_by_code``: SNOMED CT code of a whole class."""
        self._tables = tables
        self._classes = [frozenset(DrugClass(name) for name in names) for names in tables.classes]
        self._longest_name = max((name.count(" ") + 1 for name in tables.names), default=1)
        self._snomed = {code: self._named(names) for code, names in snomed.items()}
        self._class_codes = {code: DrugClass(name) for code, name in classes_by_code.items()}

    def _named(self, names: Iterable[str]) -> frozenset[int]:
        mixtures = [self._tables.names[key(name)] for name in names if key(name) in self._tables.names]
        return frozenset(member for mixture in mixtures for member in self._tables.mixtures[mixture])

    @cached_property
    def _ndc(self) -> Mapping[str, int]:
        return read_ndc().codes

    def match(self, codings: Sequence[Coding], text: str | None = None) -> DrugMatch:
        """What a medicine is: by code (RxNorm, ATC, SNOMED CT, NDC in this order), else by name, else unknown."""
        whole_class = self._class_coded(codings)
        coded = self._by_code(codings)
        words = [coding.display for coding in codings if coding.display] + ([text] if text else [])
        named = self._by_name(words)
        if coded:
            first = _most_telling(coded, named)
            found = first if first.members or named is None else replace(named, classes=first.classes)
            if found.route is None and named is not None and named.members == found.members:
                found = replace(found, route=named.route)  # the code names the ingredient, the words the form
            return self._result(found, "code", self._conflict(found, coded, named))
        if whole_class is not None:
            return DrugMatch(classes=frozenset({whole_class}), matched_by="code", known=True)
        return DrugMatch() if named is None else self._result(named, "name", None)

    def _class_coded(self, codings: Sequence[Coding]) -> DrugClass | None:
        for coding in codings:
            if coding.code in self._class_codes and normalise_system(coding.system) == SNOMED:
                return self._class_codes[coding.code]
        return None

    def _by_code(self, codings: Sequence[Coding]) -> list[_Found]:
        """Every known coding, the most telling system first."""
        ranked: list[_Found] = []
        for coding in codings:
            system = normalise_system(coding.system)
            if system in _SYSTEM_ORDER and coding.code:
                found = self._code(system, coding.code.strip())
                if found is not None:
                    ranked.append(replace(found, rank=_SYSTEM_ORDER.index(system)))
        return sorted(ranked, key=lambda found: found.rank)

    def _code(self, system: str, code: str) -> _Found | None:
        tables = self._tables
        if system == RXNORM:
            product = tables.products.get(code.lstrip("0"))
            if product is None:
                return None
            mixture, route, strength = product
            return _Found(self._members(mixture), Route(route) if route else None, strength or None)
        if system == SNOMED:
            members = self._snomed.get(code)
            return _Found(members) if members else None
        if system == ATC:
            return self._atc(code.upper().replace(" ", ""))
        for candidate in labeller_and_product(code):
            if candidate in self._ndc:
                return _Found(self._members(self._ndc[candidate]))
        return None

    def _atc(self, code: str) -> _Found | None:
        number = self._tables.atc.get(code)
        implied = frozenset(drug_class for group, drug_class in _ATC_CLASSES if code.startswith(group))
        if number is None:
            implied |= {drug_class for group, drug_class in _ATC_GROUPS if code.startswith(group)}
            return _Found(frozenset(), classes=implied) if implied else None
        return _Found(self._members(number), atc_route(code), classes=implied)

    def _members(self, mixture: int) -> frozenset[int]:
        return frozenset(self._tables.mixtures[mixture])

    def _by_name(self, words: Sequence[str]) -> _Found | None:
        """The first text that names a medicine decides."""
        for text in words:
            mixtures = named_mixtures(text, self._tables.names, self._longest_name)
            if mixtures:
                members = frozenset(member for mixture in mixtures for member in self._tables.mixtures[mixture])
                route = form_route(text) or self._brand_route(text)
                return _Found(members, route, strength_mg(text) if len(members) == 1 else None)
        return None

    def _brand_route(self, text: str) -> Route | None:
        """Route of a brand that is sold in one local form only; "ery tab" is a name of its own and not the brand "ery"."""
        words = tokens(text)
        named: set[int] = set()
        for length in range(min(3, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                phrase = " ".join(words[start : start + length])
                if not named.isdisjoint(range(start, start + length)):
                    continue
                route = self._tables.name_routes.get(phrase)
                if route:
                    return Route(route)
                if phrase in self._tables.names:
                    named.update(range(start, start + length))
        return None

    def _conflict(self, found: _Found, others: Sequence[_Found], named: _Found | None) -> str | None:
        """One sentence when another code, or the words, name something that is neither part nor whole of it, or when codes
        of different medicines stand side by side and no words say that they are one product."""
        same = [entry for entry in others if entry.rank == found.rank]
        if all(entry.members < found.members for entry in same) and (
            named is None or not found.members <= named.members
        ):
            return f"codes mean {' and '.join(sorted({_listed(self._names(entry.members)) for entry in same}))}"
        for kind, other in [*(("another code", entry) for entry in others), ("the text", named)]:
            if other is None:
                continue
            mine, theirs = set(self._names(found.members)), set(self._names(other.members))
            if not (mine <= theirs or theirs <= mine) or (mine < theirs and mine and self._adds(other, found)):
                return f"code means {_listed(mine)}, {kind} says {_listed(theirs)}"
        return None

    def _adds(self, other: _Found, found: _Found) -> bool:
        """Whether what goes beyond ``found`` belongs to a class that a rule asks for."""
        known = frozenset().union(*(self._classes[member] for member in found.members))
        return any(self._classes[member] - known for member in other.members - found.members)

    def _names(self, members: Iterable[int]) -> list[str]:
        return list(dict.fromkeys(self._tables.ingredients[member][0] for member in sorted(members)))

    def _result(self, found: _Found, matched_by: MatchedBy, conflict: str | None) -> DrugMatch:
        classes = found.classes.union(*(self._classes[member] for member in found.members))
        if found.route in LOCAL_ROUTES:
            classes -= _SYSTEMIC_ONLY
        by_name: dict[str, frozenset[DrugClass]] = {}
        rxcuis: list[str] = []
        for member in sorted(found.members):
            name, rxcui = self._tables.ingredients[member]
            by_name[name] = by_name.get(name, frozenset()) | self._classes[member]
            if rxcui:
                rxcuis.append(rxcui)
        return DrugMatch(
            ingredients=tuple(by_name),
            rxcuis=tuple(rxcuis),
            classes=classes,
            ingredient_classes=tuple(by_name.values()),
            matched_by=matched_by,
            local_route=found.route,
            strength_mg=found.strength if len(found.members) == 1 else None,
            known=True,
            conflict=conflict,
        )

    def class_members(self, drug_class: DrugClass) -> list[str]:
        """Ingredient names of a class, in alphabetical order."""
        pairs = zip(self._tables.ingredients, self._classes, strict=True)
        return sorted({name for (name, _), classes in pairs if drug_class in classes})

    def search(self, prefix: str, limit: int = 20) -> list[str]:
        """Names that begin with what was typed, ingredients of rule classes first, for a form's type-ahead."""
        typed = key(prefix)
        if not typed:
            return []
        ours = {name for (name, _), classes in zip(self._tables.ingredients, self._classes, strict=True) if classes}
        hits = (name for name in self._tables.names if name.startswith(typed))
        return sorted(hits, key=lambda name: (name not in ours, name))[:limit]


def _listed(names: Iterable[str]) -> str:
    return " + ".join(sorted(names))

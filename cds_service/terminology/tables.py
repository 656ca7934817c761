"""The one object through which the product asks what a code or a word means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Generic, TypeVar

from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest, Route
from cds_service.terminology.conditions import ConceptIndex
from cds_service.terminology.drugs import DrugIndex
from cds_service.terminology.model import Coding, ConceptMatch, Consciousness, DrugMatch
from cds_service.terminology.observations import ObservationIndex
from cds_service.terminology.orders import OrderIndex
from cds_service.terminology.routes import RouteIndex
from cds_service.terminology.store import read_drugs, read_product_names, read_rows
from cds_service.terminology.systems import normalise_system

REMEMBERED = 1024
"""How many look-ups of each kind are remembered: the same products and problems come again and again."""
LONGEST = 400
"""Characters of a text that are read; names are shorter."""


LONGEST_REMEMBERED = 500
"""Characters of a look-up that is remembered; an odd chart's thousands of long ones must not fill the memory."""
T = TypeVar("T")


class Remembered(Generic[T]):
    """A look-up that remembers its answers to ordinary questions."""

    __slots__ = ("_again", "_plain")

    def __init__(self, match: Callable[[tuple[Coding, ...], str | None], T]) -> None:
        self._plain = match
        self._again = lru_cache(REMEMBERED)(match)

    def __call__(self, codings: Sequence[Coding], text: str | None) -> T:
        """The answer; ``text`` is read as far as ``LONGEST``."""
        asked, words = tuple(codings), text[:LONGEST] if text else None
        size = len(words or "")
        for one in asked:
            size += len(one[0] or "") + len(one[1] or "") + len(one[2] or "")
        return self._again(asked, words) if size <= LONGEST_REMEMBERED else self._plain(asked, words)


class Terminology:
    """All code tables, read once and not changed afterwards; safe to share between threads."""

    __slots__ = (
        "_concept_match",
        "_drug_match",
        "_drugs",
        "_observations",
        "_orders",
        "_route_match",
        "loinc_analytes",
    )

    loinc_analytes: Mapping[str, Analyte]
    """LOINC code -> analyte, for readers that look up many codes."""

    def __init__(self, products: Path | None = None) -> None:
        """``products``: drug tables compiled from an RxNorm release, used beside the product's own."""
        snomed = list(read_rows("snomed/drugs.csv"))
        own = read_drugs()
        self._drugs = DrugIndex(
            own if products is None else own.joined(read_drugs(products)),
            {row["code"]: row["name"].split(";") for row in snomed if row["kind"] == "ingredient"},
            {row["code"]: row["name"] for row in snomed if row["kind"] == "class"},
        )
        self._drug_match = Remembered(self._drugs.match)
        self._concept_match = Remembered(ConceptIndex().match)
        self._observations = ObservationIndex()
        self._orders = OrderIndex(self._observations)
        self._route_match = Remembered(RouteIndex().match)
        self.loinc_analytes = MappingProxyType(self._observations.analytes)

    @staticmethod
    def normalise_system(system: str | None) -> str:
        """FHIR URI of a code system in any spelling; unknown ones unchanged."""
        return normalise_system(system)

    def analyte(self, system: str | None, code: str) -> Analyte | None:
        """Analyte of an Observation code (LOINC; vital signs also SNOMED CT); ``None`` for look-alikes."""
        return self._observations.analyte(system, code)

    def why_excluded(self, code: str) -> str | None:
        """Why a LOINC code that looks like one of ours is not used ("Urine"), or ``None``."""
        return self._observations.excluded.get(code)

    def avpu(self, system: str | None, code: str | None, text: str | None = None) -> Consciousness | None:
        """AVPU answer of a coded or written value."""
        return self._observations.avpu(system, code, text)

    def concepts(self, codings: Sequence[Coding], text: str | None = None) -> ConceptMatch:
        """Concepts of a Condition, reason or finding."""
        return self._concept_match(codings, text)

    def lab_tests(self, codings: Sequence[Coding], text: str | None = None) -> frozenset[LabTest]:
        """Tests that a ServiceRequest asks for, panels with their members."""
        return self._orders.tests(codings, text)

    def order_code(self, test: LabTest) -> Coding:
        """Code and display for an order suggestion."""
        return self._orders.order_code(test)

    def route(self, codings: Sequence[Coding], text: str | None = None) -> Route | None:
        """Route of administration."""
        return self._route_match(codings, text)

    def drug(self, codings: Sequence[Coding], text: str | None = None) -> DrugMatch:
        """Ingredients and classes of a medicine."""
        return self._drug_match(codings, text)

    @staticmethod
    def product_name(rxcui: str) -> str | None:
        """RxNorm name of a product code, for people; reads a table of its own at each call."""
        return read_product_names().get(rxcui)

    def drug_class_members(self, drug_class: DrugClass) -> list[str]:
        """Ingredient names of a class."""
        return self._drugs.class_members(drug_class)

    def search_drugs(self, prefix: str, limit: int = 20) -> list[str]:
        """Medicine names that begin with ``prefix``."""
        return self._drugs.search(prefix, limit)

    @staticmethod
    def search_problems(text: str, limit: int = 20) -> list[tuple[str, str]]:
        """Names of problems with every typed word in them, each with the concept it means, for a form's type-ahead."""
        words = text.casefold().split()
        rows = [(row["name"], row["concepts"]) for row in read_rows("concept_names.csv") if row["concepts"]]
        hits = [(name, means) for name, means in rows if all(word in name.casefold() for word in words)]
        hits.sort(key=lambda pair: (not pair[0].casefold().startswith(text.casefold()), len(pair[0])))
        return [(name, " + ".join(Concept(one).title for one in means.split(";"))) for name, means in hits[:limit]]


@cache
def load_terminology(*, products: Path | None = None) -> Terminology:
    """The tables, read at the first call and kept for the life of the process."""
    return Terminology(products)

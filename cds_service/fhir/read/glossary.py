"""What codes mean, remembered by the raw JSON in which they are written: a chart repeats the same few hundred concepts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

import msgspec

from cds_service.clinical.vocabulary import Analyte, LabTest
from cds_service.clinical.vocabulary import Concept as MeantConcept
from cds_service.fhir.read.context import codings, text_of
from cds_service.fhir.read.directions import Directions
from cds_service.fhir.read.medicine_names import Named
from cds_service.fhir.read.understood import Memory, Understood
from cds_service.fhir.shapes import Concept, mended_concept
from cds_service.terminology import (
    BLOOD_PRESSURE_PANELS,
    GCS_PANEL,
    LOINC,
    VITAL_SIGNS_PANEL,
    ConceptMatch,
    DrugMatch,
    Terminology,
    normalise_system,
)

T = TypeVar("T")
CONCEPT = msgspec.json.Decoder(Concept | None)
PANELS = BLOOD_PRESSURE_PANELS | {GCS_PANEL, VITAL_SIGNS_PANEL}
COMPLAINTS = frozenset({"8661-1", "10154-3", "75325-1"})
LONG_NAME = re.compile(
    r"([^\[\]]{3,60}) \[[^\]]{3,40}\] in (?:serum|plasma|(?:venous |arterial |capillary |mixed )?blood)"
    r"(?:(?:, | or | and )(?:serum|plasma|blood)){0,3}(?: by .{1,60})?",
    re.IGNORECASE,
)
"""A LOINC long name of something in blood; group 1 is what was measured."""
CALLED = {
    LabTest.POTASSIUM: Analyte.POTASSIUM,
    LabTest.MAGNESIUM: Analyte.MAGNESIUM,
    LabTest.CALCIUM: Analyte.CALCIUM,
    LabTest.IONISED_CALCIUM: Analyte.IONISED_CALCIUM,
    LabTest.ALBUMIN: Analyte.ALBUMIN,
    LabTest.CREATININE: Analyte.CREATININE,
    LabTest.CK: Analyte.CK,
    LabTest.TSH: Analyte.TSH,
}
OVER = re.compile(
    r"(?:(?:personal|past|previous|prior|remote|resolved|old|status post|s/p|h/o|hx|pmhx?|medical|history)\b\W{0,4}"
    r"(?:of\b\W{0,4})?)+(\w.*)",
    re.IGNORECASE,
)
"""Words that put a problem into the past, whatever the clinical status of its entry."""
BEFORE_WORDS = " \t\n-*([{<\"'.:"
REMEMBERED_CONCEPTS = frozenset({MeantConcept.NMS, MeantConcept.RHABDOMYOLYSIS, MeantConcept.STATIN_MYOPATHY})

NO_MATCH = ConceptMatch()


@dataclass(frozen=True, slots=True)
class Kind:
    """What an Observation's code says it is: a result, a panel of vital signs, a finding, or nothing we read.

    ``match`` is what the words or codes of a finding mean. ``doubted`` are analytes that it may be, and ``doubt`` is why
    none of them is believed: by its name alone, or by codes that name several things.
    """

    analyte: Analyte | None = None
    is_panel: bool = False
    is_finding: bool = False
    match: ConceptMatch = NO_MATCH
    doubted: tuple[Analyte, ...] = ()
    doubt: str = ""

    is_read: bool = field(init=False)
    """Whether an Observation of this kind matters even without components."""
    is_plain: bool = field(init=False)
    """Whether it is a result of an analyte and nothing else."""

    def __post_init__(self) -> None:
        is_result = self.analyte is not None
        object.__setattr__(self, "is_read", is_result or self.is_panel or self.is_finding or bool(self.doubted))
        object.__setattr__(
            self, "is_plain", is_result and not self.is_panel and not self.is_finding and not self.doubted
        )


NO_CODE = "has no code that is known"
CODES_DISAGREE = "has codes that contradict each other"
UNREAD = Kind()
PANEL = Kind(is_panel=True)


class Glossary:
    """Meanings of concepts; shared by all requests. Raises msgspec errors for a concept that is malformed."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        self.observations = Understood(_of_concept(self._kind))
        """Of ``Observation.code``."""
        self.medicines = Understood(_of_concept(self._medicine))
        """Of ``medicationCodeableConcept``."""
        self.problems = Understood(_of_concept(self._problem))
        """Of ``Condition.code``: what it means, and what it says is over ("history of ...")."""
        self.directions: Memory[Directions] = Memory()
        """Of a medicine and its dosage, both as they are written."""

    def _medicine(self, concept: Concept | None) -> tuple[Named, DrugMatch]:
        named = Named(codings(concept), text_of(concept))
        return named, self._terminology.drug(named.codings, named.text)

    def _match(self, concept: Concept | None) -> ConceptMatch:
        return self._terminology.concepts(codings(concept), text_of(concept))

    def _problem(self, concept: Concept | None) -> tuple[ConceptMatch, tuple[MeantConcept, ...]]:
        return self._match(concept), self._remembered(concept)

    def _remembered(self, concept: Concept | None) -> tuple[MeantConcept, ...]:
        """What "History of ...", "previous ..." and "resolved ..." name, of the problems that count long after."""
        found = OVER.match((text_of(concept) or "").lstrip(BEFORE_WORDS))
        named = self._terminology.concepts((), found[1]).concepts if found is not None else ()
        return tuple(one for one in named if one in REMEMBERED_CONCEPTS)

    def _kind(self, concept: Concept | None) -> Kind:
        listed = [coding for coding in concept.coding or () if coding.code is not None] if concept is not None else []
        analytes = {found for one in listed if (found := self._terminology.analyte(one.system, one.code or ""))}
        loinc = [(one.code or "").strip() for one in listed if normalise_system(one.system) == LOINC]
        if not PANELS.isdisjoint(loinc):
            return Kind(analyte=next(iter(analytes)), is_panel=True) if len(analytes) == 1 else PANEL
        looks_alike = any(self._terminology.why_excluded(code) is not None for code in loinc)
        if len(analytes) > 1 or (analytes and looks_alike):
            return Kind(doubted=tuple(sorted(analytes)), doubt=CODES_DISAGREE)
        if analytes:
            return Kind(analyte=analytes.pop())
        called = () if looks_alike else self.called(concept)
        if listed and len(loinc) == len(listed) and COMPLAINTS.isdisjoint(loinc):
            return Kind(doubted=called, doubt=NO_CODE) if called else UNREAD
        return Kind(is_finding=True, match=self._match(concept), doubted=called, doubt=NO_CODE)

    def called(self, concept: Concept | None) -> tuple[Analyte, ...]:
        """By name alone nothing is used (a name may be urine's, or a ratio's), but it is said."""
        displays = [one.display for one in concept.coding or () if one.display] if concept is not None else []
        names = [*([concept.text] if concept is not None and concept.text else []), *displays[:20]]
        tests = frozenset[LabTest]().union(*map(self._tests_called, names))
        found = CALLED.get(next(iter(tests))) if len(tests) == 1 else None
        return (found,) if found is not None else ()

    def _tests_called(self, name: str) -> frozenset[LabTest]:
        long_name = LONG_NAME.fullmatch(name[:200])
        return self._terminology.lab_tests((), long_name[1] if long_name is not None else name[:200])


def _of_concept(understand: Callable[[Concept | None], T]) -> Callable[[bytes], T]:
    return lambda raw: understand(_concept(raw) if raw else None)


def _concept(raw: bytes) -> Concept | None:
    try:
        concept: Concept | None = CONCEPT.decode(raw)
    except msgspec.ValidationError:
        return mended_concept(raw)
    return concept


@lru_cache(maxsize=8)
def glossary_of(terminology: Terminology) -> Glossary:
    """The glossary of a terminology."""
    return Glossary(terminology)

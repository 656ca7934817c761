"""Problems, symptoms and goals of care: codes first, words where no code of the entry is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cds_service.clinical.vocabulary import Concept
from cds_service.terminology.model import Coding, ConceptMatch
from cds_service.terminology.phrases import PhraseBook
from cds_service.terminology.store import read_rows
from cds_service.terminology.systems import ICD10, ICD10CM, SNOMED, normalise_system
from cds_service.terminology.words import clinical_key

CODE_TABLES = ("conditions.csv", "snomed/conditions.csv")
_ICD = (ICD10CM, ICD10)
_CONCEPTS = {concept.value: concept for concept in Concept}


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What one listed code means; ``words`` maps a word of the entry to a closer meaning of an unspecific code."""

    concepts: tuple[Concept, ...]
    prefix: bool
    words: tuple[tuple[str, tuple[Concept, ...]], ...] = ()


class ConceptIndex:
    """Look-ups over the condition tables."""

    def __init__(self) -> None:
        self._icd: dict[str, _Meaning] = {}
        self._snomed: dict[str, _Meaning] = {}
        for table in CODE_TABLES:
            for row in read_rows(table):
                self._add(row)
        self._phrases = PhraseBook(
            (row["name"], _concepts(row["concepts"]), row["whole_text_only"] == "yes")
            for row in read_rows("concept_names.csv")
        )

    def _add(self, row: Mapping[str, str]) -> None:
        """A row with ``needs_word`` refines the plain row of the same code, whichever comes first."""
        book = self._snomed if row["system"] == "SNOMED CT" else self._icd
        code = row["code"].replace(".", "")
        known = book.get(code, _Meaning((), row["match"] == "prefix"))
        if row["needs_word"]:
            closer = (clinical_key(row["needs_word"]), _concepts(row["concepts"]))
            book[code] = _Meaning(known.concepts, known.prefix, (*known.words, closer))
        else:
            book[code] = _Meaning(_concepts(row["concepts"]), row["match"] == "prefix", known.words)

    def match(self, codings: Sequence[Coding], text: str | None = None) -> ConceptMatch:
        """Concepts of one entry. Words count only when no coding of the entry is in a table (a code beats text).

        An unspecific code ("other symptoms ...") whose listed words the entry does not use counts as in no table.
        """
        words = [coding.display for coding in codings if coding.display] + ([text] if text else [])
        said = clinical_key(" ; ".join(words))
        meanings = [meaning for coding in codings if (meaning := self._meaning(coding)) is not None]
        told = [found for meaning in meanings if (found := _closest(meaning, said)) is not None]
        if told:
            every = [concept for concepts in told for concept in concepts]
            return ConceptMatch(concepts=tuple(dict.fromkeys(every)), matched_by="code")
        named = [concept for phrase in words for concept in self._phrases.find(phrase)]
        return ConceptMatch(concepts=tuple(dict.fromkeys(named)), matched_by="name") if named else ConceptMatch()

    def _meaning(self, coding: Coding) -> _Meaning | None:
        system = normalise_system(coding.system)
        if not coding.code:
            return None
        if system == SNOMED:
            return self._snomed.get(coding.code.strip())
        return self._icd_meaning(coding.code) if system in _ICD else None

    def _icd_meaning(self, code: str) -> _Meaning | None:
        """Exact code, else the longest listed prefix of it. ``R25.2``, ``R252`` and lower case are one."""
        bare = code.strip().upper().replace(".", "").rstrip("-+*!")
        exact = self._icd.get(bare)
        if exact is not None:
            return exact
        for length in range(len(bare) - 1, 1, -1):
            listed = self._icd.get(bare[:length])
            if listed is not None and listed.prefix:
                return listed
        return None


def _concepts(cell: str) -> tuple[Concept, ...]:
    return tuple(_CONCEPTS[name] for name in cell.split(";") if name)


def _closest(meaning: _Meaning, said: str) -> tuple[Concept, ...] | None:
    """Concepts of a code in an entry that says these words; ``None`` when an unspecific code is told by no word."""
    for word, concepts in meaning.words:
        if word in said:
            return concepts
    return None if meaning.words and not meaning.concepts else meaning.concepts

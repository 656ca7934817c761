"""Find clinical phrases in free text, whole words only, and never where the text denies them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cds_service.clinical.vocabulary import Concept
from cds_service.terminology.words import clinical_key

_DENIED_BEFORE = tuple(
    clinical_key(phrase).split()
    for phrase in (
        "no", "not", "denies", "denied", "without", "negative for", "never", "absence of", "absent", "free of",
        "rule out", "ruled out", "r o", "exclude", "excluded", "history of", "hx of", "h o", "fh", "fhx", "pmh",
        "family history of", "family history", "mother with", "father with", "risk of", "risk for", "at risk", "prevent", "prevention of",
        "screening for", "screen for", "prophylaxis of", "prophylaxis for", "vaccination for", "fear of", "previous", "past", "resolved",
    )
)  # fmt: skip
_DENIED_AFTER = tuple(
    clinical_key(phrase).split()
    for phrase in (
        "ruled out", "excluded", "absent", "unlikely", "prophylaxis", "denied", "not present", "not found", "screening", "resolved",
        "negative", "vaccine", "prevention", "risk",
    )
)  # fmt: skip
_REACH = 6
"""Words between a denial and what it denies ("denies any leg cramps, stiffness or myalgia")."""
_AFTER = 2
"""Words a denial behind a finding may span ("rhabdomyolysis was ruled out")."""
_CLAUSES = re.compile(r"[.;!?](?:\s|$)|\n")
_STOPS = frozenset({"but", "with", "now", "presents", "presenting", "has", "have", "however", "currently", "today"})
"""Words that end a denial."""


class PhraseBook:
    """Phrases and what they mean; a phrase may mean nothing, so that a longer one shields a shorter one inside it."""

    def __init__(self, entries: Iterable[tuple[str, tuple[Concept, ...], bool]]) -> None:
        """Entries: phrase, its concepts, whether it counts only when it is the whole text."""
        self._inside: dict[tuple[str, ...], tuple[Concept, ...]] = {}
        self._whole: dict[tuple[str, ...], tuple[Concept, ...]] = {}
        for phrase, concepts, whole in entries:
            book = self._whole if whole else self._inside
            book[tuple(clinical_key(phrase).split())] = concepts
        self._longest = max((len(phrase) for phrase in self._inside), default=1)

    def find(self, text: str) -> list[Concept]:
        """Concepts that the text affirms, in order of appearance. Longest phrase first; denied ones are left out."""
        whole = tuple(clinical_key(text).split())
        if whole in self._whole:
            return list(self._whole[whole])
        if whole in self._inside:
            return list(self._inside[whole])
        found = [concept for clause in _CLAUSES.split(text) for concept in self._affirmed(clinical_key(clause).split())]
        return list(dict.fromkeys(found))

    def _affirmed(self, words: Sequence[str]) -> list[Concept]:
        found: list[Concept] = []
        start = 0
        while start < len(words):
            length = self._length_at(words, start)
            if length == 0:
                start += 1
                continue
            concepts = self._inside[tuple(words[start : start + length])]
            if not denied(words, start, start + length):
                found.extend(concepts)
            start += length
        return found

    def _length_at(self, words: Sequence[str], start: int) -> int:
        for length in range(min(self._longest, len(words) - start), 0, -1):
            if tuple(words[start : start + length]) in self._inside:
                return length
        return 0


def denied(words: Sequence[str], start: int, end: int) -> bool:
    """Whether words before or after ``words[start:end]`` take the finding back."""
    before = list(words[max(0, start - _REACH - 3) : start])
    for stop in reversed(range(len(before))):
        if before[stop] in _STOPS:
            before = before[stop + 1 :]
            break
    if any(_at_end(before, phrase) for phrase in _DENIED_BEFORE):
        return True
    after = list(words[end : end + _AFTER + 2])
    return any(after[gap : gap + len(phrase)] == phrase for phrase in _DENIED_AFTER for gap in range(_AFTER))


def _at_end(before: Sequence[str], phrase: Sequence[str]) -> bool:
    """The phrase ends at most ``_REACH`` words before the finding."""
    size = len(phrase)
    for gap in range(_REACH + 1):
        last = len(before) - gap
        if last >= size and list(before[last - size : last]) == list(phrase):
            return True
    return False

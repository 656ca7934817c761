"""Find the medicines that a text names: whole words, longest name first, salts and counter-ions understood."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cds_service.terminology.words import tokens

_BRANDS = re.compile(r"\[[^\]]*\]")
_PARTS = re.compile(r"\s*(?:/|\+|&|;|\band\b|\bwith\b|\bplus\b)\s*", re.IGNORECASE)
_REFUSED = re.compile(
    r"^\s*(?:no|not|avoid|stop(?:ped)?|hold|held|discontinued?|d/c|allerg\w+|intoleran\w+|without)\b", re.IGNORECASE
)

ION_WORDS = frozenset(
    {
        "acetate", "aspartate", "benzoate", "calcium", "glutamate", "iron", "lactate", "magnesium", "phosphate",
        "potassium", "salicylate", "sodium", "zinc",
    }
)  # fmt: skip
"""Words that usually are the salt of something else: a name of their own only when nothing else is named with them."""

_NOISE = frozenset(
    {
        "a", "actuat", "bd", "by", "cap", "caps", "capsule", "capsules", "chewable", "cr", "daily", "day",
        "delayed", "dose", "dr", "drug", "ec", "effervescent", "elemental", "er", "extended", "for", "form",
        "g", "gram", "grams", "granules", "hour", "hours", "hr", "in", "infusion", "injectable", "injection",
        "intravenous", "ion", "ir", "iu", "iv", "l", "la", "level", "levels", "liquid", "mcg", "medication",
        "meq", "mg", "ml", "mmol", "modified", "mol", "mouth", "od", "of", "once", "oral", "orally", "otc",
        "pack", "packet", "packets", "per", "pill", "pills", "po", "powder", "product", "prolonged", "qds",
        "release", "replacement", "sachet", "sachets", "salt", "salts", "slow", "solution", "sr", "supplement",
        "supplements", "suspension", "tab", "tablet", "tablets", "tabs", "tds", "twice", "ug", "units", "unt",
        "xr",
    }
)  # fmt: skip
"""Strengths, forms and how to take it: words that name no medicine."""


_TRAILING_SALTS = frozenset({"arginine", "lysine", "meglumine", "sodium phosphate", "tromethamine"})
"""Names of their own that, right behind another name, are its salt ("dexamethasone sodium phosphate")."""


def named_mixtures(text: str, names: Mapping[str, int], longest: int) -> tuple[int, ...]:
    """Numbers of the mixtures that ``text`` names, in order, each once; empty when it names none.

    ``names`` maps a folded name to a mixture; ``longest`` is the number of words of its longest name. A brand in square
    brackets is read only when the rest names nothing. A text that refuses a medicine ("no ...", "avoid ...") names none.
    """
    if _REFUSED.match(text):
        return ()
    outside = _BRANDS.sub(" ", text)
    found = _scan(outside, names, longest)
    if not found and outside != text:
        found = _scan(text, names, longest)
    return tuple(dict.fromkeys(found))


def _scan(text: str, names: Mapping[str, int], longest: int) -> list[int]:
    whole = names.get(" ".join(tokens(text)))
    if whole is not None:
        return [whole]
    found = _scan_words(tokens(text), names, longest)
    for part in _PARTS.split(text):
        ion = _lone_ion(tokens(part))
        if ion is not None and ion in names:
            found.append(names[ion])
    return found


def _scan_words(words: Sequence[str], names: Mapping[str, int], longest: int) -> list[int]:
    """Longest names first at each word; single counter-ions are skipped."""
    found: list[int] = []
    start, last_end = 0, -1
    while start < len(words):
        for length in range(min(longest, len(words) - start), 0, -1):
            candidate = " ".join(words[start : start + length])
            if candidate in names and not (length == 1 and candidate in ION_WORDS):
                if candidate not in _TRAILING_SALTS or last_end != start:
                    found.append(names[candidate])
                start += length
                last_end = start
                break
        else:
            start += 1
    return found


def _lone_ion(words: Sequence[str]) -> str | None:
    """The ion of "potassium 20 mEq oral tablet"; none in "losartan potassium"."""
    telling = [word for word in words if word not in _NOISE and not word[0].isdigit() and word != "%"]
    return telling[0] if len(telling) == 1 and telling[0] in ION_WORDS else None

"""How other languages write an international name: endings and letters by rule, so that "Furosemid" is no unknown medicine.

WHO's international names are one word with one root in every language; German and Nordic writers drop the last e,
Romance ones end in -a or -o and write f, t, i for ph, th, y. Used when the tables are compiled; a spelling that is also
the name of something else is left out there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

SHORTEST = 6
"""Letters; shorter names are too close to words of other meaning."""
Changes = tuple[tuple[str, str], ...]
_NORTHERN: Changes = (("ide", "id"), ("ine", "in"), ("one", "on"), ("ole", "ol"), ("ate", "at"), ("ene", "en"))
_ROMANCE: Changes = (
    ("ide", "ida"), ("ine", "ina"), ("one", "ona"), ("ole", "ol"), ("ate", "ato"), ("ene", "eno"), ("in", "ina"),
    ("en", "eno"),
)  # fmt: skip
_ITALIAN: Changes = (
    ("ide", "ide"), ("ine", "ina"), ("one", "one"), ("ole", "olo"), ("ol", "olo"), ("ate", "ato"), ("in", "ina"),
    ("en", "ene"),
)  # fmt: skip
_FRENCH: Changes = (("in", "ine"), ("en", "ene"))
_LATIN: Changes = (
    ("ide", "idum"), ("ine", "inum"), ("one", "onum"), ("ole", "olum"), ("ol", "olum"), ("in", "inum"), ("am", "amum"),
    ("en", "enum"), ("il", "ilum"),
)  # fmt: skip
_SOUTHERN_LETTERS: Changes = (("chlor", "clor"), ("chol", "col"), ("ph", "f"), ("th", "t"), ("rh", "r"), ("y", "i"))
_NORDIC_LETTERS: Changes = (("ch", "k"), ("ph", "f"), ("th", "t"))
_HARD_C = re.compile(r"c(?![eiyh])")
_PROSTHETIC = re.compile(r"^(?=s[pct])")
_DOUBLED = re.compile(r"(m|n|l|t|s|p)\1")


def spellings(name: str) -> frozenset[str]:
    """Other languages' spellings of one international name in lower case; none for several words or a short one."""
    if len(name) < SHORTEST or not (name.isascii() and name.isalpha()):
        return frozenset()
    southern = _changed(name, _SOUTHERN_LETTERS)
    spanish = _DOUBLED.sub(r"\1", southern)
    italian = re.sub(
        r"^idro|(?<!^)x", lambda found: "ss" if found[0] == "x" else found[0], southern.replace("hidro", "idro")
    )
    nordic = _changed(name, _NORDIC_LETTERS)
    hard = _HARD_C.sub("k", nordic)
    ended = {
        *(_ended(one, _NORTHERN) for one in (name, nordic, hard, hard.replace("x", "ks"), hard.replace("y", "i"))),
        *(_ended(one, _ROMANCE) for one in (southern, spanish, _PROSTHETIC.sub("e", spanish))),
        *(_ended(one, _ITALIAN) for one in (southern, italian)),
        _ended(name, _FRENCH),
        _ended(name, _LATIN),
    }
    return frozenset(one for one in ended if one is not None and one != name and len(one) >= SHORTEST)


def unambiguous(names: Iterable[tuple[str, int]], taken: Collection[str]) -> Mapping[str, int]:
    """Spelling → ingredient for (name, ingredient) pairs, without what is ``taken`` or would mean two ingredients."""
    meanings: dict[str, set[int]] = {}
    for name, number in names:
        for spelling in spellings(name):
            meanings.setdefault(spelling, set()).add(number)
    return {one: min(found) for one, found in sorted(meanings.items()) if len(found) == 1 and one not in taken}


def _changed(name: str, changes: Changes) -> str:
    for one, other in changes:
        name = name.replace(one, other)
    return name


def _ended(name: str, endings: Changes) -> str | None:
    """With the ending of a language; unchanged where the language keeps it."""
    for one, other in endings:
        if name.endswith(one):
            return name.removesuffix(one) + other
    return name

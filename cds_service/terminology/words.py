"""Words of a chart entry in comparable form: lower case, no accents, no punctuation, one spelling."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[^a-z0-9%.]+")
_LOOSE_DOT = re.compile(r"\.(?!\d)|(?<!\d)\.")
_POSSESSIVE = re.compile(r"'s\b")
_GLUED_UNIT = re.compile(r"(?<=\d)(?=(?:mg|mcg|ug|g|ml|meq|mmol|unt|iu|units)\b)")
_GLUED_STRENGTH = re.compile(r"(?<=[a-z]{5})(?=\d+(?:\.\d+)? ?(?:mg|mcg|ug|g|meq|mmol)\b)")


def plain(text: str) -> str:
    """Lower-case ASCII of a text; accents are dropped, trade-mark signs and possessives removed."""
    folded = unicodedata.normalize("NFKD", text.replace("®", " ").replace("™", " ").replace("’", "'"))
    return _POSSESSIVE.sub("", folded.encode("ascii", "ignore").decode("ascii").lower()).replace("'", "")


def tokens(text: str) -> list[str]:
    """Words and numbers in order; hyphens, slashes and brackets part words, "80mg" becomes "80" "mg"."""
    spaced = _GLUED_UNIT.sub(" ", _GLUED_STRENGTH.sub(" ", _LOOSE_DOT.sub(" ", plain(text))))
    return [word for word in _NOT_WORD.split(spaced) if word and word != "."]


def key(text: str) -> str:
    """The form in which names are stored and found."""
    return " ".join(tokens(text))


def clinical_key(text: str) -> str:
    """Like ``key``, with British and American spelling made one ("oedema" and "edema", "behaviour" and "behavior")."""
    return " ".join(american(word) for word in tokens(text))


def american(word: str) -> str:
    """One spelling for a medical word: digraphs reduced, -our and -ise taken as -or and -ize."""
    word = word.replace("ae", "e").replace("oe", "e")
    return word.replace("isation", "ization").replace("ised", "ized").replace("iour", "ior").replace("tumour", "tumor")

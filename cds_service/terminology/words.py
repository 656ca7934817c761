"""Words of a chart entry in comparable form: lower case, no accents, no punctuation, one spelling."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[^a-z0-9%.]+")
_LOOSE_DOT = re.compile(r"\.(?!\d)|(?<!\d)\.")
_DIGIT = re.compile(r"\d")
_POSSESSIVE = re.compile(r"'s\b")
_GLUED_UNIT = re.compile(r"(?<=\d)(?=(?:mg|mcg|ug|g|ml|meq|mmol|unt|iu|units)\b)")
_GLUED_STRENGTH = re.compile(r"(?<=[a-z]{5})(?=\d+(?:\.\d+)? ?(?:mg|mcg|ug|g|meq|mmol)\b)")


def plain(text: str) -> str:
    """Lower-case ASCII of a text; accents are dropped, trade-mark signs and possessives removed."""
    if not text.isascii():
        folded = unicodedata.normalize("NFKD", text.replace("®", " ").replace("™", " ").replace("’", "'"))
        text = folded.encode("ascii", "ignore").decode("ascii")
    text = text.lower()
    return _POSSESSIVE.sub("", text).replace("'", "") if "'" in text else text


def tokens(text: str) -> list[str]:
    """Words and numbers in order; hyphens, slashes and brackets part words, "80mg" becomes "80" "mg"."""
    spaced = plain(text)
    if "." in spaced:
        spaced = _LOOSE_DOT.sub(" ", spaced)
    if _DIGIT.search(spaced):
        spaced = _GLUED_UNIT.sub(" ", _GLUED_STRENGTH.sub(" ", spaced))
    return [word for word in _NOT_WORD.split(spaced) if word and word != "."]


def key(text: str) -> str:
    """The form in which names are stored and found."""
    return " ".join(tokens(text))


def clinical_key(text: str) -> str:
    """Like ``key``, with British and American spelling made one ("oedema" and "edema", "behaviour" and "behavior")."""
    return american(key(text))


def american(text: str) -> str:
    """One spelling for medical words: digraphs reduced, -our and -ise taken as -or and -ize."""
    text = text.replace("ae", "e").replace("oe", "e")
    return text.replace("isation", "ization").replace("ised", "ized").replace("iour", "ior").replace("tumour", "tumor")

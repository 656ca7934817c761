"""Writing GitHub-flavoured Markdown in which text of the chart can be nothing but text.

Chart text is cleaned (control, bidirectional and zero-width characters out, white space folded, cut), links are taken
out, and every character that Markdown or HTML could read as markup is escaped, so that the result is inert whether a
client renders Markdown, HTML or plain text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

MAX_TEXT = 160
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]{1,20}:)?//\S{0,400}|www\.\S{0,400}|\S{1,64}@\S{1,64}", re.IGNORECASE)
_SCHEME = re.compile(r"\b(?:javascript|data|vbscript|file|mailto)\s*:", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_ESCAPES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        **{character: "\\" + character for character in "\\`*_[]|~#"},
    }
)
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_PLAIN = re.compile(r"[A-Za-z0-9 ,.;:()'/%+×·–°µ≥≤-]*")


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Chart text made fit to print: one line, no invisible or direction-changing characters, no links, cut."""
    if len(text) <= limit and _PLAIN.fullmatch(text) and "//" not in text and "www." not in text:
        return _SCHEME.sub("", text) if ":" in text else text
    folded = _SPACE.sub(" ", text[: 4 * limit])
    kept = "".join(_without_stacks(folded))
    kept = _SCHEME.sub("", _LINK.sub("(link removed)", kept)).strip()
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "…"


def _without_stacks(text: str) -> Iterable[str]:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in _DROPPED_CATEGORIES:
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= 2:
            yield character


def escape(text: str, limit: int = 600) -> str:
    """Text as inert inline Markdown; also safe where a client shows it as HTML."""
    return clean(text, limit).translate(_ESCAPES)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are escaped, the header is ours."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(escape(cell) for cell in cells) + " |" for cells in rows]
    return "\n".join(lines)


def bullets(items: Iterable[str]) -> str:
    """A list; items are escaped, and their first character cannot open a block."""
    return "\n".join(f"- {_inert_start(escape(item))}" for item in items)


def _inert_start(text: str) -> str:
    return "\\" + text if text[:1] in ("-", "+", "=") else text


def section(title: str, body: str) -> str:
    """One titled part of a card."""
    return f"**{title}**\n\n{body}"

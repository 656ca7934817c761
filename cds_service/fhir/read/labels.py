"""The name of a medicine as cards print it: the chart's own display text when it is a name, else the ingredient."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from cds_service.terminology import Coding, DrugMatch

LONGEST = 100
NOT_A_NAME = re.compile(
    r"[<>{}\\`*_|~#!?;=@]|//|www\.|[.:]\s+[A-Za-z]|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f]"
)


def drug_label(text: str | None, codings: Sequence[Coding], match: DrugMatch) -> str:
    """Display text that reads as a name (no sentence, link or markup) and is not too long; else the ingredients."""
    for candidate in (text, *(coding.display for coding in codings)):
        name = _as_name(candidate) if candidate and len(candidate) <= 4 * LONGEST else None
        if name:
            return name
    return " / ".join(match.ingredients) or "medicine"


@lru_cache(maxsize=4096)
def _as_name(text: str) -> str | None:
    """The text on one line if it reads as a name."""
    name = " ".join(text.split())
    return name if name and len(name) <= LONGEST and not NOT_A_NAME.search(name) else None

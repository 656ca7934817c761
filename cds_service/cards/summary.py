"""Filling a summary below 140 characters (C1): shorten the drug list, then drop the age, then the tier word.

A number or a unit is never cut. Names of medicines come from the chart and are cleaned and cut first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cds_service.cards.markdown import clean
from cds_service.guidance.finding import Summary
from cds_service.guidance.wording import shortened

MAX_SUMMARY = 139
NAME_LIMIT = 60
_TIDY = (
    (re.compile(r"\(\s*,\s*"), "("),
    (re.compile(r"\s*,\s*\)"), ")"),
    (re.compile(r"\s*\(\s*\)"), ""),
    (re.compile(r"\(\s+"), "("),
    (re.compile(r"\s{2,}"), " "),
    (re.compile(r"\s+([,:;)])"), r"\1"),
)


def write_summary(summary: Summary) -> str:
    """The summary text, always shorter than 140 characters."""
    text = ""
    for drugs, age, tier in _attempts(summary):
        text = _fill(summary.template, drugs, age, tier)
        if len(text) <= MAX_SUMMARY:
            return text
    return text[: MAX_SUMMARY - 1].rstrip() + "…"


def _attempts(summary: Summary) -> Iterator[tuple[str, str, str]]:
    names = [shortened(clean(name), NAME_LIMIT) for name in summary.drugs]
    full = _together(names)
    yield full, summary.age, summary.tier
    count = f"{len(names)} drugs" if len(names) > 1 else shortened(full, 24)
    yield count, summary.age, summary.tier
    yield count, "", summary.tier
    yield count, "", ""


def _together(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _fill(template: str, drugs: str, age: str, tier: str) -> str:
    text = clean(template, 400).replace("{drugs}", drugs).replace("{age}", age).replace("{tier}", tier)
    for pattern, replacement in _TIDY:
        text = pattern.sub(replacement, text)
    return text.strip()

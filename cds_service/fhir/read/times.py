"""FHIR dates and times as POSIX seconds. Date-only values count as 00:00 of that day in the server's configured zone."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from functools import lru_cache

USUAL = 40
"""Characters; no time that can be read is longer."""
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?")
_MONTH_FOLLOWS = ("-0", "-1")
_FRACTION = re.compile(r"\.(\d{6})\d+")


def parse_time(text: str | None, zone: tzinfo) -> float | None:
    """The moment of a FHIR date, dateTime or instant; ``None`` when absent or not a FHIR time.

    A year or year-month counts as its first day. A time without a zone is taken in ``zone``.
    """
    if not text:
        return None
    return _remembered(text, zone) if len(text) <= USUAL else _parse(text, zone)


def _parse(text: str, zone: tzinfo) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _unusual(text.strip().upper(), zone)
    if moment.tzinfo is not None and text[10:11] == "T" and text[4:6] in _MONTH_FOLLOWS and moment.year > 1:
        return moment.timestamp()  # the usual instant
    if not text[:4].isdigit() or text[4:5] != "-":
        return None
    return _seconds(moment, zone)


_remembered = lru_cache(maxsize=8192)(_parse)
"""The results of one sample share their time."""


def _seconds(moment: datetime, zone: tzinfo) -> float | None:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
    except (OverflowError, ValueError, OSError):
        return None


def _unusual(text: str, zone: tzinfo) -> float | None:
    partial = _PARTIAL.fullmatch(text)
    try:
        if partial is not None:
            return _seconds(datetime(int(partial[1]), int(partial[2] or 1), 1), zone)
        if ":60" in text:
            return parse_time(text.replace(":60", ":59"), zone)
        return _seconds(datetime.fromisoformat(_FRACTION.sub(r".\1", text[:64])), zone) if text[4:5] == "-" else None
    except ValueError:
        return None

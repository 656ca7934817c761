"""Checking feedback (CDS Hooks 2.0): strict about what it means, tolerant of what EHRs really send.

Each entry is judged by itself; the answer names the bad ones by their place. Epic's ``overrideReasons`` object and
non-UUID card ids and the public sandbox's reason without a system are understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from cds_service.errors import MalformedRequest, WrongType
from cds_service.hooks.broken_json import what_is_broken

MAX_ENTRIES = 1_000
MAX_COMMENT = 4_000
MAX_TEXT = 200
OUTCOMES = ("accepted", "overridden")
EPIC_REASON = "com.epic.cdshooks.feedback.overrideReason"
"""Where Epic puts the reason when it is one of its own: ``.reasonTitle``, ``.reasonDisplay``, ``.reasonCategory``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackEntry:
    """One good entry."""

    card: str
    outcome: str
    outcome_at: float
    suggestions: tuple[str, ...] = ()
    reason_code: str = ""
    reason_system: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadEntry:
    """What is wrong with an entry, and where."""

    place: int
    where: str
    problem: str


def parse_feedback(body: bytes) -> tuple[list[FeedbackEntry], list[BadEntry]]:
    """Good entries and bad ones. Raises ``MalformedRequest`` when the body is not ``{"feedback": [...]}``."""
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedRequest(what_is_broken(body, error), where="feedback", code="structure") from error
    entries = data.get("feedback") if isinstance(data, dict) else None
    if entries is None:
        raise MalformedRequest("feedback is required", where="feedback", code="required")
    if not isinstance(entries, list):
        raise WrongType("feedback must be a list", where="feedback", code="structure")
    if not entries:
        raise MalformedRequest("feedback is empty", where="feedback", code="required")
    if len(entries) > MAX_ENTRIES:
        raise MalformedRequest("feedback has too many entries", where="feedback", code="too-long")
    good: list[FeedbackEntry] = []
    bad: list[BadEntry] = []
    for place, entry in enumerate(entries):
        try:
            good.append(_entry(entry))
        except _Bad as error:
            bad.append(BadEntry(place=place, where=f"feedback[{place}]{error.where}", problem=error.problem))
    return good, bad


class _Bad(Exception):
    def __init__(self, where: str, problem: str) -> None:
        super().__init__(problem)
        self.where = where
        self.problem = problem


def _entry(entry: Any) -> FeedbackEntry:
    if not isinstance(entry, dict):
        raise _Bad("", "an entry must be an object")
    outcome = entry.get("outcome")
    if outcome not in OUTCOMES:
        raise _Bad(".outcome", "outcome must be accepted or overridden")
    suggestions = _suggestions(entry) if outcome == "accepted" else ()
    code, system, comment = _reason(entry) if outcome == "overridden" else ("", "", "")
    return FeedbackEntry(
        card=_short(entry, "card", required=True),
        outcome=outcome,
        outcome_at=_moment(entry.get("outcomeTimestamp")),
        suggestions=suggestions,
        reason_code=code,
        reason_system=system,
        comment=comment,
    )


def _short(entry: Mapping[str, Any], name: str, *, required: bool = False) -> str:
    value = entry.get(name)
    if value is None and not required:
        return ""
    value = value.replace("\x00", "") if isinstance(value, str) else ""
    if not value.strip() or len(value) > MAX_TEXT:
        raise _Bad(f".{name}", f"{name} must be a string of 1 to {MAX_TEXT} characters")
    return value.strip()


def _suggestions(entry: Mapping[str, Any]) -> tuple[str, ...]:
    found = entry.get("acceptedSuggestions")
    if not isinstance(found, list) or not found:
        raise _Bad(".acceptedSuggestions", "accepted needs acceptedSuggestions")
    if not all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in found):
        raise _Bad(".acceptedSuggestions", "each accepted suggestion needs an id")
    return tuple(one["id"][:MAX_TEXT] for one in found[:100])


def _reason(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    """Code, system and comment of an override; all may be empty."""
    given = entry.get("overrideReason") or entry.get("overrideReasons") or {}
    if isinstance(given, list):
        given = given[0] if given else {}
    if not isinstance(given, dict):
        raise _Bad(".overrideReason", "overrideReason must be an object")
    comment = given.get("userComment") or ""
    if not isinstance(comment, str) or len(comment) > MAX_COMMENT:
        raise _Bad(".overrideReason.userComment", f"userComment must be a string of at most {MAX_COMMENT} characters")
    code, system = _coding(given.get("reason") or {})
    if not code:
        code, system = _in_extension(given, entry)
    return code.replace("\x00", ""), system.replace("\x00", ""), comment.replace("\x00", "")


def _coding(reason: Any) -> tuple[str, str]:
    """Code and system; a Coding that has only a display is known by that."""
    if not isinstance(reason, dict):
        raise _Bad(".overrideReason.reason", "reason must be a Coding")
    code = reason.get("code") or reason.get("display") or ""
    system = reason.get("system") or ""
    if not isinstance(code, str) or not isinstance(system, str) or len(code) > MAX_TEXT or len(system) > 500:
        raise _Bad(".overrideReason.reason", "reason must be a Coding")
    return code, system


def _in_extension(given: Mapping[str, Any], entry: Mapping[str, Any]) -> tuple[str, str]:
    """Epic's own reason: its title (set by the site, the same for all patients), else its display, else its number."""
    for place in (given, entry):
        extension = place.get("extension")
        if not isinstance(extension, dict):
            continue
        for name in ("reasonTitle", "reasonDisplay", "reasonCategory"):
            value = extension.get(f"{EPIC_REASON}.{name}")
            if isinstance(value, str) and value.strip():
                return value.strip()[:MAX_TEXT], EPIC_REASON
    return "", ""


def _moment(text: Any) -> float:
    if not isinstance(text, str):
        raise _Bad(".outcomeTimestamp", "outcomeTimestamp is required")
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise _Bad(".outcomeTimestamp", "outcomeTimestamp is not a date and time (RFC 3339)") from None

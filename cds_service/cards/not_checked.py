"""The one "Not checked" card: what could not be looked at, for a reader (law 1: silence is not an all-clear)."""

from __future__ import annotations

from collections.abc import Sequence

from cds_service.cards.markdown import bullets, section
from cds_service.clinical.vocabulary import Analyte, Source
from cds_service.guidance.finding import NotEvaluated

TOPIC = "not-checked"
SOURCE_TITLES: dict[str, str] = {
    Source.PATIENT: "patient demographics",
    Source.OBSERVATION: "results and vital signs",
    Source.MEDICATION_REQUEST: "medication orders",
    Source.MEDICATION_STATEMENT: "medication statements",
    Source.MEDICATION_ADMINISTRATION: "administered medicines",
    Source.CONDITION: "problem list",
    Source.ENCOUNTER: "encounters",
    Source.SERVICE_REQUEST: "test orders",
    Source.ALLERGY_INTOLERANCE: "allergies and intolerances",
    Source.CARE_PLAN: "care plans",
}
MAX_SUMMARY = 139
CLOSING = "What is listed here was not looked at; silence about it is not an all-clear."


def need_title(need: str | None) -> str:
    """A need in words for a summary."""
    if need is None:
        return "one rule"
    if need in SOURCE_TITLES:
        return SOURCE_TITLES[need]
    if need in set(Analyte):
        title = Analyte(need).title
        return title if title.isupper() or title[:2] == "eG" else title[0].lower() + title[1:]
    return need


def not_checked_summary(entries: Sequence[NotEvaluated]) -> str:
    """``Not checked: potassium, medication orders`` below 140 characters; what does not fit is counted."""
    titles = list(dict.fromkeys(need_title(entry.need) for entry in entries))
    for count in range(len(titles), 0, -1):
        rest = len(titles) - count
        text = f"Not checked: {', '.join(titles[:count])}{f' and {rest} more' if rest else ''}"
        if len(text) <= MAX_SUMMARY:
            return text
    return f"Not checked: {len(titles)} items"


def not_checked_detail(entries: Sequence[NotEvaluated]) -> str:
    """Each reason once, with the rules that wanted the data."""
    grouped: dict[tuple[str | None, str], list[str]] = {}
    for entry in entries:
        rules = grouped.setdefault((entry.need, entry.reason), [])
        if entry.rule_id is not None and entry.rule_id not in rules:
            rules.append(entry.rule_id)
    lines = [f"{reason}{_affected(rules)}" for (_, reason), rules in grouped.items()]
    return "\n\n".join((section("Not checked", bullets(lines)), CLOSING))


def _affected(rules: Sequence[str], most: int = 6) -> str:
    if not rules:
        return ""
    more = len(rules) - most
    return f" Affects: {', '.join(rules[:most])}{f' and {more} more rules' if more > 0 else ''}."

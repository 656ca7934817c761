"""The detail of a card (C3): found, why, consider, not available, how decided, sources. In this order, for every card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from cds_service.cards.families import Group
from cds_service.cards.markdown import bullets, escape, section, table
from cds_service.cards.summary import write_summary
from cds_service.clinical.chart import NotUsed
from cds_service.clinical.time import date_text
from cds_service.guidance.catalogue import Catalogue
from cds_service.guidance.finding import Hit, Row

SUPPORT_LINE = "Supports, does not replace, clinical judgement. Site policy overrides."
MAX_DECISION = 400
"""Length from which "How this was decided" takes another line for the same rule."""
HEADER = ("Item", "Value", "When", "Limit used")


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What every card of one answer shares."""

    catalogue: Catalogue
    parameters: str
    evidence: dict[str, str]
    """Evidence key → reference with year."""
    notes: tuple[str, ...] = ()
    """What was not available to any rule."""
    reminders: tuple[str, ...] = ()
    """What bears on every option: recorded goals of care."""
    not_used: Sequence[NotUsed] = ()
    zone: tzinfo = UTC


def write_detail(group: Group, background: Background) -> str:
    """The Markdown of one card."""
    hits = group.hits
    parts = []
    if len(hits) > 1:
        lines: dict[str, str] = {}
        for hit in hits:
            text = write_summary(hit.finding.summary)
            lines.setdefault(text, f"{hit.indicator.code}: {text}")
        parts.append(section("Findings", bullets(lines.values())))
    parts.append(section("What was found", table(HEADER, _rows(hits, background.zone))))
    parts.append(section("Why it matters", _paragraphs(_each(hit.finding.why for hit in hits))))
    options = _options(hits, background)
    if options:
        parts.append(section("Consider", bullets(options)))
    missing = _missing(hits, background)
    if missing:
        parts.append(section("Not available or not used", bullets(missing)))
    parts.append(section("How this was decided", bullets(_decisions(hits, background))))
    parts.append(section("Sources", bullets(_sources(hits, background))))
    return "\n\n".join(parts)


def _each(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def _paragraphs(texts: Sequence[str]) -> str:
    return escape(texts[0]) if len(texts) == 1 else bullets(texts)


def _options(hits: Sequence[Hit], background: Background) -> list[str]:
    """Goals of care first, then what each hit offers, then the closing sentences."""
    offered = (text for hit in hits for text in hit.finding.consider)
    return _each([*background.reminders, *offered, *(text for hit in hits for text in hit.finding.closing)])


def _rows(hits: Sequence[Hit], zone: tzinfo) -> list[tuple[str, str, str, str]]:
    """Rows of all hits, one per item and value; the limits that different rules applied stand together."""
    merged: dict[tuple[str, str, str], list[str]] = {}
    for row in (row for hit in hits for row in hit.finding.found):
        limits = merged.setdefault(_key(row, zone), [])
        limits += [part for part in row.limit.split("; ") if part and part not in limits]
    return [(*key, "; ".join(limits)) for key, limits in merged.items()]


def _key(row: Row, zone: tzinfo) -> tuple[str, str, str]:
    when = row.when.format(*(date_text(moment, zone) for moment in row.moments)) if row.moments else row.when
    return row.item, row.value, when


def _missing(hits: Sequence[Hit], background: Background) -> list[str]:
    needs = {str(need) for hit in hits for need in background.catalogue.by_id[hit.rule_id].needs}
    own = [text for hit in hits for text in hit.finding.not_available]
    said = "\n".join(own)
    unused = (
        one.detail
        for one in background.not_used
        if one.need in needs and not any(words in said for words in one.said_as)
    )
    return _each([*own, *unused, *background.notes])


def _decisions(hits: Sequence[Hit], background: Background) -> list[str]:
    lines = [line for hit in hits for line in _decision_lines(hit)]
    if any((row.reference or "").startswith("Observation/") for hit in hits for row in hit.finding.found):
        lines.append("Results are final unless marked preliminary, amended or corrected")
    return [*lines, f"Parameter set {background.parameters}"]


def _decision_lines(hit: Hit) -> list[str]:
    """One line per rule; what would be too long for one goes on in the next."""
    head = f"{hit.rule_id} ({hit.indicator.code})"
    lines: list[str] = []
    for applied in hit.finding.decided:
        if lines and len(lines[-1]) + len(applied) <= MAX_DECISION:
            lines[-1] += f"; {applied}"
        else:
            lines.append(f"{head}: {applied}")
    return lines or [head]


def _sources(hits: Sequence[Hit], background: Background) -> list[str]:
    rules = [background.catalogue.by_id[hit.rule_id] for hit in hits]
    documents = _each(bullet for rule in rules for bullet in rule.documents)
    lines = [f"Source document “Causes of Muscle Spasms”: {', '.join(documents)}"] if documents else []
    beyond = [rule.id for rule in rules if rule.extension]
    if beyond:
        lines.append(f"Beyond the source document: {', '.join(beyond)}")
    cited: dict[str, list[str]] = {}
    for key in _each(k for rule in rules for k in rule.evidence):
        if key in background.evidence:
            cited.setdefault(background.evidence[key], []).append(key)
    lines += [f"{', '.join(keys)}: {citation}" for citation, keys in cited.items()]
    return [*lines, SUPPORT_LINE]

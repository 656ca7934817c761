"""Writes docs/rules/ and the traceability table from the rules and their tests, and checks that they are fresh.

    python -m docs._generate.rules            write
    python -m docs._generate.rules --check    exit 1 if what is written differs

Also writes ``cds_service/rules/limits_by_rule.json``: which parameters each rule applied over all test rows; the
running service shows them with the values in force.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cds_service.rules
from cds_service.cards.families import FAMILY_TITLES
from cds_service.cards.overrides import REASONS, SETS
from cds_service.cards.summary import write_summary
from cds_service.clinical.case import Case
from cds_service.clinical.fact import replace
from cds_service.clinical.limits import Limits
from cds_service.guidance.assess import assess
from cds_service.guidance.catalogue import Catalogue, find_rules
from cds_service.guidance.describe import RuleDescription, describe_all
from cds_service.guidance.finding import Family, Hook, OverrideSet
from cds_service.guidance.source_attributes import NOT_USED
from cds_service.guidance.source_document import BULLETS
from cds_service.parameters import load_limits
from tests.rows import Row, chart_of
from tests.rules.tables import all_rows

ROOT = Path(__file__).resolve().parents[2]
LIMITS_FILE = ROOT / "cds_service" / "rules" / "limits_by_rule.json"
HOUSEKEEPING = ("time.", "cards.", "suggestions.", "patient.")
NOTE = "<!-- Written by `python -m docs._generate.rules` from the rules and their tests. Do not edit. -->"


class Noted(dict[str, float]):
    """Numbers that remember which keys were asked for."""

    def __init__(self, numbers: Mapping[str, float], asked: set[str]) -> None:
        super().__init__(numbers)
        self._asked = asked

    def __getitem__(self, key: str) -> float:
        self._asked.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        if key in self:
            self._asked.add(key)
        return super().get(key, default)


def limits_by_rule() -> dict[str, tuple[str, ...]]:
    """Rule → parameter keys that it applied in at least one row in which it fired."""
    asked: set[str] = set()
    plain = load_limits()
    noted = replace(plain, numbers=Noted(plain.numbers, asked))
    found: dict[str, set[str]] = {}
    for row in all_rows():
        chart = chart_of(row)
        for rule in find_rules(cds_service.rules):
            if row.hook not in rule.hooks:
                continue
            asked.clear()
            case = Case(chart, noted, at_order=row.hook.is_order, at_signing=row.hook is Hook.ORDER_SIGN)
            if rule.check(case) is not None:
                found.setdefault(rule.id, set()).update(asked)
    return {rule: tuple(sorted(_whole_keys(keys, plain))) for rule, keys in sorted(found.items())}


def _whole_keys(keys: set[str], limits: Limits) -> set[str]:
    whole = {key.rsplit(".", 1)[0] if key.endswith(("mmol/L", "mg/dL")) else key for key in keys}
    return {key for key in whole if not key.startswith(HOUSEKEEPING)}


def examples() -> dict[str, list[tuple[str, str, str]]]:
    """Rule → (sentence, indicator, summary as printed) of the rows in which it fires."""
    catalogue, limits = Catalogue(rules=find_rules(cds_service.rules)), load_limits()
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in all_rows():
        for hit in assess(chart_of(row), catalogue, limits, row.hook).hits:
            line = (row.sentence, hit.indicator.code, write_summary(hit.finding.summary))
            found.setdefault(hit.rule_id, []).append(line)
    return found


def silences() -> dict[str, list[str]]:
    """Test table → sentences of the rows in which nothing at all fires."""
    found: dict[str, list[str]] = {}
    for row in all_rows():
        if not row.hits:
            found.setdefault(_theme(row), []).append(row.sentence)
    return found


def _theme(row: Row) -> str:
    return row.hook.value


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated file with its text."""
    keys = limits_by_rule()
    yield LIMITS_FILE, json.dumps({rule: list(names) for rule, names in keys.items()}, indent=1) + "\n"
    catalogue = Catalogue(rules=find_rules(cds_service.rules))
    described = describe_all(catalogue, load_limits(), keys)
    proofs = examples()
    for family in Family:
        rules = [one for one in described if one.family == family.value]
        yield ROOT / "docs" / "rules" / f"{family.value}.md", family_page(family, rules, proofs)
    yield ROOT / "docs" / "rules" / "README.md", index_page(described)
    yield ROOT / "docs" / "rules" / "traceability.md", traceability_page(described)
    yield ROOT / "docs" / "rules" / "silence.md", silence_page()


def family_page(family: Family, rules: list[RuleDescription], proofs: Mapping[str, list[tuple[str, str, str]]]) -> str:
    """One page that a clinician can read and sign."""
    parts = [
        NOTE,
        f"# {FAMILY_TITLES[family]}",
        f"Card topic `{family.value}` · {len(rules)} rules · parameter set {load_limits().version}",
    ]
    parts += [rule_section(rule, proofs.get(rule.id, [])) for rule in rules]
    parts.append("---\n\nReviewed by: ______________________  Role: ______________________  Date: ____________")
    return "\n\n".join(parts) + "\n"


def rule_section(rule: RuleDescription, proven: list[tuple[str, str, str]]) -> str:
    """What it does, limits in force, wording, proofs, sources."""
    parts = [f"## `{rule.id}` {rule.title}", rule.description, f"**Asked on:** {', '.join(rule.hooks)}"]
    if rule.limits:
        rows = "\n".join(f"| `{one.key}` | {one.value} |" for one in rule.limits)
        parts.append(f"**Limits in force**\n\n| parameter | value |\n|---|---|\n{rows}")
    wording = list(dict.fromkeys(f"{code}: {summary}" for _, code, summary in proven))[:5]
    parts.append("**Wording**\n\n" + "\n".join(f"- {_cell(line)}" for line in wording))
    sentences = list(dict.fromkeys(f"{sentence} → {code}" for sentence, code, _ in proven))
    parts.append("**Proven by**\n\n" + "\n".join(f"- {_cell(line)}" for line in sentences))
    reasons = ", ".join(REASONS[code].lower() for code in SETS[OverrideSet(rule.override_set)])
    parts.append(f"**Override reasons** ({rule.override_set}): {reasons}")
    bullets = "\n".join(f"- {bullet}: {_cell(text)}" for bullet, text in rule.documents)
    evidence = "\n".join(f"- {key}: {_cell(text)} ({how})" for key, text, how in rule.citations)
    label = "beyond the source document; related bullets" if rule.extension else "source document"
    parts.append(f"**Sources** ({label})\n\n{bullets}" + (f"\n{evidence}" if evidence else ""))
    attributes = "; ".join(f"{name.replace('_', ' ')}: {text}" for name, text in attributes_in_short(rule).items())
    parts.append(f"**Source attributes** (HTI-1): {attributes}. {rule.review}")
    return "\n\n".join(parts)


def attributes_in_short(rule: RuleDescription) -> dict[str, str]:
    """The source attributes without the citation, which stands above; what is not used in one entry."""
    given = {name: text for name, text in rule.source_attributes.items() if name != "bibliographic_citation"}
    unused = [name.replace("_", " ") for name, text in given.items() if text == NOT_USED]
    return {name: text for name, text in given.items() if text != NOT_USED} | {NOT_USED: ", ".join(unused)}


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def index_page(rules: tuple[RuleDescription, ...]) -> str:
    """All rules on one page."""
    lines = [NOTE, "# The rule catalogue", f"{len(rules)} rules. Sign-off state: none; see each family's page.", ""]
    lines.append("| rule | title | family | hooks | source |\n|---|---|---|---|---|")
    for rule in rules:
        source = ", ".join(bullet for bullet, _ in rule.documents) + (" (extension)" if rule.extension else "")
        lines.append(
            f"| `{rule.id}` | {rule.title} | [{rule.family}]({rule.family}.md) | {', '.join(rule.hooks)} | {source} |"
        )
    lines.append("\nSee also: [traceability](traceability.md) · [silent on purpose](silence.md)")
    return "\n".join(lines) + "\n"


def traceability_page(rules: tuple[RuleDescription, ...]) -> str:
    """Every bullet of the document and the rules that name it."""
    lines = [
        NOTE,
        "# Traceability: every bullet of the source document",
        "",
        "| bullet | statement | rules that implement or quote it |",
        "|---|---|---|",
    ]
    for bullet in BULLETS:
        named = [f"`{rule.id}`" for rule in rules if bullet.id in {one for one, _ in rule.documents}]
        lines.append(
            f"| {bullet.id} | {_cell(bullet.statement)} | {', '.join(named) or _cell(bullet.implementation)} |"
        )
    return "\n".join(lines) + "\n"


def silence_page() -> str:
    """Rows in which the whole catalogue says nothing: as important as the cards."""
    lines = [NOTE, "# Silent on purpose", "", "Charts and orders about which all 63 rules say nothing."]
    for hook, sentences in silences().items():
        lines += ["", f"## {hook}", "", *(f"- {_cell(sentence)}" for sentence in dict.fromkeys(sentences))]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write, or with ``--check`` compare."""
    stale = []
    for path, text in pages():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path.relative_to(ROOT))
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{'stale' if '--check' in arguments else 'written'}: {path}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""``rules``: the catalogue in the terminal."""

from __future__ import annotations

import json
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from cds_service.errors import CdsError
from cds_service.settings import load_settings

if TYPE_CHECKING:
    from rich.console import Console

    from cds_service.guidance.describe import RuleDescription


class UnknownRule(CdsError):
    """No rule of that id."""


def rule_ids(incomplete: str) -> list[str]:
    """Ids that begin like this, for shell completion."""
    import cds_service.rules
    from cds_service.guidance.catalogue import find_rules

    return [rule.id for rule in find_rules(cds_service.rules) if rule.id.startswith(incomplete)]


def rules(
    rule_id: Annotated[str | None, typer.Argument(help="One rule, whole.", autocompletion=rule_ids)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """List all rules, or show one with the limits in force."""
    from cds_service.app import make_house
    from cds_service.guidance.describe import describe_all
    from cds_service.guidance.limits_by_rule import limits_by_rule

    house = make_house(load_settings())
    described = describe_all(house.catalogue, house.limits, limits_by_rule())
    if rule_id is not None:
        described = tuple(one for one in described if one.id == rule_id)
        if not described:
            near = get_close_matches(rule_id, house.catalogue.by_id, n=3, cutoff=0.5)
            hint = f"did you mean {', '.join(near)}?" if near else "see: cds-service rules"
            raise UnknownRule(f"no rule is called {rule_id}; {hint}")
    if as_json:
        json.dump([one.as_json() for one in described], sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
        return
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if rule_id is None:
        table = Table("rule", "title", "family", "hooks", "state")
        for one in described:
            table.add_row(one.id, one.title, one.family, ", ".join(one.hooks), one.state)
        console.print(table)
        return
    print_rule(console, described[0])


def print_rule(console: Console, one: RuleDescription) -> None:
    """One rule whole: what it does, limits in force, the document's sentences, evidence, source attributes."""
    from rich.markdown import Markdown
    from rich.table import Table

    console.print(f"[bold]{one.id}[/bold]  {one.title}")
    console.print(f"[dim]{one.family} · {', '.join(one.hooks)} · {one.state}[/dim]\n")
    console.print(Markdown(one.description))
    sentences = [(bullet, statement) for bullet, statement in one.documents]
    evidence = [(key, f"{citation} ({verified})") for key, citation, verified in one.citations]
    attributes = [(name.replace("_", " "), text) for name, text in one.source_attributes.items()]
    limits = [(limit.key, limit.value) for limit in one.limits]
    for title, rows in (
        ("Limits in force", limits),
        ("Goes beyond" if one.extension else "Implements", sentences),
        ("Evidence", evidence),
        ("Source attributes (HTI-1)", attributes),
    ):
        if rows:
            table = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 2))
            for row in rows:
                table.add_row(*row)
            console.print(table)
    console.print(f"\n[dim]{one.review}[/dim]")

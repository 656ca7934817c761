"""``rules``: the catalogue in the terminal."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from cds_service.errors import CdsError
from cds_service.settings import load_settings


class UnknownRule(CdsError):
    """No rule of that id."""


def rules(
    rule_id: Annotated[str | None, typer.Argument(help="One rule, whole.")] = None,
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
            raise UnknownRule(f"no rule is called {rule_id}; see: cds-service rules")
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
    (one,) = described
    console.print(f"[bold]{one.id}[/bold]  {one.title}\n")
    console.print(one.description)
    for limit in one.limits:
        console.print(f"  {limit.key}: {limit.value}")
    for bullet, statement in one.documents:
        console.print(f"  {bullet}: {statement}")
    for key, citation, verified in one.citations:
        console.print(f"  {key}: {citation} ({verified})")

"""``report``: what became of the cards."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Annotated

import typer

from cds_service.settings import load_settings


def report(
    days: Annotated[int, typer.Option(help="How far back.", min=1, max=3650)] = 90,
    store: Annotated[str | None, typer.Option(help="Feedback store: a path or postgresql:// URL.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Shown, accepted, overridden and why, ignored; alert burden; rules that ask for review."""
    from cds_service.feedback.report import Report, make_report
    from cds_service.feedback.store import Store

    settings = load_settings(store=store)

    async def figures() -> Report:
        opened = Store(settings.store_url, budget_s=30)
        await opened.open()
        try:
            now = time.time()
            since = now - days * 86_400
            cards, outcomes, tallies = await opened.rows_since(since)
            return make_report(cards, outcomes, tallies, since=since, now=now)
        finally:
            await opened.close()

    made = asyncio.run(figures())
    if as_json:
        json.dump(made.as_json(), sys.stdout, indent=2)
        sys.stdout.write("\n")
        return
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(f"{made.since} to {made.until}")
    for service, burden in made.burden.items():
        console.print(f"  {service}: {made.calls[service]} calls, {burden} cards per 100 calls")
    table = Table("rule", "shown", "accepted", "overridden", "ignored", "override share", "main reasons")
    for rule, tally in made.rules.items():
        share = tally.override_share
        reasons = ", ".join(f"{name} {n}" for name, n in sorted(tally.reasons.items(), key=lambda pair: -pair[1])[:3])
        flag = " REVIEW" if rule in made.review else ""
        table.add_row(
            rule + flag, str(tally.shown), str(tally.accepted), str(tally.overridden), str(tally.ignored),
            "" if share is None else f"{share:.0%}", reasons,
        )  # fmt: skip
    console.print(table)

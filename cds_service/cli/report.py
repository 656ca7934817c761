"""``report``: what became of the cards."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cds_service.errors import ConfigurationError
from cds_service.settings import load_settings

if TYPE_CHECKING:
    from rich.table import Table

    from cds_service.feedback.report import Report, Tally

DAYS_SHOWN = 30


def report(
    days: Annotated[int, typer.Option(help="How far back.", min=1, max=3650)] = 90,
    store: Annotated[str | None, typer.Option(help="Feedback store: a path or postgresql:// URL.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Shown, accepted, overridden and why, ignored; alert burden; rules that ask for review."""
    from cds_service.feedback.daily import counts_since
    from cds_service.feedback.report import make_report
    from cds_service.feedback.store import Store

    settings = load_settings(store=store)
    if "://" not in settings.store_url and not Path(settings.store_url).expanduser().exists():
        raise ConfigurationError(f"store {settings.store_url}: there is no such file; nothing has been recorded there")

    async def figures() -> Report:
        opened = Store(settings.store_url, budget_s=30)
        await opened.open()
        try:
            now = time.time()
            since = now - days * 86_400
            return make_report(await counts_since(opened, since, now=now, budget_s=600), since=since, now=now)
        finally:
            await opened.close()

    made = asyncio.run(figures())
    if as_json:
        json.dump(made.as_json(), sys.stdout, indent=2)
        sys.stdout.write("\n")
        return
    print_report(made)


def print_report(made: Report) -> None:
    """The figures as tables."""
    from rich.console import Console

    console = Console()
    console.print(f"{made.since} to {made.until}")
    for service, calls in made.calls.items():
        console.print(f"  {service}: {calls} calls, {made.burden.get(service, 0)} cards per 100 calls")
    for client, burden in made.client_burden.items():
        console.print(f"  client {client}: {burden} cards per 100 chart openings")
    for title, tallies in (("family", made.families), ("rule", made.rules), ("client", made.clients)):
        console.print(_table(title, tallies, made.review))
    console.print(_table("day", dict(list(made.by_day.items())[-DAYS_SHOWN:])))
    if made.review:
        console.print(f"Ask for review (answered often, mostly overridden): {', '.join(made.review)}")
    if made.unmatched:
        console.print(f"{made.unmatched} cards were named by feedback and are not on record")


def _table(title: str, tallies: dict[str, Tally], review: tuple[str, ...] = ()) -> Table:
    from rich.table import Table

    table = Table(title, "shown", "accepted", "overridden", "ignored", "override share", "main reasons")
    for name, tally in tallies.items():
        share = tally.override_share
        reasons = ", ".join(f"{code} {n}" for code, n in sorted(tally.reasons.items(), key=lambda pair: -pair[1])[:3])
        table.add_row(
            name + (" REVIEW" if name in review else ""), str(tally.shown), str(tally.accepted), str(tally.overridden),
            str(tally.ignored), "" if share is None else f"{share:.0%}", reasons,
        )  # fmt: skip
    return table

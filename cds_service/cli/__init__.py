"""The terminal: ``cds-service serve | demo | fire | rules | terminology | report | check``. Thin; each command a module."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cds_service.cli import check, demo, fire, report, rules, serve, terminology
from cds_service.errors import CdsError

app = typer.Typer(
    name="cds-service",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        from cds_service.api.openapi import VERSION

        print(f"cds-service {VERSION}")
        raise typer.Exit


@app.callback()
def about(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")] = False,
) -> None:
    """CDS Hooks service that finds why a patient's muscles cramp. Not cleared by any regulator."""


app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("fire")(fire.fire)
app.command("rules")(rules.rules)
app.command("report")(report.report)
app.command("check")(check.check)
app.add_typer(terminology.app, name="terminology")


def main() -> None:
    """Run; errors of ours are one clear line and exit code 2."""
    try:
        app()
    except CdsError as error:
        print(f"cds-service: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)

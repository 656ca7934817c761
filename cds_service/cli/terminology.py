"""``terminology``: how codes and names of medicines are understood, and why."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from cds_service.errors import CdsError
from cds_service.settings import load_settings
from cds_service.terminology import Terminology, load_terminology

app = typer.Typer(no_args_is_help=True, help="How codes and names of medicines are understood.")


class TerminologyError(CdsError):
    """A class or file that does not exist."""


def _loaded() -> Terminology:
    return load_terminology(products=load_settings().rxnorm_products)


def _standard_input() -> Iterator[str]:
    """Lines as UTF-8 whatever the locale; bytes that are none are replaced, so that one bad line stops nothing."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace")


@app.command("lookup")
def lookup(
    lines: Annotated[list[str] | None, typer.Argument(help="system|code or text; without any, standard input.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show ingredients and classes of codes or names, and on which evidence."""
    from cds_service.terminology.lookup import explain, json_lines

    terminology = _loaded()
    source: Iterable[str] = lines if lines else _standard_input()
    if as_json:
        for answer in json_lines(terminology, source):
            sys.stdout.buffer.write(answer.encode() + b"\n")
        return
    for line in source:
        if line.strip():
            typer.echo(explain(terminology, line))


@app.command("class")
def list_class(name: Annotated[str, typer.Argument(help="A class of the catalogue, e.g. loop.")]) -> None:
    """List the ingredients of a class."""
    from cds_service.terminology.lookup import class_lines

    try:
        for line in class_lines(_loaded(), name):
            typer.echo(line)
    except ValueError as error:
        raise TerminologyError(str(error)) from None


@app.command("compile")
def compile_release(
    rxnconso: Annotated[Path, typer.Argument(help="RXNCONSO.RRF of an RxNorm release.")],
    rxnrel: Annotated[Path, typer.Argument(help="RXNREL.RRF of the same release.")],
    target: Annotated[Path, typer.Argument(help="Where to write the product table.")],
) -> None:
    """Compile a larger product table; name it in the setting rxnorm_products."""
    from cds_service.terminology.lookup import compile_file

    try:
        typer.echo(compile_file(rxnconso, rxnrel, target))
    except OSError as error:
        raise TerminologyError(f"{error.filename}: {error.strerror}") from None

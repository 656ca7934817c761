"""``check``: validate the configuration without starting anything."""

from __future__ import annotations

from typing import Annotated

import typer

from cds_service.settings import load_settings, unknown_variables


def check(as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Exit 0 and say what is in force, or exit 2 with the file, key and range that is wrong."""
    from cds_service.app import make_house, make_state

    settings = load_settings()
    house = make_house(settings)
    make_state(settings)
    facts = {
        "parameters": house.limits.version,
        "rules": len(house.catalogue.active),
        "rules_off": sorted(house.catalogue.off),
        "shadow_families": sorted(family.value for family in house.catalogue.shadow),
        "authentication": "on" if settings.authenticates else "off",
        "fhir_servers": list(settings.fhir_servers),
        "store": "off"
        if not settings.store_enabled
        else "postgresql"
        if settings.store_url.startswith("postgres")
        else "sqlite",
    }
    for name in unknown_variables():  # not an error: platforms add variables of their own
        typer.echo(f"cds-service: {name} is set, but there is no such setting", err=True)
    if as_json:
        import json
        import sys

        json.dump(facts, sys.stdout, indent=2)
        sys.stdout.write("\n")
        return
    for name, value in facts.items():
        typer.echo(f"{name}: {value}")
    typer.echo("configuration is valid")

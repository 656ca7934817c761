"""The compiled drug tables: their shape on disk and how they are read.

``data/drugs.msgpack`` holds everything a look-up by RxNorm, ATC or name needs; ``data/ndc.msgpack`` is read at the
first NDC; ``data/product_names.msgpack`` only where a person asks what a code means. All three are written by
``compiler``; an RxNorm release of the site's own may be compiled to a further file of the same shape.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

DATA: Traversable = resources.files("cds_service.terminology") / "data"


class DrugTables(msgspec.Struct, frozen=True, kw_only=True):
    """Ingredients by number; every other table points to a set of ingredients ("mixture") by number.

    ``ingredients``: name and RxCUI ("" where none is known). ``classes``: values of ``DrugClass`` for each ingredient.
    ``products``: RxCUI -> (mixture, dose-form route or "", strength in mg or 0). ``name_routes``: brand sold only in one
    local form -> its route ("restasis": ophthalmic).
    """

    ingredients: list[tuple[str, str]]
    classes: list[list[str]]
    mixtures: list[list[int]]
    products: dict[str, tuple[int, str, float]]
    atc: dict[str, int]
    names: dict[str, int]
    name_routes: dict[str, str] = {}

    def joined(self, release: DrugTables) -> DrugTables:
        """These tables with a site's RxNorm release: its products win, names and ATC codes keep their meaning here.

        Ingredients meet by RxCUI, or by name where these tables know no RxCUI.
        """
        numbers = {rxcui: number for number, (_, rxcui) in enumerate(self.ingredients) if rxcui}
        unnumbered = {name: number for number, (name, rxcui) in enumerate(self.ingredients) if not rxcui}
        ingredients, classes, mixtures = list(self.ingredients), list(self.classes), list(self.mixtures)
        renumbered: list[int] = []
        for (name, rxcui), own in zip(release.ingredients, release.classes, strict=True):
            if rxcui not in numbers and name in unnumbered:
                numbers[rxcui] = unnumbered[name]
                ingredients[numbers[rxcui]] = (name, rxcui)
            elif rxcui not in numbers:
                numbers[rxcui] = len(ingredients)
                ingredients.append((name, rxcui))
                classes.append(own)
            renumbered.append(numbers[rxcui])
        shift = len(mixtures)
        mixtures.extend([renumbered[member] for member in mixture] for mixture in release.mixtures)
        products = {code: (mix + shift, route, mg) for code, (mix, route, mg) in release.products.items()}
        return DrugTables(
            ingredients=ingredients,
            classes=classes,
            mixtures=mixtures,
            products=self.products | products,
            atc=self.atc,
            names={name: mix + shift for name, mix in release.names.items()} | self.names,
            name_routes=self.name_routes,
        )


class NdcTable(msgspec.Struct, frozen=True, kw_only=True):
    """Labeller and product part of an NDC (nine digits) -> mixture of ``DrugTables``."""

    codes: dict[str, int]


def read_drugs(path: Path | None = None) -> DrugTables:
    """The product's own drug tables, or those at ``path``. Raises ``OSError`` or ``msgspec.DecodeError``."""
    raw = (DATA / "drugs.msgpack").read_bytes() if path is None else path.read_bytes()
    return msgspec.msgpack.decode(raw, type=DrugTables)


def read_ndc() -> NdcTable:
    """NDC table; separate because few charts need it."""
    return msgspec.msgpack.decode((DATA / "ndc.msgpack").read_bytes(), type=NdcTable)


def read_product_names() -> dict[str, str]:
    """RxCUI -> RxNorm name of every product in the tables; for people and for measuring, not for look-ups."""
    raw = (DATA / "product_names.msgpack").read_bytes()
    return msgspec.msgpack.decode(raw, type=dict[str, str])


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a reviewable CSV table in ``data``; none when an optional file (SNOMED CT) was left out."""
    table = DATA.joinpath(*name.split("/"))
    if not table.is_file():
        return
    with table.open("r", encoding="utf-8") as stream:
        rows = csv.reader(stream)
        names = next(rows)
        for row in rows:
            yield dict(zip(names, row, strict=True))

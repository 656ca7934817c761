"""Compile a site's own RxNorm release into a product table.

The files are RXNCONSO.RRF and RXNREL.RRF of a full release or of the Current Prescribable Content (fields parted by
``|``, no header). Ingredients of a product are found by following RxNorm's own relations down to ingredients (IN);
classes come from the reviewed class table. The result is read by ``load_terminology(products=...)``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from cds_service.terminology.builder import Builder
from cds_service.terminology.compiler import REVIEWED, class_lists
from cds_service.terminology.dose_forms import form_route, strength_mg
from cds_service.terminology.source_tables import read
from cds_service.terminology.store import DrugTables

_RXCUI, _SOURCE, _TYPE, _NAME, _SUPPRESSED = 0, 11, 12, 14, 16
_TARGET, _OTHER, _RELATION = 0, 4, 7
_PRODUCT_TYPES = frozenset(
    {
        *("PIN", "MIN", "BN", "SCD", "SBD", "SCDC", "SBDC", "SCDF", "SBDF", "SCDG", "SBDG", "GPCK", "BPCK"),
        *("SCDFP", "SBDFP", "SCDGP"),
    }
)
_DOWN = frozenset(
    {
        *(
            "has_ingredient",
            "has_ingredients",
            "has_precise_ingredient",
            "consists_of",
            "contains",
            "form_of",
            "has_part",
        ),
        *("tradename_of", "isa"),
    }
)
"""Relations that lead from a product towards its ingredients."""
_UP = frozenset(
    {
        *(
            "ingredient_of",
            "ingredients_of",
            "precise_ingredient_of",
            "constitutes",
            "contained_in",
            "has_form",
            "part_of",
        ),
        *("has_tradename", "inverse_isa"),
    }
)
"""The same relations told from the other end."""


def compile_release(conso: Path, relations: Path) -> DrugTables:
    """Drug tables of an RxNorm release. Raises ``OSError`` when a file cannot be read, ``ValueError`` when it is no RRF."""
    builder = Builder()
    products = _read_names(builder, conso)
    parts = _read_relations(relations)
    for code, name in products.items():
        members = [builder.by_rxcui[found] for found in sorted(_ingredients(code, parts, builder))]
        if members:
            route = form_route(name)
            strength = strength_mg(name) if len(members) == 1 else None
            builder.products[code] = (builder.mixture(members), route.value if route else "", strength or 0.0)
    for code, number in builder.by_rxcui.items():
        builder.products[code] = (builder.mixture([number]), "", 0.0)
    return builder.tables(class_lists(builder, read(REVIEWED, "drug_classes.csv"), complete=False))


def write_release(conso: Path, relations: Path, target: Path) -> int:
    """Compile a release into the file ``target``; returns the number of product codes."""
    tables = compile_release(conso, relations)
    target.write_bytes(msgspec.msgpack.encode(tables))
    return len(tables.products)


def _fields(path: Path, least: int) -> Iterator[list[str]]:
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            fields = line.rstrip("\n").split("|")
            if len(fields) <= least:
                raise ValueError(f"{path.name}, line {number}: {len(fields)} fields, more than {least} expected")
            yield fields


def _read_names(builder: Builder, conso: Path) -> dict[str, str]:
    """Ingredients go to the builder; products are returned by RxCUI. Suppressed names are used only for products."""
    products: dict[str, str] = {}
    for fields in _fields(conso, _SUPPRESSED):
        if fields[_SOURCE] != "RXNORM":
            continue
        if fields[_TYPE] == "IN" and fields[_SUPPRESSED] in ("N", ""):
            number = builder.ingredient(fields[_NAME], fields[_RXCUI])
            builder.name(fields[_NAME], [number])
        elif fields[_TYPE] in _PRODUCT_TYPES:
            products.setdefault(fields[_RXCUI], fields[_NAME])
    return products


def _read_relations(path: Path) -> dict[str, set[str]]:
    """RxCUI -> RxCUIs one step nearer to its ingredients. A row says: its second concept has the relation to its first."""
    parts: dict[str, set[str]] = {}
    for fields in _fields(path, _RELATION):
        first, second, relation = fields[_TARGET], fields[_OTHER], fields[_RELATION]
        if relation in _DOWN:
            parts.setdefault(second, set()).add(first)
        elif relation in _UP:
            parts.setdefault(first, set()).add(second)
    return parts


def _ingredients(code: str, parts: dict[str, set[str]], builder: Builder) -> set[str]:
    """Ingredients below a concept; what is below an ingredient is its own affair."""
    found: set[str] = set()
    seen = {code}
    ahead = [code]
    while ahead:
        for part in parts.get(ahead.pop(), ()):
            if part in builder.by_rxcui:
                found.add(part)
            elif part not in seen:
                seen.add(part)
                ahead.append(part)
    return found

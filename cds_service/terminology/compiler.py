"""Compile the source tables into the product's own copy.

    python -m cds_service.terminology.compiler SOURCE_DIR [DATA_DIR]

SOURCE_DIR holds ``drug_ingredients.csv``, ``drug_products.csv``, ``drug_ndc9.csv`` and ``drug_names.csv``. Rows whose
only source carries a non-commercial licence (``sources`` is ``ndc_map``) are left out. The reviewed tables in ``data``
(``drug_classes.csv``, ``extra_ingredients.csv``, ``extra_names.csv``) decide classes and additions; a class member
that is no known ingredient stops the compilation. Written: ``drugs.msgpack``, ``ndc.msgpack``,
``product_names.msgpack``, ``conditions.csv`` and ``snomed/conditions.csv`` (from ``condition_codes.csv`` and
``condition_codes_more.csv``, translated by ``concept_map.csv`` and ``concept_codes.csv``). Laboratory and order tables
are reviewed CSV and need no compiling.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from cds_service.clinical.vocabulary import DrugClass
from cds_service.terminology.builder import Builder, CompileError
from cds_service.terminology.condition_compiler import compile_conditions
from cds_service.terminology.dose_forms import strength_mg
from cds_service.terminology.drug_names import ION_WORDS
from cds_service.terminology.foreign_names import unambiguous
from cds_service.terminology.source_tables import Row, read, split, write_rows
from cds_service.terminology.store import DrugTables, NdcTable
from cds_service.terminology.words import key

REVIEWED = Path(__file__).parent / "data"
"""Where the reviewed tables are, and where the compiled ones go."""
_LICENSED_OUT = "ndc_map"
_MISSED = {"tilidine": "tilidine", "vitamin d3": "colecalciferol", "calcium chloride": "calcium chloride"}
"""Words in the name of a ``partial`` product row -> the ingredient of a rule class that the row leaves out."""
_FORM_ROUTES = {"topical", "ophthalmic", "otic", "vaginal", "nasal", "inhaled", "transdermal", "rectal"}


def add_ingredients(builder: Builder, rows: list[Row]) -> None:
    """Named ingredients first: their spelling (INN, British) is what the product prints. The shortest name wins."""
    for row in sorted(rows, key=lambda row: (len(row["ingredient"]), row["ingredient"])):
        number = builder.ingredient(row["ingredient"], row["rxcui_in"])
        builder.by_name.setdefault(key(row["ingredient"]), number)
        for text in [row["ingredient"], row["us_name"], *split(row["salt_names"])]:
            builder.name(text, [number])
        for code in [*split(row["atc_codes"]), *split(row["atc_combination_codes"])]:
            members = builder.atc_members.setdefault(code, [])
            if number not in members:
                members.append(number)


def add_ingredient_codes(builder: Builder, rows: list[Row]) -> None:
    """RxCUIs of ingredients themselves, precise ingredients and older ingredient codes."""
    for row in rows:
        if not row["rxcui_in"]:
            continue
        number = builder.by_rxcui[row["rxcui_in"]]
        for code in [row["rxcui_in"], *split(row["rxcui_pin"]), *split(row["rxcui_other"])]:
            builder.products.setdefault(code, (builder.mixture([number]), "", 0.0))


def add_extras(builder: Builder, rows: list[Row]) -> None:
    """Ingredients of rule classes that the source tables lack (general knowledge, marked so)."""
    for row in rows:
        codes = split(row["rxcuis"])
        number = builder.ingredient(row["ingredient"], codes[0] if codes else "")
        builder.by_name.setdefault(key(row["ingredient"]), number)
        for code in codes:
            builder.products.setdefault(code, (builder.mixture([number]), "", 0.0))
        for code in split(row["atc"]):
            builder.atc_members.setdefault(code, [number])
        for text in [row["ingredient"], *split(row["names"])]:
            builder.name(text, [number])


def members_of(builder: Builder, rxcuis: str, names: str) -> list[int]:
    """Ingredient numbers of a product row (codes by ``;``, names by `` + ``, in the same order)."""
    codes = split(rxcuis)
    called = names.split(" + ")
    if len(codes) != len(called):
        raise CompileError(f"ingredient codes and names differ in number: {rxcuis} / {names}")
    members = [builder.ingredient(name.strip(), code) for code, name in zip(codes, called, strict=True)]
    for name, member in zip(called, members, strict=True):
        builder.by_name.setdefault(key(name), member)
    return members


def add_products(builder: Builder, rows: list[Row]) -> None:
    """RxNorm products of every kind, and their ingredients' own codes and names."""
    for row in rows:
        if row["sources"] == _LICENSED_OUT:
            continue
        members = members_of(builder, row["ingredient_rxcuis"], row["ingredient_names"])
        if row["verified"] == "partial":
            members += [named(builder, drug) for word, drug in _MISSED.items() if word in row["name"].lower()]
        route = row["route_group"] if row["route_group"] in _FORM_ROUTES else ""
        strength = strength_mg(row["name"]) if len(members) == 1 else None
        builder.products[row["rxcui"]] = (builder.mixture(members), route, strength or 0.0)
        if row["brand"] and row["route_group"] != "unspecified":
            builder.brand_routes.setdefault(key(row["brand"]), set()).add(route)
        if row["name"]:
            builder.product_names[row["rxcui"]] = row["name"]
    for code, number in builder.by_rxcui.items():
        builder.products.setdefault(code, (builder.mixture([number]), "", 0.0))


def add_others(builder: Builder, rows: list[Row]) -> None:
    """Common medicines no rule asks for: known by name, so that a chart does not list them as not recognised."""
    for row in rows:
        if key(row["ingredient"]) not in builder.names:
            builder.ingredient(row["ingredient"])


def named(builder: Builder, name: str) -> int:
    """Number of the one ingredient a name stands for. Raises ``CompileError`` when there is none."""
    folded = key(name)
    if folded in builder.by_name:
        return builder.by_name[folded]
    members = builder.mixtures[builder.names[folded]] if folded in builder.names else []
    if len(members) != 1:
        raise CompileError(f"no ingredient {name}")
    return members[0]


def add_names(builder: Builder, rows: list[Row], extra: list[Row]) -> None:
    """Every further name: ingredients by their US name, brands, synonyms, reviewed additions."""
    for row in extra:
        builder.name(row["name"], [named(builder, item) for item in split(row["ingredients"])])
    for name, number in list(builder.by_name.items()):
        builder.name(name, [number])
    for row in rows:
        if row["ambiguous"] == "yes" or re.fullmatch(r"[\d .]+", row["name"]):
            continue
        if not row["ingredient_rxcuis"]:
            continue
        builder.name(row["name"], [builder.ingredient(row["name"], code) for code in split(row["ingredient_rxcuis"])])


def ndc_table(builder: Builder, rows: list[Row]) -> NdcTable:
    """NDC (labeller and product) -> mixture; the drug groups they name become product codes too."""
    codes: dict[str, int] = {}
    for row in rows:
        number = builder.mixture(members_of(builder, row["ingredient_rxcuis"], row["ingredient_names"]))
        codes[row["ndc9"]] = number
        builder.products.setdefault(row["rxterms_group_rxcui"], (number, "", 0.0))
    return NdcTable(codes=codes)


def class_lists(builder: Builder, rows: list[Row], *, complete: bool = True) -> dict[int, list[str]]:
    """Classes of each ingredient number.

    A member that is no ingredient raises ``CompileError`` when the tables must be ``complete``, else is passed over (an
    RxNorm release holds no medicine that the US does not sell).
    """
    by_printed: dict[str, list[int]] = {}
    for number, (name, _) in enumerate(builder.ingredients):
        by_printed.setdefault(name, []).append(number)
    classes: dict[int, list[str]] = {}
    for row in rows:
        wanted = DrugClass(row["class"]).value
        numbers = by_printed.get(row["ingredient"], [])
        if not numbers and (complete or key(row["ingredient"]) in builder.names):
            numbers = [named(builder, row["ingredient"])]
        for number in numbers:
            if wanted not in classes.setdefault(number, []):
                classes[number].append(wanted)
    return classes


def add_foreign_names(builder: Builder, rows: list[Row], numbers: Iterable[int]) -> None:
    """Other languages' spellings of the ingredients that rules ask for."""
    ours = set(numbers)
    names = [(builder.ingredients[number][0], number) for number in sorted(ours)]
    american = [(row["us_name"].lower(), builder.by_name[key(row["ingredient"])]) for row in rows if row["us_name"]]
    names += [(name, number) for name, number in american if number in ours]
    names = [
        (name, number) for name, number in names if name not in ION_WORDS
    ]  # a salt of something else, nearly always
    for spelling, number in unambiguous(names, builder.names).items():
        builder.name(spelling, [number])


def compile_tables(source: Path, reviewed: Path = REVIEWED) -> tuple[DrugTables, NdcTable, dict[str, str]]:
    """Drug tables, NDC table and product names from ``source`` and the reviewed CSV tables."""
    builder = Builder()
    ingredients = read(source, "drug_ingredients.csv")
    add_ingredients(builder, ingredients)
    add_extras(builder, read(reviewed, "extra_ingredients.csv"))
    add_products(builder, read(source, "drug_products.csv"))
    add_ingredient_codes(builder, ingredients)
    add_others(builder, read(reviewed, "other_drugs.csv"))
    add_names(builder, read(source, "drug_names.csv"), read(reviewed, "extra_names.csv"))
    ndc = ndc_table(builder, read(source, "drug_ndc9.csv"))
    classes = class_lists(builder, read(reviewed, "drug_classes.csv"))
    add_foreign_names(builder, ingredients, classes)
    return builder.tables(classes), ndc, builder.product_names


def main(arguments: list[str]) -> int:
    """Compile and write; prints how much came out."""
    if not 1 <= len(arguments) <= 2:
        print(__doc__)
        return 2
    target = Path(arguments[1]) if len(arguments) == 2 else REVIEWED
    drugs, ndc, names = compile_tables(Path(arguments[0]))
    for name, table in (("drugs", drugs), ("ndc", ndc), ("product_names", names)):
        (target / f"{name}.msgpack").write_bytes(msgspec.msgpack.encode(table))
    icd, snomed = compile_conditions(Path(arguments[0]), REVIEWED)
    write_rows(target / "conditions.csv", icd)
    write_rows(target / "snomed" / "conditions.csv", snomed)
    print(f"{len(drugs.ingredients)} ingredients, {len(drugs.products)} products, {len(drugs.names)} names, ", end="")
    print(f"{len(drugs.atc)} ATC codes, {len(ndc.codes)} NDC")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

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

import csv
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from cds_service.clinical.vocabulary import Concept, DrugClass
from cds_service.terminology.store import DrugTables, NdcTable
from cds_service.terminology.strength import strength_mg
from cds_service.terminology.words import key

Row = dict[str, str]
_HERE = Path(__file__).parent / "data"
_LICENSED_OUT = "ndc_map"
_SAME_DRUG = {"4056": "erythromycin", "24351": "erythromycin", "62349": "etacrynic acid", "257844": "mefenamic acid"}
"""RxNorm ingredients that are salts, esters or acids of a named drug: they take its name, so that rules see one drug."""
_FORM_ROUTES = {"topical", "ophthalmic", "otic", "vaginal", "nasal", "inhaled", "transdermal", "rectal"}
_CONCEPTS = {concept.value for concept in Concept}
_KEPT = ("system", "code", "display", "match", "verified")
_DROPPED_NAMES = {"urea", "inert ingredients"}
"""Words that also mean something else in a chart text."""


class CompileError(ValueError):
    """The source tables contradict the reviewed ones."""


@dataclass(slots=True)
class Builder:
    """Collects ingredients, mixtures, products and names while the tables are read."""

    ingredients: list[tuple[str, str]] = field(default_factory=list)
    by_rxcui: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, int] = field(default_factory=dict)
    mixtures: list[list[int]] = field(default_factory=list)
    mixture_numbers: dict[tuple[int, ...], int] = field(default_factory=dict)
    products: dict[str, tuple[int, str, float]] = field(default_factory=dict)
    product_names: dict[str, str] = field(default_factory=dict)
    atc_members: dict[str, list[int]] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)

    def ingredient(self, name: str, rxcui: str = "") -> int:
        """Number of an ingredient; made when new. One RxCUI is one ingredient, whatever it is called."""
        if rxcui and rxcui in self.by_rxcui:
            return self.by_rxcui[rxcui]
        if not rxcui and key(name) in self.by_name:
            return self.by_name[key(name)]
        number = len(self.ingredients)
        self.ingredients.append((_SAME_DRUG.get(rxcui, name.lower()), rxcui))
        if rxcui:
            self.by_rxcui[rxcui] = number
        self.by_name.setdefault(key(name), number)
        return number

    def mixture(self, members: Iterable[int]) -> int:
        """Number of a set of ingredients."""
        wanted = tuple(sorted(set(members)))
        if wanted not in self.mixture_numbers:
            self.mixture_numbers[wanted] = len(self.mixtures)
            self.mixtures.append(list(wanted))
        return self.mixture_numbers[wanted]

    def name(self, text: str, members: Iterable[int]) -> None:
        """Let a text mean these ingredients; the first meaning stays."""
        folded = key(text)
        if folded and folded not in _DROPPED_NAMES:
            self.names.setdefault(folded, self.mixture(members))

    def tables(self, classes: dict[int, list[str]]) -> DrugTables:
        """The finished tables."""
        return DrugTables(
            ingredients=self.ingredients,
            classes=[classes.get(number, []) for number in range(len(self.ingredients))],
            mixtures=self.mixtures,
            products=self.products,
            atc={code: self.mixture(members) for code, members in self.atc_members.items()},
            names=self.names,
        )


def read(folder: Path, name: str) -> list[Row]:
    """Rows of one CSV table."""
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def split(cell: str) -> list[str]:
    """Items of a list inside a cell."""
    return [item.strip() for item in cell.split(";") if item.strip()]


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
    return [builder.ingredient(name.strip(), code) for code, name in zip(codes, called, strict=True)]


def add_products(builder: Builder, rows: list[Row]) -> None:
    """RxNorm products of every kind, and their ingredients' own codes and names."""
    for row in rows:
        if row["sources"] == _LICENSED_OUT:
            continue
        members = members_of(builder, row["ingredient_rxcuis"], row["ingredient_names"])
        route = row["route_group"] if row["route_group"] in _FORM_ROUTES else ""
        strength = strength_mg(row["name"]) if len(members) == 1 else None
        builder.products[row["rxcui"]] = (builder.mixture(members), route, strength or 0.0)
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


def class_lists(builder: Builder, rows: list[Row]) -> dict[int, list[str]]:
    """Classes of each ingredient number. Raises ``CompileError`` for a member that is no ingredient."""
    by_printed: dict[str, list[int]] = {}
    for number, (name, _) in enumerate(builder.ingredients):
        by_printed.setdefault(name, []).append(number)
    classes: dict[int, list[str]] = {}
    for row in rows:
        wanted = DrugClass(row["class"]).value
        for number in by_printed.get(row["ingredient"]) or [named(builder, row["ingredient"])]:
            if wanted not in classes.setdefault(number, []):
                classes[number].append(wanted)
    return classes


def compile_conditions(source: Path, reviewed: Path = _HERE) -> tuple[list[Row], list[Row]]:
    """ICD-10 rows and SNOMED CT rows of the condition tables in concept names of the rule catalogue.

    ``concept_map.csv`` names the concepts of each source table name; ``concept_codes.csv`` decides single codes and
    wins. A code with no concept is kept: known, but of no concern.
    """
    meant = {row["table_concept"]: split(row["concepts"]) for row in read(reviewed, "concept_map.csv")}
    decided = read(reviewed, "concept_codes.csv")
    settled = {(row["system"], row["code"]) for row in decided if not row["needs_word"]}
    rows: dict[tuple[str, str], Row] = {}
    sources = [*read(source, "condition_codes.csv"), *read(source, "condition_codes_more.csv")]
    for row in sources:
        at = (row["system"], row["code"])
        if at in settled:
            continue
        concepts = meant.get(row["concept"], [row["concept"]] if row["concept"] in _CONCEPTS else [])
        entry = rows.setdefault(at, {"concepts": "", **{name: row[name] for name in _KEPT}, "needs_word": "", "note": ""})
        entry["concepts"] = ";".join(dict.fromkeys([*split(entry["concepts"]), *concepts]))
        entry["note"] = row["note"]
    every = sorted([*rows.values(), *decided], key=lambda row: (row["code"], row["needs_word"]))
    return [row for row in every if row["system"] != "SNOMED CT"], [row for row in every if row["system"] == "SNOMED CT"]


def write_rows(path: Path, rows: list[Row]) -> None:
    """Write one CSV table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def compile_tables(source: Path, reviewed: Path = _HERE) -> tuple[DrugTables, NdcTable, dict[str, str]]:
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
    return builder.tables(classes), ndc, builder.product_names


def main(arguments: list[str]) -> int:
    """Compile and write; prints how much came out."""
    if not 1 <= len(arguments) <= 2:
        print(__doc__)
        return 2
    target = Path(arguments[1]) if len(arguments) == 2 else _HERE
    drugs, ndc, names = compile_tables(Path(arguments[0]))
    for name, table in (("drugs", drugs), ("ndc", ndc), ("product_names", names)):
        (target / f"{name}.msgpack").write_bytes(msgspec.msgpack.encode(table))
    icd, snomed = compile_conditions(Path(arguments[0]))
    write_rows(target / "conditions.csv", icd)
    write_rows(target / "snomed" / "conditions.csv", snomed)
    print(f"{len(drugs.ingredients)} ingredients, {len(drugs.products)} products, {len(drugs.names)} names, ", end="")
    print(f"{len(drugs.atc)} ATC codes, {len(ndc.codes)} NDC")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

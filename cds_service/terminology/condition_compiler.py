"""Translate the source condition tables into concept names of the rule catalogue."""

from __future__ import annotations

from pathlib import Path

from cds_service.clinical.vocabulary import Concept
from cds_service.terminology.source_tables import Row, read, split

_CONCEPTS = {concept.value for concept in Concept}
_KEPT = ("system", "code", "display", "match", "verified")


def compile_conditions(source: Path, reviewed: Path) -> tuple[list[Row], list[Row]]:
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
        entry = rows.setdefault(
            at, {"concepts": "", **{name: row[name] for name in _KEPT}, "needs_word": "", "note": ""}
        )
        entry["concepts"] = ";".join(dict.fromkeys([*split(entry["concepts"]), *concepts]))
        entry["note"] = row["note"]
    every = sorted([*rows.values(), *decided], key=lambda row: (row["code"], row["needs_word"]))
    return [row for row in every if row["system"] != "SNOMED CT"], [
        row for row in every if row["system"] == "SNOMED CT"
    ]

"""How well product codes and product names map to their ingredients.

    python -m tests.terminology.coverage                  the reference rows of the repository
    python -m tests.terminology.coverage SOURCE_DIR       the source table itself
    python -m tests.terminology.coverage SOURCE_DIR keep  and renew the reference rows from it

Reference rows are ``drug_products.csv`` of the source, less the rows that rest on the non-commercial compilation alone:
code, name, RxCUIs of the ingredients. They are not compiled, so that a fault of the compiler shows.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from dataclasses import dataclass, field
from pathlib import Path

from cds_service.terminology import Coding, Terminology, load_terminology

REFERENCE = Path(__file__).parent / "product_reference.csv.gz"
FIELDS = ("rxcui", "name", "ingredient_rxcuis")


@dataclass
class Coverage:
    """Counts and, for a person to look at, the rows that went wrong."""

    codes: int = 0
    codes_right: int = 0
    names: int = 0
    names_right: int = 0
    wrong_class: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    @property
    def by_code(self) -> float:
        return self.codes_right / self.codes

    @property
    def by_name(self) -> float:
        return self.names_right / self.names

    def report(self) -> str:
        return (
            f"by code: {self.codes_right} of {self.codes} ({self.by_code:.2%}); "
            f"by name alone: {self.names_right} of {self.names} ({self.by_name:.2%}); "
            f"names with a wrong class: {len(self.wrong_class)}"
        )


def reference_rows() -> list[dict[str, str]]:
    with gzip.open(REFERENCE, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def source_rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "drug_products.csv").open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["sources"] != "ndc_map"]


def measure(terminology: Terminology, rows: list[dict[str, str]]) -> Coverage:
    """Look every row up twice: by its code alone, and by its name alone."""
    result = Coverage()
    for row in rows:
        wanted = set(row["ingredient_rxcuis"].split(";"))
        coded = terminology.drug([Coding("RxNorm", row["rxcui"])])
        result.codes += 1
        result.codes_right += set(coded.rxcuis) == wanted and coded.matched_by == "code"
        if not row["name"]:
            continue
        named = terminology.drug([], row["name"])
        result.names += 1
        result.names_right += set(named.rxcuis) == wanted and named.matched_by == "name"
        if set(named.rxcuis) != wanted:
            result.misses.append(f"{row['name']}: {named.ingredients}")
        if named.classes - coded.classes:
            result.wrong_class.append(f"{row['name']}: {sorted(named.classes - coded.classes)}")
    return result


def keep(rows: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    REFERENCE.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


def main(arguments: list[str]) -> None:
    rows = source_rows(Path(arguments[0])) if arguments else reference_rows()
    if arguments[1:] == ["keep"]:
        keep(rows)
    result = measure(load_terminology(), rows)
    print(result.report())
    for line in [*result.wrong_class, *result.misses][:200]:
        print(" ", line)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Reading and writing the CSV tables that the compiler works on."""

from __future__ import annotations

import csv
from pathlib import Path

Row = dict[str, str]


def read(folder: Path, name: str) -> list[Row]:
    """Rows of one CSV table."""
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def split(cell: str) -> list[str]:
    """Items of a list inside a cell."""
    return [item.strip() for item in cell.split(";") if item.strip()]


def write_rows(path: Path, rows: list[Row]) -> None:
    """Write one CSV table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

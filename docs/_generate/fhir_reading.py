"""Writes docs/fhir-reading.md from the quirk table of the tests: ``python -m docs._generate.fhir_reading [--check]``."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.fhir.quirks import QUIRKS

TARGET = Path(__file__).resolve().parents[1] / "fhir-reading.md"
HEAD = """<!-- Written by `python -m docs._generate.fhir_reading` from tests/fhir/quirks.py. Do not edit. -->

# Reading FHIR as it really is

Real charts are not tidy. The service reads what is there, never guesses silently, and says what it could not use. Each
row is a test (`tests/fhir/test_quirks.py`) that sends the shape through the whole service.

Principles: every resource is read on its own; units decide, never the code's property; code before name, and a name match
is marked on the card; exact match of the patient; four states of a prefetch key stay apart (absent, null, empty, error).
What cannot be read is named with its prefetch key and index (`laboratory.entry[3]`). The order of entries, members and
codings shows nowhere (`tests/fhir/test_disorder.py`); intolerances, test orders and encounters have their own table
(`tests/fhir/test_allergies_and_orders.py`).

| id | shape | what we do |
|---|---|---|
"""


def text() -> str:
    """The document."""
    return HEAD + "".join(f"| {one.id} | {one.shape} | {one.does} |\n" for one in QUIRKS)


if __name__ == "__main__":
    if "--check" in sys.argv:
        fresh = TARGET.exists() and TARGET.read_text(encoding="utf-8") == text()
        print("fresh" if fresh else "stale: docs/fhir-reading.md")
        sys.exit(0 if fresh else 1)
    TARGET.write_text(text(), encoding="utf-8")

"""Every defence and how to take it out: the tables beside this file, one for each group of faults.

An entry ``[[removal]]`` names the faults it defends against, says what the defence is, and lists ``edits``: file, a short
piece of its code that occurs exactly once, and what takes its place. Several edits: several layers, each of which alone
would hold. ``tests`` must then fail; without them those of the faults in ``tests.reliability.faults``; ``only`` chooses
among their cases (pytest's -k). The table ``[none]`` gives the reason for a fault that no single piece of code defends.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.reliability.faults import FAULTS, named_tests

FOLDER = Path(__file__).resolve().parent
PROJECT = FOLDER.parents[2]
SEEN = FOLDER / "seen.json"


class StaleTable(Exception):
    """A piece of code that a table names is not found exactly once."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One piece of code and what takes its place."""

    file: str
    code: str
    becomes: str

    def applied_to(self, source: str) -> str:
        """The source without this piece. Raises ``StaleTable`` unless the piece occurs exactly once."""
        count = source.count(self.code)
        if count != 1:
            raise StaleTable(f"{self.file}: found {count} times instead of once: {self.code!r}")
        return source.replace(self.code, self.becomes)


@dataclass(frozen=True, kw_only=True)
class Removal:
    """A defence taken out, and the tests of which at least one must then fail."""

    faults: tuple[str, ...]
    what: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]
    only: str | None = None

    @property
    def key(self) -> str:
        """Changes with everything that a recorded result depends on in the table."""
        parts = [*self.faults, *(part for one in self.edits for part in (one.file, one.code, one.becomes))]
        return hashlib.sha256("\0".join((*parts, *self.tests, self.only or "")).encode()).hexdigest()[:16]

    @property
    def name(self) -> str:
        return f"{' '.join(self.faults)}: {self.what}"

    def sources(self, project: Path) -> dict[str, str]:
        """File → its text with every edit made. Raises ``StaleTable``."""
        made: dict[str, str] = {}
        for edit in self.edits:
            source = made.get(edit.file) or (project / edit.file).read_text(encoding="utf-8")
            made[edit.file] = edit.applied_to(source)
        return made


def _removal(entry: dict[str, Any], tests: dict[str, tuple[str, ...]]) -> Removal:
    faults = tuple(entry["faults"])
    given = named_tests(" ".join(entry.get("tests", ())))
    return Removal(
        faults=faults,
        what=entry["what"],
        edits=tuple(Edit(file=file, code=code, becomes=becomes) for file, code, becomes in entry["edits"]),
        tests=given or tuple(dict.fromkeys(test for fault in faults for test in tests[fault])),
        only=entry.get("only"),
    )


@cache
def tables() -> tuple[tuple[Removal, ...], dict[str, str]]:
    """All removals, and fault → reason for those that have none."""
    tests = {fault.id: fault.tests for fault in FAULTS}
    removals: list[Removal] = []
    reasons: dict[str, str] = {}
    for file in sorted(FOLDER.glob("*.toml")):
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        removals += [_removal(entry, tests) for entry in table.get("removal", ())]
        reasons |= table.get("none", {})
    return tuple(removals), reasons


def seen() -> dict[str, dict[str, Any]]:
    """What ``python -m tests.defences --record`` saw: key of a removal → day, the test that failed, seconds it took."""
    found: dict[str, dict[str, Any]] = json.loads(SEEN.read_text(encoding="utf-8")) if SEEN.exists() else {}
    return found

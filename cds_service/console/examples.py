"""The shipped fixtures, as the page offers them: from the installed package, else from the project's folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PLACES = (Path(__file__).parent / "fixtures", Path(__file__).parents[2] / "fixtures")


@dataclass(frozen=True, slots=True)
class Example:
    """One shipped case."""

    name: str
    title: str
    about: str
    hook: str
    file: Path

    def request(self) -> dict[str, Any]:
        """The hook request."""
        found: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
        return found


def shipped_folder() -> Path | None:
    """Where the shipped cases are."""
    return next((place for place in PLACES if place.is_dir()), None)


@cache
def examples() -> dict[str, Example]:
    """All examples by name; empty when none are shipped."""
    folder = shipped_folder()
    return {} if folder is None else {file.parent.name: _read(file) for file in sorted(folder.glob("*/request.json"))}


def _read(file: Path) -> Example:
    title, _, about = file.with_name("case.md").read_text(encoding="utf-8").partition("\n")
    hook = json.loads(file.read_text(encoding="utf-8"))["hook"]
    return Example(file.parent.name, title.lstrip("# ").strip(), " ".join(about.split()), hook, file)

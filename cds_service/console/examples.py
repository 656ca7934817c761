"""The shipped fixtures, as the page offers them: from the installed package, else from the project's folder."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

PLACES = (Path(__file__).parent / "fixtures", Path(__file__).parents[2] / "fixtures")


@cache
def examples() -> dict[str, str]:
    """Name → first line of its description."""
    folder = next((place for place in PLACES if place.is_dir()), None)
    if folder is None:
        return {}
    found = {}
    for request in sorted(folder.glob("*/request.json")):
        title = request.with_name("case.md").read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")
        found[request.parent.name] = title
    return found


def example_request(name: str) -> dict[str, Any] | None:
    """The request of an example, ``None`` for an unknown name."""
    if name not in examples():
        return None
    folder = next(place for place in PLACES if place.is_dir())
    request: dict[str, Any] = json.loads((folder / name / "request.json").read_text(encoding="utf-8"))
    return request

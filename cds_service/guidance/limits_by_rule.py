"""Which parameters each rule applies: measured over all test rows by ``docs._generate.rules``, shipped as data."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


@cache
def limits_by_rule() -> dict[str, tuple[str, ...]]:
    """Rule id → parameter keys; empty before the file is generated."""
    path = files("cds_service").joinpath("rules", "limits_by_rule.json")
    if not path.is_file():
        return {}
    return {rule: tuple(keys) for rule, keys in json.loads(path.read_text(encoding="utf-8")).items()}

"""All rows of all tables of the rule tests, for checks over the whole and for the "Proven by" sentences."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import tests.rules
from tests.rows import Row


@cache
def rows_by_module() -> dict[str, tuple[Row, ...]]:
    """Module name → every Row in its module-level tables."""
    found: dict[str, tuple[Row, ...]] = {}
    for info in pkgutil.iter_modules(tests.rules.__path__):
        if not info.name.startswith("test_") or info.name == "test_catalogue":
            continue
        module = importlib.import_module(f"tests.rules.{info.name}")
        rows: dict[int, Row] = {}
        for value in vars(module).values():
            for item in value if isinstance(value, list | tuple) else ():
                if isinstance(item, Row):
                    rows[id(item)] = item
        found[info.name] = tuple(rows.values())
    return found


@cache
def all_rows() -> tuple[Row, ...]:
    return tuple(row for rows in rows_by_module().values() for row in rows)

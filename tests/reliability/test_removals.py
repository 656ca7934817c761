"""The tables of ``python -m tests.defences`` are whole: every fault is in them, every piece of code is where they say.

The removals themselves are slow and run by hand; what they showed stands in ``removals/seen.json``.
"""

from __future__ import annotations

import ast

import pytest

from tests.reliability.faults import FAULTS
from tests.reliability.removals import PROJECT, Removal, seen, tables

REMOVALS, REASONS = tables()


@pytest.mark.parametrize("removal", REMOVALS, ids=lambda one: one.name)
def test_its_code_is_found_once_and_what_is_left_is_python(removal: Removal) -> None:
    for name, source in removal.sources(PROJECT).items():
        assert source != (PROJECT / name).read_text(encoding="utf-8")
        if name.endswith(".py"):
            ast.parse(source)


def test_the_tests_of_removals_exist() -> None:
    for removal in REMOVALS:
        assert removal.tests, removal.name
        for test in removal.tests:
            file, _, function = test.partition("::")
            text = (PROJECT / file).read_text(encoding="utf-8")
            assert f"def {function}(" in text or not function, test


def test_every_fault_is_removed_or_has_a_reason() -> None:
    removed = {fault for removal in REMOVALS for fault in removal.faults}
    known = {fault.id for fault in FAULTS}
    assert removed | set(REASONS) == known, sorted(known ^ (removed | set(REASONS)))
    assert not removed & set(REASONS)


def test_no_removal_is_in_the_tables_twice() -> None:
    keys = [removal.key for removal in REMOVALS]
    assert len(keys) == len(set(keys))


def test_what_was_seen_belongs_to_the_tables_as_they_are() -> None:
    names = {removal.key: removal.name for removal in REMOVALS}
    assert {key: one["what"] for key, one in seen().items()}.items() <= names.items(), (
        "python -m tests.defences --record"
    )

"""The catalogue is whole: 155 faults, and every test that it names exists."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.reliability.faults import FAULTS, GROUPS, Fault

PROJECT = Path(__file__).resolve().parents[2]
COUNTS = {"J": 20, "S": 25, "F": 30, "D": 26, "C": 8, "L": 8, "B": 19, "P": 13, "X": 6}
WITHOUT_TEST = {"X01", "X05"}


def test_every_fault_of_every_group_is_there_once() -> None:
    assert Counter(fault.id[0] for fault in FAULTS) == COUNTS
    assert len({fault.id for fault in FAULTS}) == 155
    assert set(GROUPS) == set(COUNTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_its_tests_exist(fault: Fault) -> None:
    assert fault.tests or fault.id in WITHOUT_TEST
    for test in fault.tests:
        file, _, function = test.partition("::")
        assert (PROJECT / file).is_file(), test
        if function:
            tree = ast.parse((PROJECT / file).read_text(encoding="utf-8"))
            names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
            assert function in names, test

"""The two acceptance measures of medicines, and what the tables cost."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cds_service.terminology import load_terminology
from tests.terminology.coverage import measure, reference_rows


def test_products_map_by_code_and_by_name_alone(capsys: pytest.CaptureFixture[str]) -> None:
    result = measure(load_terminology(), reference_rows())
    with capsys.disabled():
        print(f"\n{result.report()}")
    assert result.codes > 22_000
    assert result.by_code >= 0.95
    assert result.by_name >= 0.97
    assert result.wrong_class == []


_COST = """
import resource, time, tracemalloc
import cds_service.terminology as terminology
started = time.process_time()
tables = terminology.load_terminology()
print((time.process_time() - started) * 1000)
tracemalloc.start()
again = terminology.Terminology()
print(tracemalloc.get_traced_memory()[0] / 1e6)
again.drug([terminology.Coding("ndc", "00002-3235-60")])
print(tracemalloc.get_traced_memory()[0] / 1e6)
"""


def test_tables_load_fast_and_stay_small(capsys: pytest.CaptureFixture[str]) -> None:
    """Under 150 ms and 60 MB, in a process of its own; the NDC table, read at the first NDC, counted too."""
    runs = [_measured() for _ in range(3)]
    milliseconds = min(run[0] for run in runs)
    with capsys.disabled():
        print(f"\nload {milliseconds:.0f} ms, {runs[0][1]:.1f} MB, with NDC {runs[0][2]:.1f} MB")
    assert milliseconds < 150
    assert runs[0][2] < 60


def _measured() -> list[float]:
    done = subprocess.run([sys.executable, "-c", _COST], capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]

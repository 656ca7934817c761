"""A short fuzz run in CI; the long one is ``python -m tests.fuzz --count 1000000``."""

from __future__ import annotations

import asyncio

from tests.fuzz import fuzz


def test_j18_a_short_fuzz_run_breaks_nothing() -> None:
    assert asyncio.run(fuzz(3_000, seed=20261124)) == 0

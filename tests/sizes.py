"""How much a campaign does: little in CI; with ``FULL_SIZE=1`` in the environment what the list of faults asks for.

``FULL_SIZE=1 python -m pytest -s tests -k "b11 or b15 or s21 or j18 or d22 or d23"`` takes hours; each can be run alone.
"""

from __future__ import annotations

import os

IS_FULL = os.environ.get("FULL_SIZE", "") not in ("", "0")


def size(in_ci: int, full: int) -> int:
    """How many in this run."""
    return full if IS_FULL else in_ci

"""The shipped fixtures answer exactly, in-process; ``python -m tests.test_fixtures`` rewrites the expected answers."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.service import answer

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC).timestamp()
CASES = sorted(path.parent.name for path in FIXTURES.glob("*/request.json"))


def response_of(case: str) -> str:
    request = json.loads((FIXTURES / case / "request.json").read_text(encoding="utf-8"))
    return json.dumps(answer(request, NOW), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_fixture_answers_exactly(case: str) -> None:
    assert response_of(case) == (FIXTURES / case / "response.json").read_text(encoding="utf-8")


def test_there_are_fixtures_and_each_says_why() -> None:
    assert len(CASES) >= 12
    for case in CASES:
        assert len((FIXTURES / case / "case.md").read_text(encoding="utf-8")) > 80


if __name__ == "__main__":
    for name in CASES:
        (FIXTURES / name / "response.json").write_text(response_of(name), encoding="utf-8")
    sys.exit(0)

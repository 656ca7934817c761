"""What is remembered of look-ups is bounded in bytes, not only in number."""

from __future__ import annotations

import tracemalloc

from cds_service.terminology.model import Coding
from cds_service.terminology.tables import REMEMBERED, Remembered


def test_j15_thousands_of_long_look_ups_do_not_fill_the_memory() -> None:
    asked = 0

    def match(codings: tuple[Coding, ...], text: str | None) -> int:
        nonlocal asked
        asked += 1
        return len(codings)

    look_up = Remembered(match)
    tracemalloc.start()
    for number in range(2 * REMEMBERED):
        look_up([Coding("urn:x", f"{number}-{part}", "x" * 400) for part in range(20)], None)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 5_000_000
    asked = 0
    for _ in range(5):
        assert look_up([Coding("urn:x", "1", "furosemide")], "furosemide 40 mg") == 1
    assert asked == 1

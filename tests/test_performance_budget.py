"""A budget that no wall clock can spoil: function calls per request, and growth with the size of the chart."""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sys
import tracemalloc
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from benchmarks.payloads import NOW, PAYLOADS, body
from cds_service.guidance.finding import Hook
from cds_service.pipeline import read_request
from tests.service import pipeline

FOLDER = Path(__file__).parents[1] / "fixtures"
FIXTURES = sorted(file.parent.name for file in FOLDER.glob("*/request.json"))
BUDGET = {"small": 650, "medium": 950, "order": 700}
"""Python function calls for one answer; raise a figure only with a reason in the commit."""


def calls(request: dict[str, Any]) -> int:
    raw, hook = body(request), Hook(request["hook"])

    async def one() -> None:
        await pipeline().answer(read_request(raw, hook), NOW.timestamp())

    asyncio.run(one())
    counted = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal counted
        counted += event == "call"

    loop = asyncio.new_event_loop()
    sys.setprofile(count)
    try:
        loop.run_until_complete(one())
    finally:
        sys.setprofile(None)
        loop.close()
    return counted


@pytest.mark.parametrize("size", BUDGET)
def test_calls_per_answer_stay_inside_the_budget(size: str) -> None:
    assert calls(PAYLOADS[size]()) <= BUDGET[size]


def test_cost_grows_linearly_with_the_number_of_results() -> None:
    from benchmarks.payloads import patient_view

    small, medium, large = (calls(patient_view(count)) for count in (1000, 2000, 4000))
    assert (large - medium) / 2000 <= 1.1 * (medium - small) / 1000


def test_a_resource_that_no_rule_reads_keeps_less_than_three_kilobytes() -> None:
    from benchmarks.payloads import OTHER, bundle, observation, patient_view

    def peak(count: int) -> int:
        request = patient_view(10)
        others = [observation(number, OTHER[number % len(OTHER)], random.Random(1)) for number in range(count)]
        request["prefetch"]["laboratory"] = bundle(others)
        raw = body(request)
        asyncio.run(pipeline().answer(read_request(raw, Hook.PATIENT_VIEW), NOW.timestamp()))
        tracemalloc.start()
        asyncio.run(pipeline().answer(read_request(raw, Hook.PATIENT_VIEW), NOW.timestamp()))
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    per_resource = (peak(2000) - peak(1000)) / 1000
    print(f"{per_resource:.0f} bytes per resource beside the body")
    assert per_resource < 3_000


@pytest.mark.parametrize("name", FIXTURES)
def test_an_answer_leaves_nothing_for_the_garbage_collector(name: str) -> None:
    """What refers to itself is freed by the collector only (it stops every request of the process while it looks), or never."""
    raw = (FOLDER / name / "request.json").read_bytes()
    hook = Hook(json.loads(raw)["hook"])

    async def answered() -> None:
        await pipeline().answer(read_request(raw, hook), NOW.timestamp())

    with asyncio.Runner() as runner:
        runner.run(answered())
        gc.collect()
        gc.disable()
        try:
            before = len(gc.get_objects())
            for _ in range(5):
                runner.run(answered())
            assert len(gc.get_objects()) - before < 5, "what is left after each answer"
            assert gc.collect() < 5
        finally:
            gc.enable()

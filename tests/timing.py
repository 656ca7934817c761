"""Limits of time that a slow or busy machine does not break, and slow code does.

What costs computing is measured in processor time. What waits (a deadline, a stalled server) is tried again when it took
too long: other people's work spoils one try or two, a deadline that is not kept spoils every one.
"""

from __future__ import annotations

import contextlib
import resource
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

TRIES = 5
Found = TypeVar("Found")


@contextlib.contextmanager
def cpu_at_most(seconds: float) -> Iterator[None]:
    """The block uses no more processor time of this process than that."""
    begin = time.process_time()
    yield
    used = time.process_time() - begin
    assert used <= seconds, f"{used:.3f} s of processor time, {seconds} allowed"


@contextlib.contextmanager
def children_cpu_at_most(seconds: float) -> Iterator[None]:
    """The processes that the block starts and awaits use no more processor time than that."""
    begin = _children()
    yield
    used = _children() - begin
    assert used <= seconds, f"{used:.3f} s of processor time, {seconds} allowed"


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def in_time(seconds: float, attempt: Callable[[], Found]) -> Found:
    """What an attempt gives that took no longer than that; of the tries one must be in time."""
    spent = []
    for _ in range(TRIES):
        begin = time.perf_counter()
        found = attempt()
        spent.append(time.perf_counter() - begin)
        if spent[-1] <= seconds:
            return found
    raise AssertionError(f"took {[round(one, 3) for one in spent]} s, {seconds} allowed")


async def in_time_async(seconds: float, attempt: Callable[[], Awaitable[Found]]) -> Found:
    """``in_time`` for what is awaited."""
    spent = []
    for _ in range(TRIES):
        begin = time.perf_counter()
        found = await attempt()
        spent.append(time.perf_counter() - begin)
        if spent[-1] <= seconds:
            return found
    raise AssertionError(f"took {[round(one, 3) for one in spent]} s, {seconds} allowed")

"""Calculations that are made once for a Case, and that know who has read what they read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar, overload

T = TypeVar("T")


class Reads(Protocol):
    """What has calculations: whether it notes who reads what, what was read just now, and what is known already."""

    watched: bool
    reads: set[str]
    memo: dict[str, tuple[Any, frozenset[str]]]


class derived(Generic[T]):
    """A calculation on the Case, made once; every rule that uses it counts as having read what it read."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, case: None, owner: type) -> derived[T]: ...
    @overload
    def __get__(self, case: Reads, owner: type) -> T: ...
    def __get__(self, case: Reads | None, owner: type) -> Any:
        if case is None:
            return self
        if not case.watched:
            value = case.__dict__[self._name] = self._compute(case)  # found there next time, without coming here
            return value
        known = case.memo.get(self._name)
        if known is None:
            outer, case.reads = case.reads, set()
            try:
                value = self._compute(case)
                known = case.memo[self._name] = (value, frozenset(case.reads))
            finally:
                case.reads = outer | case.reads
        else:
            case.reads |= known[1]
        return known[0]

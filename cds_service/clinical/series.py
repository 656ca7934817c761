"""A series of results, newest first, that are read only as far as somebody looks: most charts hold hundreds unread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, overload

T = TypeVar("T")


class LazySeries(Sequence[T], Generic[T]):
    """``more`` gives the next results (of one moment), ``None`` when there are no more. Each is asked for once."""

    __slots__ = ("_made", "_more")

    def __init__(self, more: Callable[[], Sequence[T] | None]) -> None:
        self._more = more
        self._made: list[T] = []

    def _reaches(self, number: int) -> bool:
        made = self._made
        while len(made) <= number:
            following = self._more()
            if following is None:
                return False
            made += following
        return True

    def __bool__(self) -> bool:
        return self._reaches(0)

    def __len__(self) -> int:
        self._reaches(1 << 60)
        return len(self._made)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[T, ...]: ...
    def __getitem__(self, place: int | slice) -> T | tuple[T, ...]:
        if isinstance(place, slice) or place < 0:
            self._reaches(1 << 60)
            return tuple(self._made[place]) if isinstance(place, slice) else self._made[place]
        self._reaches(place)
        return self._made[place]

    def __iter__(self) -> Iterator[T]:
        number = 0
        while self._reaches(number):
            yield self._made[number]
            number += 1

"""A series of results that are written out only when somebody looks at them: most charts hold hundreds nobody reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, overload

T = TypeVar("T")
P = TypeVar("P")


class LazySeries(Sequence[T], Generic[P, T]):
    """``make`` turns a pending item into a result, once, when it is first asked for."""

    __slots__ = ("_items", "_made", "_make")

    def __init__(self, items: list[P], make: Callable[[P], T]) -> None:
        self._items = items
        self._make = make
        self._made: dict[int, T] = {}

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[T, ...]: ...
    def __getitem__(self, place: int | slice) -> T | tuple[T, ...]:
        if isinstance(place, slice):
            return tuple(self[number] for number in range(*place.indices(len(self._items))))
        number = place if place >= 0 else len(self._items) + place
        made = self._made.get(number)
        if made is None:
            made = self._made[number] = self._make(self._items[number])
        return made

    def __iter__(self) -> Iterator[T]:
        return (self[number] for number in range(len(self._items)))

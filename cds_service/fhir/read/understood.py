"""What was understood once is remembered by the raw JSON it was read from: charts repeat the same few thousand pieces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")
MOST = 4096
LONGEST = 2_000
"""Bytes; a longer piece is understood anew each time."""


class Memory(dict[bytes, V], Generic[V]):
    """Raw JSON → what it means, as long as there is room."""

    __slots__ = ()

    def learn(self, raw: bytes, meaning: V) -> V:
        """Remember the meaning of a piece; returns it."""
        if len(raw) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[raw] = meaning
        return meaning


class Understood(Memory[V]):
    """A memory that asks ``understand`` for what it does not know. What that raises is raised, and not remembered."""

    __slots__ = ("_understand",)

    def __init__(self, understand: Callable[[bytes], V]) -> None:
        super().__init__()
        self._understand = understand

    def __missing__(self, raw: bytes) -> V:
        return self.learn(raw, self._understand(raw))

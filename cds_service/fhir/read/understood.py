"""What was understood once is remembered by the raw JSON it was read from: charts repeat the same few thousand pieces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")
MOST = 1_000_000
"""Bytes; a hospital's codes of one kind fit in, and a flood of odd ones costs no more than a few megabytes."""
LONGEST = 2_000
"""Bytes; a longer piece is understood anew each time."""
EACH = 250
"""Bytes that a meaning is taken to need beside its piece."""


class Memory(dict[bytes, V], Generic[V]):
    """Raw JSON → what it means: pieces of at most ``longest`` bytes, ``most`` bytes in all; a full memory starts anew."""

    __slots__ = ("_held", "_longest", "_most")

    def __init__(self, *, most: int = MOST, longest: int = LONGEST) -> None:
        super().__init__()
        self._most = most
        self._longest = longest
        self._held = 0

    def learn(self, raw: bytes, meaning: V) -> V:
        """Remember the meaning of a piece; returns it."""
        if len(raw) <= self._longest:
            self._held += len(raw) + EACH
            if self._held > self._most:
                self.clear()
                self._held = len(raw) + EACH
            self[raw] = meaning
        return meaning


class Understood(Memory[V]):
    """A memory that asks ``understand`` for what it does not know. What that raises is raised, and not remembered."""

    __slots__ = ("_understand",)

    def __init__(self, understand: Callable[[bytes], V], *, most: int = MOST, longest: int = LONGEST) -> None:
        super().__init__(most=most, longest=longest)
        self._understand = understand

    def __missing__(self, raw: bytes) -> V:
        return self.learn(raw, self._understand(raw))

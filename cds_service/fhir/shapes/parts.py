"""A member of a resource that is kept as raw JSON and decoded when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

import msgspec

Raw = msgspec.Raw
NOTHING = msgspec.Raw()
T = TypeVar("T")


class Shape(msgspec.Struct, gc=False):
    """Base of all shapes."""


class Part(Generic[T]):
    """A member that is decoded when it is asked for; ``None`` when absent or ``null``.

    A single object where a list belongs is a list of one, and a list of one where an object belongs is that object. A
    ``spare`` member is one without which the resource still says what it says: of a list the good items count, anything
    else of the wrong kind is ``None``. ``mend`` reads what can be read of a member of the wrong kind. Any other member of
    the wrong kind raises msgspec errors.
    """

    def __init__(
        self, name: str, kind: Any, *, spare: bool = False, mend: Callable[[bytes], T | None] | None = None
    ) -> None:
        self._name = name
        self._kind = kind
        self._spare = spare
        self._mend = mend
        self._decode: Callable[[Raw | bytes], T | None] | None = None

    @overload
    def __get__(self, owner: None, kind: type) -> Part[T]: ...
    @overload
    def __get__(self, owner: Shape, kind: type) -> T | None: ...
    def __get__(self, owner: Shape | None, kind: type) -> Any:
        if owner is None:
            return self
        raw = getattr(owner, self._name)
        return self.read(raw) if raw else None

    def read(self, raw: Raw | bytes) -> T | None:
        """The member from its raw JSON."""
        if self._decode is None:
            self._decode = msgspec.json.Decoder(self._kind | None).decode
        try:
            return self._decode(raw)
        except msgspec.ValidationError:
            return self._mended(bytes(raw))

    def _mended(self, raw: bytes) -> T | None:
        assert self._decode is not None
        if raw[:1] == b"{":
            try:
                return self._decode(b"[" + raw + b"]")
            except msgspec.ValidationError:
                pass
        items = [bytes(item) for item in ITEMS.decode(raw)] if raw[:1] == b"[" else []
        if len(items) == 1:
            try:
                return self._decode(items[0])
            except msgspec.ValidationError:
                pass
        if self._mend is not None:
            return self._mend(raw)
        return self._good_items(items) if self._spare else self._decode(raw)

    def good_items(self, owner: Shape) -> T | None:
        """Of a list with damaged items the good ones; ``None`` when there is none."""
        if self._decode is None:
            self._decode = msgspec.json.Decoder(self._kind | None).decode
        raw = bytes(getattr(owner, self._name))
        return self._good_items([bytes(item) for item in ITEMS.decode(raw)] if raw[:1] == b"[" else [])

    def _good_items(self, items: list[bytes]) -> T | None:
        assert self._decode is not None
        good = [item for item in items if self._fits(item)]
        return self._decode(b"[" + b",".join(good) + b"]") if good else None

    def _fits(self, item: bytes) -> bool:
        assert self._decode is not None
        try:
            self._decode(b"[" + item + b"]")
        except msgspec.ValidationError:
            return False
        return True


def member(name: str) -> Raw:
    """A member kept as raw JSON under another name."""
    found: Raw = msgspec.field(default=NOTHING, name=name)
    return found


ITEMS = msgspec.json.Decoder(list[msgspec.Raw])


class Resource(Shape, tag_field="resourceType"):
    """A resource of a known type."""

    @property
    def kind(self) -> str:
        """``resourceType``."""
        return type(self).__name__

"""Decoding resources of which a lesser member has the wrong shape: that member is read otherwise or left out.

R4 lists arrive as one object (and STU3 objects as lists), a note as plain text, an encounter as a bare string. Such a
member must not cost the result or the medicine it hangs on. What decides (status, code, subject, value, time) stays
strict: a resource with that damaged is unreadable, and named.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

import msgspec

Shape = TypeVar("Shape")
MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
ITEMS = msgspec.json.Decoder(list[msgspec.Raw])


def decode(decoder: msgspec.json.Decoder[Shape], raw: msgspec.Raw, spare: Collection[str]) -> Shape:
    """The resource; members named in ``spare`` may be dropped. Raises ``msgspec.DecodeError`` when the rest is damaged.

    The usual resource is decoded once; only a refused one is looked at member by member.
    """
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError:
        members = MEMBERS.decode(raw)
        for name, value in list(members.items()):
            fitting = _fitting(decoder, name, value, droppable=name in spare)
            if fitting is None:
                del members[name]
            else:
                members[name] = fitting
        return decoder.decode(msgspec.json.encode(members))


def _fitting(
    decoder: msgspec.json.Decoder[Shape], name: str, value: msgspec.Raw, *, droppable: bool
) -> msgspec.Raw | None:
    """The member as it is, as a list of one, as its good items; ``None`` to drop it."""
    if _fits(decoder, name, value):
        return value
    kind = bytes(memoryview(value)[:1])
    if kind == b"{":
        listed = msgspec.Raw(b"[" + bytes(value) + b"]")
        if _fits(decoder, name, listed):
            return listed
    if not droppable:
        return value
    if kind == b"[":
        good = [item for item in ITEMS.decode(value) if _fits(decoder, name, msgspec.Raw(b"[" + bytes(item) + b"]"))]
        return msgspec.Raw(msgspec.json.encode(good)) if good else None
    return None


def _fits(decoder: msgspec.json.Decoder[Shape], name: str, value: msgspec.Raw) -> bool:
    try:
        decoder.decode(msgspec.json.encode({name: value}))
    except msgspec.ValidationError:
        return False
    return True

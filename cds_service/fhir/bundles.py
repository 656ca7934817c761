"""Opening what stands under a prefetch key or came from a server: a Bundle of any make, a bare resource, an array.

Resources stay raw. A fast typed decode serves tidy Bundles; anything else is opened piece by piece, so that one bad
entry never costs the others. Work is linear in the size of the input.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
MAX_NESTED = 3


class Entry(msgspec.Struct, gc=False):
    """One entry of a Bundle."""

    resource: msgspec.Raw | None = None
    fullUrl: str | None = None


class Link(msgspec.Struct, gc=False):
    """One link of a Bundle."""

    relation: str | None = None
    url: str | None = None


class Bundle(msgspec.Struct, gc=False):
    """A Bundle as far as we read it."""

    resourceType: str | None = None
    link: list[Link] | None = None
    entry: list[Entry] | None = None


BUNDLE = msgspec.json.Decoder(Bundle)
LOOSE = msgspec.json.Decoder(dict[str, msgspec.Raw])
ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
ANY = msgspec.json.Decoder()


class Kind(msgspec.Struct, gc=False):
    """Only the resource type."""

    resourceType: str | None = None


KIND = msgspec.json.Decoder(Kind)


@dataclass(slots=True)
class Opened:
    """The resources of one value with their fullUrls, where the next page is, and what could not be opened."""

    resources: list[tuple[msgspec.Raw, str | None]] = field(default_factory=list)
    next_url: str | None = None
    unreadable: int = 0
    is_readable: bool = True
    """False when nothing of the value is FHIR: an HTML page, a number, an object without resourceType."""
    outcomes: list[msgspec.Raw] = field(default_factory=list)
    """OperationOutcomes, kept apart from the data."""

    def types(self) -> set[str]:
        """The resource types present."""
        return {kind for raw, _ in self.resources if (kind := resource_type(raw)) is not None}


def open_value(raw: msgspec.Raw) -> Opened:
    """The resources under a key; ``null`` and empty containers give none."""
    opened = Opened()
    first = bytes(memoryview(raw)[:1])
    if first == b"n":
        return opened
    if first == b"[":
        _open_array(raw, opened)
    elif first == b"{":
        _open_object(raw, None, opened, 0)
    else:
        opened.is_readable = False
    return opened


def _open_array(raw: msgspec.Raw, opened: Opened) -> None:
    try:
        items = ITEMS.decode(raw)
    except DECODE_ERRORS:
        opened.is_readable = False
        return
    for item in items:
        if bytes(memoryview(item)[:1]) == b"{":
            _open_object(item, None, opened, 0)
        elif bytes(item) != b"null":
            opened.unreadable += 1


def _open_object(raw: msgspec.Raw, url: str | None, opened: Opened, depth: int) -> None:
    try:
        bundle = BUNDLE.decode(raw)
    except DECODE_ERRORS:
        _open_loosely(raw, url, opened, depth)
        return
    if bundle.resourceType != "Bundle" and (bundle.resourceType is not None or bundle.entry is None):
        if bundle.resourceType is None:
            opened.is_readable = opened.is_readable and memoryview(raw).nbytes <= 2
            return
        if bundle.resourceType == "OperationOutcome":
            opened.outcomes.append(raw)
        else:
            opened.resources.append((raw, url))
        return
    for link in bundle.link or ():
        if link.relation == "next" and link.url:
            opened.next_url = link.url
    for entry in bundle.entry or ():
        if entry.resource is not None:
            _add(entry.resource, entry.fullUrl, opened, depth)


def _add(raw: msgspec.Raw, url: str | None, opened: Opened, depth: int) -> None:
    head = bytes(memoryview(raw)[:1])
    if head != b"{":
        opened.unreadable += head != b"n"
    elif depth < MAX_NESTED and b'"Bundle"' in bytes(memoryview(raw)[:400]):
        _open_object(raw, url, opened, depth + 1)
    elif b'"OperationOutcome"' in bytes(memoryview(raw)[:200]) and resource_type(raw) == "OperationOutcome":
        opened.outcomes.append(raw)
    else:
        opened.resources.append((raw, url))


def _open_loosely(raw: msgspec.Raw, url: str | None, opened: Opened, depth: int) -> None:
    """A Bundle with entries of the wrong kind, or a resource whose ``entry``/``link`` is something else."""
    try:
        members = LOOSE.decode(raw)
    except DECODE_ERRORS:
        opened.unreadable += 1
        return
    kind = _loose(members.get("resourceType"))
    if kind != "Bundle":
        if isinstance(kind, str):
            opened.resources.append((raw, url))
        else:
            opened.unreadable += 1
        return
    for link in _loose_items(members.get("link")):
        found = _loose(link)
        if isinstance(found, dict) and found.get("relation") == "next" and isinstance(found.get("url"), str):
            opened.next_url = found["url"]
    entries = members.get("entry")
    if entries is not None and bytes(memoryview(entries)[:1]) not in (b"[", b"n"):
        opened.unreadable += 1
    for item in _loose_items(entries):
        _open_loose_entry(item, opened, depth)


def _open_loose_entry(item: msgspec.Raw, opened: Opened, depth: int) -> None:
    if bytes(item) == b"null":
        return
    try:
        members = LOOSE.decode(item)
    except DECODE_ERRORS:
        opened.unreadable += 1
        return
    resource = members.get("resource")
    if resource is not None:
        url = _loose(members.get("fullUrl"))
        _add(resource, url if isinstance(url, str) else None, opened, depth)


def _loose(raw: msgspec.Raw | None) -> Any:
    if raw is None:
        return None
    try:
        return ANY.decode(raw)
    except DECODE_ERRORS:
        return None


def _loose_items(raw: msgspec.Raw | None) -> Iterator[msgspec.Raw]:
    if raw is None:
        return iter(())
    try:
        return iter(ITEMS.decode(raw))
    except DECODE_ERRORS:
        return iter(())


def resource_type(raw: msgspec.Raw) -> str | None:
    """The ``resourceType`` of a raw resource, ``None`` when it cannot be read."""
    try:
        return KIND.decode(raw).resourceType
    except DECODE_ERRORS:
        return None

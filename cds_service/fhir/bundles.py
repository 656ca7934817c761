"""Opening what stands under a prefetch key or came from a server: a Bundle of any make, a bare resource, an array.

Resources stay raw. A fast typed decode serves tidy Bundles; anything else is opened piece by piece, so that one bad
entry never costs the others. Work is linear in the size of the input.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
MAX_NESTED = 3
MAX_ENTRIES = 20_000
"""Per Bundle or array: a flood under one key must not hide what stands under another, nor cost more than this."""
SHORT = 120
"""Bytes below which a Bundle may be judged empty at a glance."""


NOTHING = msgspec.Raw()


class Entry(msgspec.Struct, gc=False):
    """One entry of a Bundle."""

    resource: msgspec.Raw = NOTHING
    fullUrl: str | None = None


class Coded(msgspec.Struct, gc=False):
    """One coding."""

    system: str | None = None
    code: str | None = None


class Code(msgspec.Struct, gc=False):
    """A CodeableConcept's codings."""

    coding: list[Coded] | None = None


class Peek(msgspec.Struct, gc=False):
    """Enough of a resource to decide whether it matters."""

    resourceType: str | None = None
    id: str | None = None
    code: Code | None = None


PEEK = msgspec.json.Decoder(Peek)


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


class Resource(NamedTuple):
    """One resource: raw, what a glance at it shows, its fullUrl. ``peek`` is ``None`` when even that fails."""

    raw: msgspec.Raw
    peek: Peek | None
    url: str | None


@dataclass(slots=True)
class Opened:
    """The resources of one value with their fullUrls, where the next page is, and what could not be opened."""

    resources: list[Resource] = field(default_factory=list)
    next_url: str | None = None
    unreadable: int = 0
    is_readable: bool = True
    """False when nothing of the value is FHIR: an HTML page, a number, an object without resourceType."""
    outcomes: list[msgspec.Raw] = field(default_factory=list)
    """OperationOutcomes, kept apart from the data."""
    is_cut: bool = False
    """Whether there were more entries than are opened."""

    def types(self) -> set[str]:
        """The resource types present."""
        return {one.peek.resourceType for one in self.resources if one.peek is not None and one.peek.resourceType}


def open_value(raw: msgspec.Raw) -> Opened:
    """The resources under a key; ``null`` and empty containers give none."""
    opened = Opened()
    view = memoryview(raw)
    if view.nbytes < SHORT and _is_plainly_empty(bytes(view)):
        return opened
    first = bytes(view[:1])
    if first == b"n":
        return opened
    if first == b"[":
        _open_array(raw, opened)
    elif first == b"{":
        _open_object(raw, None, opened, 0)
    else:
        opened.is_readable = False
    return opened


def _is_plainly_empty(text: bytes) -> bool:
    """A short Bundle without entries or links: most of what a tidy client sends for an ordinary patient."""
    return b'"Bundle"' in text and b'"entry"' not in text and b'"link"' not in text and text[-1:] == b"}"


def _open_array(raw: msgspec.Raw, opened: Opened) -> None:
    try:
        items = ITEMS.decode(raw)
    except DECODE_ERRORS:
        opened.is_readable = False
        return
    opened.is_cut = len(items) > MAX_ENTRIES
    for item in items[:MAX_ENTRIES]:
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
    kind = bundle.resourceType
    if kind != "Bundle" and (kind is not None or bundle.entry is None):
        if kind is None:
            opened.is_readable = opened.is_readable and memoryview(raw).nbytes <= 2
        else:
            _keep(raw, url, opened)
        return
    for link in bundle.link or ():
        if link.relation == "next" and link.url:
            opened.next_url = link.url
    entries = bundle.entry or ()
    opened.is_cut = opened.is_cut or len(entries) > MAX_ENTRIES
    for entry in entries[:MAX_ENTRIES]:
        _add(entry.resource, entry.fullUrl, opened, depth)


def _add(raw: msgspec.Raw, url: str | None, opened: Opened, depth: int) -> None:
    try:
        peek = PEEK.decode(raw)
    except DECODE_ERRORS:
        _add_unclear(raw, url, opened, depth)
        return
    kind = peek.resourceType
    if kind == "Bundle" and depth < MAX_NESTED:
        _open_object(raw, url, opened, depth + 1)
    elif kind == "OperationOutcome":
        opened.outcomes.append(raw)
    else:
        opened.resources.append(Resource(raw, peek, url))


def _keep(raw: msgspec.Raw, url: str | None, opened: Opened) -> None:
    """A bare resource where a Bundle was expected."""
    _add(raw, url, opened, MAX_NESTED)


def _add_unclear(raw: msgspec.Raw, url: str | None, opened: Opened, depth: int) -> None:
    """What a glance cannot read: nothing, no object, a Bundle with odd entries, or a resource with an odd code."""
    view = memoryview(raw)
    if view.nbytes == 0 or bytes(view[:4]) == b"null":
        return
    if bytes(view[:1]) != b"{":
        opened.unreadable += 1
    elif resource_type(raw) == "Bundle" and depth < MAX_NESTED:
        _open_object(raw, url, opened, depth + 1)
    else:
        opened.resources.append(Resource(raw, None, url))


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
            _keep(raw, url, opened)
        else:
            opened.unreadable += 1
        return
    for link in _loose_items(members.get("link"), opened):
        found = _loose(link)
        if isinstance(found, dict) and found.get("relation") == "next" and isinstance(found.get("url"), str):
            opened.next_url = found["url"]
    entries = members.get("entry")
    if entries is not None and bytes(memoryview(entries)[:1]) not in (b"[", b"n"):
        opened.unreadable += 1
    for item in _loose_items(entries, opened):
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


def _loose_items(raw: msgspec.Raw | None, opened: Opened) -> list[msgspec.Raw]:
    if raw is None:
        return []
    try:
        items = ITEMS.decode(raw)
    except DECODE_ERRORS:
        return []
    opened.is_cut = opened.is_cut or len(items) > MAX_ENTRIES
    return items[:MAX_ENTRIES]


class Kind(msgspec.Struct, gc=False):
    """Only the resource type."""

    resourceType: str | None = None


KIND = msgspec.json.Decoder(Kind)


def resource_type(raw: msgspec.Raw) -> str | None:
    """The ``resourceType`` of a raw resource, ``None`` when it cannot be read."""
    try:
        return KIND.decode(raw).resourceType
    except DECODE_ERRORS:
        return None

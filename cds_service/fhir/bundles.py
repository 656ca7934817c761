"""Opening what stands under a prefetch key or came from a server: a Bundle of any make, a bare resource, an array.

What was decoded in one pass (``tidy``) is taken as it is; anything else is opened piece by piece, so that one bad entry
never costs the others. Work is linear in the size of the input.
"""

from __future__ import annotations

import re
from operator import attrgetter
from typing import Any, get_args

import msgspec
from msgspec import field

from cds_service.fhir.shapes import (
    AnyResource,
    Bundle,
    Entry,
    Link,
    Observation,
    OperationOutcome,
    Resource,
    Shape,
    Unread,
)
from cds_service.fhir.tidy import DECODE_ERRORS, RESOURCE
from cds_service.fhir.twins import says_value_twice

RESOURCE_OF = attrgetter("resource")
MAX_NESTED = 3
MAX_ENTRIES = 20_000
"""Per Bundle or array: a flood under one key must not hide what stands under another, nor cost more than this."""
SHORT = 120
"""Bytes below which a Bundle may be judged empty at a glance."""
SPECIAL = frozenset({Bundle, OperationOutcome, type(None)})
KNOWN_TYPES = frozenset(str(one.__struct_config__.tag) for one in get_args(AnyResource) if not issubclass(one, Unread))
"""Resource types of which something is read."""
NO_TOTAL = re.compile(rb'"total"\s{0,9}:\s{0,9}(?:0|null)\b')


class Coded(Shape):
    """One coding."""

    system: str | None = None
    code: str | None = None


class Code(Shape):
    """A CodeableConcept's codings."""

    coding: list[Coded] | None = None


class Broken(Shape):
    """A resource that is not of a shape we know, as far as a glance at it shows."""

    resourceType: str | None = None
    id: str | None = None
    code: Code | None = None


GLANCE = msgspec.json.Decoder(Broken)


class RawBundle(Shape):
    """A Bundle whose resources are opened one by one."""

    resourceType: str | None = None
    link: list[Link] | None = None
    entry: list[RawEntry] | None = None
    total: msgspec.Raw = msgspec.Raw()


class RawEntry(Shape):
    """One entry of such a Bundle."""

    resource: msgspec.Raw = msgspec.Raw()
    fullUrl: str | None = None
    resourceType: str | None = None


class Found(Shape):
    """A resource out of a Bundle: of a known shape, or broken."""

    resource: Resource | Broken
    fullUrl: str | None = None
    index: int | None = None
    """Of its entry; ``None`` for a resource that is no entry."""


BUNDLE = msgspec.json.Decoder(RawBundle)
LOOSE = msgspec.json.Decoder(dict[str, msgspec.Raw])
ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
ANY = msgspec.json.Decoder()


class Opened(msgspec.Struct):
    """The resources of one value with their fullUrls, where the next page is, and what could not be opened."""

    resources: list[Entry | Found] = field(default_factory=list)
    kinds: set[type] = field(default_factory=set)
    """The shapes present."""
    next_url: str | None = None
    unreadable: int = 0
    is_readable: bool = True
    """False when nothing of the value is FHIR: an HTML page, a number, an object without resourceType."""
    says_value_twice: bool = False
    outcomes: list[OperationOutcome] = field(default_factory=list)
    """OperationOutcomes, kept apart from the data."""
    is_cut: bool = False
    """Whether there were more entries than are opened."""
    is_withheld: bool = False
    """Whether a search tells how many it found and brings none of them."""

    def types(self) -> set[str]:
        """The resource types present."""
        found = {str(kind.__struct_config__.tag) for kind in self.kinds if kind is not Broken}  # type: ignore[attr-defined]
        if Broken in self.kinds:
            broken = (one.resource for one in self.resources if type(one.resource) is Broken)
            found |= {one.resourceType for one in broken if one.resourceType}
        return found


def is_empty(value: object) -> bool:
    """Nothing on record, as a tidy client says it: most of what there is of an ordinary patient."""
    if type(value) is Bundle:
        return not value.entry and not value.raw_link and not _counts(value.raw_total)
    return value is None


def open_value(value: object) -> Opened:
    """The resources under a key; ``null`` and empty containers give none."""
    opened = Opened()
    if value is None:
        return opened
    if isinstance(value, msgspec.Raw):
        _open_raw(value, opened)
    elif isinstance(value, Bundle):
        _take_bundle(value, opened, 0)
    elif isinstance(value, Resource):
        _take(value, None, opened, MAX_NESTED, None)
        opened.is_readable = not isinstance(value, Unread)
    elif isinstance(value, list):
        opened.unreadable += len(value)
    else:
        opened.is_readable = False
    return opened


# -- decoded in one pass ---------------------------------------------------------------------------------------------


def _take_bundle(bundle: Bundle, opened: Opened, depth: int) -> None:
    for link in bundle.link or ():
        if link.relation == "next" and link.url:
            opened.next_url = link.url
    entries = bundle.entry
    if not entries:
        opened.is_withheld = opened.is_withheld or _counts(bundle.raw_total)
        return
    kinds = set(map(type, map(RESOURCE_OF, entries)))
    if not kinds.isdisjoint(SPECIAL):
        for index, entry in enumerate(entries):
            if entry.resource is None and entry.resourceType is not None:
                opened.unreadable += 1
            _take(entry.resource, entry.fullUrl, opened, depth, index)
        return
    opened.kinds |= kinds
    if opened.resources:
        opened.resources += [Found(one.resource, one.fullUrl, at) for at, one in enumerate(entries)]  # type: ignore[arg-type]
    else:
        opened.resources = entries  # type: ignore[assignment]  # taken over as it is: nobody else holds it


def _counts(total: msgspec.Raw) -> bool:
    return bytes(total) not in (b"", b"0", b"null")


def _take(resource: Resource | Broken | None, url: str | None, opened: Opened, depth: int, index: int | None) -> None:
    if resource is None:
        return
    if isinstance(resource, Bundle):
        if depth < MAX_NESTED:
            _take_bundle(resource, opened, depth + 1)
        else:
            opened.unreadable += 1
    elif isinstance(resource, OperationOutcome):
        opened.outcomes.append(resource)
    else:
        opened.resources.append(Found(resource, url, index))
        opened.kinds.add(type(resource))


# -- opened piece by piece -------------------------------------------------------------------------------------------


def _open_raw(raw: msgspec.Raw, opened: Opened) -> None:
    view = memoryview(raw)
    if view.nbytes < SHORT and _is_plainly_empty(bytes(view)):
        return
    first = bytes(view[:1])
    if first == b"n":
        return
    if first == b"[":
        _open_array(raw, opened)
    elif first == b"{":
        _open_object(raw, None, opened, 0)
    else:
        opened.is_readable = False


def _is_plainly_empty(text: bytes) -> bool:
    """A short Bundle without entries or links: most of what a tidy client sends for an ordinary patient."""
    if b'"total"' in text and not NO_TOTAL.search(text):
        return False
    return b'"Bundle"' in text and b'"entry"' not in text and b'"link"' not in text and text[-1:] == b"}"


def _open_array(raw: msgspec.Raw, opened: Opened) -> None:
    try:
        items = ITEMS.decode(raw)
    except DECODE_ERRORS:
        opened.is_readable = False
        return
    opened.is_cut = len(items) > MAX_ENTRIES
    for index, item in enumerate(items[:MAX_ENTRIES]):
        if bytes(memoryview(item)[:1]) == b"{":
            _open_object(item, None, opened, 0, index)
        elif bytes(item) != b"null":
            opened.unreadable += 1


def _open_object(raw: msgspec.Raw, url: str | None, opened: Opened, depth: int, index: int | None = None) -> None:
    try:
        bundle = BUNDLE.decode(raw)
    except DECODE_ERRORS:
        _open_loosely(raw, url, opened, depth, index)
        return
    kind = bundle.resourceType
    if kind != "Bundle" and (kind is not None or bundle.entry is None):
        if kind is None and depth < MAX_NESTED and (inner := _wrapped(raw)):
            _open_object(inner, url, opened, depth + 1, index)
        elif kind is None:
            opened.is_readable = opened.is_readable and memoryview(raw).nbytes <= 2
        else:
            _add(raw, url, opened, MAX_NESTED, index)
            if index is None and kind not in KNOWN_TYPES:
                opened.is_readable = False  # a List, Parameters or a misspelt Bundle instead of what was asked for
        return
    for link in bundle.link or ():
        if link.relation == "next" and link.url:
            opened.next_url = link.url
    entries = bundle.entry or ()
    opened.is_withheld = opened.is_withheld or (not entries and _counts(bundle.total))
    opened.is_cut = opened.is_cut or len(entries) > MAX_ENTRIES
    for place, entry in enumerate(entries[:MAX_ENTRIES]):
        if not entry.resource and entry.resourceType is not None:
            opened.unreadable += 1
        _add(entry.resource, entry.fullUrl, opened, depth, place)


def _wrapped(raw: msgspec.Raw) -> msgspec.Raw | None:
    """The ``resource`` of an object that only wraps it: a Bundle entry, or prefetch as CDS Hooks 0.x sent it."""
    inner = LOOSE.decode(raw).get("resource")
    return inner if inner is not None and bytes(memoryview(inner)[:1]) == b"{" else None


def _add(raw: msgspec.Raw, url: str | None, opened: Opened, depth: int, index: int | None) -> None:
    """One resource, opened further when it is a Bundle itself."""
    view = memoryview(raw)
    if view.nbytes == 0 or bytes(view[:4]) == b"null":
        return
    if bytes(view[:1]) != b"{":
        opened.unreadable += 1
        return
    resource: Resource | Broken
    try:
        resource = RESOURCE.decode(raw)
    except DECODE_ERRORS:
        if resource_type(raw) == "Bundle" and depth < MAX_NESTED:
            _open_object(raw, url, opened, depth + 1, index)
            return
        resource = _glance(raw)
    if isinstance(resource, Bundle):
        if depth < MAX_NESTED:
            _open_object(raw, url, opened, depth + 1, index)
        else:
            opened.unreadable += 1
        return
    if isinstance(resource, Observation) and says_value_twice(bytes(raw)):
        opened.says_value_twice = True
    _take(resource, url, opened, depth, index)


def _glance(raw: msgspec.Raw) -> Broken:
    try:
        return GLANCE.decode(raw)
    except DECODE_ERRORS:
        return Broken()


def _open_loosely(raw: msgspec.Raw, url: str | None, opened: Opened, depth: int, index: int | None) -> None:
    """A Bundle with entries of the wrong kind, or a resource whose ``entry``/``link`` is something else."""
    try:
        members = LOOSE.decode(raw)
    except DECODE_ERRORS:
        opened.unreadable += 1
        return
    kind = _loose(members.get("resourceType"))
    if kind != "Bundle":
        if isinstance(kind, str):
            _add(raw, url, opened, MAX_NESTED, index)
        else:
            opened.unreadable += 1
        return
    for link in _loose_items(members.get("link"), opened):
        found = _loose(link)
        if isinstance(found, dict) and found.get("relation") == "next" and isinstance(found.get("url"), str):
            opened.next_url = found["url"]
    entries = members.get("entry")
    if entries is not None and bytes(memoryview(entries)[:1]) == b"{":
        _open_loose_entry(entries, opened, depth, 0)
        return
    if entries is not None and bytes(memoryview(entries)[:1]) not in (b"[", b"n"):
        opened.unreadable += 1
    for place, item in enumerate(_loose_items(entries, opened)):
        _open_loose_entry(item, opened, depth, place)


def _open_loose_entry(item: msgspec.Raw, opened: Opened, depth: int, index: int) -> None:
    if bytes(item) == b"null":
        return
    try:
        members = LOOSE.decode(item)
    except DECODE_ERRORS:
        opened.unreadable += 1
        return
    resource = members.get("resource")
    if resource is None and "resourceType" in members:
        opened.unreadable += 1
    if resource is not None:
        url = _loose(members.get("fullUrl"))
        _add(resource, url if isinstance(url, str) else None, opened, depth, index)


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


class Kind(Shape):
    """Only the resource type."""

    resourceType: str | None = None


KIND = msgspec.json.Decoder(Kind)


def resource_type(raw: msgspec.Raw) -> str | None:
    """The ``resourceType`` of a raw resource, ``None`` when it cannot be read."""
    try:
        return KIND.decode(raw).resourceType
    except DECODE_ERRORS:
        return None

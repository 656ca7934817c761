"""The usual, tidy request in one pass: the whole body is decoded at once into an envelope and typed resources.

Anything unusual (a resource of an unknown type, a member of the wrong kind, a member or a value said twice) makes the
answer ``None``: then the body is opened piece by piece (``bundles``), which is slower and knows what to say about it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import msgspec

from cds_service.fhir.shapes import AnyResource, Bundle, Observation
from cds_service.fhir.twins import hides_letters

DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
QUANTITY = b'"valueQuantity"'


class Name(str):
    """A member name of the envelope; every one that is read is counted, so that one said twice shows."""

    __slots__ = ()


Members = dict[Name, str | int | float | bool | list[str] | AnyResource | None]
Body = dict[Name, str | Members | None]


class Names(threading.local):
    """Decoders and the count of names read; one of each per thread."""

    def __init__(self) -> None:
        self.read = 0
        self.body = msgspec.json.Decoder(Body, dec_hook=self._count)

    def _count(self, kind: type, given: object) -> object:
        self.read += 1
        return kind(given)


NAMES = Names()
RESOURCE = msgspec.json.Decoder(AnyResource)


def decode_body(body: bytes) -> Mapping[str, Any] | None:
    """Members of a request with ``context`` and ``prefetch`` decoded, resources typed; ``None`` if it is not tidy."""
    NAMES.read = 0
    try:
        members = NAMES.body.decode(body)
    except DECODE_ERRORS:
        return None
    objects = [value for value in members.values() if isinstance(value, dict)]
    if NAMES.read != len(members) + sum(map(len, objects)):
        return None
    expected = sum(_quantities(value) for one in objects for value in one.values())
    if body.count(QUANTITY) != expected or hides_letters(body):
        return None
    return {str(name): value for name, value in members.items()}


def _quantities(value: object) -> int:
    """How often ``valueQuantity`` may stand in a decoded value if no resource says it twice."""
    if type(value) is Bundle:
        found = 0
        for entry in value.entry or ():
            resource = entry.resource
            if type(resource) is Observation:
                if resource.raw_valueQuantity:
                    found += 1
                if resource.raw_component:
                    found += bytes(resource.raw_component).count(QUANTITY)
            elif type(resource) is Bundle:
                found += _quantities(resource)
        return found
    if type(value) is Observation:
        return bool(value.raw_valueQuantity) + bytes(value.raw_component).count(QUANTITY)
    return 0

"""The usual, tidy request in one pass: the whole body is decoded at once into an envelope and typed resources.

Anything unusual (a resource of an unknown type, a member of the wrong kind, a member or a value said twice) makes the
answer ``None``: then the body is opened piece by piece (``bundles``), which is slower and knows what to say about it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from operator import attrgetter, truth
from typing import Any, cast

import msgspec

from cds_service.fhir.shapes import AnyResource, Bundle, Observation

DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
QUANTITY = b'"valueQuantity"'
QUANTITY_OF = attrgetter("raw_valueQuantity")
COMPONENT_OF = attrgetter("raw_component")
RESOURCE_OF = attrgetter("resource")
WITH_RESULTS = (Bundle, Observation)


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
    expected, names = 0, len(members)
    for member in members.values():
        if isinstance(member, dict):
            names += len(member)
            for value in member.values():
                if type(value) in WITH_RESULTS:
                    expected += _quantities(value)
    if NAMES.read != names or body.count(QUANTITY) != expected:
        return None
    return cast(Mapping[str, Any], members)


def _quantities(value: object) -> int:
    """How often ``valueQuantity`` may stand in a decoded value if no resource says it twice."""
    if type(value) is Observation:
        return _in_results([value])
    if type(value) is not Bundle or not value.entry:
        return 0
    resources = list(map(RESOURCE_OF, value.entry))
    kinds = set(map(type, resources))
    found = 0
    if Observation in kinds:
        found = _in_results(resources if len(kinds) == 1 else [one for one in resources if type(one) is Observation])
    if Bundle in kinds:
        found += sum(_quantities(one) for one in resources if type(one) is Bundle)
    return found


def _in_results(observations: list[Observation]) -> int:
    components = map(bytes, filter(None, map(COMPONENT_OF, observations)))
    return sum(map(truth, map(QUANTITY_OF, observations))) + sum(one.count(QUANTITY) for one in components)

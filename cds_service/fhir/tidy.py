"""The usual, tidy request in one pass: the whole body is decoded at once into an envelope and typed resources.

Anything unusual (a resource of an unknown type, a member of the wrong kind, a member or a value said twice) makes the
answer ``None``: then the body is opened piece by piece (``bundles``), which is slower and knows what to say about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from operator import attrgetter, truth
from typing import Any

import msgspec

from cds_service.fhir.shapes import AnyResource, Bundle, Observation

DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
QUANTITY = b'"valueQuantity"'
QUANTITY_OF = attrgetter("raw_valueQuantity")
COMPONENT_OF = attrgetter("raw_component")
RESOURCE_OF = attrgetter("resource")
WITH_RESULTS = (Bundle, Observation)


class Name(partial[Any]):
    """A member name of the envelope as it was read. No two are equal, so that a name said twice is there twice.

    Made by the decoder for every name without a line of Python: ``Name(Name, "prefetch")`` keeps the name in ``args``.
    """

    __slots__ = ()


Members = dict[Name, str | int | float | bool | list[str] | AnyResource | None]
BODY = msgspec.json.Decoder(dict[Name, str | Members | None], dec_hook=Name)
RESOURCE = msgspec.json.Decoder(AnyResource)


def decode_body(body: bytes) -> Mapping[str, Any] | None:
    """Members of a request with ``context`` and ``prefetch`` decoded, resources typed; ``None`` if it is not tidy."""
    try:
        found = BODY.decode(body)
    except DECODE_ERRORS:
        return None
    expected = 0
    members: dict[str, Any] = {}
    for name, member in found.items():
        if isinstance(member, dict):
            inner = {one.args[0]: value for one, value in member.items()}
            if len(inner) != len(member):
                return None
            for value in inner.values():
                if type(value) in WITH_RESULTS:
                    expected += _quantities(value)
            members[name.args[0]] = inner
        else:
            members[name.args[0]] = member
    return members if len(members) == len(found) and body.count(QUANTITY) == expected else None


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

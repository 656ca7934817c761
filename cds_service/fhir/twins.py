"""A result that says its value twice. Every JSON parser keeps the last one silently; here neither may be believed."""

from __future__ import annotations

import json
import re

_QUANTITY = b'"valueQuantity"'
VALUE = b'"value"'
_LETTER = re.compile(rb"\\u00(?:4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])", re.IGNORECASE)


def hides_letters(raw: bytes) -> bool:
    """Whether a plain letter is written as an escape: no writer does so, and a member name may be said twice that way."""
    return b"\\u00" in raw and _LETTER.search(raw) is not None


def says_value_twice(raw: bytes) -> bool:
    """Whether a resource holds ``valueQuantity``, or its quantity ``value``, twice. Cheap for the usual single quantity."""
    if hides_letters(raw):
        return _has_twins(raw)
    at = raw.find(_QUANTITY)
    if at < 0:
        return False
    after = at + len(_QUANTITY)
    if raw.find(_QUANTITY, after) > 0:
        return _has_twins(raw)
    return raw.count(VALUE, after, raw.find(b"}", after)) > 1 and _has_twins(raw)


def quantity_says_value_twice(quantity: bytes) -> bool:
    """The same of a Quantity alone."""
    return (quantity.count(VALUE) > 1 or hides_letters(quantity)) and _has_twins(quantity)


def _has_twins(raw: bytes) -> bool:
    """The exact answer, for the few that look like it."""
    try:
        json.loads(raw, object_pairs_hook=_refuse_twins)
    except _Twins:
        return True
    except (ValueError, RecursionError):
        return False
    return False


class _Twins(Exception):
    pass


def _refuse_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Twins
    return members

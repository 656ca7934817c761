"""A result that says its value twice. Every JSON parser keeps the last one silently; here neither may be believed."""

from __future__ import annotations

import json
import re

_VALUE_TWICE_IN_ONE_OBJECT = re.compile(rb'"value"\s*:[^{}\[\]]*"value"\s*:')
"""Between the two no brace: the same flat object (a quote inside a string is escaped and cannot match)."""


def says_value_twice(raw: bytes) -> bool:
    """Whether a resource holds ``value`` or ``valueQuantity`` twice in one object. Two counts decide the usual case."""
    if raw.count(b'"value"') > 1 and _VALUE_TWICE_IN_ONE_OBJECT.search(raw) is not None:
        return True
    return raw.count(b'"valueQuantity"') > 1 and _has_twins(raw)


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

"""Where in the delivery a resource stood: the prefetch key and its index, looked up only when something is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from cds_service.fhir.bundles import Found
from cds_service.fhir.shapes import Entry

MOST_SEARCHED = 8
"""Places searched for in one request; a flood of broken resources is counted, not located one by one."""


class Places:
    """The lists of a request, in the order in which they are read."""

    def __init__(self) -> None:
        self._lists: list[tuple[str, Sequence[Entry | Found]]] = []
        self._searched = 0

    def add(self, key: str, entries: Sequence[Entry | Found]) -> None:
        """What was delivered under a key."""
        self._lists.append((key, entries))

    def of(self, resource: object) -> str | None:
        """``laboratory.entry[3]``, ``laboratory`` for a resource that stood there alone; ``None`` when it is not found."""
        if self._searched >= MOST_SEARCHED:
            return None
        self._searched += 1
        for key, entries in self._lists:
            for index, entry in enumerate(entries):
                if entry.resource is resource:
                    at = entry.index if isinstance(entry, Found) else index
                    return key if at is None else f"{key}.entry[{at}]"
        return None

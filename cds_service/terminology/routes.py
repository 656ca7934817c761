"""Routes of administration by SNOMED CT code or words."""

from __future__ import annotations

from collections.abc import Sequence

from cds_service.clinical.vocabulary import Route
from cds_service.terminology.model import Coding
from cds_service.terminology.store import read_rows
from cds_service.terminology.systems import SNOMED, normalise_system
from cds_service.terminology.words import key


class RouteIndex:
    """Code and name tables of routes."""

    def __init__(self) -> None:
        self._codes: dict[str, Route] = {row["code"]: Route(row["route"]) for row in read_rows("snomed/routes.csv")}
        self._names: dict[str, Route] = {key(row["name"]): Route(row["route"]) for row in read_rows("routes.csv")}
        self._names |= {key(row["name"]): Route(row["route"]) for row in read_rows("snomed/routes.csv")}
        self._names |= {key(route.value): route for route in Route}
        self._longest = max(name.count(" ") + 1 for name in self._names)

    def match(self, codings: Sequence[Coding], text: str | None = None) -> Route | None:
        """Route by SNOMED CT code, else by code word ("PO"), display or text; ``None`` when nothing is said.

        Words that name a depot beat the code, because no route code says how often an injection is given.
        """
        words = [coding.display or coding.code or "" for coding in codings] + ([text] if text else [])
        named = [route for phrase in words if (route := self._named(phrase)) is not None]
        depots = [route for route in named if route in (Route.DEPOT, Route.DEPOT_3_MONTHLY)]
        for coding in codings:
            if normalise_system(coding.system) == SNOMED and coding.code in self._codes:
                return depots[0] if depots else self._codes[coding.code]
        return depots[0] if depots else (named[0] if named else None)

    def _named(self, phrase: str) -> Route | None:
        """The whole phrase, else the longest name of two or more letters inside it."""
        words = key(phrase).split()
        whole = self._names.get(" ".join(words))
        if whole is not None:
            return whole
        for length in range(min(self._longest, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                candidate = " ".join(words[start : start + length])
                if len(candidate) > 3 and candidate in self._names:
                    return self._names[candidate]
        return None

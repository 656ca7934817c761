"""Observations → results (rule catalogue 0.2 to 0.4): which count, when, in which order, and what could not be used.

Results are sorted out when a rule asks for their analyte, and written out (``values``) newest first, as far as the rule
looks. What cannot be used becomes a gap when it is newer than everything usable, else a note.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from operator import itemgetter

import msgspec
from msgspec import Struct, field

from cds_service.clinical.chart import DAY, GapReason, LabResult
from cds_service.clinical.fact import Fact
from cds_service.clinical.series import LazySeries
from cds_service.clinical.vocabulary import Analyte
from cds_service.errors import MalformedRequest
from cds_service.fhir.read.coma import GCS_PARTS, glasgow_total
from cds_service.fhir.read.context import Reading
from cds_service.fhir.read.glossary import NO_CODE, Kind
from cds_service.fhir.read.same_moment import in_order
from cds_service.fhir.read.times import parse_time
from cds_service.fhir.read.values import Dated, Unusable, read_value
from cds_service.fhir.shapes import Component, Observation
from cds_service.fhir.twins import VALUE, quantity_says_value_twice

READ_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError, TypeError)
IGNORED = frozenset({"registered", "cancelled", "entered-in-error"})
VERSION_RANK = {"entered-in-error": 5, "corrected": 4, "amended": 3, "final": 2, "preliminary": 1}
VITAL_SIGNS = frozenset(
    {Analyte.TEMPERATURE, Analyte.HEART_RATE, Analyte.SYSTOLIC_BP, Analyte.DIASTOLIC_BP, Analyte.RESPIRATORY_RATE,
     Analyte.GCS, Analyte.AVPU}
)  # fmt: skip
IN_PANELS = VITAL_SIGNS | {Analyte.WEIGHT, Analyte.QTC}
"""What the panels of vital signs may hold."""
MOMENT = itemgetter(0)
LONG_AGO_DAYS = 365.0
MOST_NAMED = 3
"""Unusable results of one analyte that are named one by one."""


class Settled(Fact, kw_only=False):
    """The results of one analyte."""

    eligible: Sequence[LabResult] = ()
    preliminary: Sequence[LabResult] = ()


NONE = Settled()


class Results(Struct):
    """The patient's own results as they are collected; ``settle`` gives those of one analyte.

    They keep nothing of what they give: it reads on with their help, and what refers to itself waits for the collector.
    """

    reading: Reading
    _waiting: defaultdict[Analyte, list[tuple[Observation, Observation | Component | str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _panels: list[Observation] = field(default_factory=list)
    _versions: dict[str, Observation] = field(default_factory=dict)
    _superseded: set[int] = field(default_factory=set)
    _nameless: set[tuple[object, ...]] = field(default_factory=set)
    _refused: Counter[Analyte] = field(default_factory=Counter)

    # -- collecting ----------------------------------------------------------------------------------------------

    def add(self, observation: Observation, kind: Kind) -> None:
        """Keep an Observation of the patient's. Raises msgspec errors for malformed versions or components, and
        ``MalformedRequest`` for one that says its value twice."""
        if quantity_says_value_twice(bytes(observation.raw_valueQuantity)):
            raise MalformedRequest("a result says its value twice", where="prefetch", code="structure")
        if observation.id is None:
            if self._is_known(observation):
                return
        else:
            known = self._versions.setdefault(observation.id, observation)
            if known is not observation and not self._supersedes(observation, known):
                return
        if kind.analyte is not None and not (kind.is_panel and observation.raw_component):
            self._waiting[kind.analyte].append((observation, observation))
        for analyte in kind.doubted:
            if observation.raw_valueQuantity or observation.raw_valueString:
                self._waiting[analyte].append((observation, kind.doubt))
        if kind.is_panel:
            self._panels.append(observation)
        elif observation.raw_component:
            self._open(observation, kind.analyte)

    def add_plain(self, observation: Observation, analyte: Analyte) -> bool:
        """Keep the usual result of an analyte at once; False when there is more to ask about it (``add``)."""
        identity = observation.id
        if identity is None or observation.raw_component:
            return False
        quantity = bytes(observation.raw_valueQuantity)
        if quantity.count(VALUE) > 1 or b"\\" in quantity:
            return False
        if self._versions.setdefault(identity, observation) is not observation:
            return False
        self._waiting[analyte].append((observation, observation))
        return True

    def _is_known(self, observation: Observation) -> bool:
        content = msgspec.structs.astuple(observation)
        written = tuple(bytes(one) if isinstance(one, msgspec.Raw) else one for one in content)
        if written in self._nameless:
            return True
        self._nameless.add(written)
        return False

    def _supersedes(self, observation: Observation, known: Observation) -> bool:
        """Of two versions of one Observation the later by what both carry; a retraction or correction where neither tells."""
        order = self.reading.later_version(observation.meta, known.meta)
        if order < 0 or (order == 0 and _rank(observation) <= _rank(known)):
            return False
        self._superseded.add(id(known))
        self._versions[observation.id or ""] = observation
        return True

    def _open(self, observation: Observation, own: Analyte | None) -> None:
        others: list[Component] = []
        analytes: set[Analyte | None] = set()
        for component in self._components(observation):
            found = self._analyte_of(component)
            if found is None:
                others.append(component)
                self._name_component(observation, component)
            elif found is not own:
                self._waiting[found].append((observation, component))
            analytes.add(found)
        if own is Analyte.GCS and (observation.raw_valueQuantity or observation.raw_valueInteger):
            analytes.add(own)
        if len(others) >= len(GCS_PARTS) and Analyte.GCS not in analytes:
            total = glasgow_total(others)
            if total is not None:
                self._waiting[Analyte.GCS].append((observation, total))

    def _components(self, observation: Observation) -> list[Component]:
        """The components that can be read; a damaged one among them is named."""
        try:
            return observation.component or []
        except READ_ERRORS:
            self.reading.cannot_read("Observation", observation)
            return Observation.component.good_items(observation) or []

    def _analyte_of(self, component: Component) -> Analyte | None:
        lookup = self.reading.terminology.analyte
        listed = component.code.coding if component.code is not None else None
        found = {one for coding in listed or () if coding.code and (one := lookup(coding.system, coding.code))}
        return found.pop() if len(found) == 1 else None

    def _name_component(self, observation: Observation, component: Component) -> None:
        """A component that is one of ours by its name alone."""
        code = component.code
        if code is not None and not code.coding and code.text and component.valueQuantity is not None:
            for analyte in self.reading.glossary.called(code):
                self._waiting[analyte].append((observation, NO_CODE))

    def is_current(self, observation: Observation) -> bool:
        """Whether no newer version of an Observation has been read."""
        return id(observation) not in self._superseded

    # -- settling ------------------------------------------------------------------------------------------------

    def analytes(self) -> list[Analyte]:
        """Every analyte that was delivered."""
        self._open_panels()
        return list(self._waiting)

    def may_hold(self, analyte: Analyte) -> bool:
        """False when nothing at all was delivered of an analyte."""
        return analyte in self._waiting or bool(self._panels)

    def settle(self, analyte: Analyte) -> Settled:
        """The results of one analyte; what could not be used and matters is noted as a gap, so ask once."""
        if self._panels and analyte in IN_PANELS:
            self._open_panels()
        waiting = self._waiting.get(analyte)
        return self._settle(analyte, waiting) if waiting else NONE

    def _open_panels(self) -> None:
        panels, self._panels = self._panels, []
        for observation in panels:
            try:
                self._open(observation, None)
            except READ_ERRORS:
                self.reading.cannot_read("Observation", observation)

    def _settle(self, analyte: Analyte, waiting: list[tuple[Observation, Observation | Component | str]]) -> Settled:
        eligible: list[Dated] = []
        preliminary: list[Dated] = []
        undated = False
        zone, latest = self.reading.zone, self.reading.latest_moment
        for observation, part in waiting:
            status = observation.status
            if status in IGNORED or (self._superseded and id(observation) in self._superseded):
                continue
            if observation.effectiveDateTime:
                moment = parse_time(observation.effectiveDateTime, zone)
                if moment is not None and moment <= latest:  # the usual result, without further questions
                    (preliminary if status == "preliminary" else eligible).append((moment, observation, part))
                    continue
            try:
                dated = self._dated(analyte, observation, part)
            except READ_ERRORS:
                self.cannot_read(analyte, observation)
                continue
            if dated is not None:
                (preliminary if status == "preliminary" else eligible).append(dated)
            elif _is_undated(observation):
                undated = True
        found = LazySeries(Batches(self, analyte, eligible).more) if eligible else ()
        if undated:
            self._name_undated(analyte, found)
        if not preliminary:
            return Settled(found)
        newest = found[0].time if found else -math.inf
        return Settled(found, tuple(LazySeries(Batches(self, analyte, preliminary, newest).more)))

    def cannot_read(self, analyte: Analyte, result: object) -> None:
        """Name a malformed result."""
        where = self.reading.place_of(result)
        self.reading.gap(analyte, GapReason.UNREADABLE, f"{analyte.title}: a result could not be read{where}.")

    def _dated(self, analyte: Analyte, observation: Observation, part: Observation | Component | str) -> Dated | None:
        """With its time, if that lets it count (0.2); an unreadable or future one is named."""
        reading = self.reading
        text = observation.effectiveDateTime or _other_time(observation)
        moment = reading.time(text)
        if moment is None:
            if text:
                self.refuse(analyte, [(None, f"{analyte.title}: the date of a result cannot be read.")])
        elif moment > reading.latest_moment:
            self.refuse(analyte, [(moment, f"{analyte.title}: a result dated in the future was not used.")])
        else:
            return moment, observation, part
        return None

    def _name_undated(self, analyte: Analyte, found: Sequence[LabResult]) -> None:
        """Beside a recent result an undated one is only mentioned (it never beats a dated one); else nobody can tell."""
        reading = self.reading
        recent = reading.now - reading.limits["labs.recent_days"] * DAY
        detail = f"{analyte.title}: an undated result was not used."
        if found and found[0].time >= recent:
            reading.note_unused(analyte, detail, None)
        else:
            self.refuse(analyte, [(None, detail)])

    def refuse(self, analyte: Analyte, refused: Sequence[tuple[float | None, str]], newest: float = -math.inf) -> None:
        """Name values that cannot be used, of a flood the first and how many more: (time, why), newest first."""
        refused = sorted(refused, key=lambda one: (-(one[0] or 0.0), one[1]))  # the order of delivery shows nowhere
        places = max(0, MOST_NAMED - self._refused[analyte])
        self._refused[analyte] += len(refused)
        for when, detail in refused[:places]:
            self._name(analyte, when, detail, newest)
        more = len(refused) - places
        if more > 0:
            detail = f"{analyte.title}: {more} more result{'s' if more > 1 else ''} could not be used."
            self._name(analyte, refused[places][0], detail, newest)

    def _name(self, analyte: Analyte, when: float | None, detail: str, newest: float) -> None:
        """Newer than everything usable (or undated): could not look. Older: only mentioned."""
        horizon = self.reading.limits["nms.vitals_window_h"] / 24 if analyte in VITAL_SIGNS else LONG_AGO_DAYS
        if when is not None and (self.reading.now - when) / DAY > horizon:
            return
        if when is None or when >= newest:
            self.reading.gap(analyte, GapReason.UNUSABLE_VALUE, detail)
        else:
            self.reading.note_unused(analyte, detail, when)


class Batches:
    """Dated values of one analyte, read moment by moment, newest first."""

    __slots__ = ("_analyte", "_at", "_items", "_newest", "_results")

    def __init__(self, results: Results, analyte: Analyte, items: list[Dated], newest: float | None = None) -> None:
        """``newest``: time of the newest usable result if that is not among these."""
        items.sort(key=MOMENT, reverse=True)
        self._results = results
        self._analyte = analyte
        self._items = items
        self._newest = newest
        self._at = 0

    def more(self) -> Sequence[LabResult] | None:
        """The usable results of the next moment that has any, in order (0.3-4)."""
        items = self._items
        usable: list[LabResult] = []
        refused: list[tuple[float | None, str]] = []
        while self._at < len(items) and not usable:
            time, end = items[self._at][0], self._at + 1
            while end < len(items) and items[end][0] == time:
                end += 1
            usable = self._read(items[self._at : end], refused)
            self._at = end
        if usable and self._newest is None:
            self._newest = usable[0].time
        if refused:
            self._results.refuse(self._analyte, refused, -math.inf if self._newest is None else self._newest)
        if not usable:
            return None
        return usable if len(usable) == 1 else in_order(usable, self._results.reading.limits)

    def _read(self, batch: list[Dated], refused: list[tuple[float | None, str]]) -> list[LabResult]:
        usable: list[LabResult] = []
        reading, analyte = self._results.reading, self._analyte
        for dated in batch:
            try:
                usable.append(read_value(dated, analyte, reading))
            except Unusable as unusable:
                if unusable.is_mention:
                    reading.note_unused(analyte, unusable.detail, dated[0])
                else:
                    refused.append((dated[0], unusable.detail))
            except READ_ERRORS:
                self._results.cannot_read(analyte, dated[1])
        return usable


def _other_time(observation: Observation) -> str | None:
    period, timing = observation.effectivePeriod, observation.effectiveTiming
    return (
        (period.end if period else None)
        or observation.effectiveInstant
        or observation.issued
        or (period.start if period else None)
        or (timing.event[-1] if timing and timing.event else None)
    )


def _is_undated(observation: Observation) -> bool:
    return not (observation.effectiveDateTime or _other_time(observation))


def _rank(observation: Observation) -> int:
    return VERSION_RANK.get(observation.status or "", 0)

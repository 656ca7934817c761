"""Relevant results that could not be used: the newest of each analyte are named, the rest counted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from cds_service.clinical.chart import DAY, GapReason, LabResult
from cds_service.clinical.vocabulary import Analyte
from cds_service.fhir.read.context import Reading

VITAL_SIGNS = frozenset(
    {Analyte.TEMPERATURE, Analyte.HEART_RATE, Analyte.SYSTOLIC_BP, Analyte.DIASTOLIC_BP, Analyte.RESPIRATORY_RATE,
     Analyte.GCS, Analyte.AVPU}
)  # fmt: skip
MOST_NAMED = 3
"""Unusable results of one analyte that are named one by one."""


@dataclass(slots=True, kw_only=True)
class Unusable:
    """A relevant result that could not be used; whether it is a gap depends on what else there is (see ``settle``)."""

    analyte: Analyte
    detail: str
    time: float | None


@dataclass(slots=True)
class Unusables:
    """What could not be used, as it is met."""

    reading: Reading
    found: dict[Analyte, list[Unusable]] = field(default_factory=dict)

    def add(self, analyte: Analyte, when: float | None, detail: str) -> None:
        """Note one result; ``when`` is ``None`` for an undated one."""
        self.found.setdefault(analyte, []).append(Unusable(analyte=analyte, detail=detail, time=when))

    def report(self, usable: dict[Analyte, Sequence[LabResult]]) -> None:
        """Gaps and notes for all of them; a flood must not drown the answer."""
        for analyte, found in self.found.items():
            found.sort(key=lambda one: math.inf if one.time is None else one.time, reverse=True)
            for one in found[:MOST_NAMED]:
                self._report(one, usable)
            more = len(found) - MOST_NAMED
            if more > 0:
                detail = f"{analyte.title}: {more} more result{'s' if more > 1 else ''} could not be used."
                self._report(Unusable(analyte=analyte, detail=detail, time=found[MOST_NAMED].time), usable)

    def _report(self, one: Unusable, usable: dict[Analyte, Sequence[LabResult]]) -> None:
        """Newer than everything usable (or undated): could not look. Older: only mentioned."""
        newest = usable.get(one.analyte)
        horizon = self.reading.limits["nms.vitals_window_h"] / 24 if one.analyte in VITAL_SIGNS else 365.0
        if one.time is not None and (self.reading.now - one.time) / DAY > horizon:
            return
        if one.time is None or not newest or one.time >= newest[0].time:
            self.reading.gap(one.analyte, GapReason.UNUSABLE_VALUE, one.detail)
        else:
            self.reading.note_unused(one.analyte, one.detail, one.time)

"""What a card lists under "Not available or not used" beside its findings' own lines (C3-4): absent, unusable, unused."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.clinical.chart import Chart, NotUsed
from cds_service.clinical.limits import Limits
from cds_service.clinical.time import Clock
from cds_service.clinical.vocabulary import CALCIUM_KINDS, Analyte

LOOKED_FOR: tuple[tuple[str, tuple[Analyte, ...], str], ...] = (
    ("potassium", (Analyte.POTASSIUM,), "labs.recent_days"),
    ("magnesium", (Analyte.MAGNESIUM,), "labs.recent_days"),
    ("calcium", CALCIUM_KINDS, "labs.recent_days"),
    ("eGFR or creatinine", (Analyte.EGFR, Analyte.CREATININE), "renal.window_d"),
    ("QTc", (Analyte.QTC,), "qt.window_d"),
)
"""Results whose absence keeps a rule from looking at all: name, analytes of which any will do, window."""


def not_available(chart: Chart, limits: Limits) -> tuple[NotUsed, ...]:
    """Per need: results that are absent, that could not be used, and that were seen but normally not used."""
    unusable = (NotUsed(need=gap.need, detail=gap.detail) for gap in chart.gaps if gap.source is None)
    return (*unusable, *chart.not_used, *_absent(chart, limits))


def _absent(chart: Chart, limits: Limits) -> Iterator[NotUsed]:
    clock = Clock.of(chart.now, limits)
    for name, analytes, window in LOOKED_FOR:
        newest = [series[0] for analyte in analytes if (series := chart.results.get(analyte))]
        if not any(clock.within_days(one.time, limits[window]) for one in newest):
            days = f"{limits[window]:g}"
            said_as = (f"No {name} within {days} d", f"No {name} in {days} days")
            for analyte in analytes:
                yield NotUsed(need=analyte, detail=f"No usable {name} within {days} d.", said_as=said_as)

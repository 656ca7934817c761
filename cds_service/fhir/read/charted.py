"""Results as a chart shows them: the series of an analyte are settled when somebody asks for them, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cds_service.clinical.chart import LabResult, NotUsed
from cds_service.clinical.vocabulary import Analyte
from cds_service.fhir.read.observations import Results, Settled


class Charted:
    """The results of a chart with what was settled of them."""

    __slots__ = ("_settled", "results")

    def __init__(self, results: Results) -> None:
        self.results = results
        self._settled: dict[Analyte, Settled] = {}

    def of(self, analyte: Analyte) -> Settled:
        """The results of one analyte."""
        settled = self._settled.get(analyte)
        if settled is None:
            settled = self._settled[analyte] = self.results.settle(analyte)
        return settled


class ByAnalyte(Mapping[Analyte, Sequence[LabResult]]):
    """Eligible or preliminary results, newest first."""

    __slots__ = ("_charted", "_preliminary")

    def __init__(self, charted: Charted, *, preliminary: bool = False) -> None:
        self._charted = charted
        self._preliminary = preliminary

    def __getitem__(self, analyte: Analyte) -> Sequence[LabResult]:
        settled = self._charted.of(analyte)
        return settled.preliminary if self._preliminary else settled.eligible

    def get(self, analyte: Analyte, default: object = None) -> Sequence[LabResult]:
        """Never a default: an analyte that was not delivered has an empty series."""
        return self[analyte] if self._charted.results.may_hold(analyte) else ()

    def __iter__(self) -> Iterator[Analyte]:
        return iter(self._charted.results.analytes())

    def __len__(self) -> int:
        return len(self._charted.results.analytes())


class Notes(Sequence[NotUsed]):
    """What was seen and for a normal reason not used; whoever reads the notes has every result read to its end."""

    __slots__ = ("_charted",)

    def __init__(self, charted: Charted) -> None:
        self._charted = charted

    def _all(self) -> list[NotUsed]:
        results = self._charted.results
        for analyte in results.analytes():
            len(self._charted.of(analyte).eligible)
        return sorted(set(results.reading.not_used), key=lambda one: (one.need, one.detail))

    def __iter__(self) -> Iterator[NotUsed]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __getitem__(self, place: Any) -> Any:
        return self._all()[place]

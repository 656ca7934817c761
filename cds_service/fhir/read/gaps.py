"""What could not be looked at, as sentences fit for a card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cds_service.clinical.chart import (
    Gap,
    GapReason,
)
from cds_service.clinical.vocabulary import Source
from cds_service.fhir.delivery import Delivery
from cds_service.fhir.read.reader import MAX_RELEVANT, Reader

MOST_PLACES = 3
"""Places of unusable resources that are named one by one."""


def gaps_of(reader: Reader, delivery: Delivery, sources: Mapping[str, Source]) -> Iterator[Gap]:
    """The gaps of a whole delivery; ``sources`` says which kind of data each query key delivers."""
    reading = reader.reading
    for key, failure in delivery.failures.items():
        source = sources.get(key)
        yield Gap(
            need=source or key, reason=failure.reason, detail=failure.detail, source=source, always=source is None
        )
    yield from delivery.extra_gaps
    for kind, count in sorted(reading.strangers.items()):
        detail = f"{count} {_resources(kind, count)} of another patient {_were(count)} not used."
        yield Gap(need=kind, reason=GapReason.OTHER_PATIENT, detail=detail, always=True)
    for kind, count in sorted(reading.ownerless.items()):
        detail = f"{count} {_resources(kind, count)} could not be tied to the patient and {_were(count)} not used."
        yield Gap(need=kind, reason=GapReason.OTHER_PATIENT, detail=detail, always=True)
    if missing := reading.unreadable.pop("selected order", 0):
        detail = f"{missing} selected {'order is' if missing == 1 else 'orders are'} not among the draft orders."
        yield Gap(need="draft order", reason=GapReason.MISSING, detail=detail, always=True)
    for kind, count in sorted(reading.unreadable.items()):
        where = _places(reading.found_at[kind], count)
        detail = f"{count} {_resources(kind, count)} could not be read and {_were(count)} not used{where}."
        yield Gap(need=kind, reason=GapReason.UNREADABLE, detail=detail, always=True)
    for kind, count in sorted(reading.nameless.items()):
        what = "A medicine" if count == 1 else f"{count} medicines"
        where = _places(reading.found_at[f"nameless {kind}"], count)
        detail = f"{what} with neither a known code nor a readable name {_were(count)} not looked at{where}."
        yield Gap(need=kind, reason=GapReason.NOT_RECOGNISED, detail=detail, always=True)
    if reading.old_version:
        detail = "Data in an older FHIR version were not read; this service needs FHIR R4."
        yield Gap(need="FHIR R4", reason=GapReason.UNREADABLE, detail=detail, always=True)
    if reader.cut or reader.relevant > MAX_RELEVANT:
        detail = "The chart holds more entries than are read at once; the rest was not looked at."
        yield Gap(need="Observation", reason=GapReason.INCOMPLETE, detail=detail, always=True)


def _places(found: Sequence[str], count: int) -> str:
    """`` (laboratory.entry[3], laboratory.entry[7] and others)``."""
    named = found[:MOST_PLACES]
    if not named:
        return ""
    return f" ({', '.join(named)}{' and others' if count > len(named) else ''})"


def _resources(kind: str, count: int) -> str:
    name = {"draft order": "draft order", "resource": "resource"}.get(kind, f"{kind} resource")
    return name if count == 1 else f"{name}s"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"

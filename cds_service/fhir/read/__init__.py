"""From what was delivered to a Chart: every resource on its own, nothing guessed, what could not be used is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo

import msgspec

from cds_service.clinical.chart import Chart, ConditionFact, Patient
from cds_service.clinical.limits import Limits
from cds_service.clinical.vocabulary import Source
from cds_service.fhir import shapes
from cds_service.fhir.bundles import MAX_ENTRIES, open_value
from cds_service.fhir.delivery import Delivery
from cds_service.fhir.outcomes import is_failure
from cds_service.fhir.read.charted import ByAnalyte, Charted, Notes
from cds_service.fhir.read.context import Reading
from cds_service.fhir.read.drafts import read_drafts
from cds_service.fhir.read.gaps import gaps_of
from cds_service.fhir.read.glossary import glossary_of
from cds_service.fhir.read.reader import Entries, Reader
from cds_service.guidance.finding import Hook
from cds_service.terminology import Terminology


def read_chart(
    *,
    delivery: Delivery,
    sources: Mapping[str, Source],
    draft_orders: msgspec.Raw | msgspec.Struct | None,
    selections: Sequence[str],
    hook: Hook,
    patient_id: str,
    encounter_id: str | None,
    fhir_server: str | None,
    now: float,
    zone: tzinfo,
    terminology: Terminology,
    limits: Limits,
) -> Chart:
    """The Chart of one request. ``sources`` says which kind of data each query key delivers."""
    reading = Reading(
        hook=hook, patient_id=patient_id, encounter_id=encounter_id, fhir_server=fhir_server, now=now, zone=zone,
        terminology=terminology, glossary=glossary_of(terminology), limits=limits,
    )  # fmt: skip
    reader = Reader.of(reading)
    drafts: Entries = ()
    if draft_orders is not None and hook.is_order:
        ordered = open_value(draft_orders)
        reader.cut = ordered.is_cut or len(ordered.resources) > MAX_ENTRIES
        if lost := ordered.unreadable + is_failure(ordered):
            reading.unreadable["draft order"] += lost
        drafts = ordered.resources[:MAX_ENTRIES]
    delivered = ((key, opened) for key, values in delivery.values.items() for opened in values)
    reader.read(delivered, _supporting(drafts))
    reading.places.add("draftOrders", drafts)
    read_drafts(reader, drafts, selections)
    reader.read_findings()
    reading.gaps[:0] = gaps_of(reader, delivery, sources)
    charted = Charted(reader.results)
    return Chart(
        now=now,
        patient=reader.patient or Patient(),
        results=ByAnalyte(charted),
        preliminary=ByAnalyte(charted, preliminary=True),
        medications=reader.medicines.exposures(),
        conditions=tuple(sorted(reader.problems.facts.values(), key=_problem_order)),
        absent=tuple(sorted(reader.problems.absent, key=_problem_order)),
        test_orders=tuple(reader.orders.found.values()),
        gaps=reading.gaps,
        not_used=Notes(charted),
        zone=zone,
    )


def _problem_order(one: ConditionFact) -> tuple[float, str, str, str]:
    """An order of its own, so that the order of delivery shows nowhere: the most recent first, undated ones last."""
    return -(one.onset or 0.0), one.concept, one.kind, one.reference or ""


def _supporting(drafts: Entries) -> Entries:
    """Medications and problems that travel with the drafts (Epic sends them as further entries)."""
    return [one for one in drafts if isinstance(one.resource, shapes.Medication | shapes.Condition)]

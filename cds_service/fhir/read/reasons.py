"""Why something is ordered: reasonCode and reasonReference of a draft (rule catalogue 0.11)."""

from __future__ import annotations

from cds_service.clinical.vocabulary import Concept
from cds_service.fhir import shapes
from cds_service.fhir.read.context import Reading, codings, text_of
from cds_service.fhir.tidy import DECODE_ERRORS


def reasons_of(
    order: shapes.MedicationUse | shapes.ServiceRequest, reading: Reading
) -> tuple[tuple[Concept, ...], bool]:
    """The concepts given as reason, and whether any reason is given, understood or not."""
    given: list[shapes.Concept] = _as_list(order.reasonCode)
    references = _as_list(order.reasonReference)
    for reason in order.reason or ():
        if reason.concept is not None:
            given.append(reason.concept)
        if reason.reference is not None:
            references.append(reason.reference)
    for reference in references:
        concept = _condition_code(reference, order, reading)
        given.append(concept or shapes.Concept(text=reference.display))
    found = dict.fromkeys(
        concept for one in given for concept in reading.terminology.concepts(codings(one), text_of(one)).concepts
    )
    return tuple(found), bool(given)


def _as_list(value: list[shapes.Concept] | shapes.Concept | list[shapes.Reference] | shapes.Reference | None) -> list:  # type: ignore[type-arg]
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _condition_code(
    reference: shapes.Reference, order: shapes.MedicationUse | shapes.ServiceRequest, reading: Reading
) -> shapes.Concept | None:
    try:
        target = reading.resolve(reference.reference, order.contained)
        return target.code if isinstance(target, shapes.Condition) else None
    except DECODE_ERRORS:
        return None

"""Draft orders that order nothing yet: real clients send order-select as soon as the order form opens."""

from __future__ import annotations

import msgspec

from cds_service.fhir.bundles import open_value
from cds_service.fhir.shapes import MedicationRequest, MedicationUse

ABSENT = (b"", b"null")


def is_blank(use: MedicationUse) -> bool:
    """Neither a medicine nor a dose."""
    members = (use.raw_medicationCodeableConcept, use.raw_medicationReference, use.raw_medication)
    return all(bytes(one) in ABSENT for one in (*members, use.raw_dosageInstruction))


def orders_nothing(draft_orders: msgspec.Raw | msgspec.Struct | None) -> bool:
    """Whether there is no draft at all, or only blank ones."""
    if draft_orders is None:
        return True
    opened = open_value(draft_orders)
    drafts = (one.resource for one in opened.resources)
    return (
        opened.is_readable
        and not opened.unreadable
        and all(isinstance(one, MedicationRequest) and is_blank(one) for one in drafts)
    )

"""Draft orders of a call: which of them are to be judged, and as what."""

from __future__ import annotations

from collections.abc import Sequence

from cds_service.clinical.chart import MedicationState
from cds_service.fhir import shapes
from cds_service.fhir.bundles import Broken, Found
from cds_service.fhir.read.observations import READ_ERRORS
from cds_service.fhir.read.reader import OLD_SHAPES, Entries, Reader
from cds_service.guidance.finding import Hook


def read_drafts(reader: Reader, drafts: Entries, selections: Sequence[str]) -> None:
    """Read every draft; what is selected and not among them is named."""
    selected = {normalised_selection(one) for one in selections}
    if reader.reading.hook is Hook.ORDER_SELECT and drafts:
        missing = selected.difference(*(_draft_names(one) for one in drafts))
        reader.reading.unreadable["selected order"] += len(missing - {""})
    for entry in drafts:
        try:
            _read_draft(reader, entry, selected)
        except READ_ERRORS:
            reader.reading.cannot_read("draft order", entry.resource)


def _read_draft(reader: Reader, entry: shapes.Entry | Found, selected: set[str]) -> None:
    order = entry.resource
    if isinstance(order, shapes.ServiceRequest):
        state = _draft_state(reader.reading.hook, entry, selected)
        reader.orders.add(order, drafted=True, judged=state is MedicationState.NEW)
    elif isinstance(order, shapes.MedicationRequest):
        state = _draft_state(reader.reading.hook, entry, selected)
        reader.problems.add_order_reasons(reader.medicines.add_draft(order, state))
    elif isinstance(order, Broken):
        if order.resourceType in OLD_SHAPES:
            reader.reading.old_version = True
        elif order.resourceType in (None, "ServiceRequest", "MedicationRequest"):
            reader.reading.cannot_read("draft order", order)


def _draft_state(hook: Hook, entry: shapes.Entry | Found, selected: set[str]) -> MedicationState:
    """On order-sign every draft is judged; on order-select those selected (0.10)."""
    if hook is Hook.ORDER_SIGN:
        return MedicationState.NEW
    return MedicationState.NEW if _draft_names(entry) & selected else MedicationState.DRAFT


def _draft_names(entry: shapes.Entry | Found) -> set[str]:
    """What a selection may call a draft: its id and its fullUrl, with and without its type."""
    order = entry.resource
    kind = order.resourceType if isinstance(order, Broken) else order.kind  # type: ignore[union-attr]
    names = {getattr(order, "id", None) or "", normalised_selection(entry.fullUrl or "").rsplit("/", 1)[-1]} - {""}
    return names | {f"{kind}/{name}" for name in names}


def normalised_selection(text: str) -> str:
    """A selection as ``Type/id`` where it tells the type (also an absolute URL), else the bare id (also urn:uuid)."""
    parts = text.strip().removeprefix("urn:uuid:").split("/_history/", 1)[0].split("/")
    return "/".join(parts[-2:]) if len(parts) > 1 and parts[-2][:1].isupper() else parts[-1]

"""What an answer is and where it points: its next page, and the Medications behind its orders, on the same base only."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from cds_service.fhir.addresses import Base, parse_base
from cds_service.fhir.bundles import Opened
from cds_service.fhir.shapes import (
    Medication,
    MedicationAdministration,
    MedicationRequest,
    MedicationStatement,
    MedicationUse,
)
from cds_service.fhir.tidy import DECODE_ERRORS

MEDICINES = frozenset({Medication, MedicationRequest, MedicationStatement, MedicationAdministration})


def next_page(url: str, base: Base) -> str | None:
    """An absolute URL on the same origin and below the base; ``None`` for anything else."""
    if url.startswith(("http://", "https://")):
        path, mark, query = url.partition("?")
        target = parse_base(path)
        if target is None or not base.contains(target):
            return None
        return f"{target.url}{mark}{query}" if _is_plain(query) else None
    if url.startswith(("/", "\\")) or "://" in url or not _is_plain(url):
        return None
    path, mark, query = url.partition("?")
    target = parse_base(f"{base.url}/{path}")
    return f"{target.url}{mark}{query}" if target is not None and base.contains(target) else None


def _is_plain(text: str) -> bool:
    return not re.search(r"[^\x21-\x7e]|[\\#]", text) and len(text) <= 4_000


class _Kind(msgspec.Struct, gc=False):
    resourceType: str | None = None
    type: str | None = None


_KIND = msgspec.json.Decoder(_Kind)
BUNDLE_TYPES = (None, "searchset", "collection")


def is_answer(raw: msgspec.Raw, *, is_read: bool) -> bool:
    """Whether it is what was asked for: the Patient of a read, the searchset of a search, or an OperationOutcome."""
    try:
        kind = _KIND.decode(raw)
    except DECODE_ERRORS:
        return False
    if kind.resourceType == "Bundle":
        return not is_read and kind.type in BUNDLE_TYPES
    return kind.resourceType == "OperationOutcome" or (is_read and kind.resourceType == "Patient")


def unresolved_medications(values: Sequence[Opened], base: Base | None, *, nameless: bool = False) -> list[str]:
    """``Medication/id`` of relative or same-base references that no delivered resource answers.

    ``nameless``: only of orders whose reference has no display. Without a ``base`` any absolute reference counts.
    """
    wanted: dict[str, None] = {}
    present: set[str] = set()
    for value in values:
        if value.kinds.isdisjoint(MEDICINES):
            continue
        for entry in value.resources:
            resource = entry.resource
            if isinstance(resource, Medication):
                present.add(f"Medication/{resource.id}")
            elif isinstance(resource, MedicationUse) and resource.raw_medicationReference:
                pointer = _pointer(resource, base, nameless)
                if pointer:
                    wanted[pointer] = None
    return [name for name in wanted if name not in present]


def _pointer(use: MedicationUse, base: Base | None, nameless: bool) -> str | None:
    try:
        reference = use.medicationReference
    except DECODE_ERRORS:
        return None
    if reference is None or (nameless and reference.display):
        return None
    text = reference.reference or ""
    pointer = text.removeprefix(f"{base.url}/") if base else "/".join(text.rsplit("/", 2)[-2:])
    return pointer if re.fullmatch(r"Medication/[A-Za-z0-9.\-_]{1,255}", pointer) else None

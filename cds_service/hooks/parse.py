"""Reading the envelope of a hook call: strict where a mistake could harm, tolerant of what real clients send.

FHIR content stays raw. Raises ``MalformedRequest`` (400) and ``WrongType`` (422) with the place of the mistake; messages
never repeat a value of the request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from cds_service.errors import MalformedRequest, WrongType
from cds_service.guidance.finding import Hook
from cds_service.hooks.broken_json import what_is_broken
from cds_service.hooks.discovery import SERVICES
from cds_service.hooks.request import CDSRequest, FhirAuthorization

Raw = msgspec.Raw
DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
ANYTHING = msgspec.json.Decoder()
NULL = b"null"
SERVICE_IDS = {hook.value: name for name, hook in SERVICES.items()}
PATIENT_ID = re.compile(r"[A-Za-z0-9._~:-]{1,255}")
MAX_INSTANCE = 500
MAX_SELECTIONS = 2_000
LARGE = 4_000_000
"""Bytes from which a body is asked whether it is a chart at all."""
BYTES_PER_VALUE = 8
"""A chart has about thirty bytes to each comma; a body of millions of empty values costs far more than its size."""
_NAME = re.compile(rb'\s*[{,]\s*"[^"\\]*(?:\\.[^"\\]*)*"\s*:\s*')
"""From the end of a member's value to the value of the next."""


Members = Mapping[str, Any]
"""Members of an object: each raw JSON, or already decoded."""


def parse_request(body: bytes, hook: Hook, decode: Callable[[bytes], Members | None] | None = None) -> CDSRequest:
    """The checked request of a call to a service of ``hook``.

    ``decode`` reads a tidy body in one pass, FHIR included, and gives ``None`` for any other.
    """
    _refuse_broken_text(body)
    if holds_too_many_values(body):
        raise MalformedRequest("the body holds too many values", where="request", code="too-costly")
    members = decode(body) if decode is not None else None
    if members is None:
        members = _members(body, "request", malformed="the body is not a JSON object")
    said = _text(members, "hook", "hook", required=True)
    if said != hook.value:
        raise MalformedRequest(_wrong_hook(said, hook), where="hook", code="value")
    instance = _text(members, "hookInstance", "hookInstance", required=True)
    if len(instance) > MAX_INSTANCE:
        raise MalformedRequest("hookInstance is too long", where="hookInstance", code="too-long")
    context = _object(members, "context", required=True)
    server = _text(members, "fhirServer", "fhirServer")
    patient_id = read_patient_id(context)
    return CDSRequest(
        hook=hook,
        hook_instance=instance,
        patient_id=patient_id,
        user_id=_text(context, "userId", "context.userId") or None,
        encounter_id=_encounter(context),
        selections=_selections(context),
        draft_orders=_draft_orders(context, hook) if hook.is_order else None,
        prefetch=_object(members, "prefetch", required=False),
        fhir_server=server or None,
        authorization=_authorization(members, server, patient_id),
    )


def _wrong_hook(said: str, hook: Hook) -> str:
    """The way out for the most common mistake in a build: the hook of one service posted to another."""
    text = f"this service answers the hook {hook.value} only"
    return text + (f"; post {said} to {SERVICE_IDS[said]}" if said in SERVICE_IDS else "")


def holds_too_many_values(text: bytes | bytearray, *, beyond: int = LARGE) -> bool:
    """Whether a JSON text of more than ``beyond`` bytes is denser than any chart. Costs a millisecond per megabyte."""
    return len(text) > beyond and text.count(b",") * BYTES_PER_VALUE > len(text)


def _refuse_broken_text(body: bytes) -> None:
    """The decoder does not look at text that nobody reads; half-read names would pass for other names."""
    if not body.isascii():
        try:
            body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise MalformedRequest(what_is_broken(body, error), where="request", code="structure") from error


def _members(raw: bytes | msgspec.Raw, where: str, *, malformed: str) -> Members:
    try:
        members = MEMBERS.decode(raw)
    except msgspec.ValidationError as error:
        raise MalformedRequest(malformed, where=where, code="structure") from error
    except DECODE_ERRORS as error:
        raise MalformedRequest(what_is_broken(bytes(raw), error), where=where, code="structure") from error
    if _has_twins(bytes(raw), members):
        raise MalformedRequest("a member name occurs twice", where=where, code="structure")
    return members


def _has_twins(raw: bytes, members: Mapping[str, msgspec.Raw]) -> bool:
    """Whether a member name of this object occurs twice (parsers keep the last one silently).

    Without blanks the length tells. Else the text is walked along the values that were kept, which stand in the order of
    their names: a member whose value was dropped is where the walk stumbles. Linear in the size of the object.
    """
    values = [memoryview(value) for value in members.values()]
    if len(raw) <= sum(map(len, values)) + sum(map(len, members)) + 4 * len(members) + 2:
        return False
    at = 0
    for value in values:
        name = _NAME.match(raw, at)
        if name is None or not raw.startswith(value, name.end()):
            return True
        at = name.end() + len(value)
    return bool(values) and raw[at:].strip() != b"}"


def _object(members: Members, name: str, *, required: bool) -> Members:
    raw = members.get(name)
    if isinstance(raw, dict):
        return raw
    if raw is None or (isinstance(raw, msgspec.Raw) and bytes(memoryview(raw)[:4]) == NULL):
        if required:
            raise MalformedRequest(f"{name} is required", where=name, code="required")
        return {}
    if not isinstance(raw, msgspec.Raw) or bytes(memoryview(raw)[:1]) != b"{":
        raise WrongType(f"{name} must be an object", where=name, code="structure")
    return _members(raw, name, malformed=f"{name} must be an object")


def _text(members: Members, name: str, where: str, *, required: bool = False) -> str:
    value = _decoded(members.get(name), where)
    if value is None or (isinstance(value, str) and not value.strip()):
        if required:
            raise MalformedRequest(f"{where} is required", where=where, code="required")
        return ""
    if not isinstance(value, str):
        raise WrongType(f"{where} must be a string", where=where, code="structure")
    return value.strip()


def _decoded(raw: Any, where: str) -> Any:
    if not isinstance(raw, msgspec.Raw):
        return raw
    try:
        return ANYTHING.decode(raw)
    except DECODE_ERRORS as error:
        raise MalformedRequest(f"{where} is not valid JSON", where=where, code="structure") from error


def read_patient_id(context: Members) -> str:
    """``context.patientId`` as a bare id; ``Patient/`` in front is tolerated, anything that could bend a URL is not."""
    where = "context.patientId"
    value = _text(context, "patientId", where, required=True).removeprefix("Patient/").removeprefix("urn:uuid:")
    if not PATIENT_ID.fullmatch(value) or value.strip(".") == "":
        raise MalformedRequest(f"{where} is not a resource id", where=where, code="value")
    return value


def _encounter(context: Members) -> str | None:
    value = _text(context, "encounterId", "context.encounterId").removeprefix("Encounter/")
    return value if PATIENT_ID.fullmatch(value) else None


def _selections(context: Members) -> tuple[str, ...]:
    value = _decoded(context.get("selections"), "context.selections")
    if value is None:
        return ()
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise WrongType("context.selections must be a list of strings", where="context.selections", code="structure")
    if len(value) > MAX_SELECTIONS:
        raise MalformedRequest("context.selections is too long", where="context.selections", code="too-long")
    return tuple(value)


def _draft_orders(context: Members, hook: Hook) -> msgspec.Raw | msgspec.Struct | None:
    """The drafts; order-select tolerates their absence (the public sandbox sends it so), order-sign does not."""
    raw = context.get("draftOrders")
    if isinstance(raw, msgspec.Struct) and raw.__struct_config__.tag == "Bundle":
        return raw
    if raw is None or (isinstance(raw, msgspec.Raw) and bytes(memoryview(raw)[:4]) == NULL):
        if hook is Hook.ORDER_SIGN:
            where = "context.draftOrders"
            raise MalformedRequest(f"{where} is required", where=where, code="required")
        return None
    if isinstance(raw, msgspec.Struct):
        raise MalformedRequest("context.draftOrders must be a Bundle", where="context.draftOrders", code="structure")
    if not isinstance(raw, msgspec.Raw) or bytes(memoryview(raw)[:1]) != b"{":
        raise WrongType("context.draftOrders must be a Bundle", where="context.draftOrders", code="structure")
    bundle = _members(raw, "context.draftOrders", malformed="context.draftOrders must be a Bundle")
    kind = _text(bundle, "resourceType", "context.draftOrders.resourceType")
    if kind != "Bundle" and "entry" not in bundle:
        raise MalformedRequest("context.draftOrders must be a Bundle", where="context.draftOrders", code="structure")
    return raw


def _authorization(members: Members, server: str, patient_id: str) -> FhirAuthorization | None:
    found = _object(members, "fhirAuthorization", required=False)
    if not found:
        return None
    where = "fhirAuthorization"
    if not server:
        raise MalformedRequest(f"{where} needs fhirServer", where="fhirServer", code="required")
    token = _text(found, "access_token", f"{where}.access_token", required=True)
    patient = _text(found, "patient", f"{where}.patient").removeprefix("Patient/")
    if patient and patient != patient_id:
        raise MalformedRequest(f"{where}.patient is not the patient in context", where=f"{where}.patient", code="value")
    expires = _decoded(found["expires_in"], f"{where}.expires_in") if "expires_in" in found else None
    return FhirAuthorization(
        access_token=token,
        token_type=_text(found, "token_type", f"{where}.token_type") or "Bearer",
        expires_in=float(expires) if isinstance(expires, int | float) and not isinstance(expires, bool) else None,
        scope=_text(found, "scope", f"{where}.scope") or None,
        subject=_text(found, "subject", f"{where}.subject") or None,
        patient=patient or None,
    )

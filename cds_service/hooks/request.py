"""The CDS Hooks request as the rest of the service sees it: checked envelope, FHIR still raw.

Parsing and its errors live in ``cds_service.hooks.parse``. Resources stay undecoded (``msgspec.Raw``) until the reader
knows which of them a rule can use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cds_service.guidance.finding import Hook


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirAuthorization:
    """The caller's FHIR access. The token is transient: never logged, stored or echoed."""

    access_token: str = field(repr=False)
    token_type: str = "Bearer"  # noqa: S105
    expires_in: float | None = None
    scope: str | None = None
    subject: str | None = None
    patient: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CDSRequest:
    """One hook call. ``patient_id`` is bare (no ``Patient/``)."""

    hook: Hook
    hook_instance: str
    patient_id: str = field(repr=False)
    user_id: str | None = field(default=None, repr=False)
    encounter_id: str | None = field(default=None, repr=False)
    selections: tuple[str, ...] = field(default=(), repr=False)
    draft_orders: msgspec.Raw | msgspec.Struct | None = field(default=None, repr=False)
    """``context.draftOrders`` of the order hooks, a Bundle: raw, or decoded with the body."""
    prefetch: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Every member of ``prefetch``, ``null`` included: raw, or decoded with the body."""
    fhir_server: str | None = field(default=None, repr=False)
    authorization: FhirAuthorization | None = field(default=None, repr=False)
    allowed_servers: tuple[str, ...] | None = None
    """FHIR bases that may be asked for this caller; ``None``: the service's own list."""

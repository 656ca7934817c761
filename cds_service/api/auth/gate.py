"""The gate in front of the service endpoints: open (loopback, no clients) or with client authentication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who called: a configured client, or nobody in particular."""

    name: str = "-"
    fhir_servers: tuple[str, ...] | None = None
    """FHIR bases that may be asked for this caller; ``None``: the service's own list."""
    not_checked_card: bool = True


class NotAuthenticated(Exception):
    """Refuse with 401; the reason is for the log only."""


class NotAuthorised(Exception):
    """Refuse with 403."""


class KeysUnavailable(Exception):
    """The client's keys cannot be had just now: 503, not 401."""


class Gate(Protocol):
    """Decides about one call."""

    mode: str

    async def admit(self, headers: Mapping[bytes, bytes], path: str, service: str, now: float) -> Caller:
        """The caller. Raises ``NotAuthenticated``, ``NotAuthorised`` or ``KeysUnavailable``."""

    async def warm_up(self) -> None:
        """Fetch the clients' keys before the first call needs them."""

    def readiness(self) -> dict[str, str]:
        """State of its parts, for /readyz."""


class OpenGate:
    """No client authentication: for loopback, or because the operator said so in plain words."""

    mode = "off"

    async def admit(self, headers: Mapping[bytes, bytes], path: str, service: str, now: float) -> Caller:
        """Everybody is welcome; a token that is sent proves nothing here and is ignored."""
        return ANYBODY

    async def warm_up(self) -> None:
        """Nothing to fetch."""

    def readiness(self) -> dict[str, str]:
        return {}


ANYBODY = Caller()

"""Whom we may call: FHIR bases compared as parsed URLs, and the addresses behind them checked before connecting.

The caller's URL is data, not a destination. A base is allowed when origin and path segments equal a listed one; the
connection goes to the very address that was checked, so that a name cannot point elsewhere a moment later.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from cds_service.errors import ConfigurationError

LOOPBACK_NAMES = frozenset({"localhost"})
_BAD = re.compile(r"[^\x21-\x7e]|[\\#?@]|%2e|%2f|%5c", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]+\]")
MAX_URL = 2_048
FORBIDDEN_NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "192.0.0.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
        "64:ff9b::/96", "64:ff9b:1::/48", "fe80::/10", "ff00::/8", "2001:db8::/32", "fd00:ec2::254/128",
        "::/96", "2001::/32", "2002::/16", "fec0::/10", "192.88.99.0/24",
    )
)  # fmt: skip
"""Never, whatever the settings: unspecified, shared, link-local, metadata, benchmarking, multicast, reserved,
NAT64 and the other IPv6 spellings of an IPv4 address."""


@dataclass(frozen=True, slots=True)
class Base:
    """A FHIR base URL: origin and path segments."""

    scheme: str
    host: str
    port: int
    segments: tuple[str, ...]

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def url(self) -> str:
        """The normal form, without a trailing slash."""
        standard = {"https": 443, "http": 80}[self.scheme] == self.port
        path = "".join(f"/{segment}" for segment in self.segments)
        return f"{self.scheme}://{self.host}{'' if standard else f':{self.port}'}{path}"

    @property
    def is_loopback(self) -> bool:
        """Loopback by name or literal address."""
        return self.host in LOOPBACK_NAMES or _is_loopback_literal(self.host)

    def contains(self, other: Base) -> bool:
        """Whether ``other`` is this base or lies below it, segment by segment."""
        return self.origin == other.origin and other.segments[: len(self.segments)] == self.segments


def parse_base(text: str) -> Base | None:
    """A base from a URL, ``None`` for anything that is not plainly one."""
    if len(text) > MAX_URL or _BAD.search(text):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    if parts.scheme not in ("https", "http") or not _HOST.fullmatch(host) or "@" in parts.netloc:
        return None
    if _is_odd_number(host):
        return None
    segments = tuple(segment for segment in parts.path.split("/") if segment)
    if any(segment in (".", "..") for segment in segments) or "//" in parts.path:
        return None
    return Base(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), segments)


def _is_odd_number(host: str) -> bool:
    """Hosts that resolvers read as IPv4 in another spelling: 2130706433, 0x7f.1, 127.1, 010.0.0.1."""
    if host.startswith("["):
        return False
    last = host.rsplit(".", 1)[-1]
    if not (last.isdigit() or last.startswith("0x")):
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return True
    return False


def _is_loopback_literal(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def parse_allowed(texts: Iterable[str]) -> tuple[Base, ...]:
    """The operator's list. Raises ``ConfigurationError`` for what cannot be a base; http only for loopback."""
    bases = []
    for text in texts:
        base = parse_base(text)
        if base is None:
            raise ConfigurationError(f"fhir_servers: {text!r} is not a base URL")
        if base.scheme != "https" and not base.is_loopback:
            raise ConfigurationError(f"fhir_servers: {text!r} must be https (http is for loopback only)")
        bases.append(base)
    return tuple(bases)


def is_permitted(address: str, base: Base, *, private: bool) -> bool:
    """Whether a resolved address may be connected to for ``base``."""
    try:
        found = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    if mapped is not None:
        return False
    if any(found in network for network in FORBIDDEN_NETWORKS if network.version == found.version):
        return False
    if found.is_loopback:
        return base.is_loopback
    if base.is_loopback:
        return False
    if found.is_private:
        return private or base.host.strip("[]") == str(found)
    return not (found.is_multicast or found.is_reserved or found.is_unspecified)

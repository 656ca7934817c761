"""Client authentication by JWT (CDS Hooks "Trusting CDS Clients"): who signed, for whom, when, and only once.

joserfc does the cryptography with a fixed list of algorithms per client; ``none`` and HMAC are never on it. Failure is
``NotAuthenticated`` with a reason for the log only.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any, TypeGuard

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from cds_service.api.auth.gate import Caller, KeysUnavailable, NotAuthenticated, NotAuthorised
from cds_service.api.auth.keys import KeyRing
from cds_service.api.auth.replay import Replays
from cds_service.api.log import AccessLog
from cds_service.errors import ConfigurationError
from cds_service.feedback.recording import FeedbackDesk
from cds_service.settings import ClientSettings, Settings

ALLOWED_ALGORITHMS = frozenset({"RS384", "ES384", "RS256", "ES256", "PS384"})
CURVES = {"ES384": "P-384", "ES256": "P-256"}
MAX_TOKEN = 16_384
COMPACT = re.compile(r"[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}")
FORBIDDEN_HEADERS = ("crit", "b64", "zip", "enc")


class TokenGate:
    """Admits configured clients."""

    mode = "on"

    def __init__(self, settings: Settings, desk: FeedbackDesk | None, log: AccessLog) -> None:
        self._settings = settings
        self._log = log
        self._clients: dict[str, tuple[ClientSettings, KeyRing]] = {}
        for client in settings.clients:
            self._add(client)
        if settings.public_url is None and not all(client.audiences for client in settings.clients):
            raise ConfigurationError(
                "public_url: needed to check the audience of tokens (or audiences for every client)"
            )
        self._replays = Replays(desk)

    def _add(self, client: ClientSettings) -> None:
        wrong = set(client.algorithms) - ALLOWED_ALGORITHMS
        if wrong or not client.algorithms:
            raise ConfigurationError(f"clients: algorithm {', '.join(sorted(wrong)) or 'list'} is not allowed")
        ring = KeyRing(
            file=client.jwks_file,
            url=client.jwks_url,
            refresh_s=self._settings.jwks_refresh_s,
            ca_file=self._settings.ca_file,
        )
        self._clients[client.issuer] = (client, ring)

    async def warm_up(self) -> None:
        """Fetch the clients' keys before the first call needs them."""
        await asyncio.gather(*(ring.warm_up() for _, ring in self._clients.values()))

    def readiness(self) -> dict[str, str]:
        """State of every client's keys, and how far a replay is noticed."""
        keys = {f"keys:{client.name or issuer}": ring.state for issuer, (client, ring) in self._clients.items()}
        return {"replay": self._replays.state, **keys}

    async def admit(self, headers: Mapping[bytes, bytes], path: str, service: str, now: float) -> Caller:
        """The caller of one request."""
        try:
            return await self._admit(headers, path, service, now)
        except NotAuthenticated as refused:
            self._log.repeated("warning", f"caller refused: {refused}", every_s=5.0)
            raise

    async def _admit(self, headers: Mapping[bytes, bytes], path: str, service: str, now: float) -> Caller:
        token = bearer(headers)
        header, claims = unverified(token)
        issuer = claims.get("iss")
        known = self._clients.get(issuer) if isinstance(issuer, str) else None
        if known is None:
            raise NotAuthenticated("unknown issuer")
        client, ring = known
        algorithm = self._check_header(header, client)
        keys = await ring.find(header["kid"])
        verify(token, keys, algorithm)
        expires = self._check_claims(claims, client, path, now)
        fresh = await self._replays.is_new(client.issuer, claims["jti"], expires, now)
        if fresh is None:
            raise KeysUnavailable
        if not fresh:
            raise NotAuthenticated("token used before")
        if client.hooks and service not in client.hooks and service.removeprefix("muscle-spasm-") not in client.hooks:
            raise NotAuthorised
        return Caller(
            name=client.name or client.issuer,
            fhir_servers=client.fhir_servers or None,
            not_checked_card=client.not_checked_card,
        )

    @staticmethod
    def _check_header(header: dict[str, Any], client: ClientSettings) -> str:
        algorithm = header.get("alg")
        if algorithm not in client.algorithms:
            raise NotAuthenticated("algorithm not allowed")
        if any(name in header for name in FORBIDDEN_HEADERS):
            raise NotAuthenticated("header not supported")
        kid = header.get("kid")
        if not isinstance(kid, str) or not 0 < len(kid) <= 500:
            raise NotAuthenticated("no usable kid")
        jku = header.get("jku")
        if jku is not None and jku not in (*client.jku, client.jwks_url):
            raise NotAuthenticated("jku not listed")
        return str(algorithm)

    def _check_claims(self, claims: dict[str, Any], client: ClientSettings, path: str, now: float) -> float:
        skew = self._settings.clock_skew_s
        expires, issued, not_before = claims.get("exp"), claims.get("iat"), claims.get("nbf")
        if not _is_number(expires) or not isinstance(expires, int) or not _is_number(issued):
            raise NotAuthenticated("exp or iat is no number of seconds")
        if now >= expires + skew:
            raise NotAuthenticated("token expired (check both clocks)")
        if float(issued) > now + skew or (
            not_before is not None and (not _is_number(not_before) or float(not_before) > now + skew)
        ):
            raise NotAuthenticated("token from the future (check both clocks)")
        if expires - now > self._settings.token_lifetime_s + skew:
            raise NotAuthenticated("token lives too long")
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 0 < len(jti) <= 200:
            raise NotAuthenticated("no usable jti")
        audience = claims.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        if not any(isinstance(one, str) and one in self._audiences(client, path) for one in named):
            raise NotAuthenticated("audience is not this endpoint")
        return float(expires + skew)

    def _audiences(self, client: ClientSettings, path: str) -> tuple[str, ...]:
        """Configured audiences, else the public URL of the endpoint called (for feedback also the service's own)."""
        if client.audiences:
            return client.audiences
        base = (self._settings.public_url or "").rstrip("/")
        return f"{base}{path}", f"{base}{path.removesuffix('/feedback')}"


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e11


def bearer(headers: Mapping[bytes, bytes]) -> str:
    """The token of the Authorization header."""
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"bearer":
        raise NotAuthenticated("no bearer token")
    try:
        text = token.strip().decode("ascii")
    except UnicodeDecodeError:
        raise NotAuthenticated("token is not ASCII") from None
    if len(text) > MAX_TOKEN or not COMPACT.fullmatch(text):
        raise NotAuthenticated("not a signed token")
    return text


def unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims before verification: only to find the client and its key."""
    import base64

    parts = []
    for part in token.split(".")[:2]:
        try:
            found = msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except (ValueError, msgspec.DecodeError, RecursionError):
            raise NotAuthenticated("token cannot be read") from None
        if not isinstance(found, dict):
            raise NotAuthenticated("token cannot be read")
        parts.append(found)
    return parts[0], parts[1]


def verify(token: str, keys: list[RSAKey | ECKey], algorithm: str) -> None:
    """The signature against the key of the ``kid`` that fits the algorithm's type and curve; there must be only one."""
    fitting = [key for key in keys if fits(key, algorithm)]
    if len(fitting) != 1:
        raise NotAuthenticated("two keys share this kid" if fitting else "no key of this kid and algorithm")
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    try:
        jws.deserialize_compact(token, fitting[0], registry=registry)
    except (JoseError, ValueError, TypeError):
        raise NotAuthenticated("signature does not verify") from None


def fits(key: RSAKey | ECKey, algorithm: str) -> bool:
    """RSA keys for RS/PS, EC keys of the right curve for ES."""
    if isinstance(key, RSAKey):
        return algorithm[:2] in ("RS", "PS")
    return key.curve_name == CURVES.get(algorithm)

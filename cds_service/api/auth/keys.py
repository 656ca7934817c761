"""Keys of a client: from a file, or from its JWKS URL with a cache that survives an outage of that host.

An unknown ``kid`` refreshes at most once per period; a known one never waits for the host. Private and symmetric keys in
a set are ignored. Only the configured URL is ever fetched, redirects are not followed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from joserfc.jwk import ECKey, RSAKey

from cds_service.api.auth.gate import KeysUnavailable
from cds_service.errors import ConfigurationError
from cds_service.fhir.transport import trusted

MAX_JWKS_BYTES = 200_000
MAX_KEYS = 100
MIN_RSA_BITS = 2048
FETCH_S = 1.2
STALE_S = 24 * 3600.0
"""How long cached keys are trusted without a successful refresh."""
Key = RSAKey | ECKey


def read_keys(data: Any) -> dict[str, list[Key]]:
    """Usable public signature keys by ``kid``; anything else in the set is left out."""
    found: dict[str, list[Key]] = {}
    listed = data.get("keys") if isinstance(data, dict) else None
    for item in listed[:MAX_KEYS] if isinstance(listed, list) else ():
        if not isinstance(item, dict) or not isinstance(item.get("kid"), str) or "d" in item or "k" in item:
            continue
        if item.get("use") not in (None, "sig"):
            continue
        try:
            key: Key = RSAKey.import_key(item) if item.get("kty") == "RSA" else ECKey.import_key(item)
            if isinstance(key, RSAKey) and key.raw_value.key_size < MIN_RSA_BITS:
                continue
        except Exception:  # noqa: S112 - a key that cannot be read is no key  # nosec B112
            continue
        found.setdefault(item["kid"], []).append(key)
    return found


class KeyRing:
    """The keys of one client."""

    def __init__(
        self,
        *,
        file: Path | None,
        url: str | None,
        refresh_s: float,
        ca_file: Path | None = None,
        make_http: Callable[[], httpx.AsyncClient] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = file
        self._url = url
        self._refresh_s = refresh_s
        self._make_http = make_http or partial(_http, ca_file)
        self._clock = clock
        self._keys: dict[str, list[Key]] = {}
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self._lock = asyncio.Lock()
        self._behind: asyncio.Task[None] | None = None
        self.fetches = 0
        if ca_file is not None:
            trusted(ca_file)
        if file is not None:
            self._keys = _from_file(file)
        elif url is None:
            raise ConfigurationError("clients: each client needs jwks_file or jwks_url")
        elif not _may_be_asked(url):
            raise ConfigurationError("clients: jwks_url must be https (http is for loopback only)")

    @property
    def state(self) -> str:
        """For /readyz."""
        return "ok" if self._keys else "no keys yet"

    async def find(self, kid: str) -> list[Key]:
        """Keys of a ``kid``; refreshes when it is unknown or the cache is old. Raises ``KeysUnavailable``."""
        if self._file is not None:
            return self._keys.get(kid, [])
        if kid not in self._keys:
            await self._refresh()
        elif self._clock() - self._fetched_at > self._refresh_s * 10:
            self._refresh_behind()
        if not self._keys or self._clock() - self._fetched_at > STALE_S:
            raise KeysUnavailable
        return self._keys.get(kid, [])

    def _refresh_behind(self) -> None:
        """Refresh while callers go on with the keys that are there."""
        if self._behind is None or self._behind.done():
            self._behind = asyncio.get_running_loop().create_task(self._refresh())

    async def warm_up(self) -> None:
        """Fetch the set once, so that /readyz can tell whether it can be had."""
        if self._file is None:
            await self._refresh()

    async def _refresh(self) -> None:
        async with self._lock:
            if self._clock() - self._tried_at < self._refresh_s:
                return
            self._tried_at = self._clock()
            self.fetches += 1
            data = await self._fetch()
            if data is not None:
                self._keys = read_keys(data)
                self._fetched_at = self._clock()

    async def _fetch(self) -> Any:
        """The key set, ``None`` for any trouble."""
        assert self._url is not None
        try:
            async with asyncio.timeout(FETCH_S), self._make_http() as http:
                plain = {"Accept": "application/json", "Accept-Encoding": "identity"}
                async with http.stream("GET", self._url, headers=plain) as response:
                    if response.status_code != 200 or "content-encoding" in response.headers:
                        return None
                    body = b""
                    assert isinstance(response.stream, httpx.AsyncByteStream)
                    async for part in response.stream:
                        body += part
                        if len(body) > MAX_JWKS_BYTES:
                            return None
            data = msgspec.json.decode(body)
            return data if read_keys(data) else None
        except (
            TimeoutError,
            httpx.HTTPError,
            httpx.InvalidURL,
            OSError,
            msgspec.DecodeError,
            UnicodeDecodeError,
            RecursionError,
        ):
            return None


def _may_be_asked(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost"))
    )


def _http(ca_file: Path | None) -> httpx.AsyncClient:
    return httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=FETCH_S, verify=trusted(ca_file))


def _from_file(file: Path) -> dict[str, list[Key]]:
    try:
        keys = read_keys(msgspec.json.decode(file.read_bytes()))
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: not a readable JWK set ({type(error).__name__})") from None
    if not keys:
        raise ConfigurationError(f"{file}: holds no usable public key with a kid")
    return keys

"""HTTP connections that go only to addresses that were checked (no DNS rebinding), with Host and SNI of the base."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpcore
import httpx

from cds_service.errors import ConfigurationError
from cds_service.fhir.addresses import Base, is_permitted

Resolver = Callable[[str, int], Awaitable[list[str]]]


MAX_ADDRESSES = 3


class AddressRefused(httpcore.ConnectError):
    """The name resolves to an address that may not be called."""


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host, by the system's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Resolves, refuses when any address is not permitted, connects to the very addresses that were checked."""

    def __init__(self, base: Base, *, private: bool, resolver: Resolver = resolve) -> None:
        self._base = base
        self._private = private
        self._resolver = resolver
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a checked address."""
        addresses = await self._resolver(host, port)
        if not addresses or not all(is_permitted(one, self._base, private=self._private) for one in addresses):
            raise AddressRefused("address refused")
        *others, last = addresses[:MAX_ADDRESSES]
        for address in others:
            with suppress(httpcore.ConnectError):
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
        return await self._inner.connect_tcp(last, port, timeout, local_address, socket_options)

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Never."""
        raise httpcore.ConnectError("refused")

    async def sleep(self, seconds: float) -> None:
        """Used by retries of the pool."""
        await asyncio.sleep(seconds)


def trusted(ca_file: Path | None) -> ssl.SSLContext:
    """Whom we believe: the public authorities and the site's own. Raises ``ConfigurationError``."""
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:
            raise ConfigurationError(f"ca_file {ca_file}: no readable certificates ({type(error).__name__})") from None
    return context


def checked_transport(
    base: Base, *, private: bool, trust: ssl.SSLContext, resolver: Resolver = resolve
) -> httpx.AsyncHTTPTransport:
    """A transport whose pool uses the checked backend; HTTP/2 where offered, no environment proxies."""
    limits = httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=30)
    transport = httpx.AsyncHTTPTransport(
        http2=base.scheme == "https", limits=limits, trust_env=False, retries=0, verify=trust
    )
    transport._pool._network_backend = CheckedBackend(base, private=private, resolver=resolver)
    return transport

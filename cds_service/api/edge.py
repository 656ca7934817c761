"""The outermost layer, pure ASGI: request id, CORS, tidy paths, body limits, load shedding, the last error guard.

Everything here applies to error answers too, so that a browser client can read them. One log line and one set of
counters per request; neither ever holds anything from the request but its shape.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from os import urandom
from typing import Any

from cds_service.api.log import AccessLog
from cds_service.api.metrics import Metrics
from cds_service.api.overload import Heartbeat
from cds_service.api.problems import outcome

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

JSON_TYPES = (b"application/json", b"application/fhir+json")
_SLASHES = re.compile(r"/{2,}")
_REQUEST_ID = re.compile(rb"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
"""A caller's own request id is kept only as a UUID: anything freer could carry a record number into the log."""
EXPECTED = ((b"accept-post", b"application/json, application/fhir+json"),)
WITH_BODY = frozenset({"POST"})
SMALL_BODY = 65_536
PATHS_WITH_BODY = ("/cds-services/", "/console/")
"""Nothing else takes a body: it is answered 404 or 405 without reading it."""


class Refused(Exception):
    """The request is answered at the edge."""

    def __init__(self, status: int, headers: tuple[tuple[bytes, bytes], ...] = (), text: str | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers
        self.text = text


@dataclass(slots=True, kw_only=True)
class Limits:
    """What one request may cost before anything looks at it."""

    max_body_bytes: int
    body_deadline_s: float
    max_concurrent: int
    cors_origins: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Edge:
    """Wraps the application."""

    app: App
    limits: Limits
    log: AccessLog
    metrics: Metrics
    heartbeat: Heartbeat
    direct: Mapping[str, App] = field(default_factory=dict)
    """Path → endpoint, for the calls that come all day: they need no router."""
    notice: bytes | None = None
    """Said on every answer while the clock is frozen."""
    is_draining: bool = False
    """The service is about to end: every answer asks the client to close its connection."""
    in_flight: int = 0
    _origins: frozenset[bytes] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        self._origins = frozenset(origin.encode() for origin in self.limits.cors_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, without_cancellation(send))
            return
        exchange = Exchange(self, scope, send)
        self.in_flight += 1
        try:
            await exchange.run(receive)
        finally:
            self.in_flight -= 1
            exchange.finish()


class Exchange:
    """One request and its answer."""

    def __init__(self, edge: Edge, scope: Scope, send: Send) -> None:
        self.edge = edge
        self.scope = scope
        self._send = send
        self.begin = time.perf_counter()
        self.status = 0
        self.is_unread = False
        """There is a large body, and nobody has asked for it yet."""
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        given = self.headers.get(b"x-request-id", b"")
        self.request_id = given if _REQUEST_ID.fullmatch(given) else urandom(16).hex().encode()
        scope["state"] = state = dict(scope.get("state") or {})
        state["request_id"] = self.request_id.decode()
        self.state = state
        path = scope["path"]
        if "//" in path or (len(path) > 1 and path.endswith("/")):
            scope["path"] = path = _SLASHES.sub("/", path).rstrip("/") or "/"
            scope["raw_path"] = path.encode("utf-8", "surrogateescape")

    async def run(self, receive: Receive) -> None:
        """Answer, whatever happens inside."""
        try:
            if self._is_preflight():
                await self._preflight()
                return
            self._admit()
            if self._takes_body():
                app = self.edge.direct.get(self.scope["path"])
                self.is_unread = app is not None and not self._is_small()
                body = None if self.is_unread else await self._body(receive)
                await (app or self.edge.app)(self.scope, self._giving(body, receive), self.send)
            else:
                await self.edge.app(self.scope, receive, self.send)
        except Refused as refused:
            await self._refuse(refused)
        except Exception as error:
            self.edge.log.failure(self.state["request_id"], error)
            self.edge.metrics.failures += 1
            if self.status == 0:
                await self._refuse(Refused(500))

    def finish(self) -> None:
        """Count and log the exchange."""
        seconds = time.perf_counter() - self.begin
        self.edge.metrics.observe(self.scope, self.status, seconds, self.state)
        self.edge.log.access(self.scope, self.status, seconds, self.state)

    # -- answers -------------------------------------------------------------------------------------------------

    async def send(self, message: Message) -> None:
        """Pass a message on, with our headers on the first."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers") or ())
            headers.append((b"x-request-id", self.request_id))
            headers += self._cors()
            if self.edge.notice is not None:
                headers.append((b"x-frozen-clock", self.edge.notice))
            if self.edge.is_draining or self.is_unread:
                headers.append((b"connection", b"close"))
            message = {**message, "headers": headers}
        await self._send(message)

    async def _refuse(self, refused: Refused) -> None:
        body = outcome(refused.status, refused.text)
        self.is_unread = False
        headers = [
            (b"content-type", b"application/fhir+json"),
            (b"content-length", str(len(body)).encode()),
            *refused.headers,
        ]
        if refused.status in (408, 413):
            headers.append((b"connection", b"close"))
        await self.send({"type": "http.response.start", "status": refused.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})

    def _cors(self) -> list[tuple[bytes, bytes]]:
        origin = self.headers.get(b"origin")
        if origin is None or not self._allows(origin):
            return [(b"vary", b"Origin")]
        return [
            (b"access-control-allow-origin", origin),
            (b"vary", b"Origin"),
            (b"access-control-expose-headers", b"X-Request-Id, X-Frozen-Clock, Retry-After"),
        ]

    def _allows(self, origin: bytes) -> bool:
        if origin in self.edge._origins:
            return True
        return b"*" in self.edge._origins and origin != b"null" and len(origin) < 300

    def _is_preflight(self) -> bool:
        return self.scope["method"] == "OPTIONS" and b"access-control-request-method" in self.headers

    async def _preflight(self) -> None:
        headers = [(b"content-length", b"0")]
        if self._allows(self.headers.get(b"origin", b"null")):
            headers += [
                (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
                (b"access-control-allow-headers", b"authorization, content-type, x-request-id"),
                (b"access-control-max-age", b"600"),
                (b"access-control-allow-private-network", b"true"),
            ]
        await self.send({"type": "http.response.start", "status": 204, "headers": headers})
        await self.send({"type": "http.response.body", "body": b""})

    def _takes_body(self) -> bool:
        return self.scope["method"] in WITH_BODY and self.scope["path"].startswith(PATHS_WITH_BODY)

    # -- admission -----------------------------------------------------------------------------------------------

    def _admit(self) -> None:
        if not self._takes_body():
            return
        if self.edge.in_flight > self.edge.limits.max_concurrent or self.edge.heartbeat.is_late:
            self.edge.metrics.shed += 1
            raise Refused(503, ((b"retry-after", b"1"),))
        kind = self.headers.get(b"content-type", b"").split(b";", 1)
        encoding = self.headers.get(b"content-encoding", b"identity").strip().lower()
        charset = kind[1].strip().lower() if len(kind) > 1 else b""
        is_form = (
            self.scope["path"].startswith("/console")
            and kind[0].strip().lower() == b"application/x-www-form-urlencoded"
        )
        if not (is_form or kind[0].strip().lower() in JSON_TYPES):
            raise Refused(415, EXPECTED)
        if encoding not in (b"identity", b""):
            raise Refused(
                415, EXPECTED, "Send application/json without Content-Encoding: the body is not decompressed."
            )
        if b"charset=" in charset and charset.split(b"charset=", 1)[1].split(b";", 1)[0].strip(b'" ') not in (
            b"utf-8",
            b"utf8",
        ):
            raise Refused(415, EXPECTED, "Send application/json in UTF-8; another charset is not read.")
        length = self.headers.get(b"content-length")
        if length is not None and not length.isdigit():
            raise Refused(400, text="Content-Length is not a number.")
        if length is not None and (len(length) > 15 or int(length) > self.edge.limits.max_body_bytes):
            raise self._too_large()

    def _too_large(self) -> Refused:
        return Refused(413, text=f"The body is larger than {self.edge.limits.max_body_bytes:,} bytes.")

    async def _body(self, receive: Receive) -> bytes:
        """The whole body within the size limit and the receipt deadline."""
        parts: list[bytes] = []
        size, is_whole = 0, False
        try:
            async with asyncio.timeout(self.edge.limits.body_deadline_s):
                while not is_whole:
                    part, is_whole = await self._part(receive)
                    size += len(part)
                    if size > self.edge.limits.max_body_bytes:
                        raise self._too_large()
                    parts.append(part)
        except TimeoutError:
            raise Refused(408) from None
        return b"".join(parts)

    async def _part(self, receive: Receive) -> tuple[bytes, bool]:
        """The next piece of the body, and whether it is the last."""
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(408)
        return message.get("body", b""), not message.get("more_body")

    def _is_small(self) -> bool:
        """Whether the body is worth less than the connection that is lost when it is not read."""
        length = self.headers.get(b"content-length")
        return length is not None and int(length) <= SMALL_BODY

    def _giving(self, body: bytes | None, receive: Receive) -> Receive:
        """A receive that gives the body once and then waits for the client to leave. A body that is not there yet is read
        when somebody asks for it: a stranger is told so before that."""
        is_given = False

        async def give() -> Message:
            nonlocal is_given
            if is_given:
                return await receive()
            is_given = True
            whole = await self._body(receive) if body is None else body
            self.is_unread = False
            return {"type": "http.request", "body": whole, "more_body": False}

        return give


def without_cancellation(send: Send) -> Send:
    """A server that is told twice to end cancels its lifespan: that is no failure, and no traceback for the log."""

    async def told(message: Message) -> None:
        if message["type"] == "lifespan.shutdown.failed" and "CancelledError" in message.get("message", ""):
            message = {"type": message["type"], "message": ""}
        await send(message)

    return told

"""Connections that take their time: limits for request headers, unread answers and pipelines, which the server lacks."""

from __future__ import annotations

import asyncio
import resource

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_DEADLINE_S = 10.0
"""From the connection, or from the first byte of a further request, to the end of the headers."""
LAST_HEADER_DEADLINE_S = 1.0
"""The same once the server ends, so that silent connections do not hold it up."""
ONE_TURN_S = 0.01
MAX_HEADER_BYTES = 65_536
UNREAD_DEADLINE_S = 30.0
"""How long a client may leave an answer unread before its connection is dropped."""
MAX_PIPELINED = 16
"""Requests that one connection may send ahead of their answers: each costs thirty times its bytes while it waits."""
MAX_CONNECTIONS = 4_000
SPARE_DESCRIPTORS = 64
"""Kept back for the store, for FHIR servers and for saying no."""


def max_connections() -> int:
    """Connections held at once: as many as file descriptors allow, at most ``MAX_CONNECTIONS``."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(16, min(MAX_CONNECTIONS, allowed - SPARE_DESCRIPTORS))


class TooFarAhead(Exception):
    """A client pipelines more requests than may wait; the server answers 400 to what its parser cannot take."""


class BoundedProtocol(HttpToolsProtocol):
    """Closes a connection that is one too many, whose headers do not end in time (slowloris) or in size, whose answers
    are not read, or on which too many requests wait.

    Bodies are bounded at the edge.
    """

    _header_timer: asyncio.TimerHandle | None = None
    _header_bytes = 0
    _in_headers = True
    _unread_timer: asyncio.TimerHandle | None = None
    most = max_connections()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.close()
            return
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._headers_ended()
        self._is_read()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not read: no more is written, and after a while it is given up."""
        super().pause_writing()
        self._unread_timer = self.loop.call_later(UNREAD_DEADLINE_S, self.transport.abort)

    def resume_writing(self) -> None:
        self._is_read()
        super().resume_writing()

    def _is_read(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_headers:
            self._header_bytes += len(data)
            if self._header_bytes > MAX_HEADER_BYTES:
                self.transport.close()
        elif self._is_idle():
            self._await_headers()

    def _is_idle(self) -> bool:
        """Empty lines between requests: nothing runs and the server's own idle timer was stopped by them."""
        return self._header_timer is None and self.cycle.response_complete and self.timeout_keep_alive_task is None

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._header_timer is None:
            self._await_headers()

    def on_headers_complete(self) -> None:
        self._headers_ended()
        if len(self.pipeline) >= MAX_PIPELINED:
            raise TooFarAhead
        super().on_headers_complete()

    def shutdown(self) -> None:
        """The server ends: an idle connection is closed, one on which a request is arriving gets its answer first."""
        if self._header_timer is None:
            super().shutdown()
            return
        self._headers_ended()
        self._await_headers(LAST_HEADER_DEADLINE_S)

    def _await_headers(self, seconds: float = HEADER_DEADLINE_S) -> None:
        self._in_headers, self._header_bytes = True, 0
        self._header_timer = self.loop.call_later(seconds, self._too_slow)

    def _headers_ended(self) -> None:
        self._in_headers = False
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _too_slow(self) -> None:
        """A loop that was held up tells the time before it reads: what lies there already is read before it counts."""
        self._header_timer = self.loop.call_later(ONE_TURN_S, self._give_up)

    def _give_up(self) -> None:
        self._header_timer = None
        if not self.transport.is_closing():
            self.transport.close()

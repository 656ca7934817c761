"""Leaving without losing a request: SIGTERM first turns readiness off, and only then ends the server.

While it drains, the service goes on accepting and answering, and asks every client to close its connection, so that a load
balancer or a client with a connection pool moves elsewhere before the socket is closed. SIGHUP does the same. A second
signal, or SIGINT (Ctrl-C), ends the server at once, with what it has in hand answered. Whatever ends it, callers who have
connected and whom a busy loop has not let in yet are let in before the socket is closed: closing it would reset them.
"""

from __future__ import annotations

import asyncio
import select
import signal
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

DRAINING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
LET_IN_S = 5.0
"""How long callers who have connected are let in at the end; under a flood they never stop coming."""


@dataclass(slots=True, kw_only=True)
class Drain:
    """Stands between the signal and the server that wants to end on it. ``on_begin`` hears that it has begun."""

    seconds: float
    on_begin: Callable[[], None]
    has_begun: bool = False
    _end: Callable[[int, FrameType | None], Any] | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _before: dict[int, Any] = field(default_factory=dict)

    def attach(self) -> None:
        """Take over the signals from the server that runs us; nothing to do where none has claimed SIGTERM."""
        end = signal.getsignal(signal.SIGTERM)
        if threading.current_thread() is not threading.main_thread() or not callable(end):
            return
        _let_in_before_shutdown(getattr(end, "__self__", None))
        self._end, self._loop = end, asyncio.get_running_loop()
        self._before = {number: signal.signal(number, self._on_signal) for number in DRAINING_SIGNALS}

    def detach(self) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        assert self._loop is not None
        assert self._end is not None
        if self.has_begun or self.seconds <= 0:
            self._end(signal.SIGTERM, frame)
            return
        self.has_begun = True
        self._loop.call_soon_threadsafe(self._begin)

    def _begin(self) -> None:
        assert self._loop is not None
        assert self._end is not None
        self.on_begin()
        self._loop.call_later(self.seconds, self._end, signal.SIGTERM, None)


def _let_in_before_shutdown(server: Any) -> None:
    """Make a server's shutdown begin with letting in who waits (the loop accepts one connection a turn)."""
    shutdown = getattr(server, "shutdown", None)
    if shutdown is None:
        return

    async def let_in_then_shut_down(*given: Any, **named: Any) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + LET_IN_S
        listening = [one.fileno() for each in server.servers for one in each.sockets]
        while _someone_waits(listening) and loop.time() < end:
            await asyncio.sleep(0)
        await shutdown(*given, **named)

    server.shutdown = let_in_then_shut_down


def _someone_waits(listening: Iterable[int]) -> bool:
    """Whether a connection to one of these sockets has not been accepted yet."""
    waiting = select.poll()
    for one in listening:
        waiting.register(one, select.POLLIN)
    return bool(waiting.poll(0))

"""A small FHIR server on loopback that can break in every way a real one does, HTTP itself included.

Raw asyncio sockets. It keeps a few resources, answers reads and searches (paged by opaque tokens), follows a script of
faults (the first that matches wins; ``PUT /__faults`` sets it by name) and keeps a journal by which tests judge
(``GET /__journal``; tokens only as a hash). Start by hand: ``python -m tests.faulty_fhir_server --port 8080``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.faults_of_fhir_servers import FAULTS, Answer, Fault

HEAD_LIMIT = 65_536
CODED = ("Observation",)


@dataclass(kw_only=True)
class Ask:
    """One request as it arrived."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    at: float = 0.0
    sent: int = 0
    closed_early: bool = False
    number: int = 0

    @property
    def kind(self) -> str:
        """The resource type asked for."""
        return self.path.removeprefix("/fhir/").split("/")[0]

    @property
    def token(self) -> str:
        """The Authorization header as a hash, empty when none came."""
        given = self.headers.get("authorization", "")
        return hashlib.sha256(given.encode()).hexdigest()[:16] if given else ""

    def told(self) -> dict[str, Any]:
        """For the journal."""
        shown = {name: value for name, value in self.headers.items() if name != "authorization"}
        return {
            "method": self.method, "path": self.path, "query": self.query, "headers": shown, "token": self.token,
            "at": self.at, "sent": self.sent, "closedEarly": self.closed_early,
        }  # fmt: skip


@dataclass(kw_only=True)
class Scripted:
    """A fault and when it strikes: resource types, the first ``times`` matching requests (-1: all)."""

    fault: Fault
    kinds: frozenset[str] | None = None
    times: int = -1
    struck: int = 0

    def matches(self, ask: Ask) -> bool:
        return (self.kinds is None or ask.kind in self.kinds) and (self.times < 0 or self.struck < self.times)


@dataclass(kw_only=True)
class FaultyServer:
    """One host. ``resources`` by type; ``page_size`` smaller than a result makes pages."""

    resources: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    page_size: int = 1_000
    tls: ssl.SSLContext | None = None
    elsewhere: str = "http://127.0.0.1:9"
    """Base of the server that must never be reached."""
    script: list[Scripted] = field(default_factory=list)
    journal: list[Ask] = field(default_factory=list)
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    port: int = 0
    _server: asyncio.Server | None = None
    _pages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"http{'s' if self.tls else ''}://localhost:{self.port}/fhir"

    async def __aenter__(self) -> FaultyServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.tls, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    def break_with(self, name: str, kinds: frozenset[str] | None = None, times: int = -1) -> None:
        """From now on: this fault only."""
        self.script = [Scripted(fault=FAULTS[name], kinds=kinds, times=times)]

    def heal(self) -> None:
        """No fault, an empty journal."""
        self.script, self.journal = [], []

    # -- one connection ------------------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
            pass
        except asyncio.CancelledError:
            pass  # the loop ends
        finally:
            self.open_now -= 1
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; whether the connection goes on."""
        ask, body = await _read(reader)
        if ask.path.startswith("/__"):
            await _send(writer, self._control(ask, body), ask)
            return True
        ask.number = len(self.journal)
        self.journal.append(ask)
        answer = self._answer(ask)
        for scripted in self.script:
            if scripted.matches(ask):
                scripted.struck += 1
                scripted.fault.strike(answer, ask, self)
                break
        sending = asyncio.create_task(_send(writer, answer, ask))
        leaving = asyncio.create_task(reader.read(1))
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not sending.done():  # the client has hung up
            ask.closed_early = True
            sending.cancel()
            return False
        leaving.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await leaving
        return sending.result()

    def _control(self, ask: Ask, body: bytes) -> Answer:
        if ask.method == "PUT" and ask.path == "/__faults":
            self.script = [
                Scripted(fault=FAULTS[one["fault"]], kinds=frozenset(one["types"]) if one.get("types") else None,
                         times=one.get("times", -1))
                for one in json.loads(body)
            ]  # fmt: skip
            return Answer.of({"set": len(self.script)})
        return Answer.of([one.told() for one in self.journal])

    # -- the record ----------------------------------------------------------------------------------------------

    def _answer(self, ask: Ask) -> Answer:
        parameters = {name: values[-1] for name, values in parse_qs(ask.query).items()}
        if "page" in parameters:
            return self._page(self._pages.get(parameters["page"], []))
        kind, _, rest = ask.path.removeprefix("/fhir/").partition("/")
        if rest and rest != "_search":
            found = [one for one in self.resources.get(kind, []) if one["id"] == rest]
            return Answer.of(found[0]) if found else Answer.of({"resourceType": "OperationOutcome"}, status=404)
        codes = set(parameters.get("code", "").split(",")) - {""}
        statuses = set(parameters.get("status", "").split(",")) - {""}
        found = [
            one
            for one in self.resources.get(kind, [])
            if (not codes or codes & {coding.get("code") for coding in one.get("code", {}).get("coding", [])})
            and (not statuses or one.get("status") in statuses)
            and (one.get("subject") or one.get("patient") or {}).get("reference") == f"Patient/{parameters['patient']}"
        ]
        return self._page(found, matches_all=True)

    def _page(self, found: list[dict[str, Any]], *, matches_all: bool = False) -> Answer:
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
        bundle["entry"] = [{"resource": one, "search": {"mode": "match"}} for one in found[: self.page_size]]
        if len(found) > self.page_size:
            token = f"p{len(self._pages)}"
            self._pages[token] = found[self.page_size :]
            bundle["link"] = [{"relation": "next", "url": f"{self.base}/_page?page={token}"}]
        return Answer.of(bundle)


async def _read(reader: asyncio.StreamReader) -> tuple[Ask, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    parts = urlsplit(target)
    query = body.decode() if headers.get("content-type", "").endswith("urlencoded") else parts.query
    return Ask(method=method, path=parts.path, query=query, headers=headers, at=time.monotonic()), body


async def _send(writer: asyncio.StreamWriter, answer: Answer, ask: Ask) -> bool:
    """Write an answer as its fault wants it; whether the connection goes on."""

    async def write(data: bytes) -> None:
        ask.sent += len(data)
        writer.write(data)
        await writer.drain()

    abort: Callable[[], None] = writer.transport.abort
    await asyncio.sleep(answer.before_head_s)
    if answer.reset_before_head:
        abort()
        return False
    await write(answer.head())
    await asyncio.sleep(answer.before_body_s)
    step = answer.trickle or 65_536
    sent = 0
    for part in answer.parts():
        for start in range(0, len(part), step):
            if answer.stall_after is not None and sent >= answer.stall_after:
                await asyncio.sleep(30)
            if answer.reset_after is not None and sent >= answer.reset_after:
                abort()
                return False
            await write(part[start : start + step])
            sent += step
            if answer.trickle:
                await asyncio.sleep(1)
    return not answer.closes


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--bundle", help="a Bundle, or a hook request whose prefetch is the record")
    options = parser.parse_args()
    server = FaultyServer(port=options.port)
    if options.bundle:
        with open(options.bundle, encoding="utf-8") as file:
            server.resources = record_of(json.load(file))
    async with server:
        print(f"{server.base}; faults: {', '.join(FAULTS)}")
        await asyncio.Event().wait()


def record_of(loaded: Any) -> dict[str, list[dict[str, Any]]]:
    """Every resource found in any JSON, by type."""
    found: dict[str, list[dict[str, Any]]] = {}

    def look(value: Any) -> None:
        if isinstance(value, list):
            for one in value:
                look(one)
        elif isinstance(value, dict):
            kind = value.get("resourceType")
            if kind and kind != "Bundle":
                found.setdefault(kind, []).append(value)
            else:
                for one in value.values():
                    look(one)

    look(loaded)
    return found


if __name__ == "__main__":
    asyncio.run(main())

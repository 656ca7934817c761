"""Asking the caller's FHIR server for what prefetch did not bring: allowed bases only, one deadline, bounded in size.

The same query strings as in discovery (plus ``_include``), in parallel. Every trouble becomes a ``Failure`` in our own
words; the token goes nowhere but to its server, and nothing of the answer reaches a log.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx

from cds_service.clinical.vocabulary import Source
from cds_service.fhir.addresses import Base, parse_allowed, parse_base
from cds_service.fhir.bundles import Opened, open_value
from cds_service.fhir.delivery import Failure
from cds_service.fhir.exchange import Budget, Server
from cds_service.fhir.failures import (
    AWAY,
    BROKEN,
    FOREIGN,
    GARBLED,
    NO_TOKEN,
    NOT_ALLOWED,
    PARTIAL,
    RAGGED,
    TOO_MUCH,
    Trouble,
)
from cds_service.fhir.gather import TITLES, Fetched
from cds_service.fhir.outcomes import is_failure
from cds_service.fhir.pages import is_answer, next_page, unresolved_medications
from cds_service.fhir.queries import Query
from cds_service.fhir.transport import checked_transport, trusted
from cds_service.hooks.request import CDSRequest
from cds_service.settings import Settings

MAX_PAGES = 10
MAX_MEDICATIONS = 20
TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")


class FhirClient:
    """All FHIR servers of a process. Implements ``cds_service.fhir.gather.Fetcher``."""

    def __init__(
        self,
        allowed: tuple[Base, ...],
        *,
        deadline_s: float = 1.5,
        private: bool = False,
        open_servers: tuple[Base, ...] = (),
        count: Counter[str] | None = None,
        ca_file: Path | None = None,
        make_http: Callable[[Base], httpx.AsyncClient] | None = None,
    ) -> None:
        self._allowed = allowed
        self._deadline_s = deadline_s
        self._private = private
        self._open = open_servers
        self._count = count if count is not None else Counter()
        self._trust = trusted(ca_file) if ca_file is not None else None
        self._make_http = make_http or self._http
        self._servers: dict[tuple[str, str, int], Server] = {}

    @classmethod
    def from_settings(cls, settings: Settings, count: Counter[str]) -> FhirClient:
        """The client an operator configured. Raises ``ConfigurationError``."""
        listed = [*settings.fhir_servers, *(base for client in settings.clients for base in client.fhir_servers)]
        return cls(
            parse_allowed(dict.fromkeys(listed)),
            deadline_s=settings.deadline_s,
            private=settings.fhir_private_networks,
            open_servers=parse_allowed(settings.fhir_open_servers),
            count=count,
            ca_file=settings.ca_file,
        )

    async def close(self) -> None:
        """Release connections."""
        for server in self._servers.values():
            await server.http.aclose()

    # -- Fetcher -------------------------------------------------------------------------------------------------

    def refusal(self, request: CDSRequest) -> Failure | None:
        """Why the server of this request may not be asked, ``None`` when it may."""
        base = self._base(request)
        if base is None:
            return NOT_ALLOWED
        if self._authorization(request, base) is None:
            return NO_TOKEN
        return None

    async def fetch(
        self,
        request: CDSRequest,
        queries: Sequence[Query],
        pages: Mapping[str, str],
        now: float,
        delivered: Sequence[Opened] = (),
    ) -> Mapping[str, Fetched]:
        """Ask everything in parallel within the deadline; what has arrived by then counts. Never raises."""
        base = self._base(request)
        headers = self._authorization(request, base) if base is not None else None
        if base is None or headers is None:
            return {query.key: Fetched(failure=_said(query.key, NOT_ALLOWED)) for query in queries}
        server = self._server(base)
        end = time.monotonic() + self._deadline_s
        found: dict[str, list[Opened]] = {}
        tasks: dict[str, asyncio.Task[Failure | None]] = {}
        for query in queries:
            url = f"{base.url}/{query.url(request.patient_id)}"
            if query.include:
                url += f"&_include={query.include}"
            into = found[query.key] = []
            is_read = query.source is Source.PATIENT
            tasks[query.key] = asyncio.create_task(self._pages(server, base, url, headers, into, Budget(end), is_read))
        for key, url in pages.items():
            found[key] = []
            tasks[key] = asyncio.create_task(self._further(server, base, url, headers, found[key], Budget(end)))
        try:
            if tasks:
                await asyncio.wait(tasks.values(), timeout=self._deadline_s)
            behind = await self._medications(server, base, headers, found, delivered, Budget(end))
        finally:
            for task in tasks.values():
                task.cancel()
        answers = {key: _fetched(key, task, found[key]) for key, task in tasks.items()}
        if behind:
            answers["medications"] = Fetched(values=tuple(behind))
        if tasks:  # connections are closed; unlike gather this never cancels a second time
            await asyncio.wait(tasks.values())
        return answers

    # -- one query -----------------------------------------------------------------------------------------------

    async def _further(
        self, server: Server, base: Base, url: str, headers: dict[str, str], into: list[Opened], budget: Budget
    ) -> Failure | None:
        """The pages after a first page that came in prefetch."""
        absolute = next_page(url, base)
        if absolute is None:
            return FOREIGN
        failure = await self._pages(server, base, absolute, headers, into, budget)
        return PARTIAL if failure is not None else None

    async def _pages(
        self,
        server: Server,
        base: Base,
        url: str,
        headers: dict[str, str],
        into: list[Opened],
        budget: Budget,
        is_read: bool = False,
    ) -> Failure | None:
        """A query and its next pages, appended to ``into`` as they arrive; ``is_read`` for one resource by its id."""
        seen, is_ragged = {url}, False
        for number in range(MAX_PAGES):
            try:
                raw = await server.get(url, headers, budget)
            except Trouble as trouble:
                return trouble.failure if number == 0 else PARTIAL
            opened = open_value(raw)
            if (
                not is_answer(raw, is_read=is_read)
                or not opened.is_readable
                or (opened.unreadable and not opened.resources)
            ):
                return GARBLED if number == 0 else PARTIAL
            if opened.says_value_twice:
                return GARBLED
            into.append(opened)
            is_ragged = is_ragged or opened.unreadable > 0
            if opened.is_cut:
                return TOO_MUCH
            if is_failure(opened):
                return GARBLED if not opened.resources else PARTIAL
            if opened.is_withheld and number == 0 and not opened.resources:
                return PARTIAL
            if opened.next_url is None:
                return RAGGED if is_ragged else None
            following = next_page(opened.next_url, base)
            if following is None:
                return FOREIGN
            if following in seen or not opened.resources:
                return PARTIAL
            seen.add(following)
            url = following
        return TOO_MUCH

    async def _medications(
        self,
        server: Server,
        base: Base,
        headers: dict[str, str],
        found: dict[str, list[Opened]],
        delivered: Sequence[Opened],
        budget: Budget,
    ) -> list[Opened]:
        """Medication resources that orders point at and no Bundle brought, read one by one, bounded.

        Of orders that were ``delivered`` only those whose reference has no display.
        """
        opened = [one for some in found.values() for one in some]
        wanted = unresolved_medications(opened, base)
        if delivered:
            wanted += unresolved_medications([*delivered, *opened], base, nameless=True)
        if not wanted or budget.seconds < 0.05:
            return []
        wanted = list(dict.fromkeys(wanted))[:MAX_MEDICATIONS]
        reads = [asyncio.create_task(server.get(f"{base.url}/{one}", headers, budget)) for one in wanted]
        try:
            done, _ = await asyncio.wait(reads, timeout=max(0.0, budget.seconds))
        finally:
            for task in reads:
                task.cancel()
        return [open_value(task.result()) for task in done if task.exception() is None]

    # -- who and how ---------------------------------------------------------------------------------------------

    def _base(self, request: CDSRequest) -> Base | None:
        base = parse_base(request.fhir_server or "")
        if base is None:
            return None
        allowed = self._allowed
        if request.allowed_servers is not None:
            allowed = tuple(one for one in map(parse_base, request.allowed_servers) if one is not None)
        return base if any(one.contains(base) for one in allowed) else None

    def _authorization(self, request: CDSRequest, base: Base) -> dict[str, str] | None:
        """Headers of a call: the bearer token of the request; without one only where the operator said so."""
        headers = {"Accept": "application/fhir+json", "Accept-Encoding": "gzip", "Cache-Control": "no-cache"}
        granted = request.authorization
        if granted is None:
            return headers if any(one.contains(base) for one in self._open) or base.is_loopback else None
        usable = (
            TOKEN.fullmatch(granted.access_token) is not None
            and granted.token_type.casefold() == "bearer"
            and (granted.expires_in is None or granted.expires_in > 0)
        )
        return {**headers, "Authorization": f"Bearer {granted.access_token}"} if usable else None

    def _server(self, base: Base) -> Server:
        server = self._servers.get(base.origin)
        if server is None:
            server = self._servers[base.origin] = Server(base, self._make_http, self._count)
        return server

    def _http(self, base: Base) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=checked_transport(base, private=self._private, trust=self._trust or trusted(None)),
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(self._deadline_s + 1, connect=min(1.0, self._deadline_s)),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # none is ever kept, let alone sent
        )


def _said(key: str, failure: Failure) -> Failure:
    return Failure(reason=failure.reason, detail=f"{TITLES.get(key, 'Data')}: {failure.detail}")


def _fetched(key: str, task: asyncio.Task[Failure | None], values: list[Opened]) -> Fetched:
    if not task.done():
        failure: Failure | None = AWAY if not values else PARTIAL
    elif task.cancelled() or task.exception() is not None:
        failure = BROKEN
    else:
        failure = task.result()
    return Fetched(values=tuple(values), failure=_said(key, failure) if failure is not None else None)

"""Asking the caller's FHIR server for what prefetch did not bring: allowed bases only, one deadline, bounded in size.

The same query strings as in discovery (plus ``_include``), in parallel. Every trouble becomes a ``Failure`` in our own
words; the token goes nowhere but to its server, and nothing of the answer reaches a log.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import msgspec

from cds_service.clinical.chart import GapReason
from cds_service.fhir.addresses import Base, parse_allowed, parse_base
from cds_service.fhir.breaker import Breaker
from cds_service.fhir.bundles import Opened, open_value
from cds_service.fhir.delivery import Failure
from cds_service.fhir.gather import TITLES, Fetched
from cds_service.fhir.outcomes import is_failure
from cds_service.fhir.queries import Query
from cds_service.fhir.transport import checked_transport
from cds_service.fhir.twins import says_value_twice
from cds_service.hooks.request import CDSRequest
from cds_service.settings import Settings

MAX_ANSWER_BYTES = 20_000_000
MAX_PAGES = 10
MAX_URL = 1_900
RETRY_SHARE = 0.2
TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")
NOT_ALLOWED = Failure(reason=GapReason.NOT_PERMITTED, detail="not read, because this FHIR server may not be asked.")
NO_TOKEN = Failure(reason=GapReason.NOT_PERMITTED, detail="not read, because no usable access token was sent.")
AWAY = Failure(reason=GapReason.UNREACHABLE, detail="not read, because the FHIR server did not answer in time.")
DOWN = Failure(reason=GapReason.UNREACHABLE, detail="not read, because the FHIR server cannot be reached.")
BROKEN = Failure(reason=GapReason.UNREACHABLE, detail="not read, because the FHIR server failed.")
REFUSED = Failure(reason=GapReason.NOT_PERMITTED, detail="not read, because the FHIR server did not permit it.")
MISSING = Failure(reason=GapReason.MISSING, detail="not read, because the FHIR server does not offer it.")
GARBLED = Failure(reason=GapReason.UNREADABLE, detail="not read, because the FHIR server's answer was not readable.")
TOO_MUCH = Failure(reason=GapReason.INCOMPLETE, detail="read in part only, because there is too much of it.")
PARTIAL = Failure(reason=GapReason.INCOMPLETE, detail="read in part only, because further pages could not be read.")
FOREIGN = Failure(reason=GapReason.INCOMPLETE, detail="read in part only, because the next page is on another server.")
STATUS = {
    401: REFUSED,
    403: REFUSED,
    404: MISSING,
    410: MISSING,
    412: REFUSED,
    422: MISSING,
    400: MISSING,
    405: MISSING,
}


class Trouble(Exception):
    """One call failed; carries what to say about it."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


@dataclass(slots=True)
class Server:
    """A base we have called, with its pool, breaker and retry budget."""

    base: Base
    http: httpx.AsyncClient
    breaker: Breaker = field(default_factory=Breaker)
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(24))
    calls: int = 0
    retries: int = 0


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
        make_http: Callable[[Base], httpx.AsyncClient] | None = None,
    ) -> None:
        self._allowed = allowed
        self._deadline_s = deadline_s
        self._private = private
        self._open = open_servers
        self._count = count if count is not None else Counter()
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
        self, request: CDSRequest, queries: Sequence[Query], pages: Mapping[str, str], now: float
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
            found[query.key] = []
            tasks[query.key] = asyncio.create_task(self._pages(server, base, url, headers, found[query.key], end))
        for key, url in pages.items():
            found[key] = []
            tasks[key] = asyncio.create_task(self._further(server, base, url, headers, found[key], end))
        try:
            await asyncio.wait(tasks.values(), timeout=max(0.0, end - time.monotonic()))
            await self._medications(server, base, headers, found, end)
        finally:
            for task in tasks.values():
                task.cancel()
        answers = {key: _fetched(key, task, found[key]) for key, task in tasks.items()}
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        return answers

    # -- one query -----------------------------------------------------------------------------------------------

    async def _further(
        self, server: Server, base: Base, url: str, headers: dict[str, str], into: list[Opened], end: float
    ) -> Failure | None:
        """The pages after a first page that came in prefetch."""
        absolute = next_page(url, base)
        if absolute is None:
            return FOREIGN
        failure = await self._pages(server, base, absolute, headers, into, end)
        return PARTIAL if failure is not None else None

    async def _pages(
        self, server: Server, base: Base, url: str, headers: dict[str, str], into: list[Opened], end: float
    ) -> Failure | None:
        """A query and its next pages, appended to ``into`` as they arrive."""
        seen = {url}
        for number in range(MAX_PAGES):
            try:
                raw = await self._get(server, url, headers, end)
            except Trouble as trouble:
                return trouble.failure if number == 0 else PARTIAL
            opened = open_value(raw)
            if not opened.is_readable or (opened.unreadable and not opened.resources):
                return GARBLED if number == 0 else PARTIAL
            if any(says_value_twice(bytes(one.raw)) for one in opened.resources):
                return GARBLED
            into.append(opened)
            if is_failure(opened):
                return GARBLED if not opened.resources else PARTIAL
            if opened.next_url is None:
                return None
            following = next_page(opened.next_url, base)
            if following is None:
                return FOREIGN
            if following in seen or not opened.resources:
                return PARTIAL
            seen.add(following)
            url = following
        return TOO_MUCH

    async def _medications(
        self, server: Server, base: Base, headers: dict[str, str], found: dict[str, list[Opened]], end: float
    ) -> None:
        """Medication resources that orders point at and no Bundle brought, read one by one, bounded."""
        wanted = unresolved_medications([opened for some in found.values() for opened in some], base)[:20]
        if not wanted or end - time.monotonic() < 0.05:
            return
        reads = [asyncio.create_task(self._get(server, f"{base.url}/{one}", headers, end)) for one in wanted]
        done, pending = await asyncio.wait(reads, timeout=max(0.0, end - time.monotonic()))
        for task in pending:
            task.cancel()
        key = "medicationRequests" if "medicationRequests" in found else next(iter(found))
        found[key] += [open_value(task.result()) for task in done if task.exception() is None]

    async def _get(self, server: Server, url: str, headers: dict[str, str], end: float) -> msgspec.Raw:
        """One GET (POST _search when the URL is long), with at most one retry when that is safe and in time."""
        if not server.breaker.allows():
            self._count["breaker-open"] += 1
            raise Trouble(DOWN)
        server.calls += 1
        try:
            return await self._try(server, url, headers, end)
        except Trouble as trouble:
            if trouble.failure not in (BROKEN, DOWN) or not self._may_retry(server, end):
                raise
        server.retries += 1
        self._count["retry"] += 1
        await asyncio.sleep(random.uniform(0.02, 0.08))  # noqa: S311
        return await self._try(server, url, headers, end)

    @staticmethod
    def _may_retry(server: Server, end: float) -> bool:
        return server.retries <= RETRY_SHARE * server.calls and end - time.monotonic() > 0.3

    async def _try(self, server: Server, url: str, headers: dict[str, str], end: float) -> msgspec.Raw:
        try:
            async with asyncio.timeout(max(0.001, end - time.monotonic())), server.slots:
                return await self._exchange(server, url, headers)
        except TimeoutError:
            server.breaker.failed()
            self._count["timeout"] += 1
            raise Trouble(AWAY) from None
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as error:
            server.breaker.failed()
            self._count["unreachable"] += 1
            refused = isinstance(error, httpx.ConnectError) and "certificate" in str(error).lower()
            raise Trouble(Failure(reason=DOWN.reason, detail=DOWN.detail) if not refused else GARBLED_TLS) from None
        except Trouble:
            raise
        except Exception:
            server.breaker.failed()
            self._count["error"] += 1
            raise Trouble(DOWN) from None

    async def _exchange(self, server: Server, url: str, headers: dict[str, str]) -> msgspec.Raw:
        if len(url) > MAX_URL and "?" in url:
            path, _, query = url.partition("?")
            form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
            request = server.http.build_request("POST", f"{path}/_search", content=query.encode(), headers=form)
        else:
            request = server.http.build_request("GET", url, headers=headers)
        response = await server.http.send(request, stream=True)
        try:
            self._check_status(server, response)
            return await self._body(response)
        finally:
            await response.aclose()

    def _check_status(self, server: Server, response: httpx.Response) -> None:
        status = response.status_code
        self._count[f"{status // 100}xx"] += 1
        if status == 200:
            server.breaker.succeeded()
            return
        if status in STATUS:
            server.breaker.succeeded()
            raise Trouble(STATUS[status])
        if status in (429, 503):
            server.breaker.failed()
            raise Trouble(AWAY)
        if status >= 500:
            server.breaker.failed()
            raise Trouble(BROKEN)
        raise Trouble(GARBLED)

    @staticmethod
    async def _body(response: httpx.Response) -> msgspec.Raw:
        kind = response.headers.get("content-type", "").split(";", 1)[0].strip().lower()
        if kind and "json" not in kind:
            raise Trouble(GARBLED)
        parts: list[bytes] = []
        size = 0
        async for part in response.aiter_bytes():
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                raise Trouble(TOO_MUCH)
            parts.append(part)
        body = b"".join(parts)
        try:
            return msgspec.json.decode(body, type=msgspec.Raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Trouble(GARBLED) from None

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
        headers = {"Accept": "application/fhir+json", "Cache-Control": "no-cache"}
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
            server = self._servers[base.origin] = Server(base=base, http=self._make_http(base))
        return server

    def _http(self, base: Base) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=checked_transport(base, private=self._private),
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(self._deadline_s, connect=min(1.0, self._deadline_s)),
            cookies=_NoCookies(),
        )


GARBLED_TLS = Failure(
    reason=GapReason.UNREACHABLE, detail="not read, because the FHIR server could not prove who it is."
)


class _NoCookies(httpx.Cookies):
    """Cookies of a server are never kept."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Keep none."""


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


def next_page(url: str, base: Base) -> str | None:
    """An absolute URL on the same origin and below the base; ``None`` for anything else."""
    if url.startswith(("http://", "https://")):
        path, mark, query = url.partition("?")
        target = parse_base(path)
        if target is None or not base.contains(target):
            return None
        return f"{target.url}{mark}{query}" if _is_plain(query) else None
    if url.startswith(("/", "\\")) or "://" in url or not _is_plain(url):
        return None
    path, mark, query = url.partition("?")
    target = parse_base(f"{base.url}/{path}")
    return f"{target.url}{mark}{query}" if target is not None and base.contains(target) else None


def _is_plain(text: str) -> bool:
    return not re.search(r"[\x00-\x20\x7f\\#]", text) and len(text) <= 4_000


class _Pointer(msgspec.Struct, gc=False):
    reference: str | None = None


class _Order(msgspec.Struct, gc=False):
    resourceType: str | None = None
    id: str | None = None
    medicationReference: _Pointer | None = None


_ORDER = msgspec.json.Decoder(_Order)


def unresolved_medications(values: Sequence[Opened], base: Base) -> list[str]:
    """``Medication/id`` of relative or same-base references that no delivered resource answers."""
    wanted: dict[str, None] = {}
    present: set[str] = set()
    for one in (resource for value in values for resource in value.resources):
        try:
            order = _ORDER.decode(one.raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if order.resourceType == "Medication" and order.id:
            present.add(f"Medication/{order.id}")
        pointer = order.medicationReference.reference if order.medicationReference else None
        if pointer:
            pointer = pointer.removeprefix(f"{base.url}/")
            if re.fullmatch(r"Medication/[A-Za-z0-9.\-_]{1,255}", pointer):
                wanted[pointer] = None
    return [name for name in wanted if name not in present]

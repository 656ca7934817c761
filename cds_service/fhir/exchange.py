"""One FHIR server as we call it: bounded in time, bytes, connections and retries, behind a breaker.

Redirects are answers like any other bad one; nothing of what the server says reaches a log, and its failures become
``Trouble`` in our own words.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import time
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import httpx
import msgspec

from cds_service.fhir import failures
from cds_service.fhir.addresses import Base
from cds_service.fhir.breaker import Breaker
from cds_service.fhir.delivery import Failure
from cds_service.fhir.failures import Trouble
from cds_service.fhir.transport import AddressRefused
from cds_service.hooks.parse import holds_too_many_values

MAX_ANSWER_BYTES = 4_000_000
"""Inflated, of all pages of one query: ten times the largest that were seen."""
SMALL = 100_000
"""Bytes up to which an answer is read however many values it holds."""
MAX_URL = 1_900
MAX_CALLS = 24
"""To one server at once; further calls wait within their deadline."""
RETRY_SHARE = 0.2
MAX_RETRIES_SAVED = 12.0
TIME_TO_RETRY_S = 0.3
ALMOST_S = 0.02


@dataclass(slots=True)
class Budget:
    """What one query of a hook call may still cost: until when (monotonic) and how many bytes."""

    end: float
    bytes_left: int = MAX_ANSWER_BYTES

    @property
    def seconds(self) -> float:
        return self.end - time.monotonic()


@dataclass(slots=True)
class Server:
    """A base with its pool, breaker and retry allowance: a fifth of its calls, so that a storm cannot feed itself."""

    base: Base
    make_http: Callable[[Base], httpx.AsyncClient]
    count: Counter[str]
    http: httpx.AsyncClient = field(init=False)
    breaker: Breaker = field(default_factory=Breaker)
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_CALLS))
    retries_left: float = MAX_RETRIES_SAVED
    closing: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.http = self.make_http(self.base)

    async def get(self, url: str, headers: dict[str, str], budget: Budget) -> msgspec.Raw:
        """One GET (POST _search when the URL is long), with at most one retry when that is safe and in time.

        The caller cancels it at the budget's end, once: a second cancellation would interrupt the closing of a
        connection, which is then held for ever. So there is no other timer here.
        """
        self.retries_left = min(MAX_RETRIES_SAVED, self.retries_left + RETRY_SHARE)
        try:
            return await self._try(url, headers, budget)
        except Trouble as trouble:
            pause = self._pause_before_retry(trouble, budget)
            if pause is None:
                raise
        self.retries_left -= 1
        self.count["retry"] += 1
        await asyncio.sleep(pause)
        return await self._try(url, headers, budget)

    def _pause_before_retry(self, trouble: Trouble, budget: Budget) -> float | None:
        if trouble.failure in (failures.BROKEN, failures.DOWN):
            pause = random.uniform(0.02, 0.08)  # noqa: S311 - jitter, no secret  # nosec B311
        elif trouble.retry_after_s is not None:
            pause = trouble.retry_after_s
        else:
            return None
        return pause if self.retries_left >= 1 and budget.seconds > pause + TIME_TO_RETRY_S else None

    async def _try(self, url: str, headers: dict[str, str], budget: Budget) -> msgspec.Raw:
        if not self.breaker.allows():
            self.count["breaker-open"] += 1
            raise Trouble(failures.DOWN)
        answered = None
        try:
            async with self.slots:
                response = await self._send(url, headers)
                try:
                    answered = self._judge(response)
                    return await _read(response, budget)
                finally:
                    await response.aclose()
        except asyncio.CancelledError:
            if budget.seconds < ALMOST_S:  # the deadline; otherwise the client left, which says nothing of the server
                answered = False
                self.count["timeout"] += 1
            raise
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as error:
            answered = False
            raise self._trouble("unreachable", _why(error)) from None
        except Trouble:
            raise
        except Exception:
            answered = False
            raise self._trouble("error", failures.BROKEN) from None
        finally:
            if self.breaker.ended(answered):
                self._renew()

    def _renew(self) -> None:
        """The breaker has just opened: the probe that will come gets a pool in which nothing can hang."""
        old, self.http = self.http, self.make_http(self.base)
        closing = asyncio.get_running_loop().create_task(old.aclose())
        self.closing.add(closing)
        closing.add_done_callback(self.closing.discard)

    def _trouble(self, counted: str, failure: Failure) -> Trouble:
        self.count[counted] += 1
        return Trouble(failure)

    async def _send(self, url: str, headers: dict[str, str]) -> httpx.Response:
        if len(url) > MAX_URL and "?" in url:
            path, _, query = url.partition("?")
            form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
            request = self.http.build_request("POST", f"{path}/_search", content=query.encode(), headers=form)
        else:
            request = self.http.build_request("GET", url, headers=headers)
        return await self.http.send(request, stream=True)

    def _judge(self, response: httpx.Response) -> bool:
        """True for an answer of 200; raises ``Trouble`` for any other, with the breaker told what it means."""
        status = response.status_code
        self.count[f"{status // 100}xx"] += 1
        if status == 200:
            return True
        is_busy = status in (429, 503)
        self.breaker.ended(status < 500 and not is_busy)
        if is_busy:
            raise Trouble(failures.BUSY, retry_after_s=_seconds(response.headers.get("retry-after")))
        raise Trouble(failures.BROKEN if status >= 500 else failures.BY_STATUS.get(status, failures.GARBLED))


def _seconds(retry_after: str | None) -> float | None:
    """Seconds of a Retry-After; a date or garbage is not waited for."""
    text = (retry_after or "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def _why(error: BaseException) -> Failure:
    """A refused address and a failed proof of identity are never tried again; anything else is "cannot be reached"."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, AddressRefused):
            return failures.INNER
        if isinstance(cause, ssl.SSLError):
            return failures.UNPROVEN
        cause = cause.__cause__ or cause.__context__
    return failures.DOWN


async def _read(response: httpx.Response, budget: Budget) -> msgspec.Raw:
    """The body, inflated within the budget of bytes."""
    kind = response.headers.get("content-type", "").split(";", 1)[0].strip().lower()
    if kind and "json" not in kind:
        raise Trouble(failures.GARBLED)
    body = bytearray()
    async for part in _inflated(response, budget):
        budget.bytes_left -= len(part)
        if budget.bytes_left < 0:
            raise Trouble(failures.TOO_MUCH)
        body += part
    if holds_too_many_values(body, beyond=SMALL):
        raise Trouble(failures.TOO_MUCH)
    try:
        return msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Trouble(failures.GARBLED) from None


async def _inflated(response: httpx.Response, budget: Budget) -> AsyncIterator[bytes]:
    """Parts of the body. The HTTP library inflates a whole part at once, a bomb included: we do it in bounded steps."""
    assert isinstance(response.stream, httpx.AsyncByteStream)
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        async for part in response.stream:
            yield part
        return
    if encoding != "gzip":
        raise Trouble(failures.GARBLED)
    inflater = zlib.decompressobj(wbits=31)
    try:
        async for part in response.stream:
            yield inflater.decompress(part, budget.bytes_left + 1)
            if inflater.unconsumed_tail:
                raise Trouble(failures.TOO_MUCH)
    except zlib.error:
        raise Trouble(failures.GARBLED) from None
    if not inflater.eof:
        raise Trouble(failures.GARBLED)

"""Gathering what the queries of a hook ask for: prefetch first, the FHIR server for the rest.

Four states of a prefetch key stay apart: absent (fetch, else a failure), ``null`` and an empty Bundle (nothing on
record), an OperationOutcome (a failure, not asked again). With full prefetch nothing is awaited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from msgspec import Struct

from cds_service.clinical.chart import GapReason
from cds_service.errors import MalformedRequest, NothingToLookAt
from cds_service.fhir.bundles import Opened, is_empty, open_value
from cds_service.fhir.delivery import Delivery, Failure
from cds_service.fhir.drafts import orders_nothing
from cds_service.fhir.outcomes import is_failure
from cds_service.fhir.pages import unresolved_medications
from cds_service.fhir.queries import Query
from cds_service.guidance.finding import Hook
from cds_service.hooks.request import CDSRequest

NO_DATA = "no prefetch was delivered and no FHIR server may be asked"
NO_SERVER = "the request names no fhirServer"
NOT_ASKING = "this service is not set up to read from the request's fhirServer"
MISSING = "was not delivered in prefetch and could not be read from the FHIR server"
UNREADABLE = "was delivered in a form that cannot be read"
OUTCOME = "could not be searched by the client (OperationOutcome)"
WITHHELD = "was counted but not delivered"
MORE_PAGES = "has more pages than were delivered; older entries were not looked at"
TITLES = {
    "patient": "Patient demographics",
    "laboratory": "Laboratory results",
    "vitalSigns": "Vital signs",
    "findings": "Recorded complaints",
    "medicationRequests": "Medication orders",
    "medicationStatements": "Medication statements",
    "medicationAdministrations": "Administered medicines",
    "conditions": "The problem list",
    "encounters": "Encounters",
    "serviceRequests": "Test orders",
    "allergies": "Allergies and intolerances",
    "carePlans": "Care plans",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The answer to one query: its pages, or why there is none; both when a later page failed."""

    values: tuple[Opened, ...] = ()
    failure: Failure | None = None


class Fetcher(Protocol):
    """Something that can ask the caller's FHIR server; ``None`` from ``allows`` means it may be asked."""

    def refusal(self, request: CDSRequest) -> Failure | None:
        """Why the server of this request may not be asked."""

    async def fetch(
        self,
        request: CDSRequest,
        queries: Sequence[Query],
        pages: Mapping[str, str],
        now: float,
        delivered: Sequence[Opened] = (),
    ) -> Mapping[str, Fetched]:
        """Ask the queries, the further pages (key → URL) and the Medications without which an order of ``delivered`` has
        no name, all within one deadline. Never raises."""

    async def close(self) -> None:
        """Release connections."""


class Prefetched(Struct):
    """What prefetch brought: values, failures, keys to ask for, next pages."""

    values: dict[str, tuple[Opened, ...]]
    failures: dict[str, Failure]
    absent: list[Query]
    pages: dict[str, str]
    usable: int


def sentence(key: str, what: str) -> str:
    """``Medication orders was not ...`` in our own words."""
    title = TITLES.get(key, "Data")
    plural = title.endswith("s") and not title.endswith("ics")
    return f"{title} {what.replace('was ', 'were ', 1).replace('has ', 'have ', 1) if plural else what}."


def take_prefetch(request: CDSRequest, queries: Sequence[Query]) -> Prefetched:
    """Sort the prefetch of a request into the states of its keys; no I/O."""
    taken = Prefetched({}, {}, [], {}, 0)
    known = {query.key for query in queries}
    others: set[str] = set()
    for key, raw in request.prefetch.items():
        if key not in known:
            opened = _opened(raw)
            if opened.resources:
                taken.values[key] = (opened,)
                others |= opened.types()
    for query in queries:
        if query.key in request.prefetch:
            value = request.prefetch[query.key]
            if is_empty(value):
                taken.usable += 1
            else:
                _take(query, value, taken)
        elif query.source.value not in others:
            taken.absent.append(query)
    taken.usable += len(others)
    return taken


def _take(query: Query, value: Any, taken: Prefetched) -> None:
    opened = _opened(value)
    failure = _failure(query.key, opened)
    if failure is not None:
        taken.failures[query.key] = failure
        if not opened.resources:
            return
    taken.values[query.key] = (opened,)
    taken.usable += 1
    if opened.next_url:
        taken.pages[query.key] = opened.next_url


def _opened(value: Any) -> Opened:
    opened = open_value(value)
    if opened.says_value_twice:
        raise MalformedRequest("a result says its value twice", where="prefetch", code="structure")
    return opened


def _failure(key: str, opened: Opened) -> Failure | None:
    if not opened.is_readable or (opened.unreadable and not opened.resources):
        return Failure(reason=GapReason.UNREADABLE, detail=sentence(key, UNREADABLE))
    if is_failure(opened):
        return Failure(reason=GapReason.UNREADABLE, detail=sentence(key, OUTCOME))
    if opened.is_withheld and not opened.resources:
        return Failure(reason=GapReason.INCOMPLETE, detail=sentence(key, WITHHELD))
    if opened.unreadable:
        return Failure(reason=GapReason.INCOMPLETE, detail=sentence(key, "holds entries that cannot be read"))
    return None


def deliver(taken: Prefetched, refusal: Failure | None) -> Delivery:
    """The Delivery when no server is asked: what is absent or has more pages is a failure."""
    failures = dict(taken.failures)
    for query in taken.absent:
        if refusal is None:
            failures[query.key] = Failure(reason=GapReason.MISSING, detail=sentence(query.key, MISSING))
        else:
            failures[query.key] = refusal_for(query.key, refusal)
    for key in taken.pages:
        failures.setdefault(key, Failure(reason=GapReason.INCOMPLETE, detail=sentence(key, MORE_PAGES)))
    return Delivery(values=taken.values, failures=failures)


def refusal_for(key: str, refusal: Failure) -> Failure:
    """The server's refusal said of one kind of data."""
    return Failure(reason=refusal.reason, detail=f"{TITLES.get(key, 'Data')}: {refusal.detail}")


def refuse_empty(taken: Prefetched, queries: Sequence[Query], why: str) -> None:
    """412 when nothing at all could be looked at: no usable key (``null`` counts as an answer) and nobody to ask."""
    if taken.usable == 0 and not taken.failures:
        missing = tuple(query.key for query in queries)
        raise NothingToLookAt(f"{NO_DATA} ({why})", missing=missing)


def _why_nobody(request: CDSRequest, refusal: Failure | None) -> str:
    if request.fhir_server is None:
        return NO_SERVER
    return NOT_ASKING if refusal is None else refusal.detail.removeprefix("not read, because ").rstrip(".")


def _with_nameless_orders(request: CDSRequest, taken: Prefetched) -> list[Opened]:
    """What was delivered, drafts included, when an order in it points at a Medication that did not come along and gives
    no display either; else nothing. A display is read as a name and needs no call."""
    values = [opened for some in taken.values.values() for opened in some]
    if request.draft_orders is not None:
        values.append(open_value(request.draft_orders))
    return values if unresolved_medications(values, None, nameless=True) else []


async def gather(request: CDSRequest, queries: Sequence[Query], fetcher: Fetcher | None, now: float) -> Delivery:
    """Everything the queries ask for, or why not. Raises ``NothingToLookAt``."""
    taken = take_prefetch(request, queries)
    nameless = _with_nameless_orders(request, taken) if fetcher is not None and request.fhir_server else []
    if not taken.absent and not taken.pages and not nameless:
        return Delivery(values=taken.values, failures=taken.failures)
    refusal = fetcher.refusal(request) if fetcher is not None and request.fhir_server else None
    if fetcher is None or request.fhir_server is None or refusal is not None:
        if request.hook is not Hook.ORDER_SELECT or not orders_nothing(request.draft_orders):
            refuse_empty(taken, queries, _why_nobody(request, refusal))  # with no order, missing data hide no rule
        return deliver(taken, refusal)
    fetched = await fetcher.fetch(request, taken.absent, taken.pages, now, nameless)
    failures = dict(taken.failures)
    values = dict(taken.values)
    for key, answer in fetched.items():
        values[key] = (*values.get(key, ()), *answer.values)
        if answer.failure is not None:
            failures[key] = answer.failure
    return Delivery(values=values, failures=failures)

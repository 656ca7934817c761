"""The service in-process: the same pipeline that runs behind HTTP, on the frozen clock of the rows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from datetime import UTC
from functools import cache
from typing import Any, TypeVar

import cds_service.rules
from cds_service.cards.write import EXTENSION, House
from cds_service.fhir.queries import build_queries
from cds_service.guidance.catalogue import Catalogue, find_rules
from cds_service.guidance.evidence import CITATIONS
from cds_service.guidance.finding import Hook
from cds_service.hooks.parse import parse_request
from cds_service.parameters import load_limits
from cds_service.pipeline import Pipeline, read_request
from cds_service.terminology import load_terminology
from tests.rows import NOW

Found = TypeVar("Found")


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One for thousands of answers: making one costs as much as an answer."""
    return asyncio.new_event_loop()


def awaited(answering: Coroutine[Any, Any, Found]) -> Found:
    """What it comes to."""
    return _loop().run_until_complete(answering)


@cache
def pipeline() -> Pipeline:
    terminology = load_terminology()
    catalogue = Catalogue(rules=find_rules(cds_service.rules))
    queries = {hook: build_queries(catalogue.needs(hook), terminology.loinc_analytes) for hook in Hook}
    return Pipeline(
        house=House(catalogue=catalogue, limits=load_limits(), evidence=CITATIONS),
        terminology=terminology,
        zone=UTC,
        queries=queries,
        sources={query.key: query.source for some in queries.values() for query in some},
    )


def answer(request: dict[str, Any], now: float = NOW, service: Pipeline | None = None) -> dict[str, Any]:
    """The answer body to a request, of the usual service or of one that a test has changed."""
    hook, sent, asked = Hook(request["hook"]), json.dumps(request).encode(), service or pipeline()
    body, _, _ = awaited(asked.answer(read_request(sent, hook), now))
    piecewise, _, _ = awaited(asked.answer(parse_request(sent, hook), now))
    assert body == piecewise, "a body decoded in one pass and one opened piece by piece are read alike"
    return body


def account(body: dict[str, Any]) -> dict[str, Any]:
    """The response-level account."""
    found: dict[str, Any] = body["extension"][EXTENSION]
    return found


def hits(body: dict[str, Any]) -> frozenset[tuple[str, str]]:
    """(rule, indicator) of every hit of an answer."""
    return frozenset((hit["rule"], hit["indicator"]) for hit in account(body).get("hits", []))

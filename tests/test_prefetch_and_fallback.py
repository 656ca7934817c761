"""What a client prefetches and what the service fetches itself lead to the same answer, word for word."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_service.fhir.addresses import parse_allowed
from cds_service.fhir.client import MAX_PAGES, FhirClient
from cds_service.guidance.finding import Hook
from cds_service.hooks.parse import parse_request
from tests.fhir_rows import KEYS, PATIENT, request_for
from tests.rows import NOW, Row
from tests.rules.tables import all_rows
from tests.service import answer, pipeline

BASE = "https://ehr.example.org/fhir"
OBSERVATIONS = {"laboratory", "vitalSigns", "findings"}
AUTHORIZATION = {"access_token": "tok", "token_type": "Bearer", "expires_in": 300, "scope": "x", "subject": "y"}


class Server:
    """A FHIR server with the record of one row: filters by code, answers in pages (no more than are followed), in any
    order."""

    def __init__(self, prefetch: dict[str, Any], page: int, seed: int) -> None:
        self.patient = prefetch["patient"]
        largest = max(len(prefetch[key].get("entry", [])) for key in KEYS)
        self.page = max(page, -(-largest // MAX_PAGES))
        self.kinds: dict[str, list[dict[str, Any]]] = {}
        for key in KEYS:
            for number, entry in enumerate(prefetch[key].get("entry", [])):
                resource = entry["resource"] | {"id": entry["resource"].get("id", f"{key}-{number}")}
                self.kinds.setdefault(resource["resourceType"], []).append(resource)
        for found in self.kinds.values():
            random.Random(seed).shuffle(found)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        kind, _, identity = request.url.path.removeprefix("/fhir/").partition("/")
        if kind == "Patient":
            return httpx.Response(200, json=self.patient)
        text = request.content.decode() if identity == "_search" else request.url.query.decode()
        asked = parse_qs(text)
        assert asked["patient"] == [PATIENT]
        found = self.kinds.get(kind, [])
        if "code" in asked:
            codes = set(asked["code"][0].split(","))
            found = [one for one in found if codes & {coding["code"] for coding in one["code"]["coding"]}]
        start = int(asked.get("_offset", ["0"])[0])
        entries = [{"resource": one, "search": {"mode": "match"}} for one in found[start : start + self.page]]
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": len(found), "entry": entries}
        if start + self.page < len(found):
            rest = "&".join(part for part in text.split("&") if not part.startswith("_offset="))
            url = f"{BASE}/{kind}?{rest}&_offset={start + self.page}"
            bundle["link"] = [{"relation": "next", "url": url}]
        return httpx.Response(200, json=bundle, headers={"content-type": "application/fhir+json"})


async def fetched(request: dict[str, Any], server: Server) -> dict[str, Any]:
    client = FhirClient(
        parse_allowed([BASE]), deadline_s=20.0,
        make_http=lambda _: httpx.AsyncClient(transport=httpx.MockTransport(server), follow_redirects=False),
    )  # fmt: skip
    parsed = parse_request(json.dumps(request).encode(), Hook(request["hook"]))
    body, _, _ = await replace(pipeline(), fetcher=client).answer(parsed, NOW)
    await client.close()
    return body


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    row=st.sampled_from(all_rows()),
    delivered=st.sets(st.sampled_from(("patient", *KEYS))),
    page=st.integers(min_value=3, max_value=20),
    seed=st.integers(min_value=0, max_value=1_000),
)
def test_prefetch_and_fallback_give_identical_answers(row: Row, delivered: set[str], page: int, seed: int) -> None:
    whole = request_for(row)
    if delivered & OBSERVATIONS:
        delivered = delivered | OBSERVATIONS  # the rows keep every kind of result under one of these keys
    partial = whole | {
        "prefetch": {key: value for key, value in whole["prefetch"].items() if key in delivered},
        "fhirServer": BASE,
        "fhirAuthorization": AUTHORIZATION,
    }
    assert asyncio.run(fetched(partial, Server(whole["prefetch"], page, seed))) == answer(whole)

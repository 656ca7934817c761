"""Reading from a FHIR server that is not ours: the happy path, pages, ``_include``, a token that is refused.

And: what a client prefetches and what the service fetches itself lead to the same cards, whatever is on the chart.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from cds_service.fhir.addresses import parse_allowed
from cds_service.fhir.client import FhirClient
from cds_service.guidance.finding import Hook
from cds_service.hooks.parse import parse_request
from tests.fhir_rows import KEYS, PATIENT, request_for
from tests.fhir_server.running import PAGE_SIZE, TOKEN, Running, server
from tests.reliability.process import free_port
from tests.rows import NOW, Row, row
from tests.service import account, answer, hits, pipeline

RX = "http://www.nlm.nih.gov/research/umls/rxnorm"
CHARTS = (
    row("low potassium on a loop diuretic", "PV", "70F", obs="K=2.8 mmol/L@-2 | Mg=1.4 mg/dL@-2 | Na=138 mmol/L@-2",
        meds="furosemide@active,start=-100 | spironolactone@active", hits="none"),
    row("statin pair and muscle pain", "PV", "61M", obs="CK=1200 U/L@-1 | Cr=90 umol/L@-20 | TSH=12 mIU/L@-40",
        meds="simvastatin@active | clarithromycin@active", hits="none"),
    row("NMS features", "PV", "45M", obs="Temp=39.2 Cel@-0.2 | HR=130 /min@-0.2 | SBP=180 mm[Hg]@-0.2 | CK=2400 U/L@-0.5",
        meds="haloperidol@active,start=-5", hits="none"),
    row("nothing wrong", "PV", "50F", obs="K=4.2 mmol/L@-5", hits="none"),
)  # fmt: skip


def chart_resources(of: Row, patient: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The row's request, and its resources under ids of their own so that charts do not mix on the server."""
    text = json.dumps(request_for(of)).replace(PATIENT, patient)
    request: dict[str, Any] = json.loads(text)
    found = [request["prefetch"]["patient"]]
    for key in KEYS:
        for entry in request["prefetch"][key].get("entry", []):
            entry["resource"]["id"] = f"{patient}-{entry['resource']['id']}"
            found.append(entry["resource"])
    return request, found


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with server(free_port()) as started:
        yield started


def fetched(request: dict[str, Any], running: Running, token: str = TOKEN, now: float = NOW) -> dict[str, Any]:
    """The answer when nothing is prefetched."""
    asked = request | {
        "prefetch": {},
        "fhirServer": running.base,
        "fhirAuthorization": {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "x",
            "subject": "y",
        },
    }

    async def ask() -> dict[str, Any]:
        client = FhirClient(parse_allowed([running.base]), deadline_s=15.0)
        try:
            parsed = parse_request(json.dumps(asked).encode(), Hook(request["hook"]))
            body, _, _ = await replace(pipeline(), fetcher=client).answer(parsed, now)
        finally:
            await client.close()
        return body

    return asyncio.run(ask())


@pytest.mark.slow
@pytest.mark.parametrize("chart", CHARTS, ids=str)
def test_prefetched_and_fetched_charts_give_the_same_answer(chart: Row, running: Running) -> None:
    request, resources = chart_resources(chart, f"p{CHARTS.index(chart)}")
    for resource in resources:
        running.store(resource)
    assert fetched(request, running) == answer(request)
    assert all(call["authorized"] for call in running.journal())


@pytest.mark.slow
def test_every_page_is_read(running: Running) -> None:
    """Twenty-three normal results, three to a page and more; the low one is the oldest that still counts."""
    chart = row("paged", "PV", "70F", obs="K=2.8 mmol/L@-2", hits="none")
    request, resources = chart_resources(chart, "paged")
    low = next(one for one in resources if one["resourceType"] == "Observation")
    for resource in resources:
        running.store(resource)
    for number in range(4 * PAGE_SIZE + 3):
        sodium = json.loads(json.dumps(low)) | {
            "id": f"paged-na-{number}",
            "effectiveDateTime": f"2026-11-16T{number:02d}:00:00Z",
        }
        sodium["code"]["coding"][0]["code"] = "2951-2"
        sodium["valueQuantity"]["value"] = 140
        running.store(sodium)
    body = fetched(request, running)
    assert ("potassium-low", "warning") in hits(body)
    assert "notEvaluated" not in account(body)
    searches = [call for call in running.journal() if call["path"].startswith("/Observation")]
    assert len(searches) > 4


@pytest.mark.slow
def test_medications_come_along_by_include(running: Running) -> None:
    chart = row("included", "PV", "70F", obs="K=2.8 mmol/L@-2", meds="furosemide@active", hits="none")
    request, resources = chart_resources(chart, "included")
    for resource in resources:
        if resource["resourceType"] == "MedicationRequest":
            resource.pop("medicationCodeableConcept")
            resource["medicationReference"] = {"reference": "Medication/included-furosemide"}
        running.store(resource)
    running.store(
        {
            "resourceType": "Medication",
            "id": "included-furosemide",
            "code": {"coding": [{"system": RX, "code": "313988"}]},
        }
    )
    before = len(running.journal())
    assert ("diuretic-potassium-low", "warning") in hits(fetched(request, running))
    assert not [call for call in running.journal()[before:] if call["path"].startswith("/Medication/")]


@pytest.mark.slow
def test_a_refused_token_is_said(running: Running) -> None:
    request, _ = chart_resources(CHARTS[0], "p0")
    found = account(fetched(request, running, token="tok-other"))["notEvaluated"]
    assert any("did not permit it" in entry["reason"] for entry in found)

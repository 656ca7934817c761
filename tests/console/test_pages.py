"""The console's pages in-process: who may see them, what the form makes, what the account says."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cds_service.app import create_app
from cds_service.clinical.vocabulary import Analyte
from cds_service.console.chart_form import FormError, request_from_form
from cds_service.console.form_fields import FIELDS
from cds_service.errors import ConfigurationError
from cds_service.fhir.units import conversion
from cds_service.settings import ClientSettings, Settings, load_settings
from cds_service.terminology import load_terminology
from tests.rows import NOW
from tests.service import answer, hits

PASSWORD = "a long password"
PAGES = (
    "/",
    "/rules",
    "/rules.json",
    "/rules/what-if",
    "/report",
    "/report.json",
    "/services",
    "/console/search?kind=medicine&q=furo",
)
CLIENT = ClientSettings(issuer="https://ehr.example.org", jwks_file=Path("/nowhere/keys.json"))


def asked(**settings: Any) -> httpx.AsyncClient:
    made = Settings(log_level="error", now="2026-11-20T09:00:00Z", **({"store_enabled": False} | settings))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(made)), base_url="http://service")


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with asked() as client:
        yield client


def basic(password: str, user: str = "anyone") -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


# -- who may see the pages --------------------------------------------------------------------------------------------


async def test_a_password_closes_every_page_but_not_the_services() -> None:
    async with asked(console_password=PASSWORD) as client:
        for path in PAGES:
            refused = await client.get(path)
            assert (refused.status_code, refused.headers["www-authenticate"][:5]) == (401, "Basic"), path
            assert (await client.get(path, headers=basic(PASSWORD))).status_code in (200, 503), path
        for headers in (
            basic("a long passwore"),
            basic(""),
            {"authorization": "Basic ???"},
            {"authorization": f"Bearer {PASSWORD}"},
        ):
            assert (await client.get("/", headers=headers)).status_code == 401
        assert (await client.post("/console/try", data={"source": "form"})).status_code == 401
        assert (await client.get("/cds-services")).status_code == 200


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({}, True),
        ({"console": False}, False),
        ({"clients": (CLIENT,)}, False),
        ({"clients": (CLIENT,), "console": True}, True),
        ({"clients": (CLIENT,), "console_password": PASSWORD}, True),
        ({"console": False, "console_password": PASSWORD}, False),
    ],
)
async def test_in_production_the_pages_are_off_unless_asked_for(settings: dict[str, Any], shown: bool) -> None:
    assert Settings(**settings).shows_console is shown


async def test_no_page_is_there_when_the_console_is_off() -> None:
    async with asked(console=False) as client:
        for path in (*PAGES, "/console/try"):
            assert (await client.get(path)).status_code == 404, path
        docs = await client.get("/docs")
        assert docs.status_code == 200
        assert "Try it" not in docs.text


def test_a_short_password_stops_the_start() -> None:
    with pytest.raises(ConfigurationError, match="console_password"):
        load_settings(console_password="short")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"sec-fetch-site": "same-origin", "origin": "http://service"}, 200),
        ({"origin": "http://service"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, 403),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"}, 403),
    ],
)
async def test_other_sites_cannot_send_its_forms(http: httpx.AsyncClient, headers: dict[str, str], status: int) -> None:
    response = await http.post("/console/try", data={"source": "example", "example": "healthy-chart"}, headers=headers)
    assert response.status_code == status


async def test_a_link_from_elsewhere_opens_a_page(http: httpx.AsyncClient) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    response = await http.get("/rules", headers=headers)
    assert response.status_code == 200
    assert (await http.get("/report.json", headers=headers | {"sec-fetch-mode": "cors"})).status_code == 403


async def test_pages_are_not_kept_and_allow_nothing_from_elsewhere(http: httpx.AsyncClient) -> None:
    for path in ("/", "/rules", "/services", "/docs"):
        response = await http.get(path)
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    assert (await http.get("/")).headers["cache-control"] == "no-store"
    assert (await http.get("/console/static/console.js")).status_code == 200
    assert (await http.get("/console/static/..%2frender.py")).status_code == 404


# -- the form ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", FIELDS, ids=lambda one: one.name)
def test_every_field_is_read_as_its_analyte_in_each_unit(field: Any) -> None:
    analyte = Analyte(field.name)
    assert load_terminology().analyte("http://loinc.org", field.loinc) is analyte
    for unit in field.units:
        assert conversion(analyte, unit, unit, "http://unitsofmeasure.org") is not None, unit


def test_a_chart_typed_in_is_judged_like_any_other() -> None:
    form = {
        "hook": "order-sign", "age": "72", "sex": "female", "value-K": "2,4", "unit-K": "mEq/L", "days-K": "0.5",
        "medicines": "digoxin 125 micrograms; 200", "drafts": "hydrochlorothiazide 25 mg", "problems": "muscle cramp; 2",
    }  # fmt: skip
    found = hits(answer(request_from_form(form, NOW)))
    assert ("diuretic-order-electrolytes", "critical") in found


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"age": "old"}, "age"),
        ({"age": "121"}, "0 to 120"),
        ({"value-K": "3", "days-K": "-1"}, "Potassium, days ago: must not be in the future"),
        ({"problems": "muscle cramp; -2"}, "muscle cramp, days: must not be in the future"),
        ({"hook": "order-sign", "value-K": "2.9"}, "order-sign judges draft orders: type at least one"),
        ({"value-K": "low"}, "Potassium: not a number"),
        ({"value-K": "3", "unit-K": "stone"}, "Potassium: choose one of the units"),
        ({"value-K": "3", "days-K": "x"}, "Potassium, days ago"),
        ({"medicines": "furosemide; often"}, "furosemide, days"),
        ({"hook": "encounter-start"}, "hook"),
        ({"value-K": "1e400"}, "not a number"),
        ({"value-K": "nan"}, "not a number"),
    ],
)
async def test_what_cannot_be_used_is_said(http: httpx.AsyncClient, form: dict[str, str], said: str) -> None:
    with pytest.raises(FormError, match=said):
        request_from_form(form, NOW)
    page = await http.post("/console/try", data={"source": "form"} | form)
    assert page.status_code == 400
    assert said in page.text


@pytest.mark.parametrize(
    "form",
    [
        {"source": ""}, {"source": "example", "example": "../../etc/passwd"}, {"source": "paste", "request": "[" * 100_000},
        {"source": "paste", "request": '{"hook": []}'}, {"source": "paste", "request": "\x00"}, {"source": "nothing"},
    ],
)  # fmt: skip
async def test_no_form_makes_an_error_inside(http: httpx.AsyncClient, form: dict[str, str]) -> None:
    assert (await http.post("/console/try", data=form)).status_code in (200, 400, 412, 422)


async def test_the_search_says_what_a_name_means(http: httpx.AsyncClient) -> None:
    medicines = (await http.get("/console/search", params={"kind": "medicine", "q": "lasi"})).json()
    assert {"name": "lasix", "means": "furosemide: loop"} in medicines
    problems = (await http.get("/console/search", params={"kind": "problem", "q": "leg cramp"})).json()
    assert any(one["means"] == "nocturnal leg cramp" for one in problems)
    assert (await http.get("/console/search", params={"kind": "problem", "q": "c"})).json() == []


async def test_feedback_without_a_store_is_not_called_stored(http: httpx.AsyncClient) -> None:
    form = {"service": "muscle-spasm-patient-view", "card": "x", "outcome": "overridden"}
    response = await http.post("/console/feedback", data=form, headers={"accept": "application/json"})
    assert response.status_code == 503
    assert response.json() == {"said": "No feedback store is configured."}


# -- the account ------------------------------------------------------------------------------------------------------


async def test_why_names_what_was_seen_the_limit_and_what_was_missing(http: httpx.AsyncClient) -> None:
    page = (await http.post("/console/try", data={"source": "example", "example": "potassium-unreadable-unit"})).text
    assert "could not look fully" in page
    row = page.partition('<a href="/rules?q=potassium-low#potassium-low">')[2].partition("</tr>")[0]
    assert "unit" in row.partition('data-name="missing">')[2]
    assert "k.low.mild" in row
    page = (await http.post("/console/try", data={"source": "example", "example": "comfort-care"})).text
    assert "held back by goals of care" in page


async def test_the_interface_shows_the_real_answer_to_its_example() -> None:
    app = create_app(Settings(store_enabled=False, log_level="error"))
    async with (
        app.app.router.lifespan_context(app.app),
        httpx.AsyncClient(  # type: ignore[attr-defined]
            transport=httpx.ASGITransport(app=app), base_url="http://service"
        ) as client,
    ):
        document = (await client.get("/openapi.json")).json()
        call = document["paths"]["/cds-services/muscle-spasm-patient-view"]["post"]
        example = call["responses"]["200"]["content"]["application/json"]["example"]
        assert example["cards"][0]["summary"].startswith("Potassium 2.8 mmol/L")
        assert "Potassium 2.8 mmol/L" in (await client.get("/docs")).text
        assert "notEvaluated" not in example["extension"]["org.muscle-spasm-cds"], "null is an answer"
        discovered = document["paths"]["/cds-services"]["get"]["responses"]["200"]["content"]["application/json"]
        assert discovered["example"] == (await client.get("/cds-services")).json()
        refused = call["responses"]["412"]["content"]["application/fhir+json"]["example"]
        request = call["requestBody"]["content"]["application/json"]["example"] | {"prefetch": None}
        answer = await client.post("/cds-services/muscle-spasm-patient-view", json=request)
        assert (answer.status_code, answer.json()) == (412, refused)

"""CORS: what a browser client needs, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.protocol.conftest import ORIGIN
from tests.reliability.process import JSON, PLAIN, SERVICE, Running, fixture, service

PLACES = ["/cds-services", SERVICE, SERVICE + "/feedback", SERVICE + "/", "/cds-services/nobody"]
ASKED = {
    "origin": ORIGIN,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type",
}
STRANGER = "https://elsewhere.example"


def listed(value: str) -> set[str]:
    return {part.strip().lower() for part in value.split(",")}


@pytest.mark.parametrize("path", PLACES)
def test_cors_01_preflight(web: httpx.Client, path: str) -> None:
    response = web.options(path, headers=ASKED)
    assert response.status_code in (200, 204)
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert {"get", "post"} <= listed(response.headers["access-control-allow-methods"])
    assert {"authorization", "content-type"} <= listed(response.headers["access-control-allow-headers"])
    assert response.content == b""


def test_cors_01_local_network_access_is_allowed(web: httpx.Client) -> None:
    """A hosted page that calls a service on loopback is asked for this first."""
    response = web.options(SERVICE, headers=ASKED | {"access-control-request-private-network": "true"})
    assert response.headers["access-control-allow-private-network"] == "true"


def test_cors_02_03_answers_and_errors_are_readable(web: httpx.Client) -> None:
    origin = {"origin": ORIGIN}
    cases = [
        (200, web.get("/cds-services", headers=origin)),
        (200, web.post(SERVICE, json=fixture(), headers=origin)),
        (400, web.post(SERVICE, content=b"x", headers=origin | JSON)),
        (404, web.post("/cds-services/nobody", content=b"{}", headers=origin | JSON)),
        (405, web.get(SERVICE, headers=origin)),
        (412, web.post(SERVICE, json=fixture() | {"prefetch": None}, headers=origin)),
        (413, web.post(SERVICE, content=b" " * 2_000_001, headers=origin | JSON)),
        (415, web.post(SERVICE, content=b"{}", headers=origin)),
        (422, web.post(SERVICE, json=fixture() | {"context": 5}, headers=origin)),
        (400, web.post(SERVICE + "/feedback", content=b"{}", headers=origin | JSON)),
    ]
    for status, response in cases:
        assert response.status_code == status
        assert response.headers["access-control-allow-origin"] == ORIGIN
        assert "origin" in listed(response.headers["vary"])
        assert "access-control-allow-credentials" not in response.headers, "CORS-04"


def test_options_outside_a_preflight_names_the_methods(web: httpx.Client) -> None:
    for path, allowed in (
        ("/cds-services", "GET, HEAD, OPTIONS"),
        (SERVICE, "POST, OPTIONS"),
        (SERVICE + "/feedback", "POST, OPTIONS"),
    ):
        response = web.options(path)
        assert (response.status_code, response.headers["allow"]) == (204, allowed)


@pytest.fixture(scope="module")
def restricted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    origins = f'["{ORIGIN}"]'
    with service(tmp_path_factory.mktemp("cors"), CDS_LOG_LEVEL="error", CDS_CORS_ORIGINS=origins) as started:
        yield started


def test_only_configured_origins_are_allowed(restricted: Running) -> None:
    with httpx.Client(base_url=restricted.url, **PLAIN) as web:
        assert (
            web.post(SERVICE, json=fixture(), headers={"origin": ORIGIN}).headers["access-control-allow-origin"]
            == ORIGIN
        )
        for origin in (STRANGER, "null", ORIGIN + ".evil.example", ORIGIN.replace("https", "http")):
            answer = web.post(SERVICE, json=fixture(), headers={"origin": origin})
            assert "access-control-allow-origin" not in answer.headers
            assert "origin" in listed(answer.headers["vary"]), "a cache must not serve it to another origin"
            assert (
                "access-control-allow-methods" not in web.options(SERVICE, headers=ASKED | {"origin": origin}).headers
            )

"""ERR-01, ERR-03: an integration engineer reads in the answer what is wrong, where, and what to do, and nothing of the data."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.protocol.conftest import changed
from tests.reliability.process import JSON, SERVICE, fixture

CASE = "hypokalaemia-furosemide"
GOOD = json.dumps(fixture(CASE), indent=1).encode()
SECRET = b'"Mrs-Canary"'

BROKEN: dict[str, tuple[bytes, str]] = {
    "nothing was sent": (b"  ", "the body is empty"),
    "a trailing comma": (b'{\n "hook": ' + SECRET + b",\n}", "trailing comma in object at line 3, column 1"),
    "single quotes": (b"{'hook': 'patient-view'}", "object keys must be strings at line 1, column 2"),
    "no JSON at all": (b"hook=patient-view", "invalid character at line 1, column 1"),
    "a comma is missing": (b'{"hook": ' + SECRET + b'\n "context": {}}', "at line 2, column 2"),
    "the mistake is deep inside": (b'{"prefetch": {"patient": {\n  "name": [' + SECRET + b",]}}}", "line 2, column 25"),
    "NaN": (b'{\n"context": NaN}', "line 2, column 12"),
    "the end is missing": (b'{"hook": "patient-view", "context": {' + SECRET, "it ends too early"),
    "two documents": (b"{} {}", "trailing characters at line 1"),
    "another encoding": ('{"hook":\n"é"}'.encode("latin-1"), "line 2, column 2 is not UTF-8"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "it looks like UTF-16"),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD, "it begins with a byte order mark"),
    "too deep": (b'{"x":' + b"[" * 3_000 + b"]" * 3_000 + b"}", "it is nested too deeply"),
}


@pytest.mark.parametrize("path", [SERVICE, SERVICE + "/feedback"])
@pytest.mark.parametrize(("body", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_inv_01_broken_json_is_placed(web: httpx.Client, path: str, body: bytes, says: str) -> None:
    response = web.post(path, content=body, headers=JSON)
    assert response.status_code == 400
    assert says in said(response)
    assert "Canary" not in response.text


UNREADABLE: dict[str, tuple[dict[str, str], str]] = {
    "no content type": ({"content-type": ""}, "Content-Type: application/json"),
    "plain text": ({"content-type": "text/plain"}, "Content-Type: application/json"),
    "another charset": ({"content-type": "application/json; charset=iso-8859-1"}, "UTF-8"),
    "compressed": ({"content-type": "application/json", "content-encoding": "gzip"}, "Content-Encoding"),
}


@pytest.mark.parametrize(("headers", "says"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_inv_02_each_unsupported_body_is_told_apart(web: httpx.Client, headers: dict[str, str], says: str) -> None:
    response = web.post(SERVICE, content=GOOD, headers=headers)
    assert response.status_code == 415
    assert says in said(response)


def test_inv_06_the_hook_of_another_service_names_that_service(web: httpx.Client) -> None:
    response = web.post(SERVICE, json=changed(CASE, hook="order-sign"))
    assert response.status_code == 400
    assert "post order-sign to muscle-spasm-order-sign" in said(response)
    unknown = said(web.post(SERVICE, json=changed(CASE, hook="encounter-start")))
    assert unknown == "this service answers the hook patient-view only", "a hook that nobody serves is not repeated"


def test_http_01_a_wrong_path_is_shown_the_way(web: httpx.Client) -> None:
    assert "GET /cds-services" in said(web.get("/cds-service"))


NOBODY: dict[str, tuple[dict[str, Any], str]] = {
    "no server named": ({}, "the request names no fhirServer"),
    "a server that is not asked": ({"fhirServer": "https://ehr.example.org/r4"}, "fhirServer"),
}


@pytest.mark.parametrize(("more", "says"), NOBODY.values(), ids=NOBODY.keys())
def test_data_01_412_says_why_nothing_was_read_from_the_server(
    web: httpx.Client, more: dict[str, Any], says: str
) -> None:
    response = web.post(SERVICE, json=changed(CASE, prefetch=..., **more))
    assert response.status_code == 412
    assert says in said(response)


def said(response: httpx.Response) -> str:
    assert response.headers["content-type"] == "application/fhir+json"
    text: str = response.json()["issue"][0]["diagnostics"]
    return text

"""DISC and PF: the discovery document and its prefetch templates, over real HTTP."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.protocol.conformance import SERVICES, empty_members

HOOKS = ("patient-view", "order-select", "order-sign")
SUBSET = {"patient", "code", "status", "_sort", "_count"}
"""PF-07: references, token equality, dates, ``_count`` and ``_sort`` are what every client must support."""
TYPES = {
    "hook": str, "id": str, "title": str, "description": str, "usageRequirements": str, "version": str, "hookVersion": str,
    "prefetch": dict,
}  # fmt: skip


def services(web: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = web.get("/cds-services").json()["services"]
    return found


def templates(web: httpx.Client) -> list[tuple[str, str, str]]:
    """(service, key, template) of every template."""
    return [(one["id"], key, text) for one in services(web) for key, text in one["prefetch"].items()]


def test_disc_01_02_08_discovery_is_there(web: httpx.Client) -> None:
    first, again = web.get("/cds-services"), web.get("/cds-services")
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/json"
    assert first.content == again.content


def test_disc_03_to_11_each_service_is_complete(web: httpx.Client) -> None:
    for one in services(web):
        assert set(one) == set(TYPES), "DISC-11: no undefined members, none missing"
        assert all(isinstance(one[name], kind) for name, kind in TYPES.items()), "DISC-03/05"
        assert re.fullmatch(r"\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?", one["version"]), "DISC-09: a semantic version"
        assert one["hookVersion"] == "1.0", "DISC-10: what the published hooks say of themselves"
        assert "/" not in one["id"], "DISC-06: one URL segment"
    assert list(empty_members({"services": services(web)})) == []


def test_disc_07_no_two_services_share_an_id(web: httpx.Client) -> None:
    assert [one["id"] for one in services(web)] == list(SERVICES)
    assert [one["hook"] for one in services(web)] == list(HOOKS)


@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/html", "application/json+fhir", "nonsense", ""])
@pytest.mark.parametrize(
    "path", ["/cds-services", "/cds-services/", "//cds-services", "/cds-services//", "/cds-services?x=1"]
)
def test_disc_12_any_accept_and_slashes(web: httpx.Client, path: str, accept: str) -> None:
    response = web.get(str(web.base_url) + path, headers={"accept": accept})
    assert response.status_code == 200
    assert len(response.json()["services"]) == 3


def test_disc_12_head_is_as_long_as_get(web: httpx.Client) -> None:
    head = web.head("/cds-services")
    assert head.status_code == 200
    assert head.headers["content-length"] == str(len(web.get("/cds-services").content))
    assert head.content == b""


def test_pf_01_to_11_templates_stay_in_the_subset(web: httpx.Client) -> None:
    for service, key, text in templates(web):
        where = f"{service} {key}"
        assert re.findall(r"\{\{.*?\}\}", text) == ["{{context.patientId}}"], f"PF-02/03/04/05/11 {where}"
        assert re.fullmatch(r"[A-Z][A-Za-z]+(?:/\{\{context\.patientId\}\}|\?[^?#\s]+)", text), f"PF-06 {where}"
        if "?" in text:
            pairs = [part.split("=", 1) for part in text.partition("?")[2].split("&")]
            names = [name for name, _ in pairs]
            assert len(names) == len(set(names)), f"no parameter twice {where}"
            assert set(names) <= SUBSET, f"PF-07 {where}"
            assert "patient" in names, f"PF-08 names the patient {where}"
            assert "_count" in names, f"PF-08 is bounded {where}"
            assert all(value for _, value in pairs)
            assert "|" not in text, f"a bar breaks in URLs of some clients {where}"
        assert len(text) < 1_000, f"PF-09 {where}"


def test_pf_01_a_key_means_the_same_in_every_service(web: httpx.Client) -> None:
    """A client that fills keys once for all services must not be surprised; only the codes asked for differ by hook."""
    shapes: dict[str, set[str]] = {}
    for _, key, text in templates(web):
        shapes.setdefault(key, set()).add(re.sub(r"code=[^&]+", "code=", text))
    assert {key: len(found) for key, found in shapes.items() if len(found) > 1} == {}

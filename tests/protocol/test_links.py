"""LINK-01 to LINK-05: the links that a site adds to its cards; there are no others."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from cds_service.app import create_app
from cds_service.errors import ConfigurationError
from cds_service.guidance.finding import Family
from cds_service.settings import Settings
from tests.protocol.conformance import breaches
from tests.protocol.conftest import FIXTURES
from tests.reliability.process import fixture

GUIDE = {"label": "Potassium guideline", "url": "https://guide.example.org/k?x=1&y=2"}
SITE = Settings(store_enabled=False, console=False, log_level="error", now="2026-11-20T09:00:00Z")


def cards(site: Settings, name: str) -> list[dict[str, Any]]:
    request = fixture(name)

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=create_app(site))
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
            return await http.post(f"/cds-services/muscle-spasm-{request['hook']}", json=request)

    answer = asyncio.run(run()).json()
    assert breaches(answer, request) == []
    found: list[dict[str, Any]] = answer["cards"]
    return found


def test_link_01_02_03_a_link_of_the_site_is_on_the_cards_of_its_family_and_on_no_other() -> None:
    site = SITE.model_copy(update={"links": {"electrolytes": [GUIDE, GUIDE | {"label": "Second"}]}})
    for name in ("hypokalaemia-furosemide", "nms-haloperidol", "partial-prefetch"):
        for card in cards(site, name):
            expected = [GUIDE | {"type": "absolute"}, GUIDE | {"label": "Second", "type": "absolute"}]
            is_its_own = card["source"]["topic"]["code"] == "electrolytes"
            assert card.get("links") == (expected if is_its_own else None)


@pytest.mark.parametrize("name", FIXTURES)
def test_link_04_05_no_smart_link_app_context_or_autolaunch(name: str) -> None:
    """On every card of every fixture, with a link for every family, whatever else the site wrote beside it."""
    more = {"type": "smart", "appContext": "x", "autolaunchable": "true"}
    site = SITE.model_copy(update={"links": {family.value: [GUIDE | more] for family in Family}})
    for card in cards(site, name):
        if card["source"]["topic"]["code"] != "not-checked":
            assert card["links"] == [GUIDE | {"type": "absolute"}]


@pytest.mark.parametrize(
    ("links", "says"),
    [
        ({"electrolytes": [{"label": "x", "url": "http://guide.example.org"}]}, "https"),
        ({"electrolytes": [{"label": "x", "url": "/guide"}]}, "https"),
        ({"electrolytes": [{"url": "https://guide.example.org"}]}, "label"),
        ({"potassium": [GUIDE]}, "potassium"),
    ],
)
def test_link_01_02_a_wrong_link_stops_the_start(links: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        create_app(SITE.model_copy(update={"links": links}))

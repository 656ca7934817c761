"""RESP, CARD, SRC, SUG, ACT, LINK, SYS, EXT, SAFE: what goes out, over real HTTP."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.protocol.conformance import EXTENSION, breaches, empty_members
from tests.protocol.conftest import FIXTURES, Post, changed
from tests.reliability.process import PROJECT, fixture


@pytest.mark.parametrize("name", FIXTURES)
def test_every_fixture_conforms_and_is_exact_over_http(post: Post, name: str) -> None:
    request = fixture(name)
    response = post(request)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    assert breaches(answer, request) == []
    assert answer["extension"][EXTENSION].pop("frozenClock"), "said on every answer"
    assert answer == json.loads((PROJECT / "fixtures" / name / "response.json").read_text(encoding="utf-8"))


def test_fixtures_cover_what_they_must() -> None:
    """The cases that must ship."""
    assert len(FIXTURES) >= 12
    assert {
        "nms-haloperidol", "hypokalaemia-furosemide", "corrected-calcium-normal", "magnesium-low-mg-dl",
        "hyperkalaemia-haemolysed", "thiazide-order-potassium-low", "healthy-chart", "potassium-unreadable-unit",
        "antipsychotic-order-after-nms",
    } <= set(FIXTURES)  # fmt: skip


def test_resp_05_no_decision_support_is_an_empty_list_and_nothing_unlooked_at(post: Post) -> None:
    answer = post(fixture("healthy-chart")).json()
    assert answer["cards"] == []
    assert set(answer["extension"][EXTENSION]) == {"parameters", "frozenClock"}


def test_sys_01_no_system_actions_are_sent(post: Post) -> None:
    assert all("systemActions" not in post(fixture(name)).json() for name in FIXTURES)


def test_card_07_uuids_are_stable_per_call_and_new_for_a_new_call(post: Post) -> None:
    request = fixture("hypokalaemia-furosemide")
    first, again = (post(request).json()["cards"][0]["uuid"] for _ in range(2))
    other = post(request | {"hookInstance": "5f6dbd0f-3c53-4bd0-8fc6-1c4ee0a2c2c8"}).json()["cards"][0]["uuid"]
    assert first == again != other


MARKUP = "<script>alert(1)</script> <img src=x onerror=alert(2)> [click](javascript:alert(3)) **bold** `code` \u202egnp"


def test_safe_01_ctx_10_text_from_the_chart_stays_text(post: Post) -> None:
    """Drug, problem and unit names that carry markup, bidirectional marks and control characters."""
    request = fixture("thiazide-order-potassium-low")
    for entry in request["context"]["draftOrders"]["entry"]:
        concept = entry["resource"]["medicationCodeableConcept"]
        concept["text"] = f"hydrochlorothiazide {MARKUP}"
        for coding in concept.get("coding", []):
            coding["display"] = f"hydrochlorothiazide {MARKUP}"
    answer = post(request).json()
    assert answer["cards"]
    assert breaches(answer, request) == []
    text = json.dumps([card["summary"] + card["detail"] for card in answer["cards"]], ensure_ascii=False)
    assert "\u202e" not in text
    assert "](javascript" not in text


LONG = "hydrochlorothiazide " + "x" * 4_000


def test_card_02_summaries_stay_under_140_characters(post: Post) -> None:
    request = fixture("thiazide-order-potassium-low")
    for entry in request["context"]["draftOrders"]["entry"]:
        entry["resource"]["medicationCodeableConcept"]["text"] = LONG
    answer = post(request).json()
    assert breaches(answer, request) == []


def test_partial_prefetch_says_what_was_not_looked_at(post: Post) -> None:
    """DATA-10, decision 2: a key that is missing is said by rule and need, on one card and in the account."""
    request = changed("hypokalaemia-furosemide", prefetch__medicationRequests=...)
    answer = post(request).json()
    assert breaches(answer, request) == []
    account = answer["extension"][EXTENSION]
    assert {"rule": "potassium-low", "indicator": "warning", "tier": "moderate"} in account["hits"]
    missing = [entry for entry in account["notEvaluated"] if entry.get("need") == "MedicationRequest"]
    assert {"diuretic-potassium-low", "statin-interaction"} <= {entry.get("rule") for entry in missing}
    assert "medication orders" in answer["cards"][-1]["summary"]


ONLY_QUIETENS = ("carePlans",)
"""Care plans are read for the comfort-care gate only: without them more is said, never less."""


@pytest.mark.parametrize("name", FIXTURES)
def test_nothing_is_hidden_when_a_key_is_missing(web: httpx.Client, post: Post, name: str) -> None:
    """Law 1: whatever key is left out, the answer is cards with an account, never an empty all-clear."""
    hook = fixture(name)["hook"]
    asked = next(one["prefetch"] for one in web.get("/cds-services").json()["services"] if one["hook"] == hook)
    for key in asked.keys() & fixture(name)["prefetch"].keys():
        request = changed(name, **{f"prefetch__{key}": ...})
        if not request["prefetch"]:
            continue
        response = post(request)
        assert response.status_code == 200
        answer = response.json()
        assert breaches(answer, request) == []
        if key not in ONLY_QUIETENS and not answer["extension"][EXTENSION].get("gate"):
            assert answer["extension"][EXTENSION].get("notEvaluated"), key
            assert answer["cards"], key


def test_empty_members_would_be_found() -> None:
    wrong: dict[str, Any] = {"cards": [{"detail": "", "links": [], "extension": {}, "source": {"url": None}}]}
    assert list(empty_members(wrong)) == [
        ".cards[0].detail",
        ".cards[0].links",
        ".cards[0].extension",
        ".cards[0].source.url",
    ]

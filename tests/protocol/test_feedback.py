"""FB: feedback, over real HTTP and into the report."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.protocol.conformance import SERVICES
from tests.protocol.conftest import Post
from tests.reliability.process import JSON, SERVICE, fixture

PATH = SERVICE + "/feedback"
TIME = {"outcomeTimestamp": "2026-11-20T10:05:31.123Z"}
CARD = {"card": "4e0a3a1e-3065-4522-982c-3e6bbdd4dd45"}
OVERRIDDEN = CARD | TIME | {"outcome": "overridden"}
ACCEPTED = (
    CARD | TIME | {"outcome": "accepted", "acceptedSuggestions": [{"id": "56a0f7a9-c3b0-4d4a-9b3f-0a9a86b0ff10"}]}
)
REASON = {"code": "reason-code-provided-by-service", "system": "http://reasons.example.org"}

TAKEN: dict[str, Any] = {
    "FB-02 accepted": ACCEPTED,
    "FB-03 overridden without a reason": OVERRIDDEN,
    "FB-03 with a reason without display": OVERRIDDEN | {"overrideReason": {"reason": REASON}},
    "FB-03 with display and comment": OVERRIDDEN | {"overrideReason": {"reason": REASON | {"display": "x"}, "userComment": "clinician entered"}},
    "FB-03 only a comment": OVERRIDDEN | {"overrideReason": {"userComment": "clinician entered"}},
    "FB-03 extensions are ignored": OVERRIDDEN | {"extension": {"a": {"b": 1}}, "overrideReason": {"extension": {"c": 1}, "reason": REASON}},
    "FB-05 whole seconds": OVERRIDDEN | {"outcomeTimestamp": "2026-11-20T10:05:31Z"},
    "FB-05 nanoseconds": OVERRIDDEN | {"outcomeTimestamp": "2026-11-20T10:05:31.123456789Z"},
    "FB-05 with an offset": OVERRIDDEN | {"outcomeTimestamp": "2026-11-20T10:05:31.1+02:00"},
    "FB-08 Epic: overrideReasons object, reason in an extension, card 123456": TIME | {"card": "123456", "outcome": "overridden", "overrideReasons": {"extension": {"com.epic.cdshooks.feedback.override-reason": {"text": "x"}}}},
    "FB-08 sandbox: a reason without system": OVERRIDDEN | {"overrideReason": {"reason": {"code": "contraindicated"}}},
}  # fmt: skip


@pytest.mark.parametrize("entry", TAKEN.values(), ids=TAKEN.keys())
def test_what_clients_send_is_taken(web: httpx.Client, entry: dict[str, Any]) -> None:
    response = web.post(PATH, json={"feedback": [entry]})
    assert response.status_code == 200, response.text
    assert response.json() == {}


def test_fb_04_several_cards_and_the_same_card_again(web: httpx.Client) -> None:
    response = web.post(PATH, json={"feedback": [OVERRIDDEN, ACCEPTED, OVERRIDDEN, OVERRIDDEN | {"card": "other"}]})
    assert response.status_code == 200


@pytest.mark.parametrize("name", SERVICES)
def test_fb_01_every_service_takes_feedback(web: httpx.Client, name: str) -> None:
    assert web.post(f"/cds-services/{name}/feedback", json={"feedback": [OVERRIDDEN]}).status_code == 200


WRONG: dict[str, tuple[Any, int, str]] = {
    "FB-06 not an object": ([OVERRIDDEN], 400, "feedback"),
    "FB-06 no feedback": ({}, 400, "feedback"),
    "FB-06 null": ({"feedback": None}, 400, "feedback"),
    "FB-06 one entry instead of a list": ({"feedback": OVERRIDDEN}, 422, "feedback"),
    "FB-06 an empty list": ({"feedback": []}, 400, "feedback"),
    "FB-06 an entry that is text": ({"feedback": ["x"]}, 400, "feedback[0]"),
    "FB-07 no card": ({"feedback": [{k: v for k, v in OVERRIDDEN.items() if k != "card"}]}, 400, "feedback[0].card"),
    "FB-07 card a number": ({"feedback": [OVERRIDDEN | {"card": 5}]}, 400, "feedback[0].card"),
    "FB-07 no outcome": ({"feedback": [CARD | TIME]}, 400, "feedback[0].outcome"),
    "FB-07 an outcome nobody knows": ({"feedback": [OVERRIDDEN | {"outcome": "ignored"}]}, 400, "feedback[0].outcome"),
    "FB-07 no timestamp": ({"feedback": [CARD | {"outcome": "overridden"}]}, 400, "feedback[0].outcomeTimestamp"),
    "FB-07 a timestamp that is none": ({"feedback": [OVERRIDDEN | {"outcomeTimestamp": "yesterday"}]}, 400, "feedback[0].outcomeTimestamp"),
    "FB-07 accepted without suggestions": ({"feedback": [CARD | TIME | {"outcome": "accepted"}]}, 400, "feedback[0].acceptedSuggestions"),
    "FB-07 suggestions without ids": ({"feedback": [ACCEPTED | {"acceptedSuggestions": [{}]}]}, 400, "feedback[0].acceptedSuggestions"),
    "FB-07 the second entry": ({"feedback": [OVERRIDDEN, {"card": "x"}]}, 400, "feedback[1].outcome"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "status", "where"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named(web: httpx.Client, body: Any, status: int, where: str) -> None:
    response = web.post(PATH, json=body)
    assert response.status_code == status, response.text
    issues = response.json()["issue"]
    assert issues[0]["expression"] == [where]
    if where.startswith("feedback[1]"):
        assert "stored" in issues[-1]["diagnostics"], "the good entry is kept, and this is said"


def test_feedback_that_is_no_json(web: httpx.Client) -> None:
    assert web.post(PATH, content=b"{", headers=JSON).status_code == 400
    assert web.post(PATH, content=b"{}").status_code == 415


def test_feedback_on_a_real_card_is_in_the_report(web: httpx.Client, post: Post) -> None:
    before = web.get("/report.json").json()["rules"].get("magnesium-low", {"accepted": 0})
    card = post(fixture("magnesium-low-mg-dl")).json()["cards"][0]
    suggestion = card["suggestions"][0]["uuid"]
    entry = {"card": card["uuid"], "outcome": "accepted", "acceptedSuggestions": [{"id": suggestion}]} | TIME
    assert web.post(PATH, json={"feedback": [entry]}).status_code == 200
    after = web.get("/report.json").json()["rules"]["magnesium-low"]
    assert after["accepted"] == before["accepted"] + 1

"""What is kept of a feedback entry, in the shapes that EHRs really send (FB-08)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cds_service.errors import MalformedRequest
from cds_service.hooks.feedback import EPIC_REASON, parse_feedback

CODED = {"code": "baseline", "system": "https://muscle-spasm-cds.org/CodeSystem/override-reason"}
OWN = {f"{EPIC_REASON}.reasonCategory": "45", f"{EPIC_REASON}.reasonTitle": "Does not meet criteria"}
REASONS: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "as CDS Hooks says": ({"overrideReason": {"reason": CODED, "userComment": "known"}}, (CODED["code"], CODED["system"], "known")),
    "sandbox: no system": ({"overrideReason": {"reason": {"code": "x", "display": "X"}}}, ("x", "", "")),
    "only a display": ({"overrideReason": {"reason": {"display": "Not now"}}}, ("Not now", "", "")),
    "Epic: a reason of the service": ({"overrideReasons": {"reason": CODED, "userComment": "y"}}, (CODED["code"], CODED["system"], "y")),
    "Epic: a reason of its own": ({"overrideReasons": {"extension": OWN}}, ("Does not meet criteria", EPIC_REASON, "")),
    "Epic: only its number": ({"overrideReasons": {"extension": {f"{EPIC_REASON}.reasonCategory": "45"}}}, ("45", EPIC_REASON, "")),
    "an extension of somebody else": ({"overrideReason": {"extension": {"org.example.x": "y"}}}, ("", "", "")),
    "no reason": ({}, ("", "", "")),
    "NUL, which PostgreSQL cannot keep": ({"overrideReason": {"reason": {"code": "a\x00b"}, "userComment": "c\x00d"}}, ("ab", "", "cd")),
}  # fmt: skip


@pytest.mark.parametrize(("shape", "kept"), REASONS.values(), ids=REASONS.keys())
def test_fb_08_the_reason_is_found_where_it_is(shape: dict[str, Any], kept: tuple[str, str, str]) -> None:
    entry = {"card": "123456", "outcome": "overridden", "outcomeTimestamp": "2022-05-19T19:44:04Z"} | shape
    (good,), bad = parse_feedback(json.dumps({"feedback": [entry]}).encode())
    assert bad == []
    assert (good.card, good.reason_code, good.reason_system, good.comment) == ("123456", *kept)


def test_p03_every_bad_entry_of_many_is_named_and_too_many_are_refused() -> None:
    right = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:05:31Z"}
    body = {"feedback": [right | {"card": "\x00" if number % 2 else f"c-{number}"} for number in range(1_000)]}
    good, bad = parse_feedback(json.dumps(body).encode())
    assert (len(good), len(bad)) == (500, 500)
    assert bad[0].where == "feedback[1].card"
    with pytest.raises(MalformedRequest, match="too many entries"):
        parse_feedback(json.dumps({"feedback": [right] * 1_001}).encode())


@pytest.mark.parametrize(("length", "number_of_bad"), [(4_000, 0), (4_001, 1), (1_000_000, 1)])
def test_p08_a_comment_has_a_length(length: int, number_of_bad: int) -> None:
    entry = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:05:31Z"}
    body = {"feedback": [entry | {"overrideReason": {"userComment": "x" * length}}]}
    good, bad = parse_feedback(json.dumps(body).encode())
    assert (len(good), len(bad)) == (1 - number_of_bad, number_of_bad)

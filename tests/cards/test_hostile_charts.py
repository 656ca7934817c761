"""Faults C through the whole service: hostile text in every string of a chart, judged by rendering the cards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from markdown_it import MarkdownIt

from cds_service.app import create_app
from cds_service.errors import ConfigurationError
from cds_service.settings import Settings
from tests.cards.test_markdown import HOSTILE
from tests.fhir_rows import request_for
from tests.rows import row
from tests.service import account, answer

RICH = row(
    "much to say", "PV", "75F", obs="K=2.6 mmol/L@-1 | Ca=1.7 mmol/L@-1 | Mg=0.4 mmol/L@-1 | CK=9000 U/L@-1 | Cr=2.4 mg/dL@-1",
    meds="furosemide@active,start=-50 | simvastatin@active,start=-50 | diazepam@active,start=-9 | oxycodone@active,start=-9",
    problems="muscle-cramp", hits="none",
)  # fmt: skip
STEER = frozenset({"resourceType", "reference", "system", "code", "status", "intent", "id", "birthDate", "gender", "use", "type", "fullUrl"})  # fmt: skip
DATES = ("effectiveDateTime", "onsetDateTime", "start", "end", "authoredOn")


def hostile(value: Any, text: str, key: str = "") -> Any:
    """Every string that does not steer the reading carries the text."""
    if isinstance(value, dict):
        return {name: hostile(inner, text, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [hostile(inner, text, key) for inner in value]
    if not isinstance(value, str) or key in STEER or key in DATES or key == "unit":
        return value
    return f"{value} {text}"


def told(text: str) -> dict[str, Any]:
    request = request_for(RICH)
    request["prefetch"] = hostile(request["prefetch"], text)
    for entry in request["prefetch"]["laboratory"]["entry"]:
        entry["resource"]["note"] = [{"text": text}]
        entry["resource"]["interpretation"] = [{"text": text}]
        entry["resource"]["code"]["text"] = text
        entry["resource"]["code"]["coding"][0]["display"] = text
    for entry in request["prefetch"]["medicationRequests"]["entry"]:
        entry["resource"]["dosageInstruction"] = [{"text": text, "patientInstruction": text}]
        entry["resource"]["note"] = [{"text": text}]
    return answer(json.loads(json.dumps(request, ensure_ascii=True).encode("utf-8", "replace")))


PLAIN = answer(request_for(RICH))


def shape(body: dict[str, Any]) -> list[tuple[str, int, int, int, int]]:
    """Structure of each card as a reader sees it: headings, tables, rows and lists."""
    found = []
    for card in body["cards"]:
        html = MarkdownIt("gfm-like", {"html": True, "linkify": True}).render(card["detail"])
        kind = card["source"]["topic"]["code"]
        found.append((kind, html.count("<h"), html.count("<table"), html.count("<tr"), html.count("<a ")))
    return found


USED = {name: text for name, text in HOSTILE.items() if "surrogate" not in name}


@pytest.mark.parametrize("text", USED.values(), ids=USED.keys())
def test_c01_c02_c03_c05_hostile_text_anywhere_changes_no_structure_and_makes_no_link(text: str) -> None:
    body = told(text)
    assert [one[:1] for one in shape(body)] == [one[:1] for one in shape(PLAIN)]
    for card in body["cards"]:
        html = MarkdownIt("gfm-like", {"html": True, "linkify": True}).render(card["detail"])
        for word in (
            "<script",
            "<img",
            "<svg",
            "<iframe",
            "onerror=",
            'href="http://evil',
            'href="mailto',
            'href="javascript',
            "<!--",
            'evil.example"',
        ):
            assert word not in html, word
        assert len(card["summary"]) < 140
        assert "\n" not in card["summary"]
        assert not any(character in card["summary"] + card["detail"] for character in "\u202e\u2066\x1b\u200b\x00")


def links(body: dict[str, Any]) -> Iterator[str]:
    for card in body["cards"]:
        yield from (link["url"] for link in card.get("links", []))
        if "url" in card["source"]:
            yield card["source"]["url"]


def test_c04_a_sentence_in_a_name_is_never_our_own() -> None:
    sentence = "Ignore potassium. All values normal."
    for body in (told(sentence), told(f"{sentence} No action needed.")):
        assert "All values normal" not in json.dumps(body), "in no summary, sentence, table or suggestion"


def test_c06_a_suggested_order_copies_nothing_that_a_chart_could_say() -> None:
    body = told("[x](http://evil.example)")
    for card in body["cards"]:
        for suggestion in card.get("suggestions", []):
            for action in suggestion["actions"]:
                resource = action.get("resource", {})
                assert set(resource) <= {
                    "resourceType", "status", "intent", "priority", "code", "subject", "encounter", "requester", "authoredOn",
                    "reasonReference", "reasonCode", "category", "occurrenceDateTime", "note", "id", "meta",
                }  # fmt: skip
                assert "evil" not in json.dumps(resource)
                if resource:
                    assert resource["subject"] == {"reference": "Patient/row-patient"}


def test_c07_links_are_the_configured_ones_only() -> None:
    assert list(links(told("https://evil.example/x"))) == list(links(PLAIN))


@pytest.mark.parametrize(
    "link",
    [{"label": "x", "url": "http://site.example/x"}, {"label": "x", "url": "javascript:alert(1)"}, {"label": "x"},
     {"label": "", "url": "https://site.example/x"}],
)  # fmt: skip
def test_c07_a_link_that_is_not_https_stops_the_start(link: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="https url"):
        create_app(Settings(links={"electrolytes": (link,)}, store_enabled=False, console=False))


def test_c08_ten_thousand_findings_make_a_few_cards_with_the_worst_first() -> None:
    request = request_for(RICH)
    orders = request["prefetch"]["medicationRequests"]["entry"]
    request["prefetch"]["medicationRequests"]["entry"] = [
        {"resource": order["resource"] | {"id": f"{order['resource']['id']}-{number}"}}
        for number in range(1_000)
        for order in orders
    ]
    body = answer(request)
    order = {"critical": 0, "warning": 1, "info": 2}
    shown = [card for card in body["cards"] if card["source"]["topic"]["code"] != "not-checked"]
    ranks = [order[card["indicator"]] for card in shown]
    assert ranks == sorted(ranks)
    assert len(json.dumps(body)) < 60_000
    assert {hit["rule"] for hit in account(body)["hits"]} >= {hit["rule"] for hit in account(PLAIN)["hits"]}

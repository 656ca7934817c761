"""The console as people use it: every example, a chart of one's own, suggestions and overrides, the slider, keys only."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visitor
from tests.reliability.process import PLAIN, PROJECT, Running

Visit = Callable[..., Page]
FIXTURES = sorted((PROJECT / "fixtures").glob("*/request.json"))


def fire(page: Page, example: str) -> None:
    page.get_by_label("Chart or order").select_option(example)
    page.get_by_role("button", name="Fire the example").click()
    expect(page.get_by_role("heading", name="Why:")).to_be_visible()
    page.wait_for_load_state()


def summaries(page: Page) -> list[str]:
    return page.locator(".card h3").all_inner_texts()


def test_every_fixture_shows_its_cards(visit: Visit) -> None:
    page = visit()
    for file in FIXTURES:
        expected: dict[str, Any] = json.loads(file.with_name("response.json").read_text(encoding="utf-8"))
        fire(page, file.parent.name)
        assert summaries(page) == [card["summary"] for card in expected["cards"]], file.parent.name
        badges = page.locator(".card > .head .badge").all_inner_texts()
        assert badges == [card["indicator"] for card in expected["cards"]], file.parent.name
        shown = json.loads(page.locator("#raw-response").text_content() or "")
        assert shown["cards"] == expected["cards"]


def test_the_first_card_is_one_click_away(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="Low potassium on furosemide").click()
    assert summaries(page)[0].startswith("Potassium 2.8 mmol/L")
    expect(page.get_by_label("Chart or order")).to_have_value("hypokalaemia-furosemide")


def figures(running: Running, rule: str) -> dict[str, Any]:
    report = running.get("/report.json").json()
    found: dict[str, Any] = report["rules"].get(rule, {"accepted": 0, "overridden": 0, "reasons": {}})
    return found


def test_a_suggestion_taken_and_an_override_with_a_reason_are_in_the_report(visit: Visit, running: Running) -> None:
    before = figures(running, "potassium-low")["accepted"]
    page = visit()
    fire(page, "hypokalaemia-furosemide")
    page.get_by_text("What would be ordered").click()
    expect(page.get_by_role("group", name="Order magnesium")).to_contain_text('"resourceType": "ServiceRequest"')
    page.get_by_role("button", name="Order magnesium").click()
    expect(page.get_by_text("Suggestion accepted; stored.")).to_be_visible()
    expect(page.get_by_role("button", name="Override")).to_be_disabled()
    assert figures(running, "potassium-low")["accepted"] == before + 1

    page = visit()
    fire(page, "benzodiazepine-opioid-order")
    card = page.get_by_role("article").first
    card.get_by_label("Override because").select_option(index=1)
    chosen = str(card.get_by_label("Override because").input_value()).rpartition("|")[2]
    card.get_by_label("Comment").fill("known to the pain clinic")
    card.get_by_role("button", name="Override").click()
    expect(page.get_by_text("Card overridden; stored.")).to_be_visible()
    found = figures(running, "benzodiazepine-opioid")
    assert found["overridden"] == 1
    assert found["reasons"] == {chosen: 1}

    page.get_by_role("link", name="Report", exact=True).first.click()
    row = page.get_by_role("row", name="benzodiazepine-opioid")
    expect(row.get_by_role("img")).to_have_attribute(
        "aria-label", "benzodiazepine-opioid: 1 shown, 0 accepted, 1 overridden, 0 ignored"
    )
    expect(page.get_by_role("row", name=f"{chosen} 1")).to_be_visible()


def test_a_chart_of_ones_own(visit: Visit) -> None:
    page = visit()
    page.locator("summary", has_text="A small chart").click()
    page.get_by_label("Potassium", exact=True).fill("2.4")
    seek = page.get_by_role("combobox", name="Medicines taken: search")
    seek.press_sequentially("furos")
    expect(page.locator("#medicines-options li").first).to_contain_text("loop")
    seek.press("ArrowDown")
    seek.press("Enter")
    expect(page.get_by_label("Medicines taken", exact=True)).to_have_value("furosemide")
    seek = page.get_by_role("combobox", name="Problems and symptoms: search")
    seek.press_sequentially("leg cramp")
    page.locator("#problems-options li").first.click()
    page.get_by_role("button", name="Fire the chart").click()
    assert summaries(page)[0].startswith("Potassium 2.4 mmol/L")
    expect(page.locator(".read")).to_contain_text("furosemide = furosemide [loop] (taken now")
    expect(page.get_by_label("Potassium", exact=True)).to_have_value("2.4")
    turn = page.get_by_role("row").filter(has=page.get_by_role("link", name="potassium-low", exact=True))
    expect(turn.locator("[data-name=saw]")).to_contain_text("Potassium 2.4 mmol/L (1 day ago)")
    expect(turn.locator("[data-name=limits]")).to_contain_text("< 2.5 mmol/L")

    page.get_by_label("Medicines taken", exact=True).fill("examplinum forte")
    page.get_by_role("button", name="Fire the chart").click()
    expect(page.get_by_text("No rule knows examplinum forte")).to_be_visible()


def test_a_late_answer_of_the_search_opens_no_list_over_the_page(visit: Visit) -> None:
    page = visit()
    page.locator("summary", has_text="A small chart").click()
    seek = page.get_by_role("combobox", name="Problems and symptoms: search")
    seek.press_sequentially("leg cram")
    option = page.locator("#problems-options li").first
    expect(option).to_be_visible()
    page.wait_for_load_state("networkidle")
    held: list[Route] = []
    page.route("**/console/search*", lambda route: held.append(route))
    with page.expect_request("**/console/search*"):
        seek.press("p")
    option.click()
    expect(option).to_be_hidden()
    with page.expect_response("**/console/search*"):
        held[0].continue_()
    page.wait_for_timeout(200)
    expect(option).to_be_hidden()


def test_draft_orders_are_asked_for_only_at_the_order_hooks(visit: Visit) -> None:
    page = visit()
    page.locator("summary", has_text="A small chart").click()
    drafts = page.get_by_label("Draft orders", exact=True)
    expect(drafts).to_be_hidden()
    page.get_by_label("Hook", exact=True).select_option("order-sign")
    drafts.fill("hydrochlorothiazide 25 mg")
    page.get_by_label("Potassium", exact=True).fill("2.8")
    page.get_by_role("button", name="Fire the chart").click()
    expect(page.get_by_role("article").first).to_contain_text("hydrochlorothiazide")


def test_the_slider_asks_the_rules_at_every_step(visit: Visit) -> None:
    page = visit("/rules")
    slider = page.get_by_role("slider", name="Potassium")
    hits = page.locator(".hits")
    expect(hits).to_contain_text("potassium-low")
    slider.focus()
    for _ in range(6):
        slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "3.5 mmol/L")
    expect(hits).not_to_contain_text("potassium-low")
    slider.press("ArrowLeft")
    expect(hits).to_contain_text("potassium-low info")
    slider.press("Home")
    expect(page.locator("#what-if-answer .card").first).to_contain_text("Potassium 2.0 mmol/L (severe low")
    slider.press("End")
    expect(hits).to_contain_text("potassium-high critical")
    page.get_by_label("Also on the chart").select_option("spironolactone")
    expect(hits).to_contain_text("potassium-raising-drug-potassium-high critical")
    expect(page.get_by_role("status").filter(has_text="7.5 mmol/L: 2 rules")).to_be_attached()
    assert page.url.endswith("/rules?about=potassium&with=spironolactone&value=7.5#what-if")
    page.reload()
    expect(slider).to_have_value("7.5")
    expect(hits).to_contain_text("potassium-raising-drug-potassium-high")


def test_rules_are_found_and_lead_to_their_sentence(visit: Visit) -> None:
    page = visit("/rules")
    page.get_by_role("searchbox").fill("k.low.mild")
    page.get_by_role("searchbox").press("Enter")
    rule = page.locator("article#potassium-low")
    expect(rule).to_contain_text("k.low.mild < 3.5 mmol/L")
    expect(rule).to_contain_text("D3")
    expect(page.get_by_text("rules for “k.low.mild”")).to_be_visible()


def focused(page: Page) -> str:
    """``#id`` of what has the focus, else its text; empty when nothing has."""
    script = "(e) => e === document.body ? '' : e.id ? '#' + e.id : e.textContent.trim()"
    return str(page.evaluate(f"({script})(document.activeElement)"))


def tab_to(page: Page, wanted: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if focused(page).startswith(wanted):
            return
    raise AssertionError(f"{wanted} is not reached with the keyboard")


def test_keys_alone_are_enough(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to content"
    page.keyboard.press("Enter")
    tab_to(page, "#example")
    page.keyboard.type("NMS crit")
    tab_to(page, "Fire the example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Why:")).to_be_visible()
    assert page.url.endswith("#cards"), "the cards come next, not the top of the page"
    tab_to(page, "Order creatine kinase (CK)")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Suggestion accepted; stored.")).to_be_visible()
    assert "Suggestion accepted; stored." in focused(page), "the focus is where the news is"


def test_a_request_of_ones_own_is_read_and_errors_are_said(visitor: Visitor) -> None:
    page = visitor.open()
    page.locator("summary", has_text="A request of your own").click()
    box = page.get_by_label("Hook request (JSON)")
    visitor.refused = 3
    for text, said in (
        ('{"hook": ', "not JSON: Expecting value in line 1, column 10"),
        ('{"hook": "order-dispatch"}', "hook must be one of patient-view"),
        ('{"hook": "patient-view", "hookInstance": "x", "context": {"patientId": "1"}}', "an EHR gets 412"),
    ):
        box.fill(text)
        page.get_by_role("button", name="Fire the request").click()
        expect(page.get_by_role("alert")).to_contain_text(said)
        expect(box).to_have_value(text)


def test_markup_in_a_chart_stays_text(visit: Visit) -> None:
    evil = "<img src=x onerror=alert(1)><b>furosemide</b>"
    page = visit()
    fire(page, "hypokalaemia-furosemide")
    page.get_by_text("Request to POST").click()
    page.get_by_role("button", name="Edit and fire again").click()
    box = page.get_by_label("Hook request (JSON)")
    request = json.loads(box.input_value())
    for entry in request["prefetch"]["medicationRequests"]["entry"]:
        entry["resource"]["medicationCodeableConcept"]["text"] = evil
    box.fill(json.dumps(request))
    page.get_by_role("button", name="Fire the request").click()
    expect(page.get_by_role("article").first).to_be_visible()
    assert page.locator("main img, main script, main b").count() == 0


def test_one_visitor_never_sees_what_another_sent(visit: Visit, running: Running) -> None:
    page = visit()
    page.locator("summary", has_text="A small chart").click()
    page.get_by_label("Problems and symptoms", exact=True).fill("muscle cramp of Mrs Canary")
    page.get_by_role("button", name="Fire the chart").click()
    expect(page.locator("#raw-request")).to_contain_text("Canary")
    for path in ("/", "/rules", "/report", "/services", "/docs", "/report.json"):
        assert "Canary" not in running.get(path).text
    assert "Canary" not in Path(running.log).read_text()


def test_without_scripts_the_pages_still_work(visit: Visit) -> None:
    page = visit(scripted=False)
    fire(page, "night-leg-cramps")
    page.get_by_role("article").first.get_by_role("button", name="Override").click()
    expect(page.get_by_text("Card overridden; stored.")).to_be_visible()
    page.goto("/rules?about=magnesium&value=0.6#what-if")
    expect(page.locator(".hits")).to_contain_text("magnesium-low")
    expect(page.get_by_role("button", name="Ask the rules")).to_be_visible()


def test_prefetch_templates_are_there_to_copy(visit: Visit) -> None:
    page = visit("/services")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy laboratory of muscle-spasm-patient-view").click()
    expect(page.get_by_role("button", name="Copy laboratory of muscle-spasm-patient-view")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    discovery = httpx.get(page.url.replace("/services", "/cds-services"), timeout=10, **PLAIN).json()
    assert copied == discovery["services"][0]["prefetch"]["laboratory"]


@pytest.mark.parametrize("path", ["/", "/rules", "/report", "/services", "/docs"])
def test_nothing_is_cut_off_on_a_phone(visit: Visit, path: str) -> None:
    page = visit(path, width=390)
    if path == "/":
        fire(page, "nms-haloperidol")
    wide = "[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, .sr, pre, svg') && e.getBoundingClientRect().right > 391).map(e => e.outerHTML.slice(0, 80))"
    assert page.evaluate(wide) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390

"""Panels, urgency and lines that concern every card: goals of care, what was not available, days where the site is."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cds_service.cards.families import group, not_shown
from cds_service.cards.write import House, write_answer
from cds_service.clinical.chart import Chart, TestOrder
from cds_service.clinical.fact import replace
from cds_service.clinical.vocabulary import LabTest
from cds_service.guidance.assess import assess
from cds_service.guidance.finding import Family, Hook, OrderTest
from cds_service.parameters import load_limits
from tests.cards.test_write import CRITICAL, INFO, NOW, WARNING, answer, card_hits, hit
from tests.rows import chart_of, row
from tests.rules_harness import catalogue

BMP, K, CREATININE = (OrderTest(test=test) for test in (LabTest.BASIC_PANEL, LabTest.POTASSIUM, LabTest.CREATININE))


def offers(card: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["label"], one["actions"][0]["resource"]["priority"]) for one in card.get("suggestions", ())]


def ordered(*tests: LabTest) -> Chart:
    return Chart(now=NOW, test_orders=(TestOrder(tests=frozenset(tests), in_this_call=False, authored=NOW),))


def test_a_test_is_as_urgent_as_the_gravest_hit_that_wants_it() -> None:
    recommended = OrderTest(test=LabTest.CK, recommended=True)
    (card,) = answer(hit("a", Family.NMS, INFO, recommended), hit("b", Family.NMS, CRITICAL, OrderTest(test=LabTest.CK)))["cards"]  # fmt: skip
    assert offers(card) == [("Order creatine kinase (CK)", "stat")]


def test_the_panel_takes_the_place_and_the_urgency_of_its_members() -> None:
    (card,) = answer(hit("a", Family.ELECTROLYTES, CRITICAL, K), hit("b", Family.ELECTROLYTES, INFO, BMP))["cards"]
    assert offers(card) == [("Order basic metabolic panel", "stat")]


def test_a_panel_of_which_everything_is_ordered_is_not_offered() -> None:
    members = (LabTest.POTASSIUM, LabTest.CALCIUM, LabTest.CREATININE)
    (card,) = answer(hit("a", Family.ELECTROLYTES, INFO, BMP), chart=ordered(*members))["cards"]
    assert offers(card) == []


def test_a_panel_of_which_something_is_missing_is_offered() -> None:
    (card,) = answer(hit("a", Family.ELECTROLYTES, INFO, BMP), chart=ordered(LabTest.POTASSIUM))["cards"]
    assert offers(card) == [("Order basic metabolic panel", "routine")]


def test_a_panel_offered_on_a_graver_card_contains_what_a_milder_one_wants() -> None:
    first, second = answer(hit("a", Family.NMS, CRITICAL, BMP), hit("b", Family.DRUG_SAFETY, WARNING, CREATININE))["cards"]  # fmt: skip
    assert offers(first) == [("Order basic metabolic panel", "stat")]
    assert offers(second) == []


def test_a_panel_shrinks_to_what_no_graver_card_offers() -> None:
    first, second = answer(hit("a", Family.ELECTROLYTES, CRITICAL, K, CREATININE), hit("b", Family.MUSCLE_INJURY, WARNING, BMP))["cards"]  # fmt: skip
    assert offers(first) == [("Order potassium", "stat"), ("Order creatinine", "stat")]
    assert offers(second) == [("Order calcium with albumin", "urgent")]


def test_a_panel_of_which_graver_cards_offer_everything_is_gone() -> None:
    calcium = OrderTest(test=LabTest.CALCIUM)
    _, second = answer(hit("a", Family.ELECTROLYTES, CRITICAL, K, CREATININE, calcium), hit("b", Family.MUSCLE_INJURY, WARNING, BMP))["cards"]  # fmt: skip
    assert offers(second) == []


def test_a_result_that_is_absent_is_said_once() -> None:
    chart = chart_of(row("x", "PV", "40F", problems="muscle-cramp", hits="none"))
    (card,) = cards_of(chart, Hook.PATIENT_VIEW)
    missing = card["detail"].partition("**Not available or not used**")[2].partition("**How")[0]
    assert missing.count("potassium") == missing.count("magnesium") == missing.count("calcium") == 1


def cards_of(chart: Chart, hook: Hook, **switches: bool) -> list[dict[str, Any]]:
    limits = load_limits()
    limits = replace(limits, switches={**limits.switches, **switches})
    assessment = assess(chart, catalogue(), limits, hook)
    body = write_answer(
        assessment, chart, House(catalogue=catalogue(), limits=limits), hook=hook, call_key="k",
        render=lambda draft: {"test": draft.test.value},
    )  # fmt: skip
    return list(body["cards"])


@pytest.mark.parametrize(
    ("sentence", "problems", "standalone", "alone"),
    [
        ("alone, as the package has it", "muscle-cramp", True, [["first-line-measures"]]),
        ("alone, where a site does not want it", "muscle-cramp", False, []),
        ("beside another section it stays", "muscle-cramp | raynaud", False, [["contributor-vascular", "first-line-measures"]]),
    ],
)  # fmt: skip
def test_first_line_measures_alone(sentence: str, problems: str, standalone: bool, alone: list[list[str]]) -> None:
    labs = "K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2"
    chart = chart_of(row("x", "PV", "40F", obs=labs, problems=problems, hits="none"))
    cards = cards_of(chart, Hook.PATIENT_VIEW, **{"firstline.standalone": standalone})
    assert [card_hits(card) for card in cards] == alone


def test_a_site_that_turns_off_immediate_action_cards_keeps_the_rest() -> None:
    chart = chart_of(row("x", "PV", "40F", obs="K=2.3 mmol/L@-1", meds="furosemide@active", hits="none"))
    assert cards_of(chart, Hook.PATIENT_VIEW)[0]["indicator"] == "critical"
    off = cards_of(chart, Hook.PATIENT_VIEW, **{"cards.time_critical": False})
    assert all(card["indicator"] != "critical" for card in off)


def test_goals_of_care_come_first_among_the_options() -> None:
    chart = chart_of(row("x", "PV", "80F", obs="K=2.3 mmol/L@-1", problems="comfort-care", hits="none"))
    (card,) = cards_of(chart, Hook.PATIENT_VIEW)
    assert "**Consider**\n\n- Recorded goals of care may change what is appropriate." in card["detail"]


@pytest.mark.parametrize(
    ("sentence", "who", "meds", "obs", "line"),
    [
        ("baclofen at 70 without eGFR", "70F", "baclofen@draft", "", "No eGFR within 365 d: baclofen"),
        ("baclofen at 50 does not need it", "50F", "baclofen@draft", "", None),
        ("baclofen at 70 with eGFR", "70F", "baclofen@draft", "eGFR=90 mL/min/{1.73_m2}@-9", None),
        ("duloxetine without kidney function", "50F", "duloxetine@draft | baclofen@draft", "", "No kidney function within 365 d: duloxetine"),
        ("gabapentin at 50 without kidney function", "50F", "gabapentin@draft | baclofen@draft", "", "No kidney function within 365 d: the gabapentinoid"),
        ("age unknown", "?F", "baclofen@draft", "", "age not available"),
    ],
)  # fmt: skip
def test_what_an_order_rule_could_not_judge_stands_on_any_card(
    sentence: str, who: str, meds: str, obs: str, line: str | None
) -> None:
    (card,) = cards_of(chart_of(row("x", "OS", who, obs=obs, meds=meds, hits="none")), Hook.ORDER_SELECT)
    missing = card["detail"].partition("**Not available or not used**")[2].partition("**How")[0]
    assert (line in missing) if line else ("kidney function not judged" not in missing)


@pytest.mark.parametrize(
    ("sentence", "meds", "obs", "said"),
    [
        ("levodopa on hold since an unknown time, with a fever", "levodopa@on-hold", "Temp=38.6 Cel@-0.2", True),
        ("haloperidol on hold since an unknown time, with a fever", "haloperidol@on-hold", "Temp=38.6 Cel@-0.2", True),
        ("levodopa on hold, another levodopa given", "levodopa@on-hold | levodopa@active", "Temp=38.6 Cel@-0.2", False),
        ("levodopa on hold at a known time", "levodopa@on-hold,end=-2", "Temp=38.6 Cel@-0.2", False),
        ("no feature to be explained", "levodopa@on-hold", "Temp=37.0 Cel@-0.2", False),
    ],
)
def test_a_hold_of_unknown_date_is_named(sentence: str, meds: str, obs: str, said: bool) -> None:
    chart = chart_of(row("x", "PV", "70F", obs=f"K=2.4 mmol/L@-1 | {obs}", meds=meds, hits="none"))
    (card,) = cards_of(chart, Hook.PATIENT_VIEW)
    assert ("on hold since an unknown time" in card["detail"]) is said


@pytest.mark.parametrize(("zone", "day"), [(UTC, "2026-11-16"), (ZoneInfo("Asia/Tokyo"), "2026-11-17")])
def test_days_are_those_of_the_site(zone: Any, day: str) -> None:
    chart = chart_of(
        row("x", "PV", "40F", obs="K=2.7 mmol/L@-1.8", meds="furosemide@active,start=-1.8", problems="aki,onset=-1.8", hits="none")
    )  # fmt: skip
    detail = cards_of(replace(chart, zone=zone), Hook.PATIENT_VIEW)[0]["detail"]
    table = detail.partition("**Why")[0]
    assert f"| {day}, 43 h ago |" in table
    assert f"| since {day} |" in table
    assert f"| Acute kidney injury | active | {day} |" in table


def test_families_without_a_card_are_named_for_the_log() -> None:
    hits = [hit(f"r-{family}", family, WARNING) for family in list(Family)[:6]]
    shown = {one.family.value for one in group(hits)[:4]}
    assert not_shown(hits, shown) == [one.family.value for one in group(hits)[4:]]

"""Cards: merged by family, ordered, capped, suggestions offered once, account complete (0.13, B0, C)."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from cds_service.cards.overrides import reasons_for
from cds_service.cards.write import EXTENSION, House, write_answer
from cds_service.clinical.case import Case
from cds_service.clinical.chart import Chart, MedicationExposure, MedicationState, TestOrder
from cds_service.clinical.vocabulary import LabTest
from cds_service.guidance.assess import severity_order
from cds_service.guidance.catalogue import Catalogue
from cds_service.guidance.finding import (
    Assessment,
    Family,
    Finding,
    Hit,
    Hook,
    Indicator,
    NotEvaluated,
    OrderTest,
    OverrideSet,
    RemoveDraft,
    Row,
    Suggestion,
    Summary,
)
from cds_service.guidance.proposal import DraftTest
from cds_service.guidance.rule import EVERY_HOOK, Rule
from cds_service.parameters import load_limits

INFO, WARNING, CRITICAL = Indicator.INFO, Indicator.WARNING, Indicator.CRITICAL
NOW = 1_795_000_000.0


def silent(case: Case) -> None:
    return None


def hit(rule: str, family: Family, indicator: Indicator, *suggestions: Suggestion, ref: str = "Observation/k") -> Hit:
    finding = Finding(
        indicator=indicator,
        summary=Summary(template=f"{rule} says something"),
        found=(Row(item="Potassium", value="2.8 mmol/L", when="2026-11-16, 2 d ago", limit="< 3.0", reference=ref),),
        why=f"Because of {rule}.",
        consider=(f"Consider {rule}.",),
        suggestions=suggestions,
        tier="moderate",
    )
    return Hit(rule_id=rule, family=family, finding=finding)


def answer(
    *hits: Hit, hook: Hook = Hook.PATIENT_VIEW, chart: Chart | None = None, not_evaluated: tuple[NotEvaluated, ...] = ()
) -> dict[str, Any]:
    rules = tuple(
        Rule(
            id=one.rule_id, title=one.rule_id, family=one.family, hooks=EVERY_HOOK, needs=frozenset(), check=silent,
            override=OverrideSet.LAB, documents=("D3",), evidence=("R-HYPOK",),
        )
        for one in hits
    )  # fmt: skip
    house = House(catalogue=Catalogue(rules=rules), limits=load_limits(), evidence={"R-HYPOK": "RCEM 2018"})
    assessment = Assessment(hits=tuple(sorted(hits, key=severity_order)), not_evaluated=not_evaluated)

    def render(draft: DraftTest) -> dict[str, Any]:
        return {"test": draft.test.value, "priority": draft.priority, "reasons": list(draft.reasons)}

    return write_answer(
        assessment, chart or Chart(now=NOW), house, hook=hook, call_key="instance|service", render=render
    )


def card_hits(card: dict[str, Any]) -> list[str]:
    return [one["rule"] for one in card["extension"][EXTENSION]["hits"]]


def test_nothing_to_say_is_an_empty_list_with_its_account() -> None:
    said = answer()
    assert said["cards"] == []
    assert said["extension"][EXTENSION] == {"parameters": load_limits().version}


def test_five_hits_of_a_family_make_one_card_headed_by_the_worst() -> None:
    ids = ["potassium-low", "magnesium-low", "potassium-magnesium-low", "diuretic-potassium-low", "calcium-low"]
    said = answer(*(hit(rule, Family.ELECTROLYTES, WARNING if i != 1 else CRITICAL) for i, rule in enumerate(ids)))
    (card,) = said["cards"]
    assert card["indicator"] == "critical"
    assert card["summary"].startswith("magnesium-low says something")
    assert card_hits(card) == [
        "magnesium-low",
        "calcium-low",
        "diuretic-potassium-low",
        "potassium-low",
        "potassium-magnesium-low",
    ]


def test_cards_are_ordered_by_indicator_then_family() -> None:
    said = answer(
        hit("b", Family.STATIN, WARNING), hit("a", Family.ELECTROLYTES, WARNING), hit("c", Family.RED_FLAGS, CRITICAL)
    )
    assert [card_hits(card) for card in said["cards"]] == [["c"], ["a"], ["b"]]


def test_chart_open_shows_four_cards_and_names_the_rest() -> None:
    families = [Family.ELECTROLYTES, Family.ANTIPSYCHOTIC, Family.STATIN, Family.DRUG_SAFETY, Family.MONITORING]
    said = answer(*(hit(f"r-{family}", family, WARNING) for family in families))
    assert len(said["cards"]) == 4
    assert said["cards"][-1]["detail"].endswith("**Also noted:** Monitoring")
    assert len(said["extension"][EXTENSION]["hits"]) == 5


def test_critical_cards_are_never_dropped_by_the_cap() -> None:
    families = list(Family)[:6]
    said = answer(*(hit(f"r-{family}", family, CRITICAL) for family in families), hook=Hook.ORDER_SIGN)
    assert len(said["cards"]) == 6


def test_order_hooks_show_three_cards() -> None:
    said = answer(*(hit(f"r-{family}", family, WARNING) for family in list(Family)[:5]), hook=Hook.ORDER_SELECT)
    assert len(said["cards"]) == 3


@pytest.mark.parametrize(("with_electrolytes", "expected"), [(True, ["electrolytes"]), (False, ["muscle-symptoms"])])
def test_kidney_disease_joins_the_electrolyte_card_when_there_is_one(
    with_electrolytes: bool, expected: list[str]
) -> None:
    hits = [hit("kidney-disease-electrolyte-risk", Family.MUSCLE_SYMPTOMS, INFO)]
    if with_electrolytes:
        hits.append(hit("potassium-low", Family.ELECTROLYTES, WARNING))
    assert [card["source"]["topic"]["code"] for card in answer(*hits)["cards"]] == expected


@pytest.mark.parametrize(
    ("indicator", "expected"),
    [(WARNING, ["red-flags"]), (CRITICAL, ["red-flags"]), (INFO, ["muscle-symptoms"])],
)
def test_red_flags_are_a_card_of_their_own_from_warning_and_take_imaging_along(
    indicator: Indicator, expected: list[str]
) -> None:
    said = answer(hit("red-flags", Family.RED_FLAGS, indicator), hit("imaging-consider", Family.MUSCLE_SYMPTOMS, INFO))
    assert [card["source"]["topic"]["code"] for card in said["cards"]] == expected


def test_a_lab_is_offered_once_on_the_most_severe_card_that_wants_it() -> None:
    magnesium = OrderTest(test=LabTest.MAGNESIUM)
    said = answer(hit("a", Family.STATIN, WARNING, magnesium), hit("b", Family.NMS, CRITICAL, magnesium, magnesium))
    first, second = said["cards"]
    assert [s["label"] for s in first["suggestions"]] == ["Order magnesium"]
    assert first["suggestions"][0]["actions"][0]["resource"]["priority"] == "stat"
    assert first["selectionBehavior"] == "any"
    assert "suggestions" not in second
    assert "selectionBehavior" not in second


def test_a_panel_swallows_the_single_tests_it_contains() -> None:
    wishes = (OrderTest(test=LabTest.POTASSIUM), OrderTest(test=LabTest.BASIC_PANEL), OrderTest(test=LabTest.CK))
    (card,) = answer(hit("a", Family.ELECTROLYTES, WARNING, *wishes))["cards"]
    assert [s["label"] for s in card["suggestions"]] == ["Order basic metabolic panel", "Order creatine kinase (CK)"]


@pytest.mark.parametrize(
    ("sentence", "order", "offered"),
    [
        (
            "ordered seven days ago",
            TestOrder(tests=frozenset({LabTest.CK}), in_this_call=False, authored=NOW - 7 * 86400),
            False,
        ),
        (
            "ordered eight days ago",
            TestOrder(tests=frozenset({LabTest.CK}), in_this_call=False, authored=NOW - 8 * 86400),
            True,
        ),
        ("drafted in this call", TestOrder(tests=frozenset({LabTest.CK}), in_this_call=True), False),
        ("another test ordered", TestOrder(tests=frozenset({LabTest.TSH}), in_this_call=True), True),
        ("undated order", TestOrder(tests=frozenset({LabTest.CK}), in_this_call=False), True),
    ],
)
def test_an_ordered_test_is_not_offered_again(sentence: str, order: TestOrder, offered: bool) -> None:
    (card,) = answer(
        hit("a", Family.STATIN, WARNING, OrderTest(test=LabTest.CK)), chart=Chart(now=NOW, test_orders=(order,))
    )["cards"]
    assert ("suggestions" in card) is offered


def draft(reference: str | None) -> MedicationExposure:
    return MedicationExposure(
        name="haloperidol 5 MG",
        ingredients=("haloperidol",),
        classes=frozenset(),
        state=MedicationState.NEW,
        reference=reference,
    )


def test_a_draft_with_an_id_can_be_removed_and_one_without_cannot() -> None:
    remove = RemoveDraft(draft=draft("MedicationRequest/d1"), recommended=True)
    (card,) = answer(hit("a", Family.NMS, CRITICAL, remove), hook=Hook.ORDER_SIGN)["cards"]
    (suggestion,) = card["suggestions"]
    assert suggestion["isRecommended"] is True
    assert suggestion["actions"] == [
        {"type": "delete", "description": "Remove draft haloperidol 5 MG", "resourceId": "MedicationRequest/d1"}
    ]
    (card,) = answer(hit("a", Family.NMS, CRITICAL, RemoveDraft(draft=draft(None))), hook=Hook.ORDER_SIGN)["cards"]
    assert "suggestions" not in card


def test_at_most_five_suggestions_and_one_recommended() -> None:
    tests = (LabTest.CK, LabTest.TSH, LabTest.ECG, LabTest.MAGNESIUM, LabTest.URINE_MYOGLOBIN, LabTest.IONISED_CALCIUM)
    wishes = [OrderTest(test=test, recommended=True) for test in tests]
    (card,) = answer(hit("a", Family.NMS, CRITICAL, *wishes))["cards"]
    assert len(card["suggestions"]) == 5
    assert sum(1 for s in card["suggestions"] if s.get("isRecommended")) == 1


def test_suggestions_point_at_the_result_behind_them() -> None:
    (card,) = answer(hit("a", Family.ELECTROLYTES, INFO, OrderTest(test=LabTest.POTASSIUM), ref="Observation/k1"))[
        "cards"
    ]
    assert card["suggestions"][0]["actions"][0]["resource"] == {
        "test": "K",
        "priority": "routine",
        "reasons": ["Observation/k1"],
    }


def test_the_not_checked_card_comes_last_outside_the_cap_without_hits() -> None:
    gaps = (
        NotEvaluated(rule_id="potassium-low", need="K", reason="Potassium 4.2 g/dL: unit not usable."),
        NotEvaluated(rule_id="potassium-high", need="K", reason="Potassium 4.2 g/dL: unit not usable."),
        NotEvaluated(rule_id="nms-probable", reason="The rule failed."),
    )
    hits = [hit(f"r-{family}", family, WARNING) for family in list(Family)[:5]]
    said = answer(*hits, not_evaluated=gaps)
    last = said["cards"][-1]
    assert len(said["cards"]) == 5
    assert last["source"]["topic"]["code"] == "not-checked"
    assert last["indicator"] == "info"
    assert "extension" not in last
    assert last["summary"] == "Not checked: potassium, one rule"
    assert "Affects: potassium-low, potassium-high." in last["detail"]
    assert said["extension"][EXTENSION]["notEvaluated"][0] == {
        "rule": "potassium-low", "need": "K", "reason": "Potassium 4.2 g/dL: unit not usable.",
    }  # fmt: skip


def test_no_empty_member_anywhere_and_all_ids_are_uuids() -> None:
    said = answer(
        hit("a", Family.NMS, CRITICAL, OrderTest(test=LabTest.CK)), hit("b", Family.STATIN, INFO),
        not_evaluated=(NotEvaluated(need="K", reason="x"),),
    )  # fmt: skip
    refuse_empty(said)
    for card in said["cards"]:
        UUID(card["uuid"])
        for suggestion in card.get("suggestions", []):
            UUID(suggestion["uuid"])
    json.dumps(said)


def refuse_empty(value: Any) -> None:
    assert value not in (None, "", [], {}), value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        refuse_empty(inner)


def test_the_same_call_gets_the_same_uuids() -> None:
    assert answer(hit("a", Family.NMS, CRITICAL)) == answer(hit("a", Family.NMS, CRITICAL))


def test_override_reasons_have_displays_and_stand_once() -> None:
    reasons = reasons_for((OverrideSet.LAB, OverrideSet.LAB_ALTERNATIVE))
    assert [one["code"] for one in reasons] == [
        "aware-treating", "result-spurious", "baseline", "specialist-plan", "goals-of-care", "alternative-cause", "record-wrong",
    ]  # fmt: skip
    assert all(one["display"] and one["system"] for one in reasons)

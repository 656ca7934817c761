"""What broken rules and disorderly data may not do (faults D), and properties that hold for every chart."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import LabTest
from cds_service.fhir.write import order_renderer
from cds_service.guidance.catalogue import Catalogue
from cds_service.guidance.finding import Hook
from cds_service.guidance.proposal import DraftTest
from cds_service.guidance.rule import Rule
from cds_service.hooks.parse import parse_request
from tests.fhir_rows import request_for
from tests.rows import NOW, Row, row, terminology
from tests.service import account, answer, hits, pipeline
from tests.sizes import size

G = row(
    "the good case", "PV", "60M", obs="K=6.9 mmol/L@-1", meds="spironolactone@active,start=-50",
    hits="potassium-high:critical, potassium-raising-drug-potassium-high:critical",
)  # fmt: skip
RULES = pipeline().house.catalogue.rules


def with_rules(rules: tuple[Rule, ...], case: Row) -> dict[str, Any]:
    house = replace(pipeline().house, catalogue=Catalogue(rules=rules))
    request = request_for(case)
    parsed = parse_request(json.dumps(request).encode(), Hook(request["hook"]))
    body, _, _ = asyncio.run(replace(pipeline(), house=house).answer(parsed, NOW))
    return body


def broken(case: Case) -> None:
    raise RuntimeError("secret 4711")


@pytest.mark.parametrize("rule", [rule for rule in RULES if Hook.PATIENT_VIEW in rule.hooks], ids=lambda rule: rule.id)
def test_d05_one_broken_rule_never_takes_the_others_down(rule: Rule) -> None:
    body = with_rules(tuple(replace(one, check=broken, only_with=None) if one is rule else one for one in RULES), G)
    expected = {hit for hit in G.hits if hit[0] != rule.id}
    assert hits(body) == expected
    assert rule.id in {entry.get("rule") for entry in account(body)["notEvaluated"]}
    assert body["cards"][-1]["source"]["topic"]["code"] == "not-checked"
    assert "4711" not in json.dumps(body)


def test_d07_all_rules_broken_is_never_an_all_clear() -> None:
    body = with_rules(tuple(replace(one, check=broken, only_with=None) for one in RULES), G)
    assert body["cards"]
    assert not hits(body)


@settings(max_examples=size(80, 1_000), deadline=None)
@given(mmol=st.floats(min_value=0.6, max_value=5.5, allow_nan=False))
def test_d09_equal_amounts_get_equal_advice_away_from_the_limits(mmol: float) -> None:
    near = [1.5, 1.75, 1.9, 2.0, 2.12, 2.62, 3.0, 3.5]
    if any(abs(mmol - limit) < 0.03 for limit in near):
        return
    value = round(mmol, 2)
    both = [
        hits(
            answer(
                request_for(
                    row("ca", "PV", "60M", obs=f"adjCa={shown} {unit}@-1", problems="muscle-cramp", hits="none")
                )
            )
        )
        for shown, unit in ((value, "mmol/L"), (round(value * 4.008, 2), "mg/dL"), (round(value * 2, 2), "mEq/L"))
    ]
    assert both[0] == both[1] == both[2]


def test_d19_five_hundred_drafts_and_one_selected() -> None:
    case = row(
        "many", "OS", "70F", obs="K=2.9 mmol/L@-3 | Cr=0.9 mg/dL@-3", meds="hydrochlorothiazide@draft", hits="none"
    )
    request = request_for(case)
    entries = request["context"]["draftOrders"]["entry"]
    other = row("other", "OS", "70F", meds="haloperidol@draft | potassium chloride@draft", hits="none")
    others = [entry["resource"] for entry in request_for(other)["context"]["draftOrders"]["entry"]]
    entries += [{"resource": others[number % 2] | {"id": f"other-{number}"}} for number in range(500)]
    assert hits(answer(request)) == {("diuretic-order-electrolytes", "warning")}
    request["context"]["selections"] = [f"MedicationRequest/{entry['resource']['id']}" for entry in entries]
    assert len(hits(answer(request))) > 1, "the others would have said something"


def test_j13_a_hundred_thousand_entries_are_answered_and_the_cut_is_named() -> None:
    request = request_for(G)
    glucose = {
        "resource": {
            "resourceType": "Observation",
            "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7"}]},
        }
    }
    request["prefetch"]["vitalSigns"]["entry"] = [glucose] * 100_000
    body = answer(request)
    assert hits(body) == G.hits
    assert any("more entries" in entry["reason"] for entry in account(body)["notEvaluated"])


@pytest.mark.parametrize("test", list(LabTest), ids=str)
def test_c06_suggested_orders_are_valid_r4(test: LabTest) -> None:
    request = parse_request(json.dumps(request_for(G)).encode(), Hook.PATIENT_VIEW)
    render = order_renderer(request, terminology(), NOW)
    resource = render(DraftTest(test=test, priority="stat", reasons=("Observation/k-1", "Condition/c-1", "bad ref")))
    made = ServiceRequest(**resource)
    assert made.subject.reference == "Patient/row-patient"
    assert len(resource["reasonReference"]) == 2


HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["resourceType", "entry", "resource", "code", "coding", "status", "subject", "valueQuantity", "id"]), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=size(300, 50_000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    value=HOSTILE,
    key=st.sampled_from(["patient", "laboratory", "medicationRequests", "conditions", "serviceRequests", "x"]),
)
def test_j18_any_json_gives_an_answer_and_the_good_case_stands(value: Any, key: str) -> None:
    request = request_for(G)
    good = request["prefetch"].pop("laboratory")
    request["prefetch"][key] = value
    request["prefetch"]["good"] = good
    body = answer(request)
    assert ("potassium-high", "critical") in hits(body)

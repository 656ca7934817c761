"""What data may do to advice (faults D): order, noise, twins and equal amounts change nothing; worse data never calm."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fhir_rows import request_for
from tests.rows import Row, row
from tests.rules.tables import all_rows
from tests.service import account, answer, hits
from tests.sizes import size

LEVELS = {None: 0, "info": 1, "warning": 2, "critical": 3}
QUICK = settings(
    max_examples=size(120, 1_000), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
UCUM = "http://unitsofmeasure.org"


def shuffled(value: Any, rng: random.Random, key: str = "") -> Any:
    """The same JSON with entries, codings and members in another order."""
    if isinstance(value, dict):
        members = list(value.items())
        rng.shuffle(members)
        return {name: shuffled(item, rng, name) for name, item in members}
    if isinstance(value, list):
        items = [shuffled(item, rng) for item in value]
        if key in ("entry", "coding", "selections", "referenceRange", "note", "component"):
            rng.shuffle(items)
        return items
    return value


@QUICK
@given(chart=st.sampled_from(all_rows()), seed=st.integers(0, 10_000))
def test_d22_order_changes_nothing(chart: Row, seed: int) -> None:
    request = request_for(chart)
    assert answer(shuffled(request, random.Random(seed))) == answer(request)


FULL = row(
    "several of each kind", "PV", "75F",
    obs="K=2.6 mmol/L@-1 | Mg=0.4 mmol/L@-1 | CK=9000 U/L@-1 | Cr=2.4 mg/dL@-1 | eGFR=20 mL/min/{1.73_m2}@-1",
    meds="furosemide@active,start=-50 | torasemide@active,start=-20 | hydrochlorothiazide@active,start=-90 | simvastatin@active,start=-50"
    " | atorvastatin@active,start=-40 | diazepam@active,start=-9 | lorazepam@active,start=-30 | oxycodone@active,start=-9"
    " | morphine@active,start=-8 | gabapentin@active,start=-30 | baclofen@active,start=-30",
    problems="muscle-cramp | myalgia | muscle-weakness", hits="none",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_d22_order_changes_nothing_where_several_could_come_first(seed: int) -> None:
    request = request_for(FULL)
    expected = answer(request)
    assert len(expected["cards"]) > 2
    assert answer(shuffled(request, random.Random(seed))) == expected


NOISE: tuple[dict[str, Any], ...] = (
    {"resourceType": "Observation", "id": "noise-1", "status": "final", "subject": {"reference": "Patient/row-patient"},
     "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}, "effectiveDateTime": "2026-11-16",
     "valueQuantity": {"value": 9.1, "unit": "g/dL"}},
    {"resourceType": "Observation", "id": "noise-2", "status": "final", "subject": {"reference": "Patient/row-patient"},
     "code": {"coding": [{"system": "http://loinc.org", "code": "2828-2"}]}, "effectiveDateTime": "2026-11-16",
     "valueQuantity": {"value": 1.1, "unit": "mmol/L"}},
    {"resourceType": "Immunization", "id": "noise-3", "patient": {"reference": "Patient/row-patient"}},
    {"resourceType": "MedicationRequest", "id": "noise-4", "status": "active", "intent": "order",
     "subject": {"reference": "Patient/row-patient"}, "medicationCodeableConcept": {"text": "vitamin E 400 unit capsule"}},
    {"resourceType": "Condition", "id": "noise-5", "subject": {"reference": "Patient/row-patient"}, "code": {"text": "hay fever"}},
    {"resourceType": "Basic", "id": "noise-6", "code": {"text": "x"}},
)  # fmt: skip
DAMAGED: tuple[Any, ...] = (
    {"resourceType": "Observation", "id": 5},
    {"resourceType": "MedicationRequest", "status": ["active"], "subject": {"reference": "Patient/row-patient"}},
    {"resourceType": "Condition", "code": "R25.2"},
    {"resourceType": "Condition", "code": "R25.2", "subject": {"reference": "Patient/row-patient"}},
    {"resourceType": "Observation", "code": {"coding": "2823-3"}},
)


@QUICK
@given(
    chart=st.sampled_from(all_rows()),
    noise=st.lists(st.sampled_from(NOISE), min_size=1, max_size=4, unique_by=lambda one: one["id"]),
    place=st.integers(0, 10),
)
def test_d23_irrelevant_resources_change_nothing(chart: Row, noise: list[dict[str, Any]], place: int) -> None:
    request = request_for(chart)
    expected = answer(copy.deepcopy(request))
    entries = request["prefetch"]["laboratory"]["entry"]
    entries[place:place] = [{"resource": one} for one in noise]
    assert answer(request) == expected


@QUICK
@given(chart=st.sampled_from(all_rows()), damaged=st.sampled_from(DAMAGED), place=st.integers(0, 10))
def test_d23_an_unreadable_resource_is_named_and_costs_nothing_else(chart: Row, damaged: Any, place: int) -> None:
    request = request_for(chart)
    expected = hits(answer(copy.deepcopy(request)))
    request["prefetch"]["laboratory"]["entry"].insert(place, {"resource": damaged})
    body = answer(request)
    assert hits(body) == expected
    gate_closed = not expected and not account(body).get("notEvaluated")
    assert gate_closed or account(body)["notEvaluated"]


@QUICK
@given(chart=st.sampled_from(all_rows()))
def test_d13_everything_delivered_twice_changes_nothing(chart: Row) -> None:
    request = request_for(chart)
    expected = answer(copy.deepcopy(request))
    for bundle in request["prefetch"].values():
        bundle.get("entry", []).extend(copy.deepcopy(bundle.get("entry", [])))
    assert answer(request) == expected


def lab(analyte: str, value: float, unit: str, **more: Any) -> frozenset[tuple[str, str]]:
    """Hits of a chart that holds one result."""
    request = request_for(row("x", "PV", "70F", obs=f"{analyte}={value} {unit}@-1", hits="none"))
    request["prefetch"]["laboratory"]["entry"][0]["resource"].update(more)
    return hits(answer(request))


EQUAL = (
    ("K", ((2.4, "mmol/L"), (2.4, "meq/L"))),
    ("K", ((6.7, "mmol/L"), (6.7, "mEq/L"))),
    ("Ca", ((1.6, "mmol/L"), (3.2, "meq/L"), (6.4, "mg/dL"))),
    ("Ca", ((3.6, "mmol/L"), (7.2, "meq/L"), (14.43, "mg/dL"))),
    ("Mg", ((0.35, "mmol/L"), (0.7, "meq/L"), (0.85, "mg/dL"))),
    ("Mg", ((0.8, "mmol/L"), (1.6, "meq/L"), (1.94, "mg/dL"))),
    ("CK", ((12000, "U/L"), (200, "ukat/L"))),
)
BESIDE = (
    ("Cr", ((90, "umol/L"), (1.0179, "mg/dL"), (0.09, "mmol/L")), {"obs": "BUN=21 mg/dL@-1", "problems": "muscle-cramp"}, "dehydration-evidence"),
    ("Cr", ((90, "umol/L"), (1.0179, "mg/dL"), (0.09, "mmol/L")), {"obs": "BUN=20 mg/dL@-1 | K=2.9 mmol/L@-1", "problems": "muscle-cramp"}, "potassium-low"),
    ("TSH", ((12, "m[IU]/L"), (12, "u[IU]/mL")), {"meds": "atorvastatin@active", "problems": "myalgia"}, "statin-hypothyroidism"),
    ("Temp", ((39.5, "Cel"), (103.1, "[degF]")), {"meds": "haloperidol@active,start=-3", "problems": "muscle-rigidity"}, "nms-possible"),
)  # fmt: skip
"""Amounts that say something only beside something else: what must then be said."""


@pytest.mark.parametrize(("analyte", "amounts"), EQUAL)
def test_d09_equal_amounts_give_equal_advice(analyte: str, amounts: tuple[tuple[float, str], ...]) -> None:
    found = {lab(analyte, value, unit) for value, unit in amounts}
    assert len(found) == 1
    assert found != {frozenset()} or analyte == "Mg"


@pytest.mark.parametrize(("analyte", "amounts", "chart", "rule"), BESIDE)
def test_d09_equal_amounts_give_equal_advice_beside_others(
    analyte: str, amounts: tuple[tuple[float, str], ...], chart: dict[str, str], rule: str
) -> None:
    found = [
        hits(
            answer(
                request_for(
                    row(
                        "x",
                        "PV",
                        "70F",
                        hits="none",
                        **chart | {"obs": f"{analyte}={value} {unit}@-0.5 | {chart.get('obs', '')}".rstrip(" |")},
                    )
                )
            )
        )
        for value, unit in amounts
    ]
    assert len(set(found)) == 1
    assert rule in {name for name, _ in found[0]}


def level(found: frozenset[tuple[str, str]], rule: str) -> int:
    return LEVELS[dict(found).get(rule)]


@pytest.mark.parametrize(
    ("analyte", "rule", "unit", "values"),
    [
        ("K", "potassium-high", "mmol/L", [4.0 + step / 10 for step in range(80)]),
        ("K", "potassium-low", "mmol/L", [4.0 - step / 10 for step in range(30)]),
        ("Ca", "calcium-high", "mg/dL", [9.0 + step / 4 for step in range(50)]),
        ("Mg", "magnesium-low", "mmol/L", [0.9 - step / 50 for step in range(40)]),
        ("Mg", "magnesium-high", "mg/dL", [2.0 + step / 4 for step in range(60)]),
        ("CK", "rhabdomyolysis-suspected", "U/L", [100 * 1.3**step for step in range(30)]),
    ],
)  # fmt: skip
def test_d26_a_worse_value_never_calms(analyte: str, rule: str, unit: str, values: list[float]) -> None:
    levels = [level(lab(analyte, round(value, 4), unit), rule) for value in values]
    assert levels == sorted(levels)


@pytest.mark.parametrize("value", [2.5, 3.0, 5.5, 6.0, 6.5])
def test_d10_a_threshold_is_read_to_the_last_digit(value: float) -> None:
    request = request_for(
        row("x", "PV", "70F", obs=f"K={value} mmol/L@-1", meds="furosemide@active | spironolactone@active", hits="none")
    )

    def levels(number: float) -> list[int]:
        request["prefetch"]["laboratory"]["entry"][0]["resource"]["valueQuantity"]["value"] = number
        found = hits(answer(request))
        return [level(found, "potassium-low"), level(found, "potassium-high")]

    below, at, above = levels(value - 1e-9), levels(value), levels(value + 1e-9)
    assert at == above
    assert below != at


@pytest.mark.parametrize(
    "subject",
    [
        "Patient/ROW-PATIENT", "Patient/0row-patient", "Patient/row-patient ", "Patient/row-patient/_history/2",
        "Group/row-patient", "https://other.example/Patient/row-patient", "Patient/row\u2010patient", "/Patient/row-patient",
    ],
)  # fmt: skip
def test_d04_a_near_miss_is_another_patient(subject: str) -> None:
    request = request_for(row("x", "PV", "70F", obs="K=2.2 mmol/L@-1", hits="none"))
    request["prefetch"]["laboratory"]["entry"][0]["resource"]["subject"] = {"reference": subject}
    body = answer(request)
    assert not hits(body)
    assert {entry["need"] for entry in account(body)["notEvaluated"]} == {"Observation"}


def test_d01_d02_of_another_patient_nothing_is_used_and_no_name_is_said() -> None:
    request = request_for(row("x", "PV", "70F", obs="K=2.2 mmol/L@-1 | Mg=0.3 mmol/L@-1", hits="none"))
    entries = request["prefetch"]["laboratory"]["entry"]
    entries[1]["resource"]["subject"] = {"reference": "Patient/stranger-7", "display": "Åse Stranger"}
    body = answer(request)
    assert ("potassium-low", "critical") in hits(body)
    assert not {rule for rule, _ in hits(body)} & {"magnesium-low", "potassium-magnesium-low"}
    assert "another patient" in json.dumps(body)
    assert "tranger" not in json.dumps(body)


def test_d01_a_patient_who_is_another_one_tells_nothing_and_is_named() -> None:
    """Of somebody of 15 no rule would be asked, of somebody of 84 more than of one whose age is not known."""
    request = request_for(row("x", "PV", "70F", obs="K=2.2 mmol/L@-1", meds="diazepam@active,start=-90", hits="none"))
    without = copy.deepcopy(request)
    without["prefetch"]["patient"] = None
    for birth in ("2011-01-01", "1942-01-01"):
        stranger = {"id": "stranger-7", "birthDate": birth, "name": [{"family": "Stranger"}], "deceasedBoolean": True}
        request["prefetch"]["patient"] = {"resourceType": "Patient"} | stranger
        body = answer(request)
        assert hits(body) == hits(answer(without))
        assert any("of another patient" in entry["reason"] for entry in account(body)["notEvaluated"])
        assert body["cards"][-1]["source"]["topic"]["code"] == "not-checked"
        assert "tranger" not in json.dumps(body)


def test_d14_no_result_is_never_a_normal_result() -> None:
    request = request_for(row("x", "PV", "70F", meds="furosemide@active,start=-400", hits="none"))
    body = answer(request)
    assert ("diuretic-monitoring-gap", "warning") in hits(body) or ("diuretic-monitoring-gap", "info") in hits(body)
    assert "normal" not in body["cards"][0]["summary"].lower()


def test_a_flood_of_unusable_results_does_not_drown_the_answer() -> None:
    request = request_for(row("x", "PV", "70F", obs="K=2.2 mmol/L@-1", hits="none"))
    result = request["prefetch"]["laboratory"]["entry"][0]["resource"]
    for number in range(1_500):
        twin = json.loads(json.dumps(result)) | {
            "id": f"flood-{number}",
            "valueQuantity": {"value": 4 + number / 1_000},
        }
        request["prefetch"]["laboratory"]["entry"].append({"resource": twin})
    body = answer(request)
    assert ("potassium-low", "critical") in hits(body)
    assert len(json.dumps(body)) < 30_000

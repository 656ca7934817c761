"""Results of one moment (0.3-4), numbers as reported (C2), courses of doses (0.10): through the whole service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.fhir_rows import PATIENT, bundle, moment, request_for
from tests.rows import NOW, row
from tests.service import answer, hits, pipeline

CRAMP = "muscle-cramp@active,onset=-100"


def request(obs: str, meds: str = "", problems: str = "", hook: str = "PV") -> dict[str, Any]:
    return request_for(row("x", hook, "58F", obs=obs, meds=meds, problems=problems, hits="none"))


def results(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in made["prefetch"]["laboratory"]["entry"]]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("K=4.0 mmol/L", "K=2.4 mmol/L", {("potassium-low", "critical")}),
        ("K=5.3 mmol/L", "K=3.4 mmol/L", {("potassium-low", "info")}),  # farther from the middle, yet normal
        ("K=6.4 mmol/L", "K=2.4 mmol/L", {("potassium-low", "critical")}),  # severe before moderate
        ("K=2.6 mmol/L", "K=6.6 mmol/L", {("potassium-high", "critical")}),
        ("Mg=1.9 mmol/L", "Mg=0.39 mmol/L", {("magnesium-low", "critical")}),
        ("adjCa=3.10 mmol/L", "adjCa=6.9 mg/dL", {("calcium-low", "critical")}),
        ("iCa=1.20 mmol/L", "iCa=0.95 mmol/L", {("calcium-low", "warning")}),
    ],
)
def test_of_one_moment_the_most_abnormal_counts_and_the_card_says_so(
    one: str, other: str, expected: set[tuple[str, str]]
) -> None:
    for obs in (f"{one}@-1 | {other}@-1", f"{other}@-1 | {one}@-1"):
        body = answer(request(obs, problems=CRAMP))
        assert hits(body) == expected
        assert "Two results of the same moment disagree" in body["cards"][0]["detail"]


@pytest.mark.parametrize(("first", "second"), [("K=2.4 mmol/L", "K=2.4 mEq/L"), ("Mg=1.1 mg/dL", "Mg=0.45 mmol/L")])
def test_one_amount_in_two_units_does_not_disagree(first: str, second: str) -> None:
    (card,) = answer(request(f"{first}@-1 | {second}@-1"))["cards"]
    assert "disagree" not in card["detail"]


@pytest.mark.parametrize(("later", "expected"), [(0, set()), (1, {("potassium-low", "critical")})])
def test_of_one_moment_the_later_issued_counts_whatever_its_value(later: int, expected: set[tuple[str, str]]) -> None:
    made = request("K=4.0 mmol/L@-1 | K=2.4 mmol/L@-1")
    for number, result in enumerate(results(made)):
        result["issued"] = moment(0.5 if number == later else 0.6)
    body = answer(made)
    assert hits(body) == expected
    assert all("disagree" not in card["detail"] for card in body["cards"])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (2.4, "2.4"), (2.45, "2.45"), (2.449, "2.449"), (2.0, "2.0"), (2.3333333, "2.333"),
        (2.4999999999999996, "2.4999999999999996"), (2.4996, "2.4996"),
    ],
)  # fmt: skip
def test_a_number_is_never_shown_on_the_other_side_of_a_limit(value: float, shown: str) -> None:
    made = request("K=2.4 mmol/L@-1")
    results(made)[0]["valueQuantity"]["value"] = value
    assert answer(made)["cards"][0]["summary"] == f"Potassium {shown} mmol/L (severe low, 24 h ago)"


def test_noise_in_the_last_digit_does_not_survive_the_correction() -> None:
    made = request("Ca=2.52 mmol/L@-1 | Alb=35 g/L@-1", problems=CRAMP)
    results(made)[0]["valueQuantity"]["value"] = 2.5200000000000005
    assert hits(answer(made)) == set()  # 2.62 exactly


@pytest.mark.parametrize(
    ("obs", "line"),
    [
        ("Ca=<1.50 mmol/L@-1", "&lt;1.50 mmol/L (&lt;6.0 mg/dL)"),
        ("Mg=<1.0 mg/dL@-1", "&lt;1.0 mg/dL (&lt;0.41 mmol/L)"),
        ("Mg=0.90 mEq/L@-1", "0.90 mEq/L (1.1 mg/dL)"),
    ],
)
def test_the_other_unit_keeps_the_comparator(obs: str, line: str) -> None:
    assert line in answer(request(obs))["cards"][0]["detail"]


def given(made: dict[str, Any], days_ago: Iterable[float]) -> dict[str, Any]:
    made["prefetch"]["medicationAdministrations"] = bundle(
        [
            {
                "resourceType": "MedicationAdministration", "id": f"dose-{number}", "status": "completed",
                "medicationCodeableConcept": {"text": "potassium chloride"}, "effectiveDateTime": moment(days),
                "subject": {"reference": f"Patient/{PATIENT}"},
            }
            for number, days in enumerate(days_ago)
        ]
    )  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("doses", "order", "indicator"),
    [
        ((0.5,), "", "warning"),  # first dose after the result: treated
        ((0.5, 0.2), "", "warning"),
        ((2, 0.5), "", "critical"),  # the course began before the result
        ((10, 0.5), "", "critical"),  # also when its first dose is older than 72 h
        ((0.5,), "potassium chloride@active,start=-50", "critical"),  # a dose of a standing order
        ((0.5,), "potassium chloride@active,start=-0.6", "warning"),  # a dose of a new order
        ((0.5,), "potassium chloride@stopped,start=-50,end=-20", "warning"),  # a new course after a stopped one
        ((2,), "", "critical"),
    ],
)
def test_a_course_of_doses_starts_with_the_first(doses: tuple[float, ...], order: str, indicator: str) -> None:
    body = answer(given(request("K=2.4 mmol/L@-1", meds=order), doses))
    assert hits(body) == {("potassium-low", indicator)}


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, {"potassium-high", "potassium-raising-drug-potassium-high"}), (59, {"potassium-high", "potassium-raising-drug-potassium-high"}), (61, set())],
)  # fmt: skip
def test_a_dose_counts_as_active_for_72_hours(seconds: int, expected: set[str]) -> None:
    body = answer(given(request("K=5.6 mmol/L@-1"), [3 + seconds / 86_400]))
    assert {rule for rule, _ in hits(body)} == expected


def test_a_day_is_printed_as_the_day_of_the_site() -> None:
    made = request("K=2.8 mmol/L@-60", meds="furosemide@active")
    results(made)[0]["effectiveDateTime"] = "2026-09-19"
    made["prefetch"]["medicationRequests"]["entry"][0]["resource"]["authoredOn"] = "2026-03-01"
    for zone in ("Europe/Berlin", "America/Chicago", "Pacific/Auckland"):
        (card,) = answer(made, NOW, replace(pipeline(), zone=ZoneInfo(zone)))["cards"]
        assert card["summary"] == "Potassium 2.8 mmol/L on 2026-09-19 not rechecked since"
        assert "| 2026-09-19, " in card["detail"]
        assert "since 2026-03-01" in card["detail"]

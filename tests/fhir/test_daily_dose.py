"""Daily dose in mg from every structured form of a dosage; what is only in words is not computed (0.16)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cds_service.fhir import shapes
from cds_service.fhir.read.daily_dose import daily_dose_mg, strength_of
from tests.fhir_rows import request_for
from tests.rows import row
from tests.service import answer, hits

UCUM = "http://unitsofmeasure.org"


def quantity(value: float, unit: str, code: str | None = None) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": UCUM, "code": code or unit}


def line(dose: dict[str, Any] | None = None, code: Any = None, **repeat: Any) -> dict[str, Any]:
    """One dosage instruction; ``dose`` is a doseAndRate entry."""
    timing: dict[str, Any] = {"repeat": repeat} if repeat else {}
    if code is not None:
        timing["code"] = code
    return ({"doseAndRate": [dose]} if dose else {}) | ({"timing": timing} if timing else {})


MG300 = {"doseQuantity": quantity(300, "mg")}
DAILY = {"frequency": 1, "period": 1, "periodUnit": "d"}
ABBREVIATION = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"


def coded(code: str, system: str = ABBREVIATION) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


CASES: tuple[tuple[str, list[dict[str, Any]], float | None, float | None], ...] = (
    ("three times a day", [line(MG300, frequency=3, period=1, periodUnit="d")], None, 900),
    ("every 8 hours", [line(MG300, frequency=1, period=8, periodUnit="h")], None, 900),
    ("every 8 hours, frequency left out", [line(MG300, period=8, periodUnit="h")], None, 900),
    ("every 480 minutes", [line(MG300, period=480, periodUnit="min")], None, 900),
    ("every other day", [line(MG300, frequency=1, period=2, periodUnit="d")], None, 150),
    ("after dialysis, three times a week", [line(MG300, frequency=3, period=1, periodUnit="wk")], None, 128.571429),
    ("code BID", [line(MG300, coded("BID"))], None, 600),
    ("code in small letters", [line(MG300, coded("tid"))], None, 900),
    ("code as text", [line(MG300, {"text": "QID"})], None, 1200),
    ("SNOMED CT twice a day", [line(MG300, coded("229799001", "http://snomed.info/sct"))], None, 600),
    ("SNOMED CT every 8 hours", [line(MG300, coded("307469008", "http://snomed.info/sct"))], None, 900),
    ("the structured repeat comes before the code", [line(MG300, coded("BID"), frequency=3, period=1, periodUnit="d")], None, 900),
    ("a repeat with bounds only leaves the code", [line(MG300, coded("BID"), boundsPeriod={"start": "2026-11-01"})], None, 600),
    ("clock times", [line(MG300, timeOfDay=["08:00:00", "14:00:00", "20:00:00"])], None, 900),
    ("morning and night", [line(MG300, when=["MORN", "HS"])], None, 600),
    ("with meals", [line(MG300, when=["C"])], None, 900),
    ("times under a period of a day", [line(MG300, period=1, periodUnit="d", timeOfDay=["08:00:00", "20:00:00"])], None, 600),
    ("two to four times a day", [line(MG300, frequency=2, frequencyMax=4, period=1, periodUnit="d")], None, 1200),
    ("every 6 to 8 hours", [line(MG300, period=6, periodMax=8, periodUnit="h")], None, 1200),
    ("one of 300 to 600 mg", [line({"doseRange": {"low": quantity(300, "mg"), "high": quantity(600, "mg")}}, **DAILY)], None, 600),
    ("grams", [line({"doseQuantity": quantity(0.6, "g")}, **DAILY)], None, 600),
    ("unit in capitals", [line({"doseQuantity": {"value": 300, "unit": "MG"}}, **DAILY)], None, 300),
    ("two capsules of 300 mg", [line({"doseQuantity": quantity(2, "capsule", "{capsule}")}, **DAILY)], 300, 600),
    ("half a tablet", [line({"doseQuantity": {"value": 0.5, "unit": "tablet(s)"}}, **DAILY)], 600, 300),
    ("a capsule of unknown strength", [line({"doseQuantity": {"value": 1, "unit": "capsule"}}, **DAILY)], None, None),
    ("millilitres", [line({"doseQuantity": quantity(6, "mL")}, **DAILY)], 300, None),
    ("a dose without unit", [line({"doseQuantity": {"value": 300}}, **DAILY)], None, None),
    ("a dose of nothing", [line({"doseQuantity": quantity(0, "mg")}, **DAILY)], None, None),
    ("calculated and ordered dose", [{"doseAndRate": [{"doseQuantity": {"value": 1, "unit": "puff"}}, MG300], "timing": {"repeat": DAILY}}], None, 300),
    ("as needed counts as taken", [line(MG300, frequency=3, period=1, periodUnit="d") | {"asNeededBoolean": True}], None, 900),
    ("as needed with a maximum a day", [line(MG300) | {"asNeededBoolean": True, "maxDosePerPeriod": {"numerator": quantity(900, "mg"), "denominator": quantity(1, "d")}}], None, 900),
    ("a maximum in capsules per 12 hours", [line(MG300) | {"maxDosePerPeriod": {"numerator": {"value": 2, "unit": "capsules"}, "denominator": quantity(12, "h")}}], 300, 1200),
    ("a maximum does not lower what is ordered", [line(MG300, period=4, periodUnit="h") | {"maxDosePerPeriod": {"numerator": quantity(900, "mg"), "denominator": quantity(1, "d")}}], None, 1800),
    ("no timing", [line(MG300)], None, None),
    ("words only", [{"text": "Take 300 mg three times a day"}], None, None),
    ("one line in words", [line(MG300, **DAILY), {"text": "and 600 mg at night"}], None, None),
    ("nothing at all", [], None, None),
    ("morning and evening lines", [line(MG300, **DAILY), line({"doseQuantity": quantity(600, "mg")}, **DAILY)], None, 900),
    ("numbered lines without ends may overlap", [line(MG300, **DAILY) | {"sequence": 1}, line({"doseQuantity": quantity(600, "mg")}, **DAILY) | {"sequence": 2}], None, 900),
    ("a titration: the highest step", [
        line(MG300, **DAILY, boundsDuration=quantity(3, "d")) | {"sequence": 1},
        line(MG300, frequency=2, period=1, periodUnit="d", boundsPeriod={"start": "2026-11-21", "end": "2026-11-24"}) | {"sequence": 2},
        line(MG300, frequency=3, period=1, periodUnit="d") | {"sequence": 3},
    ], None, 900),
    ("two lines in one step of a titration", [
        line(MG300, **DAILY, boundsDuration=quantity(3, "d")) | {"sequence": 1},
        line(MG300, **DAILY) | {"sequence": 2}, line({"doseQuantity": quantity(600, "mg")}, **DAILY) | {"sequence": 2},
    ], None, 900),
    ("members of a wrong type", [line({"doseRange": "300 mg"}, when="MORN", timeOfDay=8) | {"maxDosePerPeriod": "900 mg", "sequence": "1"}], None, None),
)  # fmt: skip


@pytest.mark.parametrize(("sentence", "lines", "strength", "expected"), CASES, ids=[case[0] for case in CASES])
def test_daily_dose(sentence: str, lines: list[dict[str, Any]], strength: float | None, expected: float | None) -> None:
    read = [msgspec.convert(one, shapes.Dosage) for one in lines]
    assert daily_dose_mg(read, strength) == expected


@pytest.mark.parametrize(
    ("sentence", "strength", "expected"),
    [
        ("300 mg per capsule", {"numerator": quantity(300, "mg"), "denominator": {"value": 1, "unit": "capsule"}}, 300),
        ("600 mg per two tablets", {"numerator": quantity(600, "mg"), "denominator": {"value": 2, "code": "{tbl}"}}, 300),
        ("per one, no unit", {"numerator": quantity(300, "mg"), "denominator": {"value": 1}}, 300),
        ("250 mg per 5 mL", {"numerator": quantity(250, "mg"), "denominator": quantity(5, "mL")}, None),
        ("nothing", None, None),
    ],
)  # fmt: skip
def test_strength_of_a_piece(sentence: str, strength: Any, expected: float | None) -> None:
    assert strength_of(strength) == expected


@pytest.mark.parametrize(
    ("sentence", "changes", "expected"),
    [
        ("product name with its strength", {
            "medicationCodeableConcept": {"text": "gabapentin 300 MG Oral Capsule"},
            "dosageInstruction": [line({"doseQuantity": {"value": 1, "unit": "capsule"}}, frequency=3, period=1, periodUnit="d")],
        }, {("gabapentinoid-renal-dose", "warning")}),
        ("one capsule less is within the ceiling", {
            "medicationCodeableConcept": {"text": "gabapentin 300 MG Oral Capsule"},
            "dosageInstruction": [line({"doseQuantity": {"value": 1, "unit": "capsule"}}, frequency=2, period=1, periodUnit="d")],
        }, set()),
        ("strength in a contained Medication", {
            "medicationCodeableConcept": None, "medicationReference": {"reference": "#m"},
            "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "gabapentin"}, "ingredient": [
                {"itemCodeableConcept": {"text": "gabapentin"}, "strength": {"numerator": quantity(400, "mg"), "denominator": {"value": 1}}},
            ]}],
            "dosageInstruction": [line({"doseQuantity": {"value": 1, "unit": "capsule"}}, coded("BID"))],
        }, {("gabapentinoid-renal-dose", "warning")}),
        ("words only at 29 mL/min", {
            "dosageInstruction": [{"text": "gabapentin 100 mg at night"}],
        }, {("gabapentinoid-renal-dose", "warning")}),
    ],
)  # fmt: skip
def test_ceiling_of_a_draft_at_29_ml_a_minute(
    sentence: str, changes: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    request = request_for(row("g", "SG", "50F", obs="CrCl=29 mL/min@-9", meds="gabapentin@draft", hits="none"))
    request["context"]["draftOrders"]["entry"][0]["resource"] |= changes
    assert hits(answer(request)) == expected

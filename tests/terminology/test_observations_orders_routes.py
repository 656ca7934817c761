"""Codes of observations, their AVPU answers, orderable tests and routes."""

from __future__ import annotations

import pytest

from cds_service.clinical.vocabulary import Analyte, LabTest, Route
from cds_service.terminology import BLOOD_PRESSURE_PANELS, LOINC, SNOMED, Coding, load_terminology


@pytest.mark.parametrize(
    ("analyte", "codes"),
    [
        ("K", "2823-3 6298-4 32713-0 39789-3 39790-1 51618-7"),
        ("Ca", "17861-6 2000-8"),
        ("adjCa", "29265-6 46099-8"),
        ("iCa", "1994-3 1995-0 17863-2"),
        ("Alb", "1751-7"),
        ("Mg", "19123-9 2601-3"),
        ("Na", "2951-2"),
        ("BUN", "3094-0"),
        ("urea", "22664-7 14937-7"),
        ("Cr", "2160-0 14682-9"),
        ("eGFR", "62238-1 98979-8 33914-3"),
        ("CrCl", "2164-2 35591-7"),
        ("CK", "2157-6"),
        ("TSH", "3016-3"),
        ("ALT", "1742-6"),
        ("WBC", "6690-2"),
        ("Temp", "8310-5 8331-1 8332-9"),
        ("HR", "8867-4"),
        ("SBP", "8480-6"),
        ("DBP", "8462-4"),
        ("RR", "9279-1"),
        ("GCS", "9269-2"),
        ("AVPU", "67775-7"),
        ("QTc", "8636-3"),
        ("weight", "29463-7"),
    ],
)
def test_loinc_codes_of_the_catalogue(analyte: str, codes: str) -> None:
    for code in codes.split():
        assert load_terminology().analyte(LOINC, code) is Analyte(analyte), code
        assert load_terminology().loinc_analytes[code] is Analyte(analyte)


def test_every_analyte_has_a_code() -> None:
    assert set(load_terminology().loinc_analytes.values()) == set(Analyte)


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("2828-2", "potassium, urine"),
        ("2829-0", "potassium, 24 h urine"),
        ("2161-8", "creatinine, urine"),
        ("13969-1", "CK-MB"),
        ("8634-8", "QT, not corrected"),
        ("29349-8", "potassium, post dialysis"),
        ("60830-7", "finger temperature"),
        ("61008-9", "skin temperature"),
        ("1747-5", "albumin, CSF"),
        ("18281-6", "calcium, corrected for protein"),
        ("9267-6", "one part of the Glasgow Coma Scale"),
    ],
)
def test_look_alikes_are_no_analyte(code: str, what: str) -> None:
    assert load_terminology().analyte(LOINC, code) is None, what
    assert code not in load_terminology().loinc_analytes


@pytest.mark.parametrize(
    "system",
    ["http://loinc.org", "http://loinc.org/", "https://loinc.org", "LOINC", "loinc", "urn:oid:2.16.840.1.113883.6.1",
     "2.16.840.1.113883.6.1"],
)  # fmt: skip
def test_loinc_spellings(system: str) -> None:
    assert load_terminology().analyte(system, "2823-3") is Analyte.POTASSIUM


@pytest.mark.parametrize("system", [None, "", "urn:vendor", "http://hl7.org/fhir/sid/ndc"])
def test_other_systems_are_no_loinc(system: str | None) -> None:
    assert load_terminology().analyte(system, "2823-3") is None


def test_blood_pressure_panels() -> None:
    assert frozenset({"85354-9", "55284-4"}) == BLOOD_PRESSURE_PANELS


@pytest.mark.parametrize(
    ("system", "code", "text", "answer"),
    [
        (LOINC, "LA9340-6", None, "alert"),
        (LOINC, "LA6560-2", None, "new_confusion"),
        (LOINC, "LA17108-4", None, "voice"),
        (LOINC, "LA17107-6", None, "pain"),
        (LOINC, "LA9343-0", None, "unresponsive"),
        (SNOMED, "248234008", None, "alert"),
        (SNOMED, "130987000", None, "new_confusion"),
        (SNOMED, "300202002", None, "voice"),
        (SNOMED, "450847001", None, "pain"),
        (SNOMED, "422768004", None, "unresponsive"),
        (None, None, "A", "alert"),
        (None, None, "Responds to Voice", "voice"),
        ("urn:vendor", "1", "Unresponsive", "unresponsive"),
        (None, None, "drowsy", None),
        (LOINC, "LA0000-0", None, None),
        (None, None, None, None),
    ],
)
def test_avpu_answers(system: str | None, code: str | None, text: str | None, answer: str | None) -> None:
    assert load_terminology().avpu(system, code, text) == answer


BMP = {"BMP", "K", "Ca", "Cr"}


@pytest.mark.parametrize(
    ("codings", "text", "tests"),
    [
        ([Coding(LOINC, "24321-2")], None, BMP),
        ([Coding(LOINC, "51990-0")], None, BMP),
        ([Coding(LOINC, "24323-8")], None, BMP | {"Alb"}),
        ([Coding(LOINC, "24326-1")], None, {"K"}),
        ([Coding(LOINC, "2823-3")], None, {"K"}),
        ([Coding(LOINC, "19123-9")], None, {"Mg"}),
        ([Coding(LOINC, "2828-2", "Potassium urine")], "potassium", set()),
        ([Coding(LOINC, "2641-9")], None, {"UMYO"}),
        ([Coding(LOINC, "11524-6")], None, {"ECG"}),
        ([Coding(SNOMED, "29303009")], None, {"ECG"}),
        ([Coding(SNOMED, "113091000")], None, {"MRI"}),
        ([Coding(LOINC, "24968-0")], None, {"MRI"}),
        ([], "Basic metabolic panel", BMP),
        ([], "BMP", BMP),
        ([], "U&E", {"K", "Cr"}),
        ([], "BMP, magnesium", BMP | {"Mg"}),
        ([], "serum potassium level", {"K"}),
        ([], "MRI lumbar spine without contrast", {"MRI"}),
        ([], "CT lumbar spine", {"MRI"}),
        ([], "Ultrasound of left calf", {"MRI"}),
        ([], "XR cervical spine 3 views", {"MRI"}),
        ([], "CT head and potassium", {"MRI", "K"}),
        ([Coding(SNOMED, "1", "Computed tomography of spine")], None, {"MRI"}),
        ([], "CT chest", set()),
        ([], "Ultrasound abdomen", set()),
        ([], "Back pain assessment", set()),
        ([], "CK-MB", set()),
        ([], "urine potassium", set()),
        ([], "lipid panel", set()),
        ([Coding("urn:vendor", "77", "Creatine kinase")], None, {"CK"}),
    ],
)
def test_orderable_tests(codings: list[Coding], text: str | None, tests: set[str]) -> None:
    assert load_terminology().lab_tests(codings, text) == tests


@pytest.mark.parametrize("test", list(LabTest))
def test_a_suggested_order_asks_for_its_test(test: LabTest) -> None:
    coding = load_terminology().order_code(test)
    assert coding.display
    assert test in load_terminology().lab_tests([coding])


@pytest.mark.parametrize(
    ("codings", "text", "route"),
    [
        ([Coding(SNOMED, "26643006")], None, Route.ORAL),
        ([Coding(SNOMED, "47625008")], None, Route.INTRAVENOUS),
        ([Coding(SNOMED, "78421000")], None, Route.INTRAMUSCULAR),
        ([Coding(SNOMED, "78421000")], "IM depot", Route.DEPOT),
        ([Coding(SNOMED, "72607000")], None, Route.INTRATHECAL),
        ([Coding(SNOMED, "6064005")], None, Route.TOPICAL),
        ([Coding(SNOMED, "54485002")], None, Route.OPHTHALMIC),
        ([Coding("http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration", "PO")], None, Route.ORAL),
        ([], "by mouth", Route.ORAL),
        ([], "IV", Route.INTRAVENOUS),
        ([], "Instil into both eyes", Route.OPHTHALMIC),
        ([], "Apply to affected area twice daily", Route.TOPICAL),
        ([], "per rectum", Route.RECTAL),
        ([], "three-monthly depot", Route.DEPOT_3_MONTHLY),
        ([], "unknown", None),
        ([], None, None),
    ],
)
def test_routes(codings: list[Coding], text: str | None, route: Route | None) -> None:
    assert load_terminology().route(codings, text) is route


@pytest.mark.parametrize("route", list(Route))
def test_every_route_has_a_name(route: Route) -> None:
    assert load_terminology().route([], route.value) is route

"""Units of results as charts write them (rule catalogue 0.4): read alike, or not used; never guessed."""

from __future__ import annotations

import pytest

from cds_service.clinical.vocabulary import Analyte
from cds_service.fhir.units import conversion, normalise

READ = (
    (Analyte.POTASSIUM, 4.2, 4.2, "mmol/L|mmol/l|MMOL/L|mEq/L|meq/l|MEQ/L|mEq/Liter|mmol/litre|mmol / L|mmol per L|mEq per liter|millimoles per liter|milliequivalents/L|mmol·L⁻¹|mmol.L-1|mmol/L {serum}|mmol/L (SI)|mmol/L."),
    (Analyte.MAGNESIUM, 2.0, 2.0, "mg/dL|MG/DL|mg/dl|mg/100mL|mg/100 ml|mg%|mgs/dL|mg per dL|milligrams per deciliter"),
    (Analyte.MAGNESIUM, 1.4, 0.7, "mEq/L|meq/L|MEQ/L|mEq per L"),
    (Analyte.CALCIUM, 4.8, 2.4, "mEq/L|meq/L"),
    (Analyte.ALBUMIN, 4.0, 40.0, "g/dL|gm/dL|G/DL|gms/dl|g/100 mL|g%"),
    (Analyte.CREATININE, 88.42, 1.0, "umol/L|µmol/L|μmol/L|mcmol/L|micromol/L|UMOL/L"),
    (Analyte.EGFR, 45.0, 45.0, "mL/min/{1.73_m2}|mL/min/1.73_m2|mL/min/1.73.m2|mL/min/1.73 m²|mL/min/1.73m^2|ml/min/1.73 sq m|mL/min/1,73m2|mL/min/1.73(m2)|mL/(min*1.73m2)|mL/min"),
    (Analyte.CK, 500.0, 500.0, "U/L|u/l|IU/L|[IU]/L|units/L|Units/Liter|international units/L"),
    (Analyte.CK, 10.0, 600.0, "ukat/L|µkat/L|microkatal/L"),
    (Analyte.TSH, 5.0, 5.0, "m[IU]/L|mIU/L|mU/L|u[IU]/mL|uIU/mL|µIU/mL|mcIU/mL|uU/mL|UIU/ML"),
    (Analyte.WBC, 12.0, 12.0, "10*9/L|10^9/L|10E9/L|10⁹/L|x10⁹/L|×10^9/L|10(9)/L|10*3/uL|10^3/µL|x10E3/uL|10³/mm³|K/uL|K/mcL|K/cumm|thou/uL|thousand/uL|G/L|Giga/L"),
    (Analyte.WBC, 12000.0, 12.0, "/uL|/mm3|cells/uL|/cu mm"),
    (Analyte.TEMPERATURE, 38.5, 38.5, "Cel|°C|ºC|degC|deg C|C|degrees Celsius|DegC"),
    (Analyte.TEMPERATURE, 104.0, 40.0, "[degF]|°F|degF|deg F|F|degrees F|Fahrenheit"),
    (Analyte.HEART_RATE, 80.0, 80.0, "/min|{beats}/min|{Beats}/min|beats/min|beats/minute|beats per minute|per minute|bpm|BPM|1/min|min-1"),
    (Analyte.RESPIRATORY_RATE, 16.0, 16.0, "/min|{breaths}/min|breaths/min|breaths per minute|resp/min|rpm|{resp}/min"),
    (Analyte.SYSTOLIC_BP, 120.0, 120.0, "mm[Hg]|mmHg|mm Hg|MMHG|mm(Hg)"),
    (Analyte.QTC, 480.0, 480.0, "ms|msec|milliseconds|MS|ms."),
    (Analyte.WEIGHT, 70.0, 70.0, "kg|KG|kgs|kilograms|kilogrammes"),
    (Analyte.WEIGHT, 70000.0, 70.0, "g|gm|grams"),
    (Analyte.WEIGHT, 154.0, 69.85, "[lb_av]|lb|lbs|pounds|LBS"),
    (Analyte.GCS, 14.0, 14.0, "{score}|{Score}|score|1|/15"),
)  # fmt: skip
REFUSED = (
    (Analyte.POTASSIUM, "g/dL|mg/dL|mg/L|mmol|mEq|mEq/dL|mmol/dL|umol/L|mol/L|mmol/kg|%|mM|{mmol}|widgets"),
    (Analyte.CALCIUM, "mg/L|g/dL|umol/L|mmol/24h|mg/24 h|mg/d|mmol/mol"),
    (Analyte.MAGNESIUM, "mg/L|mg|ug/dL"),
    (Analyte.CREATININE, "mg/24h|g/L|umol/kg|mg/mmol"),
    (Analyte.CK, "U/mL|ng/mL|%|nkat/L|U"),
    (Analyte.TSH, "ng/mL|IU/L|U/L"),
    (Analyte.WBC, "%|10*6/L|10*12/L|g/dL"),
    (Analyte.TEMPERATURE, "K|°|deg"),
    (Analyte.WEIGHT, "stone|cm|kg/m2"),
    (Analyte.SYSTOLIC_BP, "kPa|cm[H2O]|mm"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("analyte", "value", "meant", "unit"),
    [(analyte, value, meant, unit) for analyte, value, meant, units in READ for unit in units.split("|")],
)
def test_spellings_of_one_unit_are_read_alike(analyte: Analyte, value: float, meant: float, unit: str) -> None:
    as_text = conversion(analyte, unit, None, None)
    as_code = conversion(analyte, None, unit, "http://unitsofmeasure.org")
    assert as_text is not None
    assert as_text == as_code
    assert as_text.apply(value) == pytest.approx(meant, abs=0.01)


@pytest.mark.parametrize(
    ("analyte", "unit"), [(analyte, unit) for analyte, units in REFUSED for unit in units.split("|")]
)
def test_another_unit_is_never_converted_by_guess(analyte: Analyte, unit: str) -> None:
    assert conversion(analyte, unit, None, None) is None
    assert conversion(analyte, None, unit, "http://unitsofmeasure.org") is None


@pytest.mark.parametrize(
    ("text", "code", "system", "is_read"),
    [
        ("mmol/L", "mmol/L", "http://unitsofmeasure.org", True),
        ("mEq/L", "mmol/L", "http://unitsofmeasure.org", False),
        ("mg/dL", "mmol/L", "http://unitsofmeasure.org", False),
        ("mmol/L", "mg/dL", "http://unitsofmeasure.org", False),
        ("SI units", "mmol/L", "http://unitsofmeasure.org", True),
        (None, "mmol/L", "UCUM", True),
        (None, "mmol/L", "urn:oid:2.16.840.1.113883.6.8", True),
        ("mmol/L", "258813002", "http://snomed.info/sct", True),
        (None, "258813002", "http://snomed.info/sct", False),
        (None, None, None, False),
        ("", "", "", False),
    ],
)
def test_code_and_text_of_a_magnesium_unit(
    text: str | None, code: str | None, system: str | None, is_read: bool
) -> None:
    assert (conversion(Analyte.MAGNESIUM, text, code, system) is not None) is is_read


def test_an_endless_unit_costs_nothing() -> None:
    assert len(normalise("mmol/" * 100_000)) < 100

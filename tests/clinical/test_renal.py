"""Kidney function (0.8): published values of both equations, order of preference, unknown age or sex."""

from __future__ import annotations

import pytest

from cds_service.clinical.chart import Sex
from cds_service.clinical.renal import ckd_epi_2021, cockcroft_gault
from tests.clinical.charts import case_of

EGFR = "mL/min/{1.73_m2}"


@pytest.mark.parametrize(
    ("creatinine", "age", "sex", "egfr"),
    [
        (1.2, 55, Sex.MALE, 71),
        (1.0, 50, Sex.MALE, 92),
        (0.9, 50, Sex.MALE, 104),
        (0.8, 60, Sex.FEMALE, 84),
        (0.7, 60, Sex.FEMALE, 99),
        (0.5, 30, Sex.FEMALE, 129),
        (1.2, 70, Sex.FEMALE, 49),
        (4.0, 65, Sex.MALE, 16),
    ],
)
def test_ckd_epi_2021(creatinine: float, age: int, sex: Sex, egfr: int) -> None:
    assert round(ckd_epi_2021(creatinine, age, sex)) == egfr


@pytest.mark.parametrize(
    ("creatinine", "age", "weight", "sex", "clearance"),
    [(1.2, 60, 80.0, Sex.MALE, 74.1), (0.9, 45, 65.0, Sex.FEMALE, 81.0), (1.0, 70, 75.0, Sex.MALE, 72.9),
     (1.0, 50, 80.0, Sex.MALE, 100.0)],
)  # fmt: skip
def test_cockcroft_gault(creatinine: float, age: int, weight: float, sex: Sex, clearance: float) -> None:
    assert cockcroft_gault(creatinine, age, weight, sex) == pytest.approx(clearance, abs=0.06)


@pytest.mark.parametrize(
    ("who", "obs", "value", "basis"),
    [
        ("70F", f"eGFR=45 {EGFR}@-300 | Cr=0.7 mg/dL@-1", 45, "reported"),
        ("70F", "Cr=1.2 mg/dL@-365", 49, "CKD-EPI 2021"),
        ("55M", "Cr=106.1 umol/L@-1", 71, "CKD-EPI 2021"),
        ("70F", f"eGFR=45 {EGFR}@-365.01 | Cr=1.2 mg/dL@-2", 49, "CKD-EPI 2021"),
    ],
)
def test_which_egfr(who: str, obs: str, value: int, basis: str) -> None:
    egfr = case_of(obs, who=who).egfr
    assert egfr is not None
    assert (round(egfr.value), egfr.basis) == (value, basis)


@pytest.mark.parametrize(
    ("who", "obs"),
    [("70U", "Cr=1.2 mg/dL@-1"), ("?F", "Cr=1.2 mg/dL@-1"), ("70F", "Cr=1.2 mg/dL@-365.01"),
     ("70F", "Cr=1.2 mg/dL@-1;preliminary"), ("70F", "")],
)  # fmt: skip
def test_no_egfr(who: str, obs: str) -> None:
    assert case_of(obs, who=who).egfr is None


@pytest.mark.parametrize(
    ("who", "obs", "value", "label", "basis"),
    [
        ("60M", f"CrCl=25 mL/min@-1 | Cr=1.2 mg/dL@-1 | weight=80 kg@-1 | eGFR=70 {EGFR}@-1", 25, "CrCl", "reported"),
        ("60M", f"Cr=1.2 mg/dL@-1 | weight=80 kg@-300 | eGFR=70 {EGFR}@-1", 74, "CrCl",
         "Cockcroft-Gault from creatinine 1.2 mg/dL and weight 80 kg"),
        ("60M", f"Cr=1.2 mg/dL@-1 | eGFR=70 {EGFR}@-1", 70, "eGFR", "reported"),
        ("60M", f"Cr=1.2 mg/dL@-1 | weight=80 kg@-366 | eGFR=70 {EGFR}@-1", 70, "eGFR", "reported"),
        ("60U", f"Cr=1.2 mg/dL@-1 | weight=80 kg@-1 | eGFR=70 {EGFR}@-1", 70, "eGFR", "reported"),
    ],
)  # fmt: skip
def test_clearance_for_dosing(who: str, obs: str, value: int, label: str, basis: str) -> None:
    clearance = case_of(obs, who=who).dosing_clearance
    assert clearance is not None
    assert (round(clearance.value), clearance.label, clearance.basis) == (value, label, basis)
    assert clearance.stands_in is (label == "eGFR")


@pytest.mark.parametrize(
    ("obs", "problems", "disease"),
    [
        (f"eGFR=59 {EGFR}@-1", "", True), (f"eGFR=60 {EGFR}@-1", "", False), (f"eGFR=<60 {EGFR}@-1", "", True),
        (f"eGFR=>60 {EGFR}@-1", "", False), (f"eGFR=90 {EGFR}@-1", "ckd-3", True), ("", "ckd-3@resolved", False),
        ("", "aki", True), ("", "dialysis@active,onset=?", True), ("", "", False),
    ],
)  # fmt: skip
def test_kidney_disease(obs: str, problems: str, disease: bool) -> None:
    assert case_of(obs, problems=problems).has_kidney_disease is disease

"""Kidney function (rule catalogue 0.8): CKD-EPI 2021 [R-CKDEPI] and Cockcroft-Gault [R-CG]."""

from __future__ import annotations

from cds_service.clinical.chart import LabResult, Sex
from cds_service.clinical.fact import Fact


class KidneyFunction(Fact):
    """A filtration figure with its origin. ``value`` in mL/min/1.73 m2 (eGFR) or mL/min (CrCl)."""

    value: float
    label: str
    """"eGFR" or "CrCl"."""
    basis: str
    """Where it comes from: "reported", "CKD-EPI 2021", "Cockcroft-Gault from creatinine ... and weight ..."."""
    result: LabResult
    stands_in: bool = False
    """An eGFR where a clearance was wanted and could not be computed."""

    @property
    def shown(self) -> str:
        return f"{self.value:.0f}"


def ckd_epi_2021(creatinine_mg_dl: float, age: int, sex: Sex) -> float:
    """eGFR in mL/min/1.73 m2 from serum creatinine in mg/dL, age in years and sex (race-free equation of 2021)."""
    kappa, alpha, factor = (0.7, -0.241, 1.012) if sex is Sex.FEMALE else (0.9, -0.302, 1.0)
    ratio = creatinine_mg_dl / kappa
    return float(142.0 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.200 * 0.9938**age * factor)


def cockcroft_gault(creatinine_mg_dl: float, age: int, weight_kg: float, sex: Sex) -> float:
    """Creatinine clearance in mL/min from serum creatinine in mg/dL, age in years, weight in kg and sex."""
    clearance = (140 - age) * weight_kg / (72.0 * creatinine_mg_dl)
    return clearance * 0.85 if sex is Sex.FEMALE else clearance

"""Acute kidney injury beside a high CK (rule catalogue, rhabdomyolysis-suspected)."""

from __future__ import annotations

from statistics import median

from cds_service.clinical.case import Case
from cds_service.clinical.chart import ConditionFact, LabResult
from cds_service.clinical.fact import Fact
from cds_service.clinical.vocabulary import Analyte, Concept

MICROMOLES = 88.42
"""µmol/L in one mg/dL of creatinine (0.4)."""


class KidneyInjury(Fact):
    """What speaks for kidney injury or myoglobin in the urine."""

    facts: tuple[ConditionFact, ...] = ()
    creatinine: LabResult | None = None
    baseline: float | None = None
    """Median of the earlier results, mg/dL."""

    @property
    def baseline_shown(self) -> str:
        """The median in the unit in which the laboratory reports, two decimals in mg/dL and none in micromoles."""
        if self.baseline is None:
            return "not known"
        if self.creatinine is not None and "mol" in self.creatinine.reported:
            return f"{self.baseline * MICROMOLES:.0f} µmol/L"
        return f"{self.baseline:.2f} mg/dL"

    @property
    def present(self) -> bool:
        return bool(self.facts) or self.creatinine is not None


def kidney_injury(case: Case) -> KidneyInjury:
    """Active AKI, dark urine or myoglobinuria, or creatinine at least 1.5 x the median of 7 to 365 days ago."""
    facts = case.facts(Concept.AKI, Concept.DARK_URINE, Concept.MYOGLOBINURIA)
    limits = case.limits
    window = limits["ck.aki_window_d"]
    recent = case.latest(Analyte.CREATININE, window)
    older = [
        one.value
        for one in case.series(Analyte.CREATININE, limits["nms.baseline_to_d"])
        if case.clock.at_least_days_ago(one.time, window) and one is not recent
    ]
    usual = median(older) if older else None
    risen = recent is not None and usual is not None and recent.value >= limits["ck.aki_creatinine_x"] * usual
    return KidneyInjury(facts=facts, creatinine=recent if risen else None, baseline=usual)

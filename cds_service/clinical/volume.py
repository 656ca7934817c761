"""Evidence of dehydration (rule catalogue, dehydration-evidence): diagnosis, sodium, or the BUN:creatinine ratio."""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.chart import HOUR, ConditionFact, LabResult
from cds_service.clinical.fact import Fact
from cds_service.clinical.vocabulary import Analyte, Concept

BUN_PER_UREA = 2.8
"""mg/dL of urea nitrogen per mmol/L of urea."""


class Ratio(Fact):
    """Arm C: BUN in mg/dL over creatinine in mg/dL, and the results it rests on."""

    bun_mg_dl: float
    value: float
    nitrogen: LabResult
    creatinine: LabResult


class DehydrationEvidence(Fact):
    """Which arms hold: A a diagnosis, B high sodium, C the ratio (a weak sign)."""

    diagnosis: ConditionFact | None = None
    sodium: LabResult | None = None
    ratio: Ratio | None = None

    @property
    def is_strong(self) -> bool:
        """A or B."""
        return self.diagnosis is not None or self.sodium is not None

    @property
    def shown(self) -> str:
        """The evidence in words for a summary."""
        parts = []
        if self.diagnosis is not None:
            parts.append(f"{self.diagnosis.concept.title} recorded")
        if self.sodium is not None:
            parts.append(f"sodium {self.sodium.reported}")
        if self.ratio is not None:
            parts.append(f"BUN:creatinine ratio {self.ratio.value:.0f}")
        return ", ".join(parts)


def dehydration_evidence(case: Case, *, with_ratio: bool = True) -> DehydrationEvidence | None:
    """The arms that hold within ``dehydration.window_d``; C only when asked for and not excluded."""
    window = case.limits["dehydration.window_d"]
    diagnosis = next(iter(case.dated_facts(window, Concept.DEHYDRATION, Concept.VOLUME_DEPLETION)), None)
    sodium = case.latest(Analyte.SODIUM, window)
    if sodium is not None and sodium.value <= case.limits["na.high"]:
        sodium = None
    ratio = bun_creatinine_ratio(case) if with_ratio else None
    if diagnosis is None and sodium is None and ratio is None:
        return None
    return DehydrationEvidence(diagnosis=diagnosis, sodium=sodium, ratio=ratio)


def bun_creatinine_ratio(case: Case) -> Ratio | None:
    """Arm C, not used with gastrointestinal bleeding, dialysis or eGFR < 30."""
    limits = case.limits
    window = limits["dehydration.window_d"]
    nitrogen = _nitrogen(case, window)
    if nitrogen is None:
        return None
    result, bun = nitrogen
    if bun <= limits["bun.high"]:
        return None
    reach = limits["bun_cr.gap_h"] * HOUR + case.clock.epsilon_s
    near = [one for one in case.series(Analyte.CREATININE, window) if abs(one.time - result.time) <= reach]
    if not near:
        return None
    creatinine = min(near, key=lambda one: abs(one.time - result.time))
    if creatinine.value <= 0 or bun / creatinine.value <= limits["bun_cr.ratio"]:
        return None
    if case.has(Concept.GI_BLEED, Concept.DIALYSIS) or case.egfr_below("egfr.severe"):
        return None
    return Ratio(bun_mg_dl=bun, value=bun / creatinine.value, nitrogen=result, creatinine=creatinine)


def _nitrogen(case: Case, window: float) -> tuple[LabResult, float] | None:
    bun, urea = case.latest(Analyte.BUN, window), case.latest(Analyte.UREA, window)
    if bun is not None and (urea is None or bun.time >= urea.time):
        return bun, bun.value
    return (urea, urea.value * BUN_PER_UREA) if urea is not None else None

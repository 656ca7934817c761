"""CK as a multiple of the upper limit of normal (rule catalogue 0.9)."""

from __future__ import annotations

from cds_service.clinical.chart import LabResult, Sex
from cds_service.clinical.fact import Fact
from cds_service.clinical.limits import Limits


class CkRatio(Fact):
    """CK in U/L, the upper limit used and where that comes from, and their ratio."""

    result: LabResult
    upper_limit: float
    limit_basis: str
    ratio: float

    @property
    def shown(self) -> str:
        """``CK 3,081 U/L``'s number: no decimals."""
        return f"{self.result.value:.0f}"


def ck_ratio(result: LabResult, sex: Sex | None, limits: Limits) -> CkRatio:
    """The ratio with the result's own upper limit, else the sex default (unknown sex: the male one)."""
    if result.reference_high:
        upper, basis = result.reference_high, "laboratory's upper limit"
    elif sex is Sex.FEMALE:
        upper, basis = limits["ck.uln_female"], "default upper limit for women"
    else:
        upper, basis = limits["ck.uln_male"], "default upper limit for men"
    return CkRatio(result=result, upper_limit=upper, limit_basis=basis, ratio=result.value / upper)

"""Cases for unit tests, written in the grammar of the rule rows."""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.chart import DAY, LabResult
from cds_service.clinical.vocabulary import Analyte
from cds_service.guidance.finding import Hook
from cds_service.parameters import load_limits
from tests.rows import NOW, chart_of, row

LIMITS = load_limits()


def case_of(obs: str = "", *, who: str = "60F", meds: str = "", problems: str = "", hook: str = "PV") -> Case:
    """The Case of a chart given as observations, medicines and problems."""
    one = row("", hook, who, obs=obs, meds=meds, problems=problems, hits="none")
    return Case(chart_of(one), LIMITS, at_order=one.hook.is_order, at_signing=one.hook is Hook.ORDER_SIGN)


def result_of(
    analyte: Analyte,
    value: float,
    unit: str,
    *,
    days_ago: float = 0.0,
    low: float | None = None,
    high: float | None = None,
    preliminary: bool = False,
) -> LabResult:
    """One result of a given age, with the laboratory's own range where given."""
    return LabResult(
        analyte=analyte,
        value=value,
        unit=unit,
        reported=f"{value:g} {unit}",
        time=NOW - days_ago * DAY,
        age_days=days_ago,
        reference_low=low,
        reference_high=high,
        preliminary=preliminary,
    )

"""NMS features and their evidence on the chart (rule catalogue B6.0, step 2): temperature, tone, mental status, CK, findings.

Each is met, not met or without data; "no data" never counts as "not met" in any wording. Preliminary results and
undated findings never count. Pressure, pulse and breathing are in ``nms_vitals``.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from cds_service.clinical.case import Case
from cds_service.clinical.chart import ConditionFact, LabResult
from cds_service.clinical.ck import CkRatio, ck_ratio
from cds_service.clinical.fact import Fact
from cds_service.clinical.vocabulary import Analyte, Concept

MENTAL_STATUS = (
    Concept.ALTERED_MENTAL_STATUS, Concept.DELIRIUM, Concept.STUPOR, Concept.COMA, Concept.CATATONIA,
)  # fmt: skip
SECOND = 1.0
"""Times are written to the second; between two readings there is no other tolerance (0.2)."""


class State(StrEnum):
    """What the chart says about one feature."""

    MET = "met"
    NOT_MET = "not met"
    NO_DATA = "no data"


class Feature(Fact):
    """One feature with its evidence. ``results`` and ``facts`` are what a card shows, the deciding one first."""

    name: str
    criterion: str
    state: State
    results: tuple[LabResult, ...] = ()
    facts: tuple[ConditionFact, ...] = ()
    note: str = ""
    earliest: float | None = None
    """When the first evidence for a met feature was seen."""

    @property
    def met(self) -> bool:
        return self.state is State.MET


def state_of(met: bool, has_data: bool) -> State:
    """Met, else not met where there are data, else no data."""
    return State.MET if met else State.NOT_MET if has_data else State.NO_DATA


def one_of_many(count: int, which: str) -> str:
    """``highest of 12 such readings``; nothing for a single one."""
    return f"{which} of {count} such readings" if count > 1 else ""


def fevers(case: Case) -> tuple[tuple[LabResult, ...], tuple[LabResult, ...]]:
    """(all temperatures, those above the limit) within the vital-sign window, newest first."""
    readings = case.series(Analyte.TEMPERATURE, case.limits["nms.vitals_window_h"] / 24)
    return readings, tuple(one for one in readings if one.value > case.limits["nms.temp_c"])


def fever_once(case: Case) -> Feature:
    """fever-1: at least one temperature above 38.0 °C."""
    readings, high = fevers(case)
    return Feature(
        name="fever",
        criterion=f"temperature {case.limits.text('nms.temp_c')}",
        state=state_of(bool(high), bool(readings)),
        results=(max(high, key=lambda one: one.value),) if high else readings[:1],
        note=one_of_many(len(high), "highest"),
        earliest=high[-1].time if high else None,
    )


def fever_twice(case: Case) -> Feature:
    """fever-2 (IEC): two such readings at least an hour apart."""
    readings, high = fevers(case)
    minutes = case.limits["nms.temp_gap_min"]
    apart = high[0].time - high[-1].time if high else 0.0
    met = len(high) >= 2 and apart >= minutes * 60 - SECOND
    return Feature(
        name="fever twice",
        criterion=f"temperature {case.limits.text('nms.temp_c')} twice, {minutes:g} min apart; IEC assumes oral",
        state=state_of(met, bool(readings)),
        results=(high[0], high[-1]) if met else high[:1] or readings[:1],
        note=f"{apart / 60:.0f} min apart" if met else "",
        earliest=high[-1].time if met else None,
    )


def rigidity(case: Case) -> Feature:
    """Generalised or lead-pipe rigidity with a dated onset; older or undated rigidity is not counted."""
    feature = finding(case, Concept.RIGIDITY, case.limits["nms.sign_window_d"])
    if feature.met or not case.has(Concept.RIGIDITY):
        return feature
    return Feature(
        name=feature.name, criterion=feature.criterion, state=feature.state, facts=feature.facts,
        note="older or undated rigidity on record is not counted",
    )  # fmt: skip


def mental_status(case: Case) -> Feature:
    """GCS, AVPU or a recent finding of altered mental status."""
    limits = case.limits
    days = limits["nms.vitals_window_h"] / 24
    gcs, avpu = case.series(Analyte.GCS, days), case.series(Analyte.AVPU, days)
    low = tuple(one for one in gcs if one.value <= limits["nms.gcs"])
    clouded = tuple(one for one in avpu if one.answer != "alert")
    facts = case.dated_facts(limits["nms.sign_window_d"], *MENTAL_STATUS)
    met = bool(low or clouded or facts)
    moments = [one.time for one in (*low, *clouded)] + [one.onset for one in facts if one.onset is not None]
    return Feature(
        name="altered mental status",
        criterion=f"GCS {limits.text('nms.gcs')}, not alert, or confusion within {limits['nms.sign_window_d']:g} d",
        state=state_of(met, bool(gcs or avpu)),
        results=(*low[:1], *clouded[:1]) if met else (*gcs[:1], *avpu[:1]),
        facts=facts,
        earliest=min(moments, default=None),
    )


def ck_ratios(case: Case) -> list[CkRatio]:
    """Every CK within the window as a multiple of its upper limit, newest first."""
    results = case.series(Analyte.CK, case.limits["nms.ck_window_h"] / 24)
    return [ck_ratio(one, case.sex, case.limits) for one in results]


def ck_four(case: Case) -> Feature:
    """CK-4: the highest CK within the window is at least four times its upper limit."""
    ratios = ck_ratios(case)
    highest = max(ratios, key=lambda one: one.ratio, default=None)
    risen = [one.result.time for one in ratios if one.ratio >= case.limits["nms.ck_x"]]
    return Feature(
        name="CK",
        criterion=f"CK {case.limits.text('nms.ck_x')}",
        state=state_of(bool(risen), bool(ratios)),
        results=(highest.result,) if highest else (),
        note=f"{highest.ratio:.1f} x the {highest.limit_basis} of {highest.upper_limit:g} U/L" if highest else "",
        earliest=min(risen, default=None),
    )


def ck_levenson(case: Case) -> Feature:
    """CK-L: CK-4, or an absolute value of 1000 U/L."""
    ratios, limits = ck_ratios(case), case.limits
    highest = max(ratios, key=lambda one: one.result.value, default=None)
    risen = [
        one.result.time
        for one in ratios
        if one.ratio >= limits["nms.ck_x"] or one.result.value >= limits["nms.ck_levenson"]
    ]
    return Feature(
        name="CK (Levenson)",
        criterion=f"CK {limits.text('nms.ck_x')} or {limits.text('nms.ck_levenson')}",
        state=state_of(bool(risen), bool(ratios)),
        results=(highest.result,) if highest else (),
        earliest=min(risen, default=None),
    )


def finding(case: Case, concept: Concept, days: float) -> Feature:
    """A finding with a dated onset within the window; not met only where somebody wrote down that it is absent."""
    facts = case.dated_facts(days, concept)
    absent = () if facts else case.absent_findings(days, concept)
    shown = f"{days:g} d" if days > 3 else f"{days * 24:g} h"
    return Feature(
        name=concept.title,
        criterion=f"recorded with onset within {shown}",
        state=state_of(bool(facts), bool(absent)),
        facts=facts or absent[:1],
        note="documented as absent" if absent else "",
        earliest=min((one.onset for one in facts if one.onset is not None), default=None),
    )


def first_moment(features: Iterable[Feature], case: Case) -> float | None:
    """Earliest evidence among met features, at most the sign window (7 d) back."""
    days = case.limits["nms.sign_window_d"]
    moments = (feature.earliest for feature in features if feature.met)
    return min((one for one in moments if one is not None and case.clock.within_days(one, days)), default=None)

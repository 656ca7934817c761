"""Which calcium counts, and its grade (rule catalogue 0.6).

Order of preference: ionised; laboratory-adjusted; total corrected with the nearest albumin; uncorrected total.
Correction: ``Ca + 0.02 x (40 - albumin g/L)`` mmol/L or ``Ca + 0.8 x (4.0 - albumin g/dL)`` mg/dL, rounded to two or
one decimals before grading [R-CTCAE].
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from cds_service.clinical.chart import HOUR, LabResult
from cds_service.clinical.fact import Fact
from cds_service.clinical.grading import Direction, Grade, Tier, band, beyond, silenced_by_lab
from cds_service.clinical.limits import Limits
from cds_service.clinical.vocabulary import Analyte

MMOL = "mmol/L"


class Calcium(Fact):
    """The calcium that counts: the result, the value to grade, its kind and how it was reached."""

    result: LabResult
    value: float
    kind: str
    ionised: bool = False
    uncorrected: bool = False
    arithmetic: str | None = None
    albumin: LabResult | None = None


def round_half_up(value: float, decimals: int) -> float:
    """Commercial rounding of a decimal number (never bankers')."""
    exact = Decimal(repr(round(value, 9)))
    return float(exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))


def choose_calcium(
    ionised: LabResult | None,
    adjusted: LabResult | None,
    total: LabResult | None,
    albumins: Sequence[LabResult],
    limits: Limits,
) -> Calcium | None:
    """The calcium to grade among the newest of each kind within the window, ``None`` when there is none."""
    epsilon = limits["time.epsilon_s"]
    others = [result.time for result in (adjusted, total) if result is not None]
    if ionised is not None:
        span = limits["ca.ionised_pref_h"] * HOUR + epsilon
        if not others or ionised.time >= max(others) - span:
            return Calcium(result=ionised, value=ionised.value, kind="Ionised calcium", ionised=True)
    if adjusted is not None and (total is None or adjusted.time >= total.time):
        return Calcium(result=adjusted, value=adjusted.value, kind="Adjusted calcium")
    return correct(total, albumins, limits) if total is not None else None


def correct(total: LabResult, albumins: Sequence[LabResult], limits: Limits) -> Calcium:
    """Total calcium corrected with the nearest albumin in reach, or as it stands."""
    reach = limits["ca.albumin_gap_h"] * HOUR + limits["time.epsilon_s"]
    near = [albumin for albumin in albumins if abs(albumin.time - total.time) <= reach]
    if not near:
        return Calcium(result=total, value=total.value, kind="Total calcium", uncorrected=True)
    albumin = min(near, key=lambda result: abs(result.time - total.time))
    grams = albumin.value
    if total.unit == MMOL:
        factor, reference = limits["ca.correction.per_g_l"], limits["ca.correction.reference_g_l"]
        decimals, albumin_unit = 2, "g/L"
    else:
        factor, reference = limits["ca.correction.per_g_dl"], limits["ca.correction.reference_g_dl"]
        grams, decimals, albumin_unit = grams / 10, 1, "g/dL"
    value = _as_compared(round_half_up(total.value + factor * (reference - grams), decimals), total)
    sum_text = (
        f"{_decimal(total.value, decimals)} + {factor:g} × ({reference:g} − {grams:g} {albumin_unit} albumin) = "
        f"{value:.{decimals}f} {total.unit}"
    )
    return Calcium(result=total, value=value, kind="Corrected calcium", arithmetic=sum_text, albumin=albumin)


def _as_compared(corrected: float, total: LabResult) -> float:
    """A total reported as ``<x`` or ``>x`` stays just below or above after correction and rounding (0.3-3)."""
    if total.reported[1:2] == "=" or total.reported[:1] not in ("<", ">"):
        return corrected
    return math.nextafter(corrected, -math.inf if total.reported[0] == "<" else math.inf)


def _decimal(value: float, decimals: int) -> str:
    """A number with at least ``decimals`` decimals, all of them where there are more."""
    exact = f"{round(value, 6):g}"
    return exact if len(exact.partition(".")[2]) > decimals else f"{value:.{decimals}f}"


def is_outside(calcium: Calcium, direction: Direction, limits: Limits) -> bool:
    """Whether the value lies beyond the mild limit: the cheap question before symptoms and treatment are looked at."""
    return band(calcium.value, calcium.result.unit, _series(calcium, direction), limits) is not None


def _series(calcium: Calcium, direction: Direction) -> str:
    return f"{'ica' if calcium.ionised else 'ca'}.{direction.value}"


def band_of(calcium: Calcium, direction: Direction, limits: Limits, *, symptomatic: bool) -> tuple[Tier, str] | None:
    """The band of table 0.5 that the chosen calcium lies in, whatever its kind is then reported as (0.6-4)."""
    unit, value = calcium.result.unit, calcium.value
    found = band(value, unit, _series(calcium, direction), limits)
    if direction is Direction.LOW and not calcium.ionised and symptomatic:
        return _symptomatic_band(value, unit, found, limits)
    return found


def grade_calcium(
    calcium: Calcium, direction: Direction, limits: Limits, *, symptomatic: bool, fresh: bool, treated: bool
) -> Grade | None:
    """The grade of the chosen calcium on one side; ``symptomatic`` = neuromuscular symptoms or QTc >= qt.major."""
    unit, value = calcium.result.unit, calcium.value
    found = band_of(calcium, direction, limits, symptomatic=symptomatic)
    if found is None or silenced_by_lab(found[0], value, calcium.result, direction, limits):
        return None
    tier, key = found
    at_most_info = False
    if calcium.uncorrected and direction is Direction.LOW:
        tier, at_most_info = _uncorrected(tier, value, unit, limits)
    return Grade(
        result=calcium.result,
        value=value,
        tier=tier,
        direction=direction,
        limit=limits.text(key, unit),
        limit_key=key,
        shown=shown(calcium),
        kind=calcium.kind,
        fresh=fresh,
        treated=treated,
        at_most_info=at_most_info,
        uncorrected=calcium.uncorrected,
        arithmetic=calcium.arithmetic,
    )


def shown(calcium: Calcium) -> str:
    """The value as the summary prints it: as reported, or the corrected figure with its unit."""
    if calcium.arithmetic is None:
        return calcium.result.reported
    decimals = 2 if calcium.result.unit == MMOL else 1
    return f"{calcium.value:.{decimals}f} {calcium.result.unit}"


def _symptomatic_band(
    value: float, unit: str, found: tuple[Tier, str] | None, limits: Limits
) -> tuple[Tier, str] | None:
    key = "ca.low.severe_symptomatic"
    if found is not None and found[0] is Tier.SEVERE:
        return found
    if beyond(value, limits.in_unit(key, unit), limits.compares[key]):
        return Tier.SEVERE, key
    return found


def _uncorrected(tier: Tier, value: float, unit: str, limits: Limits) -> tuple[Tier, bool]:
    """0.6-4: severe counts as moderate unless very low; moderate is reported at info; mild is unchanged."""
    if tier is Tier.SEVERE:
        very_low = value < limits.in_unit("ca.low.uncorrected_severe", unit)
        return (Tier.SEVERE if very_low else Tier.MODERATE), False
    return tier, tier is Tier.MODERATE


CALCIUM_ANALYTES = (Analyte.IONISED_CALCIUM, Analyte.ADJUSTED_CALCIUM, Analyte.CALCIUM)

"""Loading of ``parameters.toml`` and of a site's override file, with every check that can stop the start.

In: the packaged file, and optionally a site's TOML file with single values under the same dotted keys
(``[k.low] mild = 3.4``, ``[ca.low] mild = { "mmol/L" = 2.1 }``). Out: ``Limits`` with a version that changes whenever
any value does. Raises ``ConfigurationError`` naming file, key and allowed range.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from cds_service.clinical.limits import Limits
from cds_service.errors import ConfigurationError

PACKAGED = "parameters.toml"
SET_VERSION = "1.0.0"
DUAL_FACTORS = {"ca": 4.008, "ica": 4.008, "mg": 2.4305}
"""mg/dL per mmol/L: the two series of a limit must agree within 5 % (section E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One row of section E (a dual-unit parameter is two of them, ``key`` ending in the unit)."""

    key: str
    default: float | bool
    unit: str
    low: float | None
    high: float | None
    compare: str
    used_by: str
    source: str


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if "default" in value:
            yield key, value
        else:
            yield from _leaves(value, f"{key}.")


def _rows(key: str, leaf: Mapping[str, Any]) -> Iterator[Parameter]:
    default, allowed = leaf["default"], leaf.get("range")
    shared = {"compare": leaf.get("compare", ""), "used_by": leaf["used_by"], "source": leaf["source"]}
    if isinstance(default, dict):
        for unit, number in default.items():
            low, high = allowed[unit] if allowed else (None, None)
            yield Parameter(key=f"{key}.{unit}", default=number, unit=unit, low=low, high=high, **shared)
        return
    low, high = allowed if allowed else (None, None)
    yield Parameter(key=key, default=default, unit=leaf.get("unit", ""), low=low, high=high, **shared)


@cache
def catalogue() -> tuple[Parameter, ...]:
    """All parameters with default, unit, allowed range and source, in the order of the packaged file."""
    text = files("cds_service").joinpath(PACKAGED).read_text(encoding="utf-8")
    return tuple(row for key, leaf in _leaves(tomllib.loads(text)) for row in _rows(key, leaf))


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _read_site_file(path: Path) -> dict[str, Any]:
    try:
        return dict(_flatten(tomllib.loads(path.read_text(encoding="utf-8"))))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: not a TOML file ({error})") from error


def _checked(parameter: Parameter, value: Any, origin: str) -> float | bool:
    is_switch = isinstance(parameter.default, bool)
    if is_switch != isinstance(value, bool) or not isinstance(value, bool | int | float):
        wanted = "true or false" if is_switch else "a number"
        raise ConfigurationError(f"{origin}: {parameter.key} must be {wanted}, not {value!r}")
    if not is_switch and parameter.low is not None and parameter.high is not None:
        if not parameter.low <= value <= parameter.high:
            allowed = f"{parameter.low:g} to {parameter.high:g} {parameter.unit}".strip()
            raise ConfigurationError(f"{origin}: {parameter.key} = {value} is outside the allowed range {allowed}")
    return value


def load_limits(site_file: Path | None = None) -> Limits:
    """The limits in force: defaults, overridden by ``site_file`` where it names a key.

    Raises ``ConfigurationError`` for an unknown key, a wrong type, a value out of range or a set that contradicts
    itself.
    """
    known = {parameter.key: parameter for parameter in catalogue()}
    values: dict[str, float | bool] = {key: parameter.default for key, parameter in known.items()}
    if site_file is not None:
        for key, value in _read_site_file(site_file).items():
            if key not in known:
                raise ConfigurationError(f"{site_file}: unknown parameter {key}")
            values[key] = _checked(known[key], value, str(site_file))
    numbers = {key: float(value) for key, value in values.items() if not isinstance(value, bool)}
    switches = {key: value for key, value in values.items() if isinstance(value, bool)}
    check_consistency(numbers, switches, str(site_file or PACKAGED))
    return Limits(
        version=_version(values),
        numbers=numbers,
        switches=switches,
        units={key: parameter.unit for key, parameter in known.items()},
        compares=_compares(known),
    )


def _compares(known: Mapping[str, Parameter]) -> dict[str, str]:
    found = {key: parameter.compare for key, parameter in known.items()}
    for key, parameter in known.items():
        if key.endswith(("mmol/L", "mg/dL")):
            found[key.rsplit(".", 1)[0]] = parameter.compare
    return found


def _version(values: Mapping[str, float | bool]) -> str:
    defaults = {parameter.key: parameter.default for parameter in catalogue()}
    changed = sorted((key, value) for key, value in values.items() if defaults[key] != value)
    if not changed:
        return SET_VERSION
    digest = hashlib.sha256(repr(changed).encode()).hexdigest()[:8]
    return f"{SET_VERSION}+site.{digest}"


FALLING = (
    ("k.low.mild", "k.low.moderate", "k.low.severe"),
    ("ca.low.mild", "ca.low.moderate", "ca.low.severe", "ca.low.uncorrected_severe"),
    ("ca.low.moderate", "ca.low.severe_symptomatic", "ca.low.severe"),
    ("ica.low.mild", "ica.low.moderate", "ica.low.severe"),
    ("mg.low.mild", "mg.low.moderate", "mg.low.severe"),
)
RISING = (
    ("k.high.mild", "k.high.moderate", "k.high.severe"),
    ("ca.high.mild", "ca.high.moderate", "ca.high.severe"),
    ("ica.high.mild", "ica.high.moderate", "ica.high.severe"),
    ("mg.high.mild", "mg.high.moderate", "mg.high.severe", "mg.preeclampsia_ceiling"),
    ("k.low.mild", "mra.k_warn", "mra.k_critical"),
    ("ck.symptom_x", "ck.warn_x", "ck.critical_x", "ck.rhabdo_x"),
    ("tsh.info", "tsh.warn"),
    ("qt.minor_m", "qt.major"),
    ("qt.minor_f", "qt.major"),
    ("labs.fresh_days", "labs.recent_days", "labs.stale_max_days"),
    ("sym.prompt_days", "sym.context_days"),
    ("diuretic.early_from", "diuretic.early_to"),
    ("refractory.min_gap_d", "refractory.max_gap_d"),
    ("nms.baseline_from_d", "nms.baseline_to_d"),
    ("egfr.severe", "egfr.kidney_disease"),
)


def check_consistency(numbers: Mapping[str, float], switches: Mapping[str, bool], origin: str) -> None:
    """Section E: series strictly ordered, the two unit series within 5 %, cut-off inside the score range."""
    for names, sign in [*((names, -1) for names in FALLING), *((names, 1) for names in RISING)]:
        for unit in ("", ".mmol/L", ".mg/dL"):
            series = [numbers[name + unit] for name in names if name + unit in numbers]
            if any(sign * (after - before) <= 0 for before, after in pairwise(series)):
                order = "falling" if sign < 0 else "rising"
                raise ConfigurationError(
                    f"{origin}: {', '.join(names)} must be strictly {order}{unit and ' in ' + unit[1:]}"
                )
    for key, number in numbers.items():
        if key.endswith(".mmol/L"):
            other = numbers[key.replace("mmol/L", "mg/dL")]
            factor = DUAL_FACTORS[key.split(".", 1)[0]]
            if abs(number * factor - other) > 0.05 * other:
                raise ConfigurationError(
                    f"{origin}: {key} and its mg/dL value differ by more than 5 % after conversion"
                )
    for name in plausible_names(numbers):
        if numbers[f"plausible.{name}.low"] >= numbers[f"plausible.{name}.high"]:
            raise ConfigurationError(f"{origin}: plausible.{name}.low must be below plausible.{name}.high")
    total = sum(number for key, number in numbers.items() if key.startswith("nms.points."))
    if not 0 < numbers["nms.iec_cutoff"] <= total:
        raise ConfigurationError(f"{origin}: nms.iec_cutoff must lie between 1 and {total:g} points")
    if switches["suggest.medication_orders"]:
        raise ConfigurationError(f"{origin}: suggest.medication_orders must stay false: no drug order is ever proposed")


def plausible_names(numbers: Mapping[str, float]) -> list[str]:
    """Analytes that have a plausible range, by their short name."""
    return [key.split(".")[1] for key in numbers if key.startswith("plausible.") and key.endswith(".low")]

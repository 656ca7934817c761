"""Section E: defaults, overrides, and every file that must stop the start with file, key and range."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service.errors import ConfigurationError
from cds_service.parameters import SET_VERSION, Parameter, catalogue, load_limits


def site(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "site.toml"
    file.write_text(text)
    return file


def test_defaults_are_those_of_section_e() -> None:
    limits = load_limits()
    assert limits.version == SET_VERSION
    expected = {
        "patient.min_age": 18, "older.age": 65, "labs.fresh_days": 7, "labs.recent_days": 30, "labs.stale_max_days": 365,
        "time.epsilon_s": 60, "time.future_skew_h": 1,
        "k.low.mild": 3.5, "k.low.moderate": 3.0, "k.low.severe": 2.5, "k.high.mild": 5.5, "k.high.moderate": 6.0,
        "k.high.severe": 6.5, "ca.albumin_gap_h": 72, "ca.ionised_pref_h": 24, "ca.correction.per_g_l": 0.02,
        "ca.correction.reference_g_l": 40, "ca.correction.per_g_dl": 0.8, "ca.correction.reference_g_dl": 4.0,
        "combo.max_gap_days": 7, "refractory.min_gap_d": 1, "refractory.max_gap_d": 14,
        "refractory.min_treatment_h": 24, "na.high": 145, "na.low_thiazide": 130, "bun.high": 20, "bun_cr.ratio": 20,
        "dehydration.window_d": 7, "egfr.kidney_disease": 60, "egfr.severe": 30, "renal.window_d": 365,
        "diuretic.k_days": 365, "diuretic.k_days_mra": 180, "diuretic.early_from": 28, "diuretic.early_to": 90,
        "diuretic.baseline_days": 90, "mra.k_warn": 5.0, "mra.k_critical": 5.5, "mra.egfr_min": 30,
        "orders.recent_days": 7, "suggestions.max": 5, "ck.uln_male": 190, "ck.uln_female": 170, "nms.iec_cutoff": 74, "qt.major": 500,
        "sym.prompt_days": 30, "sym.context_days": 180, "cards.max_patient_view": 4, "cards.max_order": 3,
        "plausible.K.low": 1, "plausible.K.high": 12, "plausible.CK.high": 1_000_000,
    }  # fmt: skip
    assert {key: limits[key] for key in expected} == expected
    dual = {
        "ca.low.mild": (2.12, 8.5), "ca.low.moderate": (2.00, 8.0), "ca.low.severe": (1.75, 7.0),
        "ca.low.severe_symptomatic": (1.90, 7.6), "ca.low.uncorrected_severe": (1.50, 6.0),
        "ca.high.mild": (2.62, 10.5), "ca.high.moderate": (3.00, 12.0), "ca.high.severe": (3.50, 14.0),
        "ica.low.mild": (1.12, 4.5), "ica.low.moderate": (1.00, 4.0), "ica.low.severe": (0.90, 3.6),
        "ica.high.mild": (1.32, 5.3), "ica.high.moderate": (1.50, 6.0), "ica.high.severe": (1.80, 7.2),
        "mg.low.mild": (0.70, 1.7), "mg.low.moderate": (0.50, 1.2), "mg.low.severe": (0.40, 1.0),
        "mg.high.mild": (1.10, 2.6), "mg.high.moderate": (1.23, 3.0), "mg.high.severe": (2.00, 4.9),
        "mg.preeclampsia_ceiling": (3.50, 8.5),
    }  # fmt: skip
    assert {key: (limits.in_unit(key, "mmol/L"), limits.in_unit(key, "mg/dL")) for key in dual} == dual
    ranges = {
        "K": (1, 12), "Ca": (0.5, 6), "iCa": (0.2, 3), "Mg": (0.1, 10), "Na": (90, 200), "Alb": (10, 60),
        "Temp": (25, 45), "HR": (20, 300), "RR": (3, 80), "SBP": (40, 300), "DBP": (20, 200), "GCS": (3, 15),
        "CK": (1, 1_000_000),
    }  # fmt: skip
    assert {name: (limits[f"plausible.{name}.low"], limits[f"plausible.{name}.high"]) for name in ranges} == ranges
    assert {key: limits.is_on(key) for key in limits.switches} == {
        "labs.use_preliminary_severe": True, "labs.lab_range_silences_mild": True, "nms.watch_enabled": True,
        "cards.time_critical": True, "cards.not_checked": True, "suggest.medication_orders": False,
        "firstline.standalone": True, "snooze.enabled": False,
    }  # fmt: skip


def test_every_parameter_has_unit_or_meaning_range_and_source() -> None:
    for parameter in catalogue():
        assert parameter.source
        assert parameter.used_by
        if not isinstance(parameter.default, bool):
            assert parameter.low is not None and parameter.high is not None
            assert parameter.low <= parameter.default <= parameter.high, parameter.key


def test_no_site_can_set_a_window_to_nothing() -> None:
    spans = [one for one in catalogue() if one.unit in ("d", "h", "min") and not one.key.startswith("time.")]
    assert spans
    assert [one.key for one in spans if one.low is None or one.low <= 0] == []


@pytest.mark.parametrize(
    ("key", "unit", "text"),
    [
        ("k.low.mild", None, "< 3.5 mmol/L"),
        ("k.low.moderate", None, "< 3.0 mmol/L"),
        ("mra.k_warn", None, "≥ 5.0 mmol/L"),
        ("ca.low.moderate", "mmol/L", "< 2.00 mmol/L"),
        ("ca.low.moderate", "mg/dL", "< 8.0 mg/dL"),
        ("ica.high.severe", "mmol/L", "> 1.80 mmol/L"),
        ("mg.low.mild", "mmol/L", "< 0.70 mmol/L"),
        ("na.high", None, "> 145 mmol/L"),
        ("egfr.severe", None, "< 30 mL/min/1.73 m2"),
    ],
)
def test_a_limit_is_printed_with_the_decimals_of_its_analyte(key: str, unit: str | None, text: str) -> None:
    assert load_limits().text(key, unit) == text


def test_a_site_value_counts_and_changes_the_version(tmp_path: Path) -> None:
    limits = load_limits(
        site(tmp_path, '[k.high]\nsevere = 6.2\n[ca.low]\nmild = { "mmol/L" = 2.15, "mg/dL" = 8.6 }\n')
    )
    assert limits["k.high.severe"] == 6.2
    assert limits.in_unit("ca.low.mild", "mg/dL") == 8.6
    assert limits.version.startswith(f"{SET_VERSION}+site.")
    assert limits.text("k.high.severe") == "≥ 6.2 mmol/L"


@pytest.mark.parametrize(
    ("sentence", "text", "named"),
    [
        ("unknown key", "[k.low]\nmildd = 3.4\n", "unknown parameter k.low.mildd"),
        ("out of range", "[k.low]\nmild = 9.9\n", "k.low.mild = 9.9 is outside the allowed range 3 to 4 mmol/L"),
        ("not a number", "[k.low]\nmild = nan\n", "k.low.mild = nan is outside the allowed range"),
        ("a window of nothing", "[ca]\nalbumin_gap_h = 0\n", "ca.albumin_gap_h = 0 is outside the allowed range 1 to"),
        ("one number for a limit in two units", "[ca.low]\nmild = 2.1\n", "unknown parameter ca.low.mild"),
        ("recent before fresh", "[labs]\nfresh_days = 30\nrecent_days = 30\n", "strictly rising"),
        ("plausible range turned round", "[plausible.K]\nlow = 12\n", "plausible.K.low must be below"),
        ("text for a number", '[k.low]\nmild = "3.4"\n', "k.low.mild must be a number"),
        ("number for a switch", "[nms]\nwatch_enabled = 1\n", "nms.watch_enabled must be true or false"),
        ("series out of order", "[k.low]\nmild = 3.0\n", "strictly falling"),
        ("rising series out of order", "[k.high]\nmild = 6.0\nmoderate = 6.0\n", "strictly rising"),
        ("units contradict each other", '[mg.low]\nmild = { "mmol/L" = 0.85 }\n', "differ by more than 5 %"),
        ("cut-off above the points", "[nms]\niec_cutoff = 93\n[nms.points]\nexposure = 10\n", "nms.iec_cutoff"),
        ("drug orders switched on", "[suggest]\nmedication_orders = true\n", "must stay false"),
        ("not TOML", "k.low.mild: 3.4", "not a TOML file"),
    ],
)
def test_a_bad_file_stops_the_start(tmp_path: Path, sentence: str, text: str, named: str) -> None:
    file = site(tmp_path, text)
    with pytest.raises(ConfigurationError) as refused:
        load_limits(file)
    assert named in str(refused.value)
    assert str(file) in str(refused.value)


NUMBERS = [one for one in catalogue() if not isinstance(one.default, bool)]


def set_to(parameter: Parameter, value: float) -> str:
    """The site file that sets one number; the last part of a key in two units is its unit."""
    in_two_units = parameter.key.endswith(("mmol/L", "mg/dL"))
    table = parameter.key.removesuffix(f".{parameter.unit}") if in_two_units else parameter.key.rpartition(".")[0]
    name = f'"{parameter.unit}"' if in_two_units else parameter.key.rpartition(".")[2]
    return f"[{table}]\n{name} = {value!r}\n"


@pytest.mark.parametrize("parameter", NUMBERS, ids=lambda one: one.key)
def test_every_number_is_refused_just_outside_its_range(tmp_path: Path, parameter: Parameter) -> None:
    assert parameter.low is not None and parameter.high is not None
    for value in (float(parameter.low) - 1e-6, float(parameter.high) + 1e-6):
        file = site(tmp_path, set_to(parameter, value))
        with pytest.raises(ConfigurationError) as refused:
            load_limits(file)
        said = str(refused.value)
        assert said.startswith(f"{file}: {parameter.key} = ")
        assert f"is outside the allowed range {parameter.low:g} to {parameter.high:g}" in said


@pytest.mark.parametrize("parameter", NUMBERS, ids=lambda one: one.key)
def test_both_ends_of_every_range_are_allowed(tmp_path: Path, parameter: Parameter) -> None:
    assert parameter.low is not None and parameter.high is not None
    for value in (float(parameter.low), float(parameter.high)):
        try:
            found, refusal = load_limits(site(tmp_path, set_to(parameter, value)))[parameter.key], ""
        except ConfigurationError as refused:  # alone it may contradict its neighbours
            found, refusal = value, str(refused)
        assert (found, "allowed range" in refusal) == (value, False)


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_limits(tmp_path / "nowhere.toml")

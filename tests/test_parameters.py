"""Section E: defaults, overrides, and every file that must stop the start with file, key and range."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service.errors import ConfigurationError
from cds_service.parameters import SET_VERSION, catalogue, load_limits


def site(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "site.toml"
    file.write_text(text)
    return file


def test_defaults_are_those_of_section_e() -> None:
    limits = load_limits()
    assert limits.version == SET_VERSION
    expected = {
        "patient.min_age": 18, "older.age": 65, "labs.fresh_days": 7, "labs.recent_days": 30, "labs.stale_max_days": 365,
        "k.low.mild": 3.5, "k.low.moderate": 3.0, "k.low.severe": 2.5, "k.high.mild": 5.5, "k.high.moderate": 6.0,
        "k.high.severe": 6.5, "ca.low.mild.mmol/L": 2.12, "ca.low.mild.mg/dL": 8.5, "mg.low.mild.mmol/L": 0.7,
        "mg.low.mild.mg/dL": 1.7, "ck.uln_male": 190, "ck.uln_female": 170, "nms.iec_cutoff": 74, "qt.major": 500,
        "sym.prompt_days": 30, "sym.context_days": 180, "cards.max_patient_view": 4, "cards.max_order": 3,
        "plausible.K.low": 1, "plausible.K.high": 12, "plausible.CK.high": 1_000_000,
    }  # fmt: skip
    assert {key: limits[key] for key in expected} == expected


def test_every_parameter_has_unit_or_meaning_range_and_source() -> None:
    for parameter in catalogue():
        assert parameter.source
        assert parameter.used_by
        if not isinstance(parameter.default, bool):
            assert parameter.low is not None and parameter.high is not None
            assert parameter.low <= parameter.default <= parameter.high, parameter.key


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


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_limits(tmp_path / "nowhere.toml")

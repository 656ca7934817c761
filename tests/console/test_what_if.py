"""The slider shows the thresholds in force, because it asks the rules."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from cds_service.console.what_if import SUBJECTS, Band, Sweep, WhatIf, marks
from cds_service.parameters import load_limits
from tests.rows import NOW
from tests.service import pipeline

SITE = "[k.low]\nmild = 3.8\n[k.high]\nsevere = 6.2\n"


def sweep(about: str, setting: str, site: Path | None = None) -> Sweep:
    house = replace(pipeline().house, limits=load_limits(site))
    return asyncio.run(WhatIf(replace(pipeline(), house=house)).sweep(about, setting, NOW))


def edges(bands: tuple[Band, ...]) -> dict[str, list[str]]:
    """Level → first and last values of its bands."""
    found: dict[str, list[str]] = {}
    for band in bands:
        found.setdefault(band.level, []).extend((band.first, band.last))
    return found


def test_the_bands_end_at_the_limits() -> None:
    rules = dict(sweep("potassium", "cramps").rules)
    assert edges(rules["potassium-low"]) == {
        "critical": ["2.0", "2.4"], "warning": ["2.5", "2.9"], "info": ["3.0", "3.4"], "silent": ["3.5", "7.5"],
    }  # fmt: skip
    assert edges(rules["potassium-high"])["critical"] == ["6.5", "7.5"]


def test_a_sites_own_limits_move_the_bands(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text(SITE)
    rules = dict(sweep("potassium", "cramps", site).rules)
    assert edges(rules["potassium-low"])["info"] == ["3.0", "3.7"]
    assert edges(rules["potassium-high"])["critical"] == ["6.2", "7.5"]
    shown = {mark.key: mark.text for mark in marks(SUBJECTS["potassium"], load_limits(site))}
    assert shown["k.low.mild"] == "< 3.8 mmol/L"


def test_the_albumin_moves_the_calcium() -> None:
    plain = edges(dict(sweep("calcium", "cramps").rules)["calcium-low"])
    corrected = edges(dict(sweep("calcium", "albumin").rules)["calcium-low"])
    assert float(plain["silent"][0]) - float(corrected["silent"][0]) == pytest.approx(0.35)


@pytest.mark.parametrize("about", SUBJECTS)
def test_every_scale_shows_limits_in_order_and_bands_without_gaps(about: str) -> None:
    subject = SUBJECTS[about]
    found = sweep(about, next(iter(subject.settings)))
    assert found.rules, "some rule depends on the value"
    for bands in (found.all, *(some for _, some in found.rules)):
        assert bands[0].start == 0
        assert bands[-1].start + bands[-1].width == pytest.approx(100, abs=0.02)
        for left, right in pairwise(bands):
            assert left.start + left.width == pytest.approx(right.start, abs=0.02)
    shown = marks(subject, load_limits())
    assert shown, "limits lie in the range"
    assert [mark.place for mark in shown] == sorted(mark.place for mark in shown)


@pytest.mark.parametrize(
    ("asked", "value"), [("", 2.9), ("x", 2.9), ("nan", 2.9), ("-5", 2.0), ("1e9", 7.5), ("3.49", 3.5)]
)
def test_any_value_asked_for_lands_on_a_step(asked: str, value: float) -> None:
    assert SUBJECTS["potassium"].nearest(asked) == pytest.approx(value)

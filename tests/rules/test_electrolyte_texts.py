"""What the electrolyte cards say: summaries as filled, tests offered, and what is missing or was only mentioned."""

from __future__ import annotations

import pytest

from cds_service.cards.summary import write_summary
from cds_service.clinical.fact import replace
from cds_service.guidance.assess import assess
from cds_service.guidance.finding import Finding, Hook, OrderTest
from cds_service.parameters import load_limits
from tests.rows import chart_of, row
from tests.rules_harness import assess_row, catalogue

CRAMP = "muscle-cramp@active,onset=-100"


def finding(rule: str, obs: str, meds: str = "", problems: str = "") -> Finding:
    """The finding of one rule on a chart; a rule that is silent fails the test."""
    assessment = assess_row(row("", "PV", "60F", obs=obs, meds=meds, problems=problems, hits="none"))
    return next(hit.finding for hit in assessment.hits if hit.rule_id == rule)


def offered_tests(one: Finding) -> list[str]:
    return [
        suggestion.test.value + ("!" if suggestion.recommended else "")
        for suggestion in one.suggestions
        if isinstance(suggestion, OrderTest)
    ]


SUMMARIES = (
    ("potassium-low", "K=2.8 mmol/L@-2", "", "", "Potassium 2.8 mmol/L (moderate low, 2 d ago)"),
    ("potassium-low", "K=2.8 mmol/L@-2", "furosemide@active", "", "Potassium 2.8 mmol/L (low, 2 d ago) while on furosemide"),
    ("potassium-low", "K=<2.5 mEq/L@-0.125", "", "", "Potassium <2.5 mEq/L (severe low, 3 h ago)"),
    ("potassium-low", "K=2.3 mmol/L@-0.125;preliminary", "furosemide@active", "",
     "Potassium 2.3 mmol/L (preliminary result, severe low, 3 h ago)"),
    ("potassium-low", "K=2.3 mmol/L@-0.125;preliminary | K=2.8 mmol/L@-1", "", "",
     "Potassium 2.3 mmol/L (preliminary result, severe low, 3 h ago)"),
    ("potassium-low", "K=2.2 mmol/L@-0.125;preliminary | K=2.4 mmol/L@-2", "", "",
     "Potassium 2.4 mmol/L (severe low, 2 d ago)"),
    ("potassium-high", "K=6.6 mmol/L@-2", "", "", "Potassium 6.6 mmol/L (severe high, 2 d ago)"),
    ("potassium-high", "K=6.6 mmol/L@-2;note=haemolysed", "", "", "Potassium 6.6 mmol/L (high, haemolysed sample): repeat"),
    ("potassium-high", "K=6.6 mmol/L@-2;preliminary;note=haemolysed", "", "",
     "Potassium 6.6 mmol/L (high, preliminary result, haemolysed sample): repeat"),
    ("calcium-low", "iCa=0.95 mmol/L@-2", "", "", "Ionised calcium 0.95 mmol/L (moderate low, 2 d ago)"),
    ("calcium-low", "Ca=1.70 mmol/L@-2 | Alb=30 g/L@-2", "", "", "Corrected calcium 1.90 mmol/L (moderate low, 2 d ago)"),
    ("calcium-low", "Ca=7.0 mg/dL@-2 | Alb=3.0 g/dL@-2", "", "", "Corrected calcium 7.8 mg/dL (moderate low, 2 d ago)"),
    ("calcium-low", "Ca=1.90 mmol/L@-2", "", "", "Total calcium 1.90 mmol/L low, albumin not available: verify"),
    ("calcium-low", "Ca=1.40 mmol/L@-2;preliminary", "", "",
     "Total calcium 1.40 mmol/L low (preliminary result), albumin not available: verify"),
    ("calcium-high", "adjCa=3.60 mmol/L@-2", "", "", "Adjusted calcium 3.60 mmol/L (severe high, 2 d ago)"),
    ("magnesium-low", "Mg=1.1 mg/dL@-2", "", "", "Magnesium 1.1 mg/dL (moderate low, 2 d ago)"),
    ("magnesium-high", "Mg=1.40 mmol/L@-2", "", "", "Magnesium 1.40 mmol/L (moderate high, 2 d ago)"),
    ("potassium-magnesium-low", "K=2.8 mmol/L@-2 | Mg=0.45 mmol/L@-2", "", "",
     "Low potassium 2.8 mmol/L and low magnesium 0.45 mmol/L: correct both"),
    ("calcium-magnesium-low", "adjCa=1.90 mmol/L@-2 | Mg=0.45 mmol/L@-2", "", "",
     "Low calcium 1.90 mmol/L and low magnesium 0.45 mmol/L: correct magnesium too"),
    ("potassium-low-refractory", "K=2.8 mmol/L@-6 | K=2.9 mmol/L@-1", "potassium chloride@active,start=-5", "",
     "Potassium 2.9 mmol/L still low after 4 d of replacement; magnesium not measured"),
    ("potassium-low-refractory", "K=2.8 mmol/L@-6 | K=2.9 mmol/L@-1 | Mg=0.80 mmol/L@-1",
     "potassium chloride@active,start=-5", "",
     "Potassium 2.9 mmol/L still low after 4 d of replacement; magnesium 0.80 mmol/L"),
    ("electrolyte-unresolved-result", "K=2.8 mmol/L@-60", "", "", "Potassium 2.8 mmol/L on 2026-09-19 not rechecked since"),
    ("electrolyte-unresolved-result", "K=2.8 mmol/L@-60 | Mg=0.45 mmol/L@-60 | Ca=1.70 mmol/L@-60", "", "",
     "Potassium 2.8 mmol/L, Magnesium 0.45 mmol/L and Calcium 1.70 mmol/L on 2026-09-19 not rechecked since"),
    ("electrolyte-unresolved-result", "K=<2.5 mmol/L@-60 | Mg=<0.40 mmol/L@-70 | Ca=<1.50 mmol/L@-80", "", "",
     "Potassium <2.5 mmol/L on 2026-09-19; Magnesium <0.40 mmol/L on 2026-09-09; Calcium <1.50 mmol/L on 2026-08-30 "
     "not rechecked since"),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "obs", "meds", "problems", "summary"), SUMMARIES)
def test_summary(rule: str, obs: str, meds: str, problems: str, summary: str) -> None:
    text = write_summary(finding(rule, obs, meds, problems).summary)
    assert text == summary
    assert len(text) < 140


TESTS_OFFERED = (
    ("potassium-low", "K=2.8 mmol/L@-1", "", "", ["Mg", "ECG"]),
    ("potassium-low", "K=2.8 mmol/L@-1 | Mg=0.80 mmol/L@-7", "", "", ["ECG"]),
    ("potassium-low", "K=2.8 mmol/L@-1 | Mg=0.80 mmol/L@-7.01", "", "", ["Mg", "ECG"]),
    ("potassium-low", "K=2.4 mmol/L@-1 | Mg=0.80 mmol/L@-1", "", "", ["K", "ECG"]),
    ("potassium-low", "K=3.2 mmol/L@-1 | Mg=0.80 mmol/L@-1", "", CRAMP, []),
    ("potassium-low", "K=3.2 mmol/L@-9 | Mg=0.80 mmol/L@-1", "", CRAMP, ["K"]),
    ("potassium-low", "K=3.2 mmol/L@-1 | Mg=0.80 mmol/L@-1", "digoxin@active", "", ["ECG"]),
    ("potassium-low", "K=3.2 mmol/L@-1 | Mg=0.80 mmol/L@-1", "haloperidol@active", "", ["ECG"]),
    ("potassium-low", "K=3.2 mmol/L@-1 | Mg=0.80 mmol/L@-1", "sotalol@active", CRAMP, ["ECG"]),
    ("potassium-high", "K=6.0 mmol/L@-1", "", "", ["ECG", "K", "Cr"]),
    ("potassium-high", "K=6.6 mmol/L@-1;note=haemolysed", "", "", ["ECG", "K!", "Cr"]),
    ("potassium-high", "K=5.6 mmol/L@-1 | Cr=0.9 mg/dL@-7", "", CRAMP, ["K"]),
    ("calcium-low", "adjCa=1.90 mmol/L@-1", "", "", ["iCa", "Mg", "ECG"]),
    ("calcium-low", "Ca=1.90 mmol/L@-1", "", "", ["Ca", "Mg", "ECG"]),
    ("calcium-low", "adjCa=2.05 mmol/L@-1 | Mg=0.80 mmol/L@-1", "", CRAMP, ["iCa"]),
    ("calcium-high", "adjCa=2.70 mmol/L@-1 | Cr=0.9 mg/dL@-1", "", CRAMP, ["Ca", "Cr"]),
    ("calcium-high", "adjCa=3.10 mmol/L@-1", "", "", ["Ca", "Cr", "ECG"]),
    ("magnesium-low", "Mg=0.45 mmol/L@-1", "", "", ["K", "Ca", "Cr", "ECG"]),
    ("magnesium-low", "Mg=0.65 mmol/L@-1 | K=4.0 mmol/L@-1 | iCa=1.20 mmol/L@-1 | Cr=0.9 mg/dL@-90", "", CRAMP, []),
    ("magnesium-low", "Mg=0.65 mmol/L@-1 | K=4.0 mmol/L@-1 | iCa=1.20 mmol/L@-1 | Cr=0.9 mg/dL@-90.01", "", CRAMP, ["Cr"]),
    ("magnesium-high", "Mg=1.15 mmol/L@-1", "magnesium oxide@active", "", ["Mg", "Cr"]),
    ("magnesium-high", "Mg=1.40 mmol/L@-1", "", "", ["Mg", "Cr", "ECG"]),
    ("potassium-magnesium-low", "K=3.2 mmol/L@-1 | Mg=0.60 mmol/L@-1", "", "", ["ECG", "K", "Mg"]),
    ("calcium-magnesium-low", "adjCa=2.05 mmol/L@-1 | Mg=0.60 mmol/L@-1", "", "", ["iCa", "ECG"]),
    ("potassium-low-refractory", "K=2.8 mmol/L@-6 | K=2.9 mmol/L@-1", "potassium chloride@active,start=-5", "", ["Mg!"]),
    ("electrolyte-unresolved-result", "K=2.8 mmol/L@-60 | Mg=0.45 mmol/L@-60 | Ca=1.70 mmol/L@-60", "", "",
     ["K", "Mg", "Ca"]),
    ("dehydration-evidence", "Na=150 mmol/L@-1", "", CRAMP, ["BMP"]),
    ("kidney-disease-electrolyte-risk", "K=2.8 mmol/L@-1", "", "ckd-3", []),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "obs", "meds", "problems", "offered"), TESTS_OFFERED)
def test_tests_offered(rule: str, obs: str, meds: str, problems: str, offered: list[str]) -> None:
    assert offered_tests(finding(rule, obs, meds, problems)) == offered


def test_the_previous_value_and_the_trend_are_shown() -> None:
    one = finding("potassium-low", "K=3.3 mmol/L@-9 | K=2.8 mmol/L@-2")
    previous = next(item for item in one.found if item.item == "Previous potassium")
    assert (previous.value, previous.limit) == ("3.3 mmol/L", "trend: falling")


def test_drugs_and_diseases_that_could_explain_the_value_are_listed() -> None:
    one = finding("potassium-low", "K=2.8 mmol/L@-2", "furosemide@active,start=-40 | salbutamol@active", "ckd-3")
    assert {"furosemide", "salbutamol", "Chronic kidney disease stage 3"} <= {item.item for item in one.found}


def test_a_calcium_row_shows_both_units_and_the_arithmetic() -> None:
    one = finding("calcium-low", "Ca=1.70 mmol/L@-2;ref=2.15-2.60 | Alb=30 g/L@-2")
    assert one.found[0].value == (
        "1.70 mmol/L (6.8 mg/dL); corrected: 1.70 + 0.02 × (40 − 30 g/L albumin) = 1.90 mmol/L"
    )
    assert one.found[0].limit == "moderate low: < 2.00 mmol/L; lab range 2.15–2.6 mmol/L"
    assert any("unreliable in critical illness, CKD and paraproteinaemia" in line for line in one.decided)


@pytest.mark.parametrize(
    ("obs", "line"),
    [
        (
            "Ca=1.90 mmol/L@-2",
            "Total calcium, albumin not available: may be pseudohypocalcaemia; check albumin or ionised calcium.",
        ),
        (
            "Ca=3.10 mmol/L@-2",
            "Total calcium, albumin not available: with a low albumin the true value would be higher.",
        ),
        ("adjCa=1.90 mmol/L@-2", None),
    ],
)
def test_a_missing_albumin_is_named(obs: str, line: str | None) -> None:
    one = finding("calcium-high" if "3.10" in obs else "calcium-low", obs)
    assert one.not_available == ((line,) if line else ())


def test_a_newer_preliminary_value_is_only_mentioned() -> None:
    mentioned = "Potassium 4.2 mmol/L (2026-11-18, 3 h ago) is newer but preliminary: mentioned only."
    newer = "K=4.2 mmol/L@-0.125;preliminary"
    assert mentioned in finding("potassium-low", f"K=2.8 mmol/L@-2 | {newer}").not_available
    assert mentioned in finding("electrolyte-unresolved-result", f"K=2.8 mmol/L@-60 | {newer}").not_available
    assert (
        mentioned in finding("potassium-magnesium-low", f"K=2.8 mmol/L@-2 | Mg=0.6 mmol/L@-2 | {newer}").not_available
    )


def test_an_old_severe_value_says_so() -> None:
    lines = finding("potassium-low", "K=2.4 mmol/L@-12").consider
    assert "12 days old, no repeat on file; check whether it was acted on." in lines


def test_a_haemolysed_sample_is_to_be_repeated_before_treating() -> None:
    lines = finding("potassium-high", "K=6.6 mmol/L@-1;note=haemolysed").consider
    assert "Haemolysed sample: repeat on a fresh sample before treating unless the ECG is abnormal." in lines


def test_the_limit_for_symptomatic_patients_is_explained() -> None:
    one = finding("calcium-low", "adjCa=1.85 mmol/L@-1", problems="tetany@active,onset=-60")
    assert one.decided[0] == "severe low: < 1.90 mmol/L"
    assert "this limit holds with neuromuscular symptoms or QTc ≥ 500 ms" in one.decided


def test_only_a_severe_value_is_said_to_count_less_when_old() -> None:
    severe = finding("potassium-low", "K=2.4 mmol/L@-12").decided
    moderate = finding("potassium-low", "K=2.8 mmol/L@-12").decided
    assert "older than 7 d, within 30 d: severe counts one step less" in severe
    assert "older than 7 d, within 30 d" in moderate


def test_absurdly_long_drug_names_never_cut_the_value() -> None:
    one = finding("potassium-low", "K=2.8 mmol/L@-2", "furosemide@active | hydrochlorothiazide@active")
    long = tuple(f"{name} 40 mg modified-release gastro-resistant film-coated tablet {'x' * 200}" for name in "ab")
    text = write_summary(replace(one.summary, drugs=long))
    assert len(text) < 140
    assert text == "Potassium 2.8 mmol/L (low, 2 d ago) while on 2 drugs"


def test_a_card_prints_the_limit_in_force_at_the_site() -> None:
    package = load_limits()
    site = replace(package, numbers={**package.numbers, "k.low.severe": 2.8, "labs.fresh_days": 3.0})
    chart = chart_of(row("", "PV", "60F", obs="K=2.7 mmol/L@-3", hits="none"))
    (hit,) = assess(chart, catalogue(), site, Hook.PATIENT_VIEW).hits
    assert hit.finding.tier == "severe"
    assert hit.finding.found[0].limit == "severe low: < 2.8 mmol/L"
    assert hit.finding.decided == ("severe low: < 2.8 mmol/L", "fresh: not older than 3 d")

"""What the cards of B2 to B4 say and offer: summaries to the letter, tests, removals, priorities, reasons, gaps."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.cards.markdown import clean
from cds_service.cards.summary import write_summary
from cds_service.guidance.finding import Finding, RemoveDraft
from tests.fhir_rows import request_for
from tests.rows import row
from tests.rules.tables import all_rows
from tests.rules_harness import assess_row
from tests.service import answer

CRAMP = "muscle-cramp@active,onset=-100"
CR = "Cr=0.9 mg/dL@-3"


def finding(rule: str, hook: str, obs: str, meds: str = "", problems: str = "") -> Finding:
    """The finding of one rule on a chart; a rule that is silent fails the test."""
    assessment = assess_row(row("", hook, "70F", obs=obs, meds=meds, problems=problems, hits="none"))
    return next(hit.finding for hit in assessment.hits if hit.rule_id == rule)


def offered(one: Finding) -> list[str]:
    """``Mg`` for a test, ``Mg!`` for a recommended one, ``-furosemide`` for the removal of a draft."""
    return [
        f"-{wish.draft.name}" if isinstance(wish, RemoveDraft) else wish.test + ("!" if wish.recommended else "")
        for wish in one.suggestions
    ]


CASES: tuple[tuple[str, str, str, str, str, str, list[str]], ...] = (
    # rule, hook, results, medicines, problems, summary, offered
    ("diuretic-potassium-low", "PV", "K=2.8 mmol/L@-2", "furosemide@active", "", "Potassium 2.8 mmol/L (low, 2 d ago) while on furosemide", ["Mg", "ECG"]),
    ("diuretic-potassium-low", "PV", "K=2.4 mEq/L@-9 | Mg=0.80 mmol/L@-1", "furosemide@active", "", "Potassium 2.4 mEq/L (low, 9 d ago) while on furosemide", ["K", "ECG"]),
    ("diuretic-potassium-low", "PV", "K=3.2 mmol/L@-1 | Mg=0.80 mmol/L@-1", "furosemide@active | sotalol@active", "", "Potassium 3.2 mmol/L (low, 24 h ago) while on furosemide", ["ECG"]),
    ("diuretic-magnesium-low", "PV", "Mg=1.1 mg/dL@-2 | K=4.0 mmol/L@-1 | iCa=1.20 mmol/L@-1", "furosemide@active", "", "Magnesium 1.1 mg/dL (low, 2 d ago) while on furosemide", ["K", "Ca"]),
    ("loop-diuretic-calcium-low", "PV", "adjCa=1.95 mmol/L@-2 | Mg=0.80 mmol/L@-1 | K=4.0 mmol/L@-1", "furosemide@active", "", "Adjusted calcium 1.95 mmol/L (low, 2 d ago) while on furosemide", ["iCa", "Mg"]),
    ("loop-diuretic-calcium-low", "PV", "Ca=1.70 mmol/L@-2 | Alb=28 g/L@-2 | K=4.0 mmol/L@-1", "torasemide@active", "", "Corrected calcium 1.94 mmol/L (low, 2 d ago) while on torasemide", ["iCa", "Mg"]),
    ("thiazide-calcium-high", "PV", "Ca=12.1 mg/dL@-2 | K=4.0 mmol/L@-1", "indapamide@active", "", "Total calcium 12.1 mg/dL (high, 2 d ago) while on indapamide", ["Ca"]),
    ("potassium-raising-drug-potassium-high", "PV", "K=6.0 mmol/L@-2 | Cr=0.9 mg/dL@-1", "lisinopril@active | ibuprofen@active", "", "Potassium 6.0 mmol/L (high, 2 d ago) while on ibuprofen and lisinopril", ["ECG", "K", "Cr"]),
    ("potassium-raising-drug-potassium-high", "PV", "K=5.6 mmol/L@-2", "spironolactone@active,start=-9", "", "Potassium 5.6 mmol/L (high, 2 d ago) while on spironolactone", ["K", "Cr"]),
    ("diuretic-monitoring-gap", "PV", "", "furosemide@active", "", "On furosemide, no potassium result in 365 days", ["BMP!", "Mg"]),
    ("diuretic-monitoring-gap", "PV", "K=4.0 mmol/L@-200", "furosemide@active | eplerenone@active", "", "On eplerenone, no potassium result in 180 days", ["BMP!", "Mg"]),
    ("diuretic-monitoring-gap", "PV", "K=4.0 mmol/L@-60", "furosemide@active,start=-40", "", "On furosemide, no potassium result in 40 days", ["BMP!", "Mg"]),
    ("dehydration-evidence", "PV", "Na=150 mmol/L@-1", "", CRAMP, "Signs of dehydration (sodium 150 mmol/L) in a patient with muscle symptoms", ["BMP"]),
    ("dehydration-evidence", "PV", "K=4.0 mmol/L@-1", "furosemide@active", "dehydration", "Signs of dehydration (dehydration recorded) in a patient with diuretic", ["BMP"]),
    ("dehydration-evidence", "PV", "BUN=44 mg/dL@-1 | Cr=1.0 mg/dL@-1 | eGFR=70 mL/min/{1.73_m2}@-1 | K=2.8 mmol/L@-1", "", "", "Signs of dehydration (BUN:creatinine ratio 44) in a patient with electrolyte change", ["BMP"]),
    ("kidney-disease-electrolyte-risk", "PV", "K=2.8 mmol/L@-1 | eGFR=41.6 mL/min/{1.73_m2}@-9", "", "", "Kidney disease (eGFR 42) may explain the electrolyte or muscle findings", []),
    ("liver-disease-cramps", "PV", "K=2.8 mmol/L@-1", "", "cirrhosis", "Liver disease on the chart: cramps are common in cirrhosis", []),
    ("diuretic-order-electrolytes", "OS", f"K=2.9 mmol/L@-3 | {CR}", "hydrochlorothiazide@draft", "", "hydrochlorothiazide ordered: potassium 2.9 mmol/L (3 d ago) may worsen", ["Mg", "-hydrochlorothiazide"]),
    ("diuretic-order-electrolytes", "OS", f"K=3.2 mmol/L@-9 | {CR}", "furosemide@draft", "", "furosemide ordered: potassium 3.2 mmol/L (9 d ago) may worsen", ["Mg", "K"]),
    ("diuretic-order-electrolytes", "SG", f"Na=125 mmol/L@-3 | K=4.0 mmol/L@-3 | Mg=0.80 mmol/L@-3 | {CR}", "indapamide@draft | furosemide@draft", "", "indapamide ordered: sodium 125 mmol/L (3 d ago) may worsen", ["-indapamide"]),
    ("diuretic-order-electrolytes", "SG", f"iCa=0.95 mmol/L@-3 | K=4.0 mmol/L@-3 | Mg=0.80 mmol/L@-3 | {CR}", "indapamide@draft | furosemide@draft", "", "furosemide ordered: ionised calcium 0.95 mmol/L (3 d ago) may worsen", ["-furosemide"]),
    ("diuretic-order-dehydration", "OS", f"Na=150 mmol/L@-3 | K=4.0 mmol/L@-3 | {CR}", "furosemide@draft", "", "furosemide ordered: sodium 150 mmol/L suggests volume depletion", ["BMP", "-furosemide"]),
    ("diuretic-order-dehydration", "OS", f"Na=150 mmol/L@-3 | K=4.0 mmol/L@-3 | {CR}", "furosemide@draft", "heart-failure,onset=-900", "furosemide ordered: sodium 150 mmol/L suggests volume depletion", ["BMP"]),
    ("diuretic-order-no-baseline", "OS", "", "furosemide@draft", "", "furosemide ordered: no potassium/creatinine in the last 90 days", ["BMP!", "Mg"]),
    ("diuretic-order-no-baseline", "OS", "K=4.0 mmol/L@-9", "furosemide@draft", "", "furosemide ordered: no creatinine in the last 90 days", ["BMP!", "Mg"]),
    ("potassium-raising-order", "OS", "K=5.6 mmol/L@-3 | eGFR=48.4 mL/min/{1.73_m2}@-3", "spironolactone@draft", "", "spironolactone ordered: potassium 5.6 mmol/L (3 d ago), eGFR 48", ["K", "Cr", "-spironolactone"]),
    ("potassium-raising-order", "OS", "K=4.0 mmol/L@-3 | eGFR=30 mL/min/{1.73_m2}@-3", "spironolactone@draft | potassium chloride@draft", "", "spironolactone ordered: potassium 4.0 mmol/L (3 d ago), eGFR 30", ["K", "Cr", "-spironolactone"]),
    ("potassium-raising-order", "OS", "K=5.6 mmol/L@-3;note=haemolysed | eGFR=80 mL/min/{1.73_m2}@-3", "spironolactone@draft", "", "spironolactone ordered: potassium 5.6 mmol/L (3 d ago), eGFR 80", ["K!", "Cr", "-spironolactone"]),
    ("magnesium-order-renal", "OS", "Mg=1.20 mmol/L@-3 | eGFR=28 mL/min/{1.73_m2}@-3", "magnesium oxide@draft", "", "magnesium oxide ordered: eGFR 28, magnesium 1.20 mmol/L", ["Mg", "Cr"]),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "hook", "obs", "meds", "problems", "summary", "wishes"), CASES)
def test_summary_and_offers(
    rule: str, hook: str, obs: str, meds: str, problems: str, summary: str, wishes: list[str]
) -> None:
    one = finding(rule, hook, obs, meds, problems)
    assert write_summary(one.summary) == summary
    assert offered(one) == wishes


def card(hook: str, obs: str, meds: str = "", problems: str = "") -> dict[str, Any]:
    made: dict[str, Any] = answer(
        request_for(row("x", hook, "58F", obs=obs, meds=meds, problems=problems, hits="none"))
    )["cards"][0]
    return made


def drafts(one: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Label → the draft ServiceRequest of each suggested test."""
    return {
        suggestion["label"]: suggestion["actions"][0]["resource"]
        for suggestion in one["suggestions"]
        if suggestion["actions"][0]["type"] == "create"
    }


def test_a_test_wanted_by_several_hits_is_as_urgent_as_the_worst_of_them_and_names_all_reasons() -> None:
    one = card("PV", "K=2.4 mmol/L@-1 | K=2.3 mmol/L@-4 | Mg=0.60 mmol/L@-9", "potassium chloride@active,start=-3")
    magnesium = drafts(one)["Order magnesium"]
    assert magnesium["priority"] == "stat"  # recommended by a warning, wanted by a critical hit
    assert one["suggestions"][0].get("isRecommended") is True
    assert {reason["reference"] for reason in magnesium["reasonReference"]} >= {
        "Observation/obs-0",
        "Observation/obs-1",
    }


def test_a_panel_inherits_the_urgency_of_what_it_contains() -> None:
    one = card("PV", "K=2.4 mmol/L@-1 | Na=150 mmol/L@-1", "", CRAMP)
    assert drafts(one)["Order basic metabolic panel"]["priority"] == "stat"
    assert "Order potassium" not in drafts(one)


def test_calcium_with_albumin_is_offered_beside_the_panel_that_lacks_albumin() -> None:
    one = card("PV", "Ca=1.70 mmol/L@-1 | Na=150 mmol/L@-1", "", CRAMP)
    assert {"Order basic metabolic panel", "Order calcium with albumin"} <= set(drafts(one))


def test_what_is_ordered_is_not_offered() -> None:
    one = card("PV", "K=2.4 mmol/L@-1", "lab:Mg@active,start=-1 | lab:BMP@draft")
    assert set(drafts(one)) == {"Order 12-lead ECG"}


@pytest.mark.parametrize(
    ("obs", "line"),
    [
        ("K=2.4 mmol/L@-1", "No usable magnesium within 30 d."),
        ("K=2.4 mmol/L@-1 | Mg=0.80 mmol/L@-31", "No usable magnesium within 30 d."),
        ("Mg=0.45 mmol/L@-1", "No usable potassium within 30 d."),
        ("K=2.4 mmol/L@-2 | K=4.0 g/dL@-1", "Potassium 4.0 g/dL (2026-11-17) has a unit that does not fit or is not clear; not used."),
        ("K=2.4 mmol/L@-2 | K=40 mmol/L@-1", "Potassium 40.0 mmol/L (2026-11-17) is not plausible; not used."),
        ("K=2.4 mmol/L@-2 | K=4.0 mmol/L@?", "Potassium: an undated result was not used."),
        ("K=2.4 mmol/L@-2 | K=4.0 mmol/L@+2", "Potassium: a result dated in the future was not used."),
    ],
)  # fmt: skip
def test_what_is_absent_or_unusable_is_named_on_the_card(obs: str, line: str) -> None:
    detail = card("PV", obs)["detail"]
    part = detail[detail.index("**Not available or not used**") : detail.index("**How this was decided**")]
    assert f"- {line}" in part


def test_what_is_there_is_not_called_absent() -> None:
    detail = card("PV", "K=2.4 mmol/L@-1 | Mg=0.80 mmol/L@-1 | iCa=1.20 mmol/L@-1 | eGFR=80 mL/min/{1.73_m2}@-9")[
        "detail"
    ]
    assert all(f"No usable {name}" not in detail for name in ("potassium", "magnesium", "calcium", "eGFR"))


@pytest.mark.parametrize(
    ("obs", "meds", "words"),
    [
        ("Ca=1.70 mmol/L@-2 | Alb=28 g/L@-2", "", "correction is unreliable in critical illness, CKD and paraproteinaemia; ionised calcium decides"),
        ("adjCa=1.70 mmol/L@-2", "", "adjustment is unreliable in critical illness"),
        ("Ca=1.70 mmol/L@-60 | Alb=38 g/L@-60", "", "correction is unreliable in critical illness"),
        ("Ca=2.00 mmol/L@-2 | Alb=38 g/L@-2 | Mg=0.60 mmol/L@-2", "", "correction is unreliable in critical illness"),
        ("K=2.4 mmol/L@-9", "", "9 days old, no repeat on file; check whether it was acted on."),
        ("K=2.4 mmol/L@-1", "", "Severe: urgent same-day management and cardiac monitoring per local policy."),
        ("K=6.6 mmol/L@-60;note=haemolysed", "", "repeat on a fresh sample before treating unless the ECG is abnormal"),
        ("K=2.8 mmol/L@-2", "furosemide@active,dose=40 mg/d", "furosemide | active, 40 mg/d"),
        ("", "furosemide@active", "none visible here"),
    ],
)  # fmt: skip
def test_a_card_says(obs: str, meds: str, words: str) -> None:
    assert words in card("PV", obs, meds)["detail"]


def test_the_weakness_of_a_correction_is_said_at_the_order_too() -> None:
    one = card("OS", f"Ca=1.70 mmol/L@-2 | Alb=28 g/L@-2 | K=4.0 mmol/L@-2 | {CR}", "furosemide@draft")
    assert "correction is unreliable in critical illness" in one["detail"]


def test_no_sentence_of_ours_is_changed_by_the_cleaning_of_chart_text() -> None:
    """A colon after "file" or "data" would be taken for a link and cut out."""
    for case in all_rows():
        for hit in assess_row(case).hits:
            one = hit.finding
            for text in (one.why, *one.consider, *one.not_available, *one.decided, one.summary.template):
                assert clean(text, 2_000) == text, f"{hit.rule_id}: {text}"

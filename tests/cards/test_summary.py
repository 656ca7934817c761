"""Summaries stay below 140 characters, and a number or a unit is never cut (C1)."""

from __future__ import annotations

import pytest

from cds_service.cards.summary import write_summary
from cds_service.guidance.finding import Summary

LONGEST = "hydrochlorothiazide 12.5 MG / olmesartan medoxomil 40 MG / amlodipine 10 MG Oral Tablet [Tribenzor Extended]"


@pytest.mark.parametrize(
    ("sentence", "summary", "expected"),
    [
        (
            "everything fits",
            Summary(template="Potassium 2.8 mmol/L ({tier} low, {age})", tier="moderate", age="2 d ago"),
            "Potassium 2.8 mmol/L (moderate low, 2 d ago)",
        ),
        (
            "no tier word leaves no double space",
            Summary(template="Potassium 2.8 mmol/L ({tier} low, {age})", age="2 d ago"),
            "Potassium 2.8 mmol/L (low, 2 d ago)",
        ),
        (
            "no age leaves no comma",
            Summary(template="Potassium 2.8 mmol/L ({tier} low, {age})", tier="severe"),
            "Potassium 2.8 mmol/L (severe low)",
        ),
        (
            "two short drugs are named",
            Summary(template="{drugs} ordered: potassium 2.8 mmol/L", drugs=("furosemide", "indapamide")),
            "furosemide and indapamide ordered: potassium 2.8 mmol/L",
        ),
        (
            "several long drugs become a count",
            Summary(
                template="Potassium 2.8 mmol/L (low, {age}) while on {drugs}",
                drugs=(LONGEST, LONGEST + "x", "c"),
                age="2 d ago",
            ),
            "Potassium 2.8 mmol/L (low, 2 d ago) while on 3 drugs",
        ),
    ],
)
def test_summary_text(sentence: str, summary: Summary, expected: str) -> None:
    assert write_summary(summary) == expected


def test_one_very_long_drug_name_is_shortened_before_anything_else() -> None:
    text = write_summary(
        Summary(
            template="Total calcium 1.72 mmol/L low, albumin not available: verify ({tier}, {age}) while also taking {drugs}",
            drugs=(LONGEST,), tier="moderate", age="13 d ago",
        )
    )  # fmt: skip
    assert len(text) < 140
    assert "1.72 mmol/L" in text
    assert "13 d ago" in text


def test_markup_and_control_characters_of_a_name_do_not_reach_a_summary() -> None:
    text = write_summary(Summary(template="{drugs} ordered", drugs=("furo\u202esemide\n\x00 http://evil.example",)))
    assert text == "furosemide (link removed) ordered"

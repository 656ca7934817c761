"""Chart text on a card is data, never markup (faults C01 to C05). Judged by rendering, not by looking at escapes."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from cds_service.cards.markdown import bullets, clean, escape, table

HOSTILE = {
    "C01 script": "<script>alert(1)</script>",
    "C01 image with handler": '<img src=x onerror="alert(1)">',
    "C01 svg": "<svg/onload=alert(1)>",
    "C01 entity": "&lt;b&gt;bold&lt;/b&gt;",
    "C01 javascript scheme": "javascript:alert(1)",
    "C02 link": "[click](http://evil.example/p)",
    "C02 image": "![x](http://evil.example/p.png)",
    "C02 autolink in angle brackets": "<http://evil.example>",
    "C02 bare link": "see http://evil.example/now",
    "C02 www link": "www.evil.example",
    "C02 mail": "doctor@evil.example",
    "C02 reference link": "[a][b]\n\n[b]: http://evil.example",
    "C03 heading": "# All normal",
    "C03 setext heading": "All normal\n===",
    "C03 table break": "a | b | c",
    "C03 code fence": "```\nhidden\n```",
    "C03 rule": "---",
    "C03 many stars": "*" * 10_000,
    "C03 quote": "> quoted",
    "C03 comment": "<!-- hidden -->",
    "C03 strike": "~~potassium 6.9~~",
    "C03 emphasis": "**normal** _really_",
    "C03 list": "- item",
    "C05 newline": "a\nb\rc\td",
    "C05 ANSI": "\x1b[31mred\x1b[0m",
    "C05 bidi": "abc\u202edef\u2066x",
    "C05 zero width": "po\u200btas\u200dsium",
    "C05 stacked marks": "a" + "\u0301" * 1000,
    "C05 lone surrogate": "a\ud800b",
}
FORBIDDEN = re.compile(r"<(?!/?(table|thead|tbody|tr|th|td|ul|li|p)\b)[a-z!/]", re.IGNORECASE)


def render(markdown: str) -> str:
    return MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(markdown)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_stays_text_in_a_table_cell_and_in_a_list(text: str) -> None:
    for markdown in (table(("Item", "Value"), [(text, "1")]), bullets([text])):
        html = render(markdown)
        assert not FORBIDDEN.search(html), html
        assert html.count("<tr") in (0, 2)
        assert html.count("<td") in (0, 2)
        assert html.count("<li") in (0, 1)
        assert "http" not in html
        assert "www." not in html
        assert "javascript:" not in html
        assert not re.search("[\u0300-\u036f]{3}", html), "three marks on one letter"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_inert_even_where_detail_is_shown_as_html(text: str) -> None:
    assert "<" not in escape(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("furosemide 40 MG Oral Tablet", "furosemide 40 MG Oral Tablet"),
        ("3.4 mmol/L", "3.4 mmol/L"),
        ("10*9/L", "10*9/L"),
        ("Åse's tablet", "Åse's tablet"),
        ("a\u202eb", "ab"),
        ("x" * 500, "x" * 159 + "…"),
    ],
)
def test_clean_keeps_ordinary_text_and_cuts_long_text(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_escaped_text_always_encodes() -> None:
    escape("\ud800 \udfff").encode("utf-8")


def test_cleaning_is_linear_in_hostile_input() -> None:
    clean("a" * 50_000 + "!" + "www." * 50_000)
    clean("://" * 100_000)

"""Every rule's summary with the longest product names of the terminology: below 140, cut between words only (C1)."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import Any

import pytest

from cds_service.guidance.wording import shortened
from cds_service.terminology import RXNORM, Coding
from cds_service.terminology.store import read_product_names
from tests.fhir_rows import request_for
from tests.rows import Row, terminology
from tests.rules.tables import all_rows
from tests.service import answer

CUT_NUMBER = re.compile(r"\d…")
ROWS_PER_RULE = 3


@cache
def longest_products() -> dict[frozenset[str], tuple[str, str]]:
    """Ingredients → code and name of the product with the longest name."""
    found: dict[frozenset[str], tuple[str, str]] = {}
    for code, name in sorted(read_product_names().items(), key=lambda item: -len(item[1]))[:12_000]:
        ingredients = frozenset(terminology().drug((Coding(RXNORM, code),)).ingredients)
        found.setdefault(ingredients, (code, name))
    return found


def rows_by_rule() -> list[Row]:
    """Some rows of every rule in which it fires beside a medicine."""
    chosen: dict[str, list[Row]] = defaultdict(list)
    for row in all_rows():
        if any(not med.name.startswith("lab:") for med in row.meds):
            for rule, _ in sorted(row.hits):
                if len(chosen[rule]) < ROWS_PER_RULE:
                    chosen[rule].append(row)
    return list({id(row): row for rows in chosen.values() for row in rows}.values())


def with_longest_names(request: dict[str, Any]) -> dict[str, Any]:
    orders = [
        *request["prefetch"]["medicationRequests"]["entry"],
        *request["context"].get("draftOrders", {}).get("entry", ()),
    ]
    for entry in orders:
        concept = entry["resource"].get("medicationCodeableConcept")
        if concept is not None:
            ingredients = frozenset(terminology().drug((), concept["text"]).ingredients)
            code, name = longest_products().get(ingredients, (None, concept["text"]))
            concept["text"] = name
            if code is not None:
                concept["coding"] = [{"system": RXNORM, "code": code, "display": name}]
    return request


@pytest.mark.parametrize("row", rows_by_rule(), ids=str)
def test_summaries_with_the_longest_names(row: Row) -> None:
    cards = answer(with_longest_names(request_for(row)))["cards"]
    for card in cards:
        assert 0 < len(card["summary"]) < 140, card["summary"]
        assert not CUT_NUMBER.search(card["summary"]), card["summary"]
        assert "{" not in card["summary"]


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("gabapentin 300 MG", 20, "gabapentin 300 MG"),
        ("gabapentin 300 MG Oral Capsule", 20, "gabapentin 300 MG…"),
        ("gabapentin 300 MG Oral Capsule", 15, "gabapentin…"),
        ("hydrochlorothiazide 12.5 MG Oral Tablet", 26, "hydrochlorothiazide…"),
        ("amiloride / hydrochlorothiazide", 24, "amiloride…"),
        ("hydroxyprogesteronecaproate", 12, "hydroxyprog…"),
    ],
)
def test_a_name_is_cut_between_words_and_never_behind_a_number(text: str, longest: int, expected: str) -> None:
    assert shortened(text, longest) == expected

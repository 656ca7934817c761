"""Every row of every rule table again, as a FHIR request through the whole service: same hits, cards in order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir_rows import request_for
from tests.rows import Row
from tests.rules.tables import all_rows
from tests.service import answer, hits

ORDER = {"critical": 0, "warning": 1, "info": 2}


def check_cards(body: dict[str, Any]) -> None:
    """What holds for every answer: summaries short, order by severity, no empty member, no patient identifier."""
    cards = body["cards"]
    assert [ORDER[card["indicator"]] for card in cards] == sorted(ORDER[card["indicator"]] for card in cards)
    for card in cards:
        assert 0 < len(card["summary"]) < 140
        assert "{" not in card["summary"]
        assert "row-patient" not in card["summary"] + card.get("detail", "")
        labels = [suggestion["label"] for suggestion in card.get("suggestions", [])]
        assert len(labels) == len(set(labels)) <= 5
    offered = [s["label"] for card in cards for s in card.get("suggestions", [])]
    assert len(offered) == len(set(offered))


@pytest.mark.parametrize("row", all_rows(), ids=str)
def test_row_through_the_service(row: Row) -> None:
    body = answer(request_for(row))
    assert hits(body) == row.hits, sorted(hits(body))
    check_cards(body)

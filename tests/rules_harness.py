"""Asking the whole catalogue about a row: the exact set of hits, nothing else (D2)."""

from __future__ import annotations

from functools import cache

import cds_service.rules
from cds_service.guidance.assess import assess
from cds_service.guidance.catalogue import Catalogue, find_rules
from cds_service.guidance.finding import Assessment
from cds_service.parameters import load_limits
from tests.rows import Row, chart_of


@cache
def catalogue() -> Catalogue:
    return Catalogue(rules=find_rules(cds_service.rules))


def assess_row(row: Row) -> Assessment:
    chart, limits = chart_of(row), load_limits()
    assessment = assess(chart, catalogue(), limits, row.hook)
    everyone = assess(chart, catalogue(), limits, row.hook, timed=True)
    assert assessment.hits == everyone.hits, "a rule that was passed over would have spoken (only_with)"
    return assessment


def hits_of(row: Row) -> frozenset[tuple[str, str]]:
    """(rule, indicator) of every hit; a rule that raised fails the test."""
    assessment = assess_row(row)
    failed = [one for one in assessment.not_evaluated if one.kind == "rule failed"]
    assert not failed, failed
    return frozenset((hit.rule_id, hit.indicator.code) for hit in assessment.hits)


def check_row(row: Row, *, only: frozenset[str] | None = None) -> None:
    """The row's exact hits; ``only`` limits the comparison to some rules (for a family's own table)."""
    found, expected = hits_of(row), row.hits
    if only is not None:
        found = frozenset(hit for hit in found if hit[0] in only)
        expected = frozenset(hit for hit in expected if hit[0] in only)
    assert found == expected, f"{row.sentence}: {sorted(found)} instead of {sorted(expected)}"

"""What is remembered of raw JSON is bounded, and never changes what is read."""

from __future__ import annotations

import msgspec
import pytest

from cds_service.clinical.chart import Sex
from cds_service.clinical.vocabulary import Analyte
from cds_service.fhir.read.amounts import AMOUNTS, BOUNDS
from cds_service.fhir.read.understood import EACH, Understood


def test_a_memory_holds_no_more_than_it_may_and_nothing_long() -> None:
    asked: list[bytes] = []
    lengths = Understood(lambda raw: asked.append(raw) or len(raw), most=10 * (EACH + 2), longest=20)  # type: ignore[func-returns-value]
    for number in range(100):
        assert lengths[b"%d" % number] == len(str(number))
        assert len(lengths) <= 10
    assert lengths[b"99"] == 2
    assert asked.count(b"99") == 1
    assert lengths[b"x" * 21] == lengths[b"x" * 21] == 21
    assert asked.count(b"x" * 21) == 2


def test_what_cannot_be_understood_is_asked_each_time() -> None:
    for _ in range(2):
        with pytest.raises(msgspec.DecodeError):
            AMOUNTS[Analyte.POTASSIUM][b'{"value":"much"}']
    assert b'{"value":"much"}' not in AMOUNTS[Analyte.POTASSIUM]


def test_one_quantity_means_another_amount_for_another_analyte() -> None:
    raw = b'{"value":4.0,"unit":"mEq/L"}'
    potassium, magnesium = AMOUNTS[Analyte.POTASSIUM][raw], AMOUNTS[Analyte.MAGNESIUM][raw]
    assert (potassium.value, magnesium.value) == (4.0, 2.0)  # type: ignore[union-attr]
    assert AMOUNTS[Analyte.POTASSIUM][raw] is potassium


RANGES = (
    b'[{"high":{"value":170,"unit":"U/L"},"appliesTo":[{"text":"female"}]},'
    b'{"high":{"value":250,"unit":"U/L"},"appliesTo":[{"text":"male"}]}]'
)


def test_a_range_is_remembered_for_each_sex() -> None:
    found = [BOUNDS[Analyte.CK, sex][RANGES] for sex in (Sex.FEMALE, Sex.MALE, None, Sex.FEMALE)]
    assert found == [(None, 170.0), (None, 250.0), (None, 170.0), (None, 170.0)]


def test_a_limit_without_a_unit_is_not_remembered_without_its_result() -> None:
    assert BOUNDS[Analyte.CALCIUM, None][b'[{"low":{"value":8.6}}]'] is None

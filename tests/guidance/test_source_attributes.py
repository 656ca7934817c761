"""Every rule carries the thirteen source attributes of HTI-1, and they follow from what the rule reads."""

from __future__ import annotations

import pytest

import cds_service.rules
from cds_service.guidance.catalogue import Catalogue, find_rules
from cds_service.guidance.describe import describe_all
from cds_service.guidance.limits_by_rule import limits_by_rule
from cds_service.parameters import load_limits

THIRTEEN = {
    "bibliographic_citation", "developer", "funding_source", "release_date", "revision_date", "race", "ethnicity", "language",
    "sexual_orientation", "gender_identity", "sex", "date_of_birth", "social_determinants_of_health",
    "health_status_assessments",
}  # fmt: skip
"""Release and revision dates are one attribute of the thirteen."""
DESCRIBED = {
    one.id: one.source_attributes
    for one in describe_all(Catalogue(rules=find_rules(cds_service.rules)), load_limits(), limits_by_rule())
}


def test_every_rule_has_all_of_them() -> None:
    assert len(DESCRIBED) == 63
    for name, attributes in DESCRIBED.items():
        assert set(attributes) == THIRTEEN, name
        assert all(attributes.values()), name
        assert attributes["race"] == "not used"
        assert attributes["date_of_birth"].startswith("used: adults only")


USE = [
    ("qt limits differ by sex", "antipsychotic-qt-electrolytes", "sex", "used"),
    ("the upper limit of CK differs by sex", "statin-ck-elevated", "sex", "used"),
    ("and within the NMS criteria", "nms-probable", "sex", "used"),
    ("an estimated kidney function needs sex", "gabapentinoid-renal-dose", "sex", "used"),
    ("a pair of results is the same for all", "potassium-magnesium-low", "sex", "not used"),
    ("older adults", "benzodiazepine-older-adult", "date_of_birth", "an age limit of the rule"),
    ("mental status", "nms-possible", "health_status_assessments", "used"),
    ("none", "potassium-high", "health_status_assessments", "not used"),
    ("the document's bullets are cited", "diuretic-potassium-low", "bibliographic_citation", "D7"),
]


@pytest.mark.parametrize(("sentence", "rule", "attribute", "text"), USE, ids=[row[0] for row in USE])
def test_what_is_used_is_said(sentence: str, rule: str, attribute: str, text: str) -> None:
    found = DESCRIBED[rule][attribute]
    assert found == text if text.endswith("used") else text in found

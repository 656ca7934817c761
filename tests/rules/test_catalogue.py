"""The catalogue is whole: 63 rules, each document bullet has its rule, nothing read undeclared (A, B, 0.13)."""

from __future__ import annotations

import re

import pytest

import cds_service.rules
from cds_service.clinical.case import Case
from cds_service.guidance.catalogue import find_rules
from cds_service.guidance.evidence import EVIDENCE
from cds_service.guidance.finding import Family, Hook
from cds_service.guidance.rule import Rule
from cds_service.guidance.source_document import BULLETS
from cds_service.parameters import load_limits
from tests.rows import chart_of
from tests.rules.tables import all_rows

RULES = find_rules(cds_service.rules)
BY_ID = {rule.id: rule for rule in RULES}
FAMILIES: dict[Family, str] = {
    Family.NMS: """nms-probable nms-possible nms-watch nms-active-on-antagonist baclofen-abrupt-stop
        antipsychotic-order-nms-active antipsychotic-order-nms-history""",
    Family.ELECTROLYTES: """potassium-low potassium-high calcium-low calcium-high magnesium-low magnesium-high
        potassium-magnesium-low calcium-magnesium-low potassium-low-refractory electrolyte-unresolved-result
        diuretic-potassium-low diuretic-magnesium-low loop-diuretic-calcium-low thiazide-calcium-high
        potassium-raising-drug-potassium-high dehydration-evidence diuretic-order-electrolytes
        diuretic-order-dehydration diuretic-order-no-baseline potassium-raising-order magnesium-order-renal""",
    Family.MUSCLE_INJURY: "rhabdomyolysis-suspected statin-ck-elevated",
    Family.ANTIPSYCHOTIC: """antipsychotic-qt-electrolytes antipsychotic-dystonia antipsychotic-muscle-symptoms
        antipsychotic-order-parkinson""",
    Family.RED_FLAGS: "red-flags",
    Family.STATIN: "statin-interaction statin-muscle-symptoms statin-hypothyroidism statin-order-precaution",
    Family.DRUG_SAFETY: """muscle-relaxant-older-adult benzodiazepine-older-adult benzodiazepine-limited-benefit
        benzodiazepine-opioid gabapentinoid-opioid gabapentinoid-renal-dose cns-active-polypharmacy
        duloxetine-renal-hepatic baclofen-indication baclofen-renal quinine-cramps""",
    Family.MONITORING: "diuretic-monitoring-gap",
    Family.MUSCLE_SYMPTOMS: """muscle-symptom-workup muscle-symptom-medication-review contributor-neurological
        contributor-nerve contributor-vascular contributor-gi cervical-dystonia-options nocturnal-cramps-older-adult
        first-line-measures imaging-consider kidney-disease-electrolyte-risk liver-disease-cramps""",
}
EXPECTED = {rule: family for family, text in FAMILIES.items() for rule in text.split()}
ORDER_ONLY = {rule for rule in EXPECTED if "-order" in rule} | {
    "benzodiazepine-older-adult", "benzodiazepine-limited-benefit", "benzodiazepine-opioid", "gabapentinoid-opioid",
    "cns-active-polypharmacy", "gabapentinoid-renal-dose", "duloxetine-renal-hepatic", "baclofen-indication",
    "baclofen-renal", "quinine-cramps",
}  # fmt: skip
EVERYWHERE = {
    "statin-interaction",
    "statin-hypothyroidism",
    "antipsychotic-qt-electrolytes",
    "muscle-relaxant-older-adult",
}
EXTENSIONS = {
    "antipsychotic-qt-electrolytes", "antipsychotic-order-parkinson", "benzodiazepine-opioid", "gabapentinoid-opioid",
    "cns-active-polypharmacy", "duloxetine-renal-hepatic", "quinine-cramps", "magnesium-order-renal",
    "baclofen-abrupt-stop", "antipsychotic-order-nms-history", "statin-hypothyroidism", "statin-interaction",
}  # fmt: skip


def test_the_catalogue_holds_exactly_the_63_rules() -> None:
    assert len(EXPECTED) == 63
    assert set(BY_ID) == set(EXPECTED)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_is_described_and_placed(rule: Rule) -> None:
    assert rule.family is EXPECTED[rule.id]
    assert rule.title and not rule.title.endswith(".")
    assert len(rule.about) > 80, "the module docstring says what the rule does and when it is silent"
    assert set(rule.evidence) <= set(EVIDENCE)
    assert rule.extension is (rule.id in EXTENSIONS)
    assert rule.documents


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_runs_on_the_hooks_of_the_catalogue(rule: Rule) -> None:
    orders = {Hook.ORDER_SELECT, Hook.ORDER_SIGN}
    if rule.id in EVERYWHERE:
        assert rule.hooks == orders | {Hook.PATIENT_VIEW}
    elif rule.id == "first-line-measures":
        assert rule.hooks >= {Hook.PATIENT_VIEW, Hook.ORDER_SELECT}
    elif rule.id in ORDER_ONLY:
        assert rule.hooks == orders
    else:
        assert rule.hooks == {Hook.PATIENT_VIEW}


@pytest.mark.parametrize("bullet", BULLETS, ids=lambda bullet: bullet.id)
def test_every_bullet_of_the_document_has_its_rules(bullet: object) -> None:
    text, identity = bullet.implementation, bullet.id  # type: ignore[attr-defined]
    named = [rule for rule in EXPECTED if re.search(rf"(?<![\w-]){re.escape(rule)}(?![\w-])", text)]
    if "contributor-nerve" in text and "contributor-nerve" not in named:
        named.append("contributor-nerve")
    if not named:
        assert "whole catalogue" in text or "nothing to implement" in text
    for rule in named:
        if f"exempts {rule}" in text or f"{rule} (Raynaud" in text:
            continue
        assert identity in BY_ID[rule].documents, f"{identity} names {rule}, which does not name it back"


def test_no_rule_reads_what_it_has_not_declared() -> None:
    limits = load_limits()
    wrong: dict[str, set[str]] = {}
    for row in all_rows():
        case = Case(chart_of(row), limits, at_order=row.hook.is_order, at_signing=row.hook is Hook.ORDER_SIGN)
        for rule in RULES:
            if row.hook not in rule.hooks:
                continue
            case.reads = set()
            rule.check(case)
            undeclared = case.reads - {need.value for need in rule.needs}
            if undeclared:
                wrong.setdefault(rule.id, set()).update(undeclared)
    assert not wrong


def test_every_rule_fires_in_some_row_and_is_silent_in_another() -> None:
    rows = all_rows()
    fired = {rule for row in rows for rule, _ in row.hits}
    assert set(BY_ID) <= fired, sorted(set(BY_ID) - fired)
    assert len(rows) >= 400

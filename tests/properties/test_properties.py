"""Worse values, order, splitting, shifted dates, unrelated facts: what must hold for every chart, and can fail."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Analyte
from cds_service.guidance.assess import assess
from cds_service.guidance.catalogue import Catalogue
from cds_service.guidance.finding import Finding, Indicator, Summary
from cds_service.parameters import load_limits
from tests.properties import checks
from tests.rows import Row, chart_of, row
from tests.rules.tables import all_rows
from tests.rules_harness import hits_of
from tests.service import answer, pipeline

CRAMP = "muscle-cramp@active,onset=-100"
BUSY = row(
    "a busy chart: several drugs, results of one moment, problems of one day", "PV", "71F",
    obs="K=2.8 mmol/L@-2 | K=2.9 mmol/L@-2 | Mg=0.45 mmol/L@-2 | Mg=0.44 mmol/L@-2 | Ca=1.90 mmol/L@-2 | Alb=38 g/L@-2 "
        "| Alb=30 g/L@-2 | Cr=1.9 mg/dL@-2 | CK=900 U/L@-2",
    meds="furosemide@active,start=-100 | indapamide@active,start=-90 | simvastatin@active | haloperidol@active "
         "| digoxin@active | salbutamol@active | omeprazole@active | magnesium oxide@active,start=-1",
    problems="muscle-cramp | muscle-weakness | ckd-3 | cirrhosis | peripheral-neuropathy | radiculopathy",
    hits="none",
)  # fmt: skip
BUSY_ORDER = row(
    "a busy order", "OS", "71F", obs="K=5.2 mmol/L@-2 | Na=128 mmol/L@-2 | Na=127 mmol/L@-2 | eGFR=28 mL/min/{1.73_m2}@-2",
    meds="spironolactone@draft | indapamide@draft | amiloride@draft-unselected | lisinopril@active | losartan@active "
         "| diazepam@draft | oxycodone@active | cyclobenzaprine@draft,reason=muscle-spasm",
    problems="muscle-spasm | dehydration", hits="none",
)  # fmt: skip
MANY = [*random.Random(11).sample(list(all_rows()), 60), BUSY, BUSY_ORDER]


@pytest.mark.parametrize("case", MANY, ids=str)
def test_d22_d23_order_splitting_and_unrelated_facts_change_nothing(case: Row) -> None:
    checks.order_of_entries_is_irrelevant(case, answer)
    checks.splitting_a_bundle_over_keys_is_irrelevant(case, answer)
    checks.unrelated_facts_are_irrelevant(case, answer)


@pytest.mark.parametrize("case", [*MANY[:30], BUSY, BUSY_ORDER], ids=str)
def test_shifting_all_dates_together_changes_nothing(case: Row) -> None:
    checks.shifting_all_dates_together_is_irrelevant(case, answer)


# -- worse values --------------------------------------------------------------------------------------------------

LOW_K = frozenset({"potassium-low", "diuretic-potassium-low", "potassium-magnesium-low", "antipsychotic-qt-electrolytes",
                   "diuretic-order-electrolytes", "electrolyte-unresolved-result", "potassium-low-refractory"})  # fmt: skip
HIGH_K = frozenset({"potassium-high", "potassium-raising-drug-potassium-high", "potassium-raising-order",
                    "electrolyte-unresolved-result"})  # fmt: skip
LOW_CA = frozenset({"calcium-low", "loop-diuretic-calcium-low", "calcium-magnesium-low", "diuretic-order-electrolytes",
                    "electrolyte-unresolved-result"})  # fmt: skip
HIGH_CA = frozenset({"calcium-high", "thiazide-calcium-high", "diuretic-order-electrolytes"})
LOW_MG = frozenset({"magnesium-low", "diuretic-magnesium-low", "potassium-magnesium-low", "calcium-magnesium-low",
                    "diuretic-order-electrolytes"})  # fmt: skip
HIGH_MG = frozenset({"magnesium-high", "magnesium-order-renal"})
CONTEXTS = (
    # hook, medicines, problems, more results
    ("PV", "", "", ""),
    ("PV", "", CRAMP, ""),
    ("PV", "furosemide@active,start=-100", CRAMP, "K=3.3 mmol/L@-9"),
    ("PV", "indapamide@active,start=-100 | digoxin@active", "", ""),
    ("PV", "haloperidol@active", "", "QTc=480 ms@-1"),
    ("PV", "potassium chloride@active,start=-3 | magnesium oxide@active,start=-0.5 | calcium carbonate@active,start=-0.5",
     CRAMP, "Mg=0.60 mmol/L@-2 | K=3.2 mmol/L@-6"),
    ("PV", "magnesium sulfate@active", "pre-eclampsia", ""),
    ("PV", "spironolactone@active,start=-9 | lisinopril@active", "ckd-4,onset=-300", "eGFR=25 mL/min/{1.73_m2}@-2"),
    ("PV", "lithium carbonate@active", "dialysis,onset=-300", ""),
    ("PV", "", "comfort-care", ""),
    ("OS", "furosemide@draft | indapamide@draft-unselected", "", "Cr=0.9 mg/dL@-2"),
    ("SG", "spironolactone@draft | magnesium oxide@draft", "", "Cr=0.9 mg/dL@-2"),
    ("SG", "potassium chloride@draft | hydrochlorothiazide@draft", CRAMP, "Cr=2.9 mg/dL@-2"),
)  # fmt: skip
SWEEPS = (
    # result, values from harmless to worst, rules that must not become milder
    ("K={} mmol/L", "4.5 3.6 3.5 3.49 3.2 3.0 2.99 2.7 2.5 2.49 2.0 1.0", LOW_K),
    ("K={} mmol/L", "4.5 4.99 5.0 5.4 5.49 5.5 5.7 5.99 6.0 6.4 6.49 6.5 8.0 12", HIGH_K),
    ("iCa={} mmol/L", "1.22 1.12 1.11 1.05 1.00 0.99 0.95 0.90 0.89 0.5", LOW_CA),
    ("iCa={} mg/dL", "4.9 5.3 5.4 6.0 6.1 7.2 7.3 9.0", HIGH_CA),
    ("adjCa={} mmol/L", "2.35 2.12 2.11 2.05 2.00 1.99 1.95 1.90 1.89 1.80 1.75 1.74 1.50 1.49 1.0", LOW_CA),
    ("adjCa={} mg/dL", "9.4 10.5 10.6 11.9 12.0 13.9 14.0 17", HIGH_CA),
    ("Alb=31 g/L@-1 | Ca={} mmol/L", "2.2 1.95 1.94 1.93 1.83 1.82 1.81 1.73 1.72 1.71 1.58 1.57 1.56 1.4 1.0", LOW_CA),
    ("Ca={} mg/dL", "9.4 8.5 8.4 8.0 7.9 7.7 7.6 7.5 7.0 6.9 6.0 5.9 4.0", LOW_CA),
    ("Mg={} mmol/L", "0.85 0.70 0.69 0.60 0.50 0.49 0.45 0.40 0.39 0.2", LOW_MG),
    ("Mg={} mg/dL", "2.0 2.6 2.7 3.0 3.1 4.8 4.9 8.4 8.5 12", HIGH_MG),
)  # fmt: skip
MARKS = (";preliminary", ";note=haemolysed", ";ref=3.3-5.7")


def sweep(result: str, values: str, age: float, mark: str, context: tuple[str, ...]) -> Iterator[Row]:
    hook, meds, problems, more = context
    for value in values.split():
        obs = f"{result.format(value)}@-{age}{mark}"
        yield row(obs, hook, "58F", obs=f"{obs} | {more}", meds=meds, problems=problems, hits="none")


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda context: " ".join(part for part in context if part))
@pytest.mark.parametrize("measured", SWEEPS, ids=lambda measured: f"{measured[0]} to {measured[1].split()[-1]}")
def test_d26_a_worse_value_is_never_a_milder_card(
    measured: tuple[str, str, frozenset[str]], context: tuple[str, ...]
) -> None:
    result, values, rules = measured
    if "potassium chloride@draft" in context[1] and rules is LOW_K:
        pytest.skip("of an ordered potassium salt a low potassium is the reason, not the danger")
    for age, mark in ((1, ""), (10, ""), (60, ""), *((1, mark) for mark in MARKS if result.startswith("K"))):
        checks.worse_values_are_never_milder(sweep(result, values, age, mark, context), hits_of, rules)


@pytest.mark.parametrize(
    ("result", "values", "meds", "problems"),
    [
        ("CK={} U/L", "100 170 171 680 681 1700 1701 6800 6801 90000", "simvastatin@active", ""),
        ("CK={} U/L", "100 170 171 680 681 1700 1701 6800 6801 90000", "simvastatin@active", "myalgia"),
        ("CK={} U/L", "100 170 171 680 681 1700 1701 6800 6801 90000", "", "aki"),
        ("CK={} U/L", "100 679 680 999 1000 90000", "haloperidol@active", "rigidity@active,onset=-1"),
        ("Na={} mmol/L", "140 145 146 160", "furosemide@active,start=-9", CRAMP),
        ("QTc={} ms", "440 469 470 479 480 499 500 600", "haloperidol@active", ""),
        ("Temp={} Cel", "37.0 38.0 38.1 41.0", "haloperidol@active", "rigidity@active,onset=-1"),
        ("TSH={} mIU/L", "2.0 4.5 4.6 10 10.1 80", "simvastatin@active", "myalgia"),
    ],
)
def test_other_worse_values_are_never_milder(result: str, values: str, meds: str, problems: str) -> None:
    context = ("PV", meds, problems, "K=4.2 mmol/L@-0.5 | adjCa=2.3 mmol/L@-0.5 | Mg=0.8 mmol/L@-0.5")
    checks.worse_values_are_never_milder(sweep(result, values, 0.5, "", context), hits_of)


# -- the checks themselves can fail --------------------------------------------------------------------------------


def said(text: str, indicator: Indicator = Indicator.WARNING) -> Finding:
    return Finding(indicator=indicator, summary=Summary(template=text), found=(), why="Because.")


def with_check(rule_id: str, check: Any) -> Catalogue:
    rules = tuple(
        replace(rule, check=check) if rule.id == rule_id else rule for rule in pipeline().house.catalogue.rules
    )
    return Catalogue(rules=rules)


def broken(check: Any) -> checks.Ask:
    """The service with potassium-low replaced by a rule that breaks a property."""
    house = replace(pipeline().house, catalogue=with_check("potassium-low", check))
    return lambda request, now: answer(request, now, service=replace(pipeline(), house=house))


PLAIN = row("plain", "PV", "58F", obs="K=2.8 mmol/L@-2 | Mg=0.8 mmol/L@-2", meds="furosemide@active | digoxin@active",
            problems="ckd-3 | cirrhosis", hits="none")  # fmt: skip


def test_the_check_of_dates_can_fail() -> None:
    def only_in_one_year(case: Case) -> Finding | None:
        return said("2026") if case.clock.date_text(case.clock.now).startswith("2026") else None

    with pytest.raises(AssertionError, match="days later"):
        checks.shifting_all_dates_together_is_irrelevant(PLAIN, broken(only_in_one_year))


def test_the_check_of_unrelated_facts_can_fail() -> None:
    def counts_results(request: dict[str, Any], now: float) -> dict[str, Any]:
        body = answer(request, now)
        body["cards"][0]["summary"] += str(len(request["prefetch"]["laboratory"]["entry"]))
        return body

    with pytest.raises(AssertionError):
        checks.unrelated_facts_are_irrelevant(PLAIN, counts_results)


def test_the_checks_of_order_and_splitting_can_fail() -> None:
    def speaks_of_the_first_key(request: dict[str, Any], now: float) -> dict[str, Any]:
        body = answer(request, now)
        full = [key for key, value in request["prefetch"].items() if value.get("entry")]
        body["cards"][0]["detail"] += f"{full} {request['prefetch'][full[0]]['entry'][0]['resource']['id']}"
        return body

    with pytest.raises(AssertionError):
        checks.order_of_entries_is_irrelevant(PLAIN, speaks_of_the_first_key)
    with pytest.raises(AssertionError):
        checks.splitting_a_bundle_over_keys_is_irrelevant(PLAIN, speaks_of_the_first_key)


def test_the_check_of_worse_values_can_fail() -> None:
    def tired_of_it(case: Case) -> Finding | None:
        potassium = case.latest(Analyte.POTASSIUM, 30)
        if potassium is None or potassium.value >= 3.0:
            return None
        return said("low", Indicator.WARNING if potassium.value >= 2.0 else Indicator.INFO)

    rules = with_check("potassium-low", tired_of_it)

    def found(case: Row) -> set[tuple[str, str]]:
        return {
            (hit.rule_id, hit.indicator.code) for hit in assess(chart_of(case), rules, load_limits(), case.hook).hits
        }

    rows = list(sweep("K={} mmol/L", "4.0 2.9 2.4 2.0 1.9", 1, "", ("PV", "", "", "")))
    with pytest.raises(AssertionError, match="milder"):
        checks.worse_values_are_never_milder(rows, found, frozenset({"potassium-low"}))
    checks.worse_values_are_never_milder(rows, hits_of, frozenset({"potassium-low"}))


def test_the_busy_charts_are_busy() -> None:
    """So that order and splitting are asked of charts where they could matter."""
    assert len(hits_of(BUSY)) >= 12
    assert len(hits_of(BUSY_ORDER)) >= 4

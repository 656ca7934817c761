"""Tables 0.5 and 0.7 as a grid: every limit on both sides, in every unit, without and with what a mild value needs.

Read a series as the laboratory's values from harmless to worst: ``3.5 none | 3.49 mild | ... | 2.49 severe``. Each row is
asked twice: straight from the chart and as FHIR through the whole service.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fhir_rows import request_for
from tests.rows import Row, row
from tests.rules_harness import check_row
from tests.service import answer, hits

CRAMP = "muscle-cramp@active,onset=-100"
MINUTE = 60 / 86_400
SOFT_TOTAL = "2.12 none | 2.11 mild | 2.00 mild | 1.99 moderate | 1.75 moderate | 1.74 severe"
SOFT_TOTAL_MG = "8.5 none | 8.4 mild | 8.0 mild | 7.9 moderate | 7.0 moderate | 6.9 severe"
WITH_CRAMP = "2.12 none | 2.11 mild | 2.00 mild | 1.99 moderate | 1.90 moderate | 1.89 severe"
WITH_CRAMP_MG = "8.5 none | 8.4 mild | 8.0 mild | 7.9 moderate | 7.6 moderate | 7.5 severe"
HIGH_TOTAL = "2.62 none | 2.63 mild | 2.99 mild | 3.00 moderate | 3.49 moderate | 3.50 severe"
HIGH_TOTAL_MG = "10.5 none | 10.6 mild | 11.9 mild | 12.0 moderate | 13.9 moderate | 14.0 severe"
LOW_IONISED = "1.12 none | 1.11 mild | 1.00 mild | 0.99 moderate | 0.90 moderate | 0.89 severe"
LOW_IONISED_MG = "4.5 none | 4.4 mild | 4.0 mild | 3.9 moderate | 3.6 moderate | 3.5 severe"
HIGH_IONISED = "1.32 none | 1.33 mild | 1.50 mild | 1.51 moderate | 1.80 moderate | 1.81 severe"
HIGH_IONISED_MG = "5.3 none | 5.4 mild | 6.0 mild | 6.1 moderate | 7.2 moderate | 7.3 severe"
LOW_MAGNESIUM = "0.70 none | 0.69 mild | 0.50 mild | 0.49 moderate | 0.40 moderate | 0.39 severe"
HIGH_MAGNESIUM = "1.10 none | 1.11 mild | 1.23 mild | 1.24 moderate | 1.99 moderate | 2.00 severe"

SERIES: tuple[tuple[str, str, str, str, str], ...] = (
    # rule, result, medicines and problems that a mild value needs, values without them and with them
    ("potassium-low", "K={} mmol/L", "|" + CRAMP, "3.5 none | 3.49 mild | 3.0 mild | 2.99 moderate | 2.5 moderate | 2.49 severe", ""),
    ("potassium-low", "K={} mEq/L", "digoxin@active|", "3.5 none | 3.4 mild | 3.0 mild | 2.9 moderate | 2.5 moderate | 2.4 severe", ""),
    ("potassium-low", "K={} meq/L", "|" + CRAMP, "<=3.5 none | <3.5 mild | <=3.0 mild | <3.0 moderate | <=2.5 moderate | <2.5 severe", ""),
    ("potassium-high", "K={} mmol/L", "|" + CRAMP, "5.49 none | 5.5 mild | 5.99 mild | 6.0 moderate | 6.49 moderate | 6.5 severe", ""),
    ("potassium-high", "K={} mEq/L", "|" + CRAMP, "<5.5 none | >=5.5 mild | >5.9 mild | >=6.0 moderate | <6.5 moderate | >6.5 severe", ""),
    ("calcium-low", "adjCa={} mmol/L", "|" + CRAMP, SOFT_TOTAL, WITH_CRAMP),
    ("calcium-low", "adjCa={} mg/dL", "|" + CRAMP, SOFT_TOTAL_MG, WITH_CRAMP_MG),
    ("calcium-low", "adjCa={} mEq/L", "|" + CRAMP, "4.24 none | 4.22 mild | 4.00 mild | 3.98 moderate | 3.50 moderate | 3.48 severe",
     "4.24 none | 4.22 mild | 3.98 moderate | 3.80 moderate | 3.78 severe"),
    ("calcium-low", "Alb=40 g/L@-1 | Ca={} mmol/L", "|" + CRAMP, SOFT_TOTAL, WITH_CRAMP),
    ("calcium-low", "Alb=4.0 g/dL@-1 | Ca={} mg/dL", "|" + CRAMP, SOFT_TOTAL_MG, WITH_CRAMP_MG),
    ("calcium-low", "Alb=4.0 g/dL@-1 | Ca={} mmol/L", "|" + CRAMP, SOFT_TOTAL, WITH_CRAMP),
    ("calcium-low", "Alb=40 g/L@-1 | Ca={} mg/dL", "|" + CRAMP, SOFT_TOTAL_MG, WITH_CRAMP_MG),
    ("calcium-low", "iCa={} mmol/L", "|" + CRAMP, LOW_IONISED, ""),
    ("calcium-low", "iCa={} mg/dL", "|" + CRAMP, LOW_IONISED_MG, ""),
    ("calcium-low", "iCa={} mEq/L", "|" + CRAMP, "2.24 none | 2.22 mild | 2.00 mild | 1.98 moderate | 1.80 moderate | 1.78 severe", ""),
    ("calcium-high", "adjCa={} mmol/L", "lithium carbonate@active|", HIGH_TOTAL, ""),
    ("calcium-high", "adjCa={} mg/dL", "|" + CRAMP, HIGH_TOTAL_MG, ""),
    ("calcium-high", "Ca={} mmol/L", "colecalciferol@active|", HIGH_TOTAL, ""),
    ("calcium-high", "Ca={} mg/dL", "|" + CRAMP, HIGH_TOTAL_MG, ""),
    ("calcium-high", "Alb=40 g/L@-1 | Ca={} mmol/L", "ergocalciferol@active|", HIGH_TOTAL, ""),
    ("calcium-high", "iCa={} mmol/L", "|" + CRAMP, HIGH_IONISED, ""),
    ("calcium-high", "iCa={} mg/dL", "|" + CRAMP, HIGH_IONISED_MG, ""),
    ("magnesium-low", "Mg={} mmol/L", "|" + CRAMP, LOW_MAGNESIUM, ""),
    ("magnesium-low", "Mg={} mg/dL", "digoxin@active|", "1.7 none | 1.6 mild | 1.2 mild | 1.1 moderate | 1.0 moderate | 0.9 severe", ""),
    ("magnesium-low", "Mg={} mEq/L", "|" + CRAMP, "1.40 none | 1.38 mild | 1.00 mild | 0.98 moderate | 0.80 moderate | 0.78 severe", ""),
    ("magnesium-high", "Mg={} mmol/L", "magnesium oxide@active|", HIGH_MAGNESIUM, ""),
    ("magnesium-high", "Mg={} mg/dL", "magnesium hydroxide@active|", "2.6 none | 2.7 mild | 3.0 mild | 3.1 moderate | 4.8 moderate | 4.9 severe", ""),
    ("magnesium-high", "Mg={} mEq/L", "magnesium sulfate@active|", "2.20 none | 2.22 mild | 2.46 mild | 2.48 moderate | 3.98 moderate | 4.00 severe", ""),
)  # fmt: skip
UNCORRECTED = (
    # 0.6-4: severe is reported as moderate unless very low, moderate at info, mild unchanged
    ("Ca={} mmol/L", "", "2.00 none | 1.99 info | 1.75 info | 1.74 warning | 1.50 warning | 1.49 critical"),
    ("Ca={} mg/dL", "", "8.0 none | 7.9 info | 7.0 info | 6.9 warning | 6.0 warning | 5.9 critical"),
    (
        "Ca={} mmol/L",
        CRAMP,
        "2.12 none | 2.11 info | 1.99 info | 1.90 info | 1.89 warning | 1.50 warning | 1.49 critical",
    ),
    ("Ca={} mg/dL", CRAMP, "8.5 none | 8.4 info | 7.9 info | 7.6 info | 7.5 warning | 6.0 warning | 5.9 critical"),
)
SEVERE = (
    ("potassium-low", "K=2.4 mmol/L", "potassium chloride"),
    ("potassium-high", "K=6.5 mmol/L", ""),
    ("calcium-low", "iCa=0.89 mmol/L", "calcium gluconate"),
    ("calcium-low", "adjCa=6.9 mg/dL", "alfacalcidol"),
    ("calcium-high", "adjCa=3.50 mmol/L", ""),
    ("magnesium-low", "Mg=0.9 mg/dL", "magnesium sulfate"),
    ("magnesium-high", "Mg=2.00 mmol/L", ""),
)
MODERATE = (
    ("potassium-low", "K=2.8 mmol/L", "potassium citrate"),
    ("calcium-low", "iCa=0.95 mmol/L", "calcitriol"),
    ("magnesium-low", "Mg=0.45 mmol/L", "magnesium oxide"),
)
MILD = (
    ("potassium-low", "K=3.4 mmol/L", "potassium bicarbonate"),
    ("calcium-low", "iCa=1.05 mmol/L", "calcium carbonate"),
    ("magnesium-low", "Mg=0.60 mmol/L", "magnesium citrate"),
)
AGES = (
    # days, seconds more, indicator of a severe value; "old" is the safety net for lost follow-up
    (7, 0, "critical"), (7, 59, "critical"), (7, 61, "warning"), (30, 0, "warning"), (30, 59, "warning"),
    (30, 61, "old"), (365, 0, "old"), (365, 59, "old"), (365, 61, "none"),
)  # fmt: skip


def ago(days: float, seconds: float = 0.0) -> str:
    return f"{days + seconds / 60 * MINUTE:.9f}"


def pairs(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split("|"):
        value, _, level = part.strip().partition(" ")
        yield value, level


def expected(rule: str, level: str) -> str:
    return "none" if level == "none" else f"{rule}:{level}"


def limits() -> Iterator[Row]:
    with_context = {"none": "none", "mild": "info", "moderate": "warning", "severe": "critical"}
    alone = with_context | {"mild": "none"}
    for rule, result, context, values, values_in_context in SERIES:
        meds, problems = context.split("|")
        for value, tier in pairs(values):
            obs = f"{result.format(value)}@-1"
            yield row(f"{obs}: {tier}", "PV", "58F", obs=obs, hits=expected(rule, alone[tier]))
        for value, tier in pairs(values_in_context or values):
            obs = f"{result.format(value)}@-1"
            yield row(f"{obs} with {context.strip('|')}: {tier}", "PV", "58F", obs=obs, meds=meds, problems=problems,
                      hits=expected(rule, with_context[tier]))  # fmt: skip
    for result, problems, values in UNCORRECTED:
        for value, level in pairs(values):
            obs = f"{result.format(value)}@-1"
            yield row(f"uncorrected {obs} {problems}: {level}", "PV", "58F", obs=obs, problems=problems,
                      hits=expected("calcium-low", level))  # fmt: skip


def ages() -> Iterator[Row]:
    for rule, result, _ in SEVERE:
        for days, seconds, level in AGES:
            obs = f"{result}@-{ago(days, seconds)}"
            hit = "electrolyte-unresolved-result:warning" if level == "old" else expected(rule, level)
            yield row(f"{result} of {days} d {seconds} s ago: {level}", "PV", "58F", obs=obs, hits=hit)


def treatment() -> Iterator[Row]:
    """A replacement counts from the moment of the result on (0.12); one that was there before does not."""
    graded = ((SEVERE, "critical", "warning"), (MODERATE, "warning", "info"), (MILD, "info", "none"))
    for series, untreated, treated in graded:
        for rule, result, drug in series:
            if not drug:
                continue
            problems = CRAMP if series is MILD else ""
            for start, level in (
                ("-0.5", treated), ("-1", treated), (f"-{ago(1, 59)}", treated), (f"-{ago(1, 61)}", untreated),
                ("-60", untreated), ("?", untreated),
            ):  # fmt: skip
                yield row(f"{result} with {drug} since {start}: {level}", "PV", "58F", obs=f"{result}@-1",
                          meds=f"{drug}@active,start={start}", problems=problems, hits=expected(rule, level))  # fmt: skip
            for status in ("stopped", "on-hold", "completed", "cancelled"):
                yield row(f"{result} with {drug} {status}", "PV", "58F", obs=f"{result}@-1", problems=problems,
                          meds=f"{drug}@{status},start=-0.5", hits=expected(rule, untreated))  # fmt: skip


def statuses() -> Iterator[Row]:
    for rule, result, _ in SEVERE:
        for status in ("final", "amended", "corrected"):
            yield row(f"{result} {status}", "PV", "58F", obs=f"{result}@-1;{status}", hits=expected(rule, "critical"))
        for status in ("registered", "cancelled", "entered-in-error", "unknown"):
            yield row(f"{result} {status}", "PV", "58F", obs=f"{result}@-1;{status}", hits="none")
        yield row(f"{result} preliminary", "PV", "58F", obs=f"{result}@-1;preliminary", hits=expected(rule, "warning"))
        yield row(f"{result} preliminary, 8 d", "PV", "58F", obs=f"{result}@-8;preliminary",
                  hits=expected(rule, "warning"))  # fmt: skip
        yield row(f"{result} preliminary, a month old", "PV", "58F", obs=f"{result}@-{ago(30, 61)};preliminary",
                  hits="none")  # fmt: skip
        for hook in ("OS", "SG"):
            yield row(f"{result} is no business of an order for vitamin C", hook, "58F", obs=f"{result}@-1",
                      meds="ascorbic acid@draft", hits="none")  # fmt: skip
    for _, result, _ in (*MODERATE, *MILD):
        yield row(f"{result} preliminary, not severe", "PV", "58F", obs=f"{result}@-1;preliminary", problems=CRAMP,
                  hits="none")  # fmt: skip


@pytest.mark.parametrize("row", [*limits(), *ages(), *treatment(), *statuses()], ids=str)
def test_grid(row: Row) -> None:
    check_row(row)
    assert hits(answer(request_for(row))) == row.hits

"""What the Case hands to rules: which result counts, treatment, symptoms, orders, and an honest account of reads."""

from __future__ import annotations

import pytest

from cds_service.clinical.chart import DAY
from cds_service.clinical.fact import replace
from cds_service.clinical.grading import Direction, Tier
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest, Source
from tests.clinical.charts import case_of
from tests.rows import NOW


@pytest.mark.parametrize(
    ("obs", "value"),
    [
        ("K=3.0 mmol/L@-3 | K=4.0 mmol/L@-1", 4.0),
        ("K=4.0 mmol/L@-1 | K=3.0 mmol/L@-3", 4.0),
        ("K=4.0 mmol/L@-30", 4.0),
        ("K=4.0 mmol/L@-30.001", None),
        ("K=4.0 mmol/L@-1;preliminary", None),
        ("K=4.0 mmol/L@+0.03", 4.0),
        ("K=4.0 mmol/L@+0.05", None),
        ("K=4.0 mmol/L@?", None),
    ],
)
def test_the_latest_eligible_result(obs: str, value: float | None) -> None:
    latest = case_of(obs).latest(Analyte.POTASSIUM, 30)
    assert (latest.value if latest else None) == value


@pytest.mark.parametrize(
    ("obs", "found"),
    [
        ("K=2.3 mmol/L@-1;preliminary", True),
        ("K=2.3 mmol/L@-1;preliminary | K=4.0 mmol/L@-2", True),
        ("K=2.3 mmol/L@-1;preliminary | K=4.0 mmol/L@-1", False),
        ("K=2.3 mmol/L@-2;preliminary | K=4.0 mmol/L@-1", False),
        ("K=2.5 mmol/L@-1;preliminary", False),
        ("K=2.3 mmol/L@-30;preliminary", True),
        ("K=2.3 mmol/L@-31;preliminary", False),
    ],
)
def test_a_severe_preliminary_potassium(obs: str, found: bool) -> None:
    grade = case_of(obs).preliminary_severe(Analyte.POTASSIUM, "k", Direction.LOW)
    assert (grade is not None) is found
    assert grade is None or (grade.preliminary and grade.tier is Tier.SEVERE)


def test_a_preliminary_result_says_nothing_when_an_order_is_written() -> None:
    case = case_of("K=2.3 mmol/L@-1;preliminary | iCa=0.8 mmol/L@-1;preliminary", hook="OS")
    assert case.preliminary_severe(Analyte.POTASSIUM, "k", Direction.LOW) is None
    assert case.preliminary_severe_calcium(Direction.LOW) is None


@pytest.mark.parametrize(
    ("obs", "direction", "found"),
    [
        ("iCa=0.85 mmol/L@-1;preliminary", Direction.LOW, True),
        ("iCa=0.85 mmol/L@-1;preliminary", Direction.HIGH, False),
        ("iCa=0.85 mmol/L@-1;preliminary | adjCa=2.30 mmol/L@-0.5", Direction.LOW, False),
        ("iCa=0.85 mmol/L@-1;preliminary | adjCa=2.30 mmol/L@-2", Direction.LOW, True),
        ("Ca=1.60 mmol/L@-1;preliminary | Alb=40 g/L@-1", Direction.LOW, True),
        ("Ca=1.60 mmol/L@-1;preliminary | Alb=30 g/L@-1", Direction.LOW, False),
        ("Ca=1.60 mmol/L@-1;preliminary", Direction.LOW, True),
        ("Ca=1.80 mmol/L@-1;preliminary", Direction.LOW, False),
        ("Ca=1.40 mmol/L@-1;preliminary", Direction.LOW, True),
        ("adjCa=3.50 mmol/L@-1;preliminary", Direction.HIGH, True),
    ],
)
def test_a_severe_preliminary_calcium(obs: str, direction: Direction, found: bool) -> None:
    assert (case_of(obs).preliminary_severe_calcium(direction) is not None) is found


@pytest.mark.parametrize(
    ("meds", "treated"),
    [
        ("", False),
        ("potassium chloride@active,start=-2", True),
        ("potassium chloride@active,start=-2.0005", True),
        ("potassium chloride@active,start=-2.001", False),
        ("potassium chloride@active,start=-1", True),
        ("potassium chloride@active,start=?", False),
        ("potassium chloride@on-hold,start=-1", False),
        ("potassium chloride@stopped,start=-1,end=-0.5", False),
        ("potassium chloride@active,start=-100 | potassium chloride@active,start=-1", True),
        ("magnesium oxide@active,start=-1", False),
        ("spironolactone@active,start=-1", False),
    ],
)
def test_treated_by_a_replacement_that_started_at_or_after_the_result(meds: str, treated: bool) -> None:
    case = case_of("K=2.9 mmol/L@-2", meds=meds)
    assert case.is_treated(Analyte.POTASSIUM, NOW - 2 * DAY) is treated
    assert case.potassium_low is not None and case.potassium_low.treated is treated


@pytest.mark.parametrize(
    ("hook", "meds", "treated"),
    [
        ("OS", "potassium chloride@draft", True),
        ("OS", "potassium chloride@draft-unselected", False),
        ("SG", "potassium chloride@draft-unselected", True),
        ("OS", "potassium chloride@draft,dnp=true", False),
        ("PV", "potassium chloride@draft", False),
    ],
)
def test_a_new_order_now_counts_as_treatment(hook: str, meds: str, treated: bool) -> None:
    assert case_of("K=2.9 mmol/L@-2", meds=meds, hook=hook).is_treated(Analyte.POTASSIUM, NOW - 2 * DAY) is treated


@pytest.mark.parametrize(
    ("medicine", "analyte"),
    [
        ("magnesium oxide", Analyte.MAGNESIUM),
        ("magnesium sulfate", Analyte.MAGNESIUM),
        ("calcium carbonate", Analyte.CALCIUM),
        ("alfacalcidol", Analyte.CALCIUM),
        ("calcitriol", Analyte.CALCIUM),
    ],
)
def test_what_replaces_what(medicine: str, analyte: Analyte) -> None:
    assert case_of(meds=f"{medicine}@active,start=-1").is_treated(analyte, NOW - 2 * DAY)


def test_the_high_side_is_never_treated_by_a_supplement() -> None:
    grade = case_of("K=6.6 mmol/L@-2", meds="potassium chloride@active,start=-1").potassium_high
    assert grade is not None and not grade.treated


@pytest.mark.parametrize(("days_ago", "fresh"), [(7.0, True), (7.0005, True), (7.001, False), (30.0, False)])
def test_freshness(days_ago: float, fresh: bool) -> None:
    grade = case_of(f"K=2.4 mmol/L@-{days_ago}").potassium_low
    assert grade is not None and grade.fresh is fresh


@pytest.mark.parametrize(
    ("problem", "context", "prompt"),
    [
        ("muscle-cramp@active,onset=-30", True, True),
        ("muscle-cramp@active,onset=-30.01", True, False),
        ("muscle-cramp@active,onset=-180", True, False),
        ("muscle-cramp@active,onset=-180.01", False, False),
        ("muscle-cramp@active,onset=?", True, False),
        ("muscle-cramp@active,onset=?,enc=true", True, True),
        ("muscle-cramp@active,onset=-400,enc=true", True, True),
        ("muscle-cramp@resolved,onset=-3", False, False),
        ("muscle-cramp@active,onset=-3,ver=refuted", False, False),
        ("muscle-cramp@active,onset=-3,ver=differential", True, True),
        ("abdominal-cramp@active,onset=-3", False, False),
    ],
)
def test_context_and_prompt_symptoms(problem: str, context: bool, prompt: bool) -> None:
    case = case_of(problems=problem)
    assert (bool(case.context_symptoms), bool(case.prompt_symptoms)) == (context, prompt)


@pytest.mark.parametrize(
    ("orders", "tests", "ordered"),
    [
        ("lab:K@active,start=-7", (LabTest.POTASSIUM,), True),
        ("lab:K@active,start=-7.01", (LabTest.POTASSIUM,), False),
        ("lab:BMP@active,start=-1", (LabTest.POTASSIUM, LabTest.CREATININE), True),
        ("lab:BMP@active,start=-1", (LabTest.MAGNESIUM,), False),
        ("lab:BMP@active,start=-1 | lab:Mg@active,start=-2", (LabTest.POTASSIUM, LabTest.MAGNESIUM), True),
    ],
)
def test_already_ordered(orders: str, tests: tuple[LabTest, ...], ordered: bool) -> None:
    assert case_of(meds=orders).is_ordered(*tests) is ordered


def test_one_exposure_for_each_ingredient_with_its_earliest_start() -> None:
    case = case_of(meds="furosemide@active,start=-1 | furosemide@active,start=-90 | furosemide@active")
    (only,) = case.taking(DrugClass.LOOP)
    assert only.start == NOW - 90 * DAY


def test_a_combination_belongs_to_the_class_of_every_ingredient() -> None:
    case = case_of(meds="amiloride / hydrochlorothiazide@active")
    assert case.taking(DrugClass.THIAZIDE) and case.taking(DrugClass.K_SPARING)


def test_a_derived_value_counts_as_read_by_everyone_who_uses_it() -> None:
    case = case_of("K=2.9 mmol/L@-1")
    case.reads = set()
    assert case.potassium_low is not None
    first = set(case.reads)
    case.reads = set()
    assert case.potassium_low is not None
    assert case.reads == first == {Analyte.POTASSIUM, DrugClass.K_SUPPLEMENT}


def test_a_derived_value_keeps_earlier_reads_of_its_reader() -> None:
    case = case_of("Cr=1.2 mg/dL@-1")
    case.reads = {Concept.GI_BLEED}
    assert case.egfr is not None
    assert case.reads == {Concept.GI_BLEED, Analyte.EGFR, Analyte.CREATININE, Source.PATIENT}


def test_a_derived_value_that_fails_does_not_lose_the_reads() -> None:
    case = case_of("Cr=1.2 mg/dL@-1")
    case.chart = replace(case.chart, results=None)
    case.reads = {Concept.GI_BLEED}
    with pytest.raises(AttributeError):
        _ = case.egfr
    assert Concept.GI_BLEED in case.reads

"""What the electrolyte rules share: context, basis rows, decision lines, suggestions. Text and shape, no thresholds."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.clinical.case import Case
from cds_service.clinical.chart import MedicationExposure
from cds_service.clinical.grading import Direction, Grade, Tier
from cds_service.clinical.vocabulary import CALCIUM_KINDS, Analyte, Concept, DrugClass, LabTest, Source
from cds_service.guidance.context import QT_ANTIPSYCHOTICS, applied_rows
from cds_service.guidance.finding import Finding, Indicator, OrderTest, Row, Suggestion, Summary
from cds_service.guidance.grade_indicator import graded_indicator
from cds_service.guidance.rule import Need
from cds_service.guidance.wording import age_of, fact_row, grade_row, medication_row, preliminary_line, previous_row

QT_DRUGS = (*QT_ANTIPSYCHOTICS, DrugClass.QT_OTHER)
K_WASTING_DIURETICS = (DrugClass.LOOP, DrugClass.THIAZIDE, DrugClass.CARBONIC_ANHYDRASE_INHIBITOR)
K_RAISING_DRUGS = (DrugClass.K_SPARING, DrugClass.K_SUPPLEMENT, DrugClass.RAAS, DrugClass.K_RAISING_OTHER)
SYMPTOM_NEEDS: frozenset[Need] = frozenset(
    {
        Concept.MUSCLE_CRAMP, Concept.MUSCLE_SPASM, Concept.MYALGIA, Concept.MUSCLE_WEAKNESS, Concept.MUSCLE_STIFFNESS,
        Concept.TETANY, Concept.CARPOPEDAL_SPASM, Concept.NECK_SPASM, Concept.BACK_SPASM, Concept.NOCTURNAL_LEG_CRAMP,
        Concept.EXERTIONAL_LEG_PAIN,
    }
)  # fmt: skip
CALCIUM_NEEDS: frozenset[Need] = SYMPTOM_NEEDS | {
    Analyte.CALCIUM, Analyte.ADJUSTED_CALCIUM, Analyte.IONISED_CALCIUM, Analyte.ALBUMIN, Analyte.QTC, Concept.SEIZURE,
    Concept.PARAESTHESIA, DrugClass.CA_SUPPLEMENT,
}  # fmt: skip
POTASSIUM_NEEDS: frozenset[Need] = frozenset({Analyte.POTASSIUM, DrugClass.K_SUPPLEMENT})
MAGNESIUM_NEEDS: frozenset[Need] = frozenset({Analyte.MAGNESIUM, DrugClass.MG_SUPPLEMENT})
KIDNEY_NEEDS: frozenset[Need] = frozenset(
    {
        Analyte.EGFR, Analyte.CREATININE, Source.PATIENT, Concept.CKD_3, Concept.CKD_4, Concept.CKD_5, Concept.AKI,
        Concept.DIALYSIS,
    }
)  # fmt: skip
EXPLAINING_DRUGS: dict[tuple[Analyte, Direction], tuple[DrugClass, ...]] = {
    (Analyte.POTASSIUM, Direction.LOW): (
        *K_WASTING_DIURETICS, DrugClass.BETA2_AGONIST, DrugClass.HYPOKALAEMIA_DRUG, DrugClass.PPI,
    ),
    (Analyte.POTASSIUM, Direction.HIGH): K_RAISING_DRUGS,
    (Analyte.CALCIUM, Direction.LOW): (DrugClass.LOOP, DrugClass.HYPOCALCAEMIA_DRUG, DrugClass.PPI),
    (Analyte.CALCIUM, Direction.HIGH): (
        DrugClass.THIAZIDE, DrugClass.LITHIUM, DrugClass.CA_SUPPLEMENT, DrugClass.COLECALCIFEROL,
    ),
    (Analyte.MAGNESIUM, Direction.LOW): (DrugClass.LOOP, DrugClass.THIAZIDE, DrugClass.PPI, DrugClass.MG_WASTER),
    (Analyte.MAGNESIUM, Direction.HIGH): (DrugClass.MG_SUPPLEMENT,),
}  # fmt: skip
CHECK_MAGNESIUM = "Check magnesium: potassium may not rise until it is corrected."
CHECK_BOTH = "Check potassium and calcium: they may not rise until magnesium does."
HAEMOLYSED_LINE = "Haemolysed sample: repeat on a fresh sample before treating unless the ECG is abnormal."
ORGAN_DISEASE = (Concept.CKD_3, Concept.CKD_4, Concept.CKD_5, Concept.AKI, Concept.DIALYSIS)


def safer(one: Grade | None, other: Grade | None, mild: Indicator | None) -> tuple[Grade, Indicator] | None:
    """Of an eligible grade and a preliminary severe one that with the higher indicator (0.3-5).

    When equal the preliminary one speaks: it is newer, and it is severe.
    """
    best: tuple[Grade, Indicator] | None = None
    for grade in (other, one):
        indicator = graded_indicator(grade, mild=mild) if grade is not None else None
        if grade is not None and indicator is not None and (best is None or indicator > best[1]):
            best = (grade, indicator)
    return best


def graded_finding(
    case: Case,
    grade: Grade,
    indicator: Indicator,
    template: str,
    *,
    why: str,
    consider: tuple[str, ...],
    drugs: tuple[str, ...] = (),
    rows: tuple[Row, ...] = (),
    suggestions: tuple[Suggestion, ...] = (),
    not_available: tuple[str, ...] = (),
    context: tuple[Row, ...] = (),
    decided: tuple[str, ...] = (),
) -> Finding:
    """The finding of one graded electrolyte: value, previous value, explaining drugs and diseases, limits applied.

    ``context`` are the lines of what made it worth showing or raised it, ``decided`` says so in words.
    """
    previous = previous_row(case, grade.result, case.limits["labs.stale_max_days"])
    explaining = _explaining_rows(case, grade)
    found = [
        grade_row(case, grade),
        *([previous] if previous else []),
        *rows,
        *applied_rows(case, grade),
        *context,
        *explaining,
    ]
    tier = "preliminary result, " + grade.tier.code if grade.preliminary else grade.tier.code
    not_available = (*not_available, *newer_preliminary_lines(case, grade))
    if grade.result.disagrees:
        not_available = (*not_available, "Two results of the same moment disagree; the more abnormal one was used.")
    not_available = (*not_available, *uncorrected_lines(grade))
    return Finding(
        indicator=indicator,
        summary=Summary(template=template, drugs=drugs, age=age_of(case, grade.result), tier=tier),
        found=tuple({(one.item, one.value, one.when, one.limit): one for one in found}.values()),
        why=why,
        consider=(*urgent_lines(case, grade), *consider),
        not_available=not_available,
        decided=(*decisions(case, grade), *decided),
        suggestions=suggestions,
        tier=grade.tier.code,
    )


def _explaining_rows(case: Case, grade: Grade) -> list[Row]:
    classes = EXPLAINING_DRUGS[grade.analyte, grade.direction]
    diseases = case.facts(*ORGAN_DISEASE)
    return [medication_row(one) for one in case.taking(*classes)] + [fact_row(case, one) for one in diseases]


def newer_preliminary_lines(case: Case, *grades: Grade) -> tuple[str, ...]:
    """A preliminary result newer than the graded one is mentioned; it never grades or combines (0.3-5)."""
    lines = []
    for grade in grades:
        kinds = CALCIUM_KINDS if grade.analyte is Analyte.CALCIUM else (grade.result.analyte,)
        for kind in kinds:
            newer = case.latest_preliminary(kind, case.limits["labs.stale_max_days"])
            if newer is not None and newer.time > grade.result.time:
                lines.append(preliminary_line(case, newer))
    return tuple(lines)


def systemic(medications: Iterable[MedicationExposure]) -> tuple[MedicationExposure, ...]:
    """Medicines that reach the blood: topical, ophthalmic, otic and vaginal routes left out (0.10)."""
    return tuple(one for one in medications if not one.is_local)


def uncorrected_lines(*grades: Grade) -> tuple[str, ...]:
    """What a total calcium without an albumin leaves open (0.6-4)."""
    low = "may be pseudohypocalcaemia; check albumin or ionised calcium."
    high = "with a low albumin the true value would be higher."
    return tuple(
        f"Total calcium, albumin not available: {low if one.direction is Direction.LOW else high}"
        for one in grades
        if one.uncorrected
    )


def correction_lines(*grades: Grade) -> tuple[str, ...]:
    """The arithmetic of a corrected calcium and the known weakness of any albumin adjustment (0.6)."""
    weak = "unreliable in critical illness, CKD and paraproteinaemia; ionised calcium decides"
    lines = []
    for grade in grades:
        if grade.arithmetic:
            lines.append(f"corrected for albumin: {grade.arithmetic}; correction is {weak}")
        elif grade.result.analyte is Analyte.ADJUSTED_CALCIUM:
            lines.append(f"adjusted for albumin by the laboratory: adjustment is {weak}")
    return tuple(lines)


def urgent_lines(case: Case, grade: Grade) -> tuple[str, ...]:
    """First options when a value is severe, old, preliminary or from a haemolysed sample."""
    lines = []
    if grade.tier is Tier.SEVERE:
        lines.append("Severe: urgent same-day management and cardiac monitoring per local policy.")
    if not grade.fresh and grade.tier is Tier.SEVERE:
        days = case.clock.days_since(grade.result.time)
        lines.append(f"{days} days old, no repeat on file; check whether it was acted on.")
    if grade.preliminary:
        lines.append("Preliminary result: verify before acting.")
    if grade.haemolysed and grade.direction is Direction.HIGH:
        lines.append(HAEMOLYSED_LINE)
    return tuple(lines)


def decisions(case: Case, grade: Grade) -> tuple[str, ...]:
    """Which limit and which windows decided, in words, with the values in force."""
    limits = case.limits
    lines = [f"{grade.tier.code} {grade.direction.value}: {grade.limit}"]
    if grade.fresh:
        lines.append(f"fresh: not older than {limits['labs.fresh_days']:g} d")
    else:
        window = f"older than {limits['labs.fresh_days']:g} d, within {limits['labs.recent_days']:g} d"
        lines.append(f"{window}: severe counts one step less" if grade.tier is Tier.SEVERE else window)
    if grade.preliminary:
        lines.append("preliminary: shown because severe and newer than every final result; never critical")
    if grade.limit_key == "ca.low.severe_symptomatic":
        lines.append(f"this limit holds with neuromuscular symptoms or QTc {limits.text('qt.major')}")
    if grade.treated:
        lines.append("replacement started at or after the result: one step milder")
    if grade.haemolysed and grade.direction is Direction.HIGH:
        lines.append("haemolysed sample: one step milder")
    if grade.uncorrected and grade.direction is Direction.LOW:
        floor = limits.text("ca.low.uncorrected_severe", grade.result.unit)
        lines.append(
            f"uncorrected low total calcium: severe counts as moderate unless {floor}; moderate as information, or as a "
            "mild value where that says more"
        )
    return (*lines, *correction_lines(grade))


def order_unless_recent(
    case: Case, analyte: Analyte, test: LabTest, *, days_key: str = "suggest.lab_days", recommended: bool = False
) -> tuple[Suggestion, ...]:
    """A test, unless there is a result within the days of ``days_key`` ("S-MG if no Mg in 7 d")."""
    if case.latest(analyte, case.limits[days_key]) is not None:
        return ()
    return (OrderTest(test=test, recommended=recommended),)


def low_potassium_tests(case: Case, grade: Grade) -> tuple[Suggestion, ...]:
    """S-MG if none in 7 d; S-K if severe or not fresh; S-ECG below 3.0 or with a QT drug or digoxin."""
    tests = order_unless_recent(case, Analyte.MAGNESIUM, LabTest.MAGNESIUM)
    if grade.tier is Tier.SEVERE or not grade.fresh:
        tests += (OrderTest(test=LabTest.POTASSIUM),)
    if grade.value < case.limits["k.low.moderate"] or case.taking(*QT_DRUGS, DrugClass.DIGOXIN):
        tests += (OrderTest(test=LabTest.ECG),)
    return tests


def calcium_missing(case: Case) -> bool:
    """No calcium of any kind within ``suggest.lab_days``."""
    return case.calcium_within(case.limits["suggest.lab_days"]) is None

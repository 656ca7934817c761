"""A statin is ordered for a patient with a muscle or liver risk.

Critical: earlier rhabdomyolysis or statin myopathy, CK more than ten times its limit, decompensated cirrhosis or acute
liver failure (labelled contraindication). Warning: statin intolerance, CK more than four times, ALT more than three
times, a muscle symptom without a CK. Information: a muscle symptom with a CK, or a moderate or severe low electrolyte.

Silent when: none of these is on record. Source: document D6.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cds_service.clinical.case import Case
from cds_service.clinical.grading import Tier
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest, Source
from cds_service.guidance.electrolytes import CALCIUM_NEEDS, MAGNESIUM_NEEDS, POTASSIUM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, RemoveDraft, Row, Summary
from cds_service.guidance.order_texts import order_rows
from cds_service.guidance.rule import ORDERS, Rule
from cds_service.guidance.wording import fact_row, grade_row, names, preliminary_lines, result_row

CRITICAL, WARNING, INFO = Indicator.CRITICAL, Indicator.WARNING, Indicator.INFO


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with its weight and its basis."""

    indicator: Indicator
    text: str
    row: Row


def check(case: Case) -> Finding | None:
    """A new statin and at least one reason."""
    orders = case.new_orders(DrugClass.STATIN)
    if not orders:
        return None
    reasons = sorted(
        (*_history(case), *_liver(case), *_ck(case), *_symptoms(case), *_electrolytes(case)),
        key=lambda one: -one.indicator,
    )
    if not reasons:
        return None
    indicator, limits = reasons[0].indicator, case.limits
    remove = tuple(RemoveDraft(draft=one) for one in orders) if indicator is CRITICAL else ()
    return Finding(
        indicator=indicator,
        summary=Summary(template=f"{{drugs}} ordered: {reasons[0].text}", drugs=names(orders)),
        found=(*order_rows(orders), *(one.row for one in reasons)),
        why="These raise the risk of muscle or liver injury, or let later symptoms be blamed on the statin.",
        consider=(
            "Weigh cardiovascular benefit, a lower dose or another statin, or treating the other cause first.",
            "Do not start above four times the upper limit of CK.",
        ),
        decided=(
            *(f"{one.indicator.code}: {one.text}" for one in reasons),
            f"CK within {limits['ck.window_d']:g} d, ALT within {limits['alt.window_d']:g} d, muscle symptom within "
            f"{limits['sym.context_days']:g} d, electrolytes within {limits['labs.recent_days']:g} d",
        ),
        not_available=(
            *(() if case.ck_recent is not None else (f"No CK within {limits['ck.window_d']:g} d.",)),
            *preliminary_lines(case, limits["ck.window_d"], Analyte.CK),
            *preliminary_lines(case, limits["alt.window_d"], Analyte.ALT),
        ),
        suggestions=(OrderTest(test=LabTest.CK), *remove),
    )


def _history(case: Case) -> Iterator[Reason]:
    for fact in case.history(Concept.RHABDOMYOLYSIS, Concept.STATIN_MYOPATHY):
        yield Reason(CRITICAL, f"previous {fact.concept.title}", fact_row(case, fact))
    for fact in case.facts(Concept.STATIN_INTOLERANCE):
        yield Reason(WARNING, "statin intolerance on record", fact_row(case, fact))


def _liver(case: Case) -> Iterator[Reason]:
    for fact in case.facts(Concept.DECOMPENSATED_CIRRHOSIS, Concept.HEPATIC_FAILURE, Concept.ACUTE_LIVER_FAILURE):
        yield Reason(CRITICAL, f"{fact.concept.title} (labelled contraindication)", fact_row(case, fact))
    limits = case.limits
    alt = case.latest(Analyte.ALT, limits["alt.window_d"])
    if alt is None:
        return
    upper = alt.reference_high or limits["alt.uln_default"]
    if alt.value > limits["alt.x_uln"] * upper:
        row = result_row(case, alt, f"{limits.text('alt.x_uln')} (upper limit {upper:g} U/L)")
        yield Reason(WARNING, f"ALT {alt.reported}, {alt.value / upper:.1f} x upper limit", row)


def _ck(case: Case) -> Iterator[Reason]:
    ck, limits = case.ck_recent, case.limits
    if ck is None:
        return
    for key, indicator in (("ck.critical_x", CRITICAL), ("ck.warn_x", WARNING)):
        if ck.ratio > limits[key]:
            row = result_row(case, ck.result, limits.text(key))
            yield Reason(indicator, f"CK {ck.result.reported}, {ck.ratio:.1f} x upper limit", row)
            return


def _symptoms(case: Case) -> Iterator[Reason]:
    settled = case.ck_recent is not None or case.is_ordered(LabTest.CK)
    unknown = "" if settled else f", CK not measured in {case.limits['ck.window_d']:g} days"
    for fact in case.context_symptoms:
        text = f"{fact.concept.title} on record{unknown}"
        yield Reason(INFO if settled else WARNING, text, fact_row(case, fact))


def _electrolytes(case: Case) -> Iterator[Reason]:
    for grade in (case.potassium_low, case.calcium_low, case.magnesium_low):
        if grade is not None and grade.tier >= Tier.MODERATE:
            text = (
                f"low {grade.kind.lower()} {grade.shown}: correct first so that symptoms are not blamed on the statin"
            )
            yield Reason(INFO, text, grade_row(case, grade))


RULE = Rule(
    id="statin-order-precaution",
    title="Statin ordered with a muscle or liver risk",
    family=Family.STATIN,
    hooks=ORDERS,
    only_with=frozenset({DrugClass.STATIN}),
    needs=POTASSIUM_NEEDS
    | MAGNESIUM_NEEDS
    | CALCIUM_NEEDS
    | {
        Analyte.CK, Analyte.ALT, DrugClass.STATIN, Concept.RHABDOMYOLYSIS, Concept.STATIN_MYOPATHY,
        Concept.STATIN_INTOLERANCE, Concept.DECOMPENSATED_CIRRHOSIS, Concept.HEPATIC_FAILURE,
        Concept.ACUTE_LIVER_FAILURE, Source.PATIENT, Source.SERVICE_REQUEST,
    },
    check=check,
    override=OverrideSet.DRUG,
    documents=("D6",),
    evidence=("R-ESCEAS2019", "R-LIPITOR"),
)  # fmt: skip

"""A statin with under-treated or unchecked hypothyroidism.

Untreated hypothyroidism raises the risk of statin myopathy. On chart open only with a prompt muscle symptom or a raised
CK; at the order of a new statin without that condition.

Silent when: TSH within a year at most 4.5 (chart) or 10 (order); no hypothyroidism and no TSH; the missing TSH ordered.
Source: document D6 (extension).
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest, Source
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Row, Summary
from cds_service.guidance.rule import EVERY_HOOK, Rule
from cds_service.guidance.wording import fact_row, medication_row, names, preliminary_lines, result_row


def check(case: Case) -> Finding | None:
    """TSH high, or a diagnosis without a TSH."""
    if not (case.at_order or _reason_rows(case)):
        return None
    statins = case.new_orders(DrugClass.STATIN) if case.at_order else case.taking(DrugClass.STATIN)
    if not statins:
        return None
    limits = case.limits
    tsh = case.latest(Analyte.TSH, limits["tsh.window_d"])
    diagnoses = case.facts(Concept.HYPOTHYROIDISM)
    if tsh is not None and tsh.value > limits["tsh.warn"]:
        indicator, key = Indicator.WARNING, "tsh.warn"
    elif tsh is not None and tsh.value > limits["tsh.info"] and not case.at_order:
        indicator, key = Indicator.INFO, "tsh.info"
    elif tsh is None and diagnoses and not case.is_ordered(LabTest.TSH):
        indicator, key = Indicator.INFO, "tsh.window_d"
    else:
        return None
    summary = "{drugs} with hypothyroidism on record and no TSH in a year: raises myopathy risk if untreated"
    if tsh is not None:
        summary = f"{{drugs}} with TSH {tsh.reported}: untreated hypothyroidism raises myopathy risk"
    return Finding(
        indicator=indicator,
        summary=Summary(template=summary, drugs=names(statins)),
        found=(
            *map(medication_row, statins),
            *([result_row(case, tsh, limits.text(key))] if tsh is not None else []),
            *(fact_row(case, one) for one in diagnoses),
            *(() if case.at_order else _reason_rows(case)),
        ),
        why="Untreated hypothyroidism causes muscle symptoms by itself and raises the risk of statin myopathy.",
        consider=("Check and treat the thyroid before blaming or stopping the statin.",),
        not_available=(
            *(() if tsh is not None else (f"No TSH within {limits['tsh.window_d']:g} d.",)),
            *preliminary_lines(case, limits["tsh.window_d"], Analyte.TSH),
        ),
        decided=(
            f"TSH within {limits['tsh.window_d']:g} d {limits.text('tsh.warn')} warning, {limits.text('tsh.info')} "
            "information on chart open; hypothyroidism without a TSH information",
            f"on chart open with a muscle symptom within {limits['sym.prompt_days']:g} d or of this encounter, or CK "
            f"{limits.text('ck.symptom_x')} within {limits['ck.window_d']:g} d",
        ),
        suggestions=(OrderTest(test=LabTest.TSH),),
    )


def _reason_rows(case: Case) -> tuple[Row, ...]:
    """What makes it worth looking on chart open: a prompt muscle symptom or a raised CK."""
    ck, limit = case.ck_recent, case.limits["ck.symptom_x"]
    raised = [result_row(case, ck.result, case.limits.text("ck.symptom_x"))] if ck and ck.ratio > limit else []
    return (*(fact_row(case, one) for one in case.prompt_symptoms), *raised)


RULE = Rule(
    id="statin-hypothyroidism",
    title="Statin and under-treated or unchecked hypothyroidism",
    family=Family.STATIN,
    hooks=EVERY_HOOK,
    only_with=frozenset({DrugClass.STATIN}),
    needs=SYMPTOM_NEEDS
    | {Analyte.TSH, Analyte.CK, Concept.HYPOTHYROIDISM, DrugClass.STATIN, Source.PATIENT, Source.SERVICE_REQUEST},
    check=check,
    override=OverrideSet.LAB,
    documents=("D6",),
    evidence=("R-EAS2015", "R-LIPITOR"),
    extension=True,
)

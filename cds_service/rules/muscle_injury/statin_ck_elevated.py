"""Raised CK on a statin, or within 30 days of stopping one.

More than ten times the upper limit is critical when fresh; more than four times a warning; more than normal with a
muscle symptom information.

Silent when: no CK within 30 days; at most four times without a symptom. Source: document D6.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Analyte, DrugClass, LabTest, Source
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS, order_unless_recent
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Summary
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import age_of, fact_row, medication_row, names, preliminary_lines, result_row


def check(case: Case) -> Finding | None:
    """CK above a limit on a statin."""
    ck = case.ck_recent
    statins = case.statin_exposures() if ck is not None else ()
    if ck is None or not statins:
        return None
    limits = case.limits
    symptoms = case.context_symptoms
    if ck.ratio > limits["ck.critical_x"]:
        indicator, key = Indicator.CRITICAL if case.is_fresh(ck.result) else Indicator.WARNING, "ck.critical_x"
    elif ck.ratio > limits["ck.warn_x"]:
        indicator, key = Indicator.WARNING, "ck.warn_x"
    elif ck.ratio > limits["ck.symptom_x"] and symptoms:
        indicator, key = Indicator.INFO, "ck.symptom_x"
    else:
        return None
    taken = bool(case.taking(DrugClass.STATIN))
    return Finding(
        indicator=indicator,
        summary=Summary(
            template=f"CK {ck.result.reported} ({ck.ratio:.1f} x upper limit, {{age}}) {'on' if taken else 'after'} {{drugs}}",
            age=age_of(case, ck.result),
            drugs=names(statins),
        ),
        found=(
            result_row(case, ck.result, f"{limits.text(key)}; upper limit {ck.upper_limit:g} U/L ({ck.limit_basis})"),
            *map(medication_row, statins),
            *(fact_row(case, one) for one in symptoms),
        ),
        why="CK rises with statin muscle injury, but also with exertion, injection, hypothyroidism and trauma.",
        consider=_options(key, symptomatic=bool(symptoms), taken=taken),
        not_available=preliminary_lines(case, limits["ck.window_d"], Analyte.CK),
        decided=(
            f"CK within {limits['ck.window_d']:g} d, {limits.text(key)}; critical: {limits.text('ck.critical_x')} within "
            f"{limits['labs.fresh_days']:g} d",
            f"statin taken, or ended within {limits['statin.recent_stop_d']:g} d; muscle symptom within "
            f"{limits['sym.context_days']:g} d, undated or of this encounter",
        ),
        suggestions=(
            OrderTest(test=LabTest.CK),
            OrderTest(test=LabTest.CREATININE),
            *order_unless_recent(case, Analyte.TSH, LabTest.TSH, days_key="tsh.window_d"),
        ),
    )


def _options(key: str, *, symptomatic: bool, taken: bool) -> tuple[str, ...]:
    exclude = "Exclude exertion, intramuscular injection and hypothyroidism."
    if key == "ck.critical_x":
        first = "Stop the statin" if taken else "Keep the statin stopped"
        return (f"{first}, check renal function, monitor CK every 2 weeks.", exclude)
    if key == "ck.warn_x" and symptomatic:
        return (f"With symptoms: {'stop the statin' if taken else 'keep the statin stopped'} and recheck CK.", exclude)
    if key == "ck.warn_x":
        goes_on = "continue with CK monitoring" if taken else "recheck CK before the statin is started again"
        return (f"Without symptoms: {goes_on}.", exclude)
    pause = "a pause and rechallenge" if taken else "a rechallenge, or another cause"
    return (f"Recheck CK; weigh {pause} if symptoms go on.", exclude)


RULE = Rule(
    id="statin-ck-elevated",
    title="Raised CK on a statin",
    family=Family.MUSCLE_INJURY,
    hooks=PATIENT_VIEW,
    only_with=frozenset({DrugClass.STATIN}),
    needs=SYMPTOM_NEEDS | {Analyte.CK, Analyte.TSH, DrugClass.STATIN, Source.PATIENT},
    check=check,
    override=OverrideSet.LAB,
    documents=("D6",),
    evidence=("R-ESCEAS2019",),
)

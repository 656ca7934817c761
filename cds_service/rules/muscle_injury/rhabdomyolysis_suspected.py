"""CK in the range of rhabdomyolysis, whatever the cause; a statin is not required.

More than 40 times the upper limit, or more than 10 times with kidney injury, dark urine or myoglobinuria.

Silent when: no CK within 7 days; no baseline creatinine and no diagnosis (then only the 40-fold arm can speak).
Source: document D6, D8.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.kidney_injury import kidney_injury
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest, Source
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Summary
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import age_of, fact_row, medication_row, preliminary_lines, result_row


def check(case: Case) -> Finding | None:
    """CK high enough, alone or with kidney injury."""
    limits = case.limits
    ck = case.ck_within(limits["labs.fresh_days"])
    if ck is None or ck.ratio <= limits["ck.critical_x"]:
        return None
    injury = kidney_injury(case)
    if ck.ratio <= limits["ck.rhabdo_x"] and not injury.present:
        return None
    rows = [
        result_row(
            case, ck.result, f"{limits.text('ck.rhabdo_x')}, or {limits.text('ck.critical_x')} with kidney injury"
        )
    ]
    if injury.creatinine is not None:
        rows.append(
            result_row(
                case, injury.creatinine, f"{limits['ck.aki_creatinine_x']:g} x the median {injury.baseline_shown}"
            )
        )
    missing = () if injury.baseline is not None else ("No creatinine 7 to 365 d old: no baseline to compare with.",)
    return Finding(
        indicator=Indicator.CRITICAL,
        summary=Summary(
            template=f"CK {ck.result.reported} ({ck.ratio:.1f} x upper limit, {{age}}): rhabdomyolysis range",
            age=age_of(case, ck.result),
        ),
        found=(*rows, *(fact_row(case, one) for one in injury.facts), *map(medication_row, case.statin_exposures())),
        why="Rhabdomyolysis can injure the kidney and raise potassium within hours.",
        consider=(
            "Causes: statin, exertion, trauma, seizure, NMS, low potassium or phosphate, infection, toxins.",
            "Potassium, calcium, phosphate, creatinine, urine; fluids per local pathway.",
            "Low calcium is usually not corrected here unless symptomatic.",
            "Institutions differ: 5 x or 1000 U/L, 10 x and 40 x are all in use (parameter ck.rhabdo_x: "
            f"{limits['ck.rhabdo_x']:g}).",
        ),
        not_available=(
            *missing,
            *preliminary_lines(case, limits["labs.fresh_days"], Analyte.CK),
            *preliminary_lines(case, limits["ck.aki_window_d"], Analyte.CREATININE),
        ),
        decided=(
            f"CK {limits.text('ck.rhabdo_x')}, or {limits.text('ck.critical_x')} with kidney injury, dark urine or "
            f"myoglobinuria; upper limit {ck.upper_limit:g} U/L ({ck.limit_basis}); CK within {limits['labs.fresh_days']:g} d",
            f"kidney injury: on record, or creatinine within {limits['ck.aki_window_d']:g} d at least "
            f"{limits['ck.aki_creatinine_x']:g} x the median of {limits['ck.aki_window_d']:g} to "
            f"{limits['nms.baseline_to_d']:g} d ago",
        ),
        suggestions=(
            OrderTest(test=LabTest.BASIC_PANEL),
            OrderTest(test=LabTest.CK),
            OrderTest(test=LabTest.URINE_MYOGLOBIN),
        ),
    )


RULE = Rule(
    id="rhabdomyolysis-suspected",
    title="CK in the rhabdomyolysis range",
    family=Family.MUSCLE_INJURY,
    hooks=PATIENT_VIEW,
    needs=frozenset(
        {
            Analyte.CK, Analyte.CREATININE, Concept.AKI, Concept.DARK_URINE, Concept.MYOGLOBINURIA, DrugClass.STATIN,
            Source.PATIENT,
        }
    ),
    check=check,
    override=OverrideSet.LAB_ALTERNATIVE,
    documents=("D6", "D8"),
    evidence=("R-EAS2015",),
)  # fmt: skip

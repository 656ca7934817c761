"""Muscle symptoms on a statin, with CK unknown or at most four times its limit.

Most muscle symptoms on statins are not caused by them; the card avoids blame and asks for a CK when none is known.

Silent when: CK more than four times its limit (statin-ck-elevated speaks); no prompt symptom of this kind.
Source: document D6.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest, Source
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS, order_unless_recent
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Summary
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import fact_row, medication_row, names, preliminary_lines, result_row

SYMPTOMS = frozenset(
    {
        Concept.MYALGIA, Concept.MUSCLE_WEAKNESS, Concept.MUSCLE_CRAMP, Concept.MUSCLE_SPASM, Concept.MUSCLE_STIFFNESS,
        Concept.NECK_SPASM, Concept.BACK_SPASM, Concept.NOCTURNAL_LEG_CRAMP,
    }
)  # fmt: skip


def check(case: Case) -> Finding | None:
    """A statin, a symptom and no strongly raised CK."""
    symptoms = [one for one in case.prompt_symptoms if one.concept in SYMPTOMS]
    statins = case.statin_exposures() if symptoms else ()
    if not statins:
        return None
    ck, limits = case.ck_recent, case.limits
    if ck is not None and ck.ratio > limits["ck.warn_x"]:
        return None
    only_nocturnal = all(one.concept is Concept.NOCTURNAL_LEG_CRAMP for one in symptoms)
    settled = ck is not None or only_nocturnal or case.is_ordered(LabTest.CK)
    word = "on" if case.taking(DrugClass.STATIN) else "after"
    shown = ck.result.reported if ck is not None else f"not measured in {limits['ck.window_d']:g} days"
    return Finding(
        indicator=Indicator.INFO if settled else Indicator.WARNING,
        summary=Summary(template=f"Muscle symptoms {word} {{drugs}}: CK {shown}", drugs=names(statins)),
        found=(
            *map(medication_row, statins),
            *(fact_row(case, one) for one in symptoms),
            *([result_row(case, ck.result, f"{ck.ratio:.1f} x upper limit")] if ck is not None else []),
        ),
        why="More than 90 % of muscle symptoms on statins are not caused by the statin; the excess is mainly in the first "
        "year and with high intensity.",
        consider=(
            "Typical pattern: symmetrical, proximal, 4 to 6 weeks after start or dose rise.",
            "Pause and rechallenge rather than a permanent stop; weigh the cardiovascular benefit.",
        ),
        not_available=(
            *(() if ck is not None else (f"No CK within {limits['ck.window_d']:g} d.",)),
            *preliminary_lines(case, limits["ck.window_d"], Analyte.CK),
        ),
        decided=(
            f"muscle symptom within {limits['sym.prompt_days']:g} d or of this encounter; statin taken, or ended within "
            f"{limits['statin.recent_stop_d']:g} d",
            f"CK within {limits['ck.window_d']:g} d not {limits.text('ck.warn_x')}; a warning while CK is neither known "
            "nor ordered, unless there are only night cramps",
        ),
        suggestions=(
            OrderTest(test=LabTest.CK, recommended=True),
            *order_unless_recent(case, Analyte.TSH, LabTest.TSH, days_key="tsh.window_d"),
        ),
    )


RULE = Rule(
    id="statin-muscle-symptoms",
    title="Muscle symptoms on a statin",
    family=Family.STATIN,
    hooks=PATIENT_VIEW,
    only_with=frozenset({DrugClass.STATIN}),
    needs=SYMPTOM_NEEDS | {Analyte.CK, Analyte.TSH, DrugClass.STATIN, Source.PATIENT, Source.SERVICE_REQUEST},
    check=check,
    override=OverrideSet.LAB,
    documents=("D6",),
    evidence=("R-CTT2022",),
)

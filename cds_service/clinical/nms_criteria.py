"""The NMS computation (rule catalogue B6.0): three published criteria sets and the document's tetrad, side by side.

NMS is a clinical diagnosis of exclusion. This reports which criteria the chart meets; it never outputs a probability.
Sources: R-IEC2011, R-IEC2017, R-LEV1985, R-DSM.
"""

from __future__ import annotations

from cds_service.clinical import nms_features as evidence
from cds_service.clinical import nms_vitals as vitals
from cds_service.clinical.case import Case
from cds_service.clinical.chart import Activity, ConditionFact, FactKind
from cds_service.clinical.nms_exposure import exposure, may_be_exposed
from cds_service.clinical.nms_features import Feature, State
from cds_service.clinical.nms_picture import NmsPicture
from cds_service.clinical.vocabulary import Analyte, Concept

IEC_ITEMS = ("exposure", "fever", "rigidity", "mental_status", "ck", "sns_lability", "hypermetabolism")


def nms_picture(case: Case) -> NmsPicture | None:
    """The picture, computed once per request; ``None`` when no exposure makes NMS possible."""
    known = case.memo.get("nms")
    if known is None:
        outer, case.reads = case.reads, set()
        picture = _picture(case) if may_be_exposed(case) else None
        known = case.memo["nms"] = (picture, frozenset(case.reads))
        case.reads = outer
    case.reads |= known[1]
    found: NmsPicture | None = known[0]
    return found


def _picture(case: Case) -> NmsPicture | None:
    fever, rigid, mental = evidence.fever_once(case), evidence.rigidity(case), evidence.mental_status(case)
    ck, ck_levenson = evidence.ck_four(case), evidence.ck_levenson(case)
    exposed = exposure(case, evidence.first_moment((fever, rigid, mental, ck, ck_levenson), case))
    if not exposed.all:
        return None
    limits = case.limits
    sweat, sign = limits["nms.sweat_window_h"] / 24, limits["nms.sign_window_d"]
    twice = evidence.fever_twice(case)
    rise, swing = vitals.pressure_rise(case), vitals.pressure_swing(case)
    sweating = evidence.finding(case, Concept.DIAPHORESIS, sweat)
    incontinence = evidence.finding(case, Concept.URINARY_INCONTINENCE, sweat)
    lability = sns_lability((rise, swing, sweating, incontinence))
    metabolic = vitals.hypermetabolism(case)
    met = (True, twice.met, rigid.met, mental.met, ck.met, lability.met, metabolic.met)
    awarded = tuple((item, limits[f"nms.points.{item}"]) for item, yes in zip(IEC_ITEMS, met, strict=True) if yes)
    return NmsPicture(
        exposure=exposed,
        fever=fever,
        fever_twice=twice,
        rigidity=rigid,
        mental=mental,
        ck=ck,
        ck_levenson=ck_levenson,
        pressure_rise=rise,
        pressure_swing=swing,
        pressure_high=vitals.pressure_absolute(case),
        sweating=sweating,
        incontinence=incontinence,
        sns_lability=lability,
        hypermetabolism=metabolic,
        tachycardia=vitals.fast(case, Analyte.HEART_RATE, "tachycardia", "nms.hr_tachy"),
        tachypnoea=vitals.fast(case, Analyte.RESPIRATORY_RATE, "tachypnoea", "nms.rr_tachy"),
        leucocytosis=vitals.fast(case, Analyte.WBC, "leucocytosis", "nms.wbc"),
        dysphagia=evidence.finding(case, Concept.DYSPHAGIA, sign),
        tremor=evidence.finding(case, Concept.TREMOR, sign),
        mutism=evidence.finding(case, Concept.MUTISM, sign),
        awarded=awarded,
        iec_met=sum(points for _, points in awarded) >= limits["nms.iec_cutoff"],
    )


def sns_lability(parts: tuple[Feature, ...]) -> Feature:
    """IEC: two or more of BP rise, BP swing, sweating, incontinence; not met only if the unknown ones could not change it."""
    met = sum(part.met for part in parts)
    unknown = sum(part.state is State.NO_DATA for part in parts)
    return Feature(
        name="autonomic lability",
        criterion="two of BP rise, BP swing, sweating, incontinence",
        state=evidence.state_of(met >= 2, met + unknown < 2),
        note=f"{met} of 4 present{', others not recorded' if unknown else ''}",
    )


def automatic_maximum(case: Case) -> int:
    """Points that can be awarded automatically (93 by default)."""
    return int(sum(case.limits[f"nms.points.{name}"] for name in IEC_ITEMS))


def nms_diagnoses(case: Case) -> tuple[ConditionFact, ...]:
    """Active NMS on the problem list, or the reason of this encounter; the reason of another encounter is history."""
    return tuple(one for one in case.facts(Concept.NMS) if is_diagnosis(one))


def past_nms(case: Case) -> tuple[ConditionFact, ...]:
    """NMS that is over, or that was the reason of another encounter."""
    return tuple(
        one for one in case.history(Concept.NMS) if one.activity is Activity.PAST or not is_diagnosis(one)
    )  # fmt: skip


def is_diagnosis(fact: ConditionFact) -> bool:
    """Whether a fact is a Condition, or stands for this very encounter."""
    return fact.kind is FactKind.CONDITION or fact.this_encounter

"""The NMS computation (rule catalogue B6.0): three published criteria sets and the document's tetrad, side by side.

NMS is a clinical diagnosis of exclusion. This reports which criteria the chart meets; it never outputs a probability.
Sources: R-IEC2011, R-IEC2017, R-LEV1985, R-DSM.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from cds_service.clinical import nms_features as evidence
from cds_service.clinical.case import Case
from cds_service.clinical.nms_exposure import NmsExposure, exposure, may_be_exposed
from cds_service.clinical.nms_features import Feature
from cds_service.clinical.vocabulary import Analyte, Concept


class NmsTier(IntEnum):
    """How much of the picture the chart shows (step 4)."""

    NONE = 0
    WATCH = 1
    POSSIBLE = 2
    PROBABLE = 3

    @property
    def code(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class NmsPicture:
    """Exposure, every feature with its evidence, scores and tier."""

    exposure: NmsExposure
    fever: Feature
    fever_twice: Feature
    rigidity: Feature
    mental: Feature
    ck: Feature
    pressure_rise: Feature
    pressure_swing: Feature
    pressure_high: Feature
    sweating: Feature
    incontinence: Feature
    hypermetabolism: Feature
    tachycardia: Feature
    tachypnoea: Feature
    leucocytosis: Feature
    dysphagia: Feature
    tremor: Feature
    mutism: Feature
    ck_levenson: bool
    points: int
    iec_met: bool

    @property
    def features(self) -> tuple[Feature, ...]:
        """Every feature in the order in which a card shows them."""
        return (
            self.rigidity, self.fever, self.fever_twice, self.mental, self.ck, self.sns_lability, self.pressure_rise,
            self.pressure_swing, self.pressure_high, self.sweating, self.incontinence, self.hypermetabolism,
            self.tachycardia, self.tachypnoea, self.leucocytosis, self.dysphagia, self.tremor, self.mutism,
        )  # fmt: skip

    @property
    def abnormal_pressure(self) -> bool:
        """Any blood pressure item."""
        return self.pressure_rise.met or self.pressure_swing.met or self.pressure_high.met

    @property
    def sns_lability(self) -> Feature:
        """IEC: two or more of blood pressure rise, swing, sweating, incontinence."""
        parts = (self.pressure_rise, self.pressure_swing, self.sweating, self.incontinence)
        met = sum(part.met for part in parts) >= 2
        known = any(part.state is not evidence.State.NO_DATA for part in parts)
        state = evidence.State.MET if met else evidence.State.NOT_MET if known else evidence.State.NO_DATA
        return Feature(
            name="autonomic lability", criterion="two of BP rise, BP swing, sweating, incontinence", state=state
        )

    @property
    def autonomic(self) -> bool:
        """Autonomic dysfunction as the document means it."""
        signs = (
            self.tachycardia.met, self.tachypnoea.met, self.abnormal_pressure, self.sweating.met, self.incontinence.met,
        )  # fmt: skip
        return self.sns_lability.met or self.hypermetabolism.met or sum(signs) >= 2

    @property
    def levenson(self) -> bool:
        """Levenson 1985: three majors, or two majors and four minors."""
        majors = sum((self.fever.met, self.rigidity.met, self.ck_levenson))
        minors = sum(
            (
                self.mental.met, self.tachycardia.met, self.abnormal_pressure, self.tachypnoea.met, self.sweating.met,
                self.leucocytosis.met,
            )
        )  # fmt: skip
        return majors == 3 or (majors == 2 and minors >= 4)

    @property
    def dsm(self) -> bool:
        """DSM research criteria: rigidity, fever and two more."""
        more = (
            self.sweating.met, self.dysphagia.met, self.tremor.met, self.incontinence.met, self.mental.met,
            self.mutism.met, self.tachycardia.met, self.abnormal_pressure, self.leucocytosis.met, self.ck.met,
        )  # fmt: skip
        return self.rigidity.met and self.fever.met and sum(more) >= 2

    @property
    def tetrad(self) -> bool:
        """The document's tetrad, complete."""
        return self.mental.met and self.fever.met and self.rigidity.met and self.autonomic

    @property
    def sets_met(self) -> tuple[str, ...]:
        """Names of the criteria sets met, for the summary."""
        named = (
            ("IEC", self.iec_met), ("Levenson", self.levenson), ("DSM", self.dsm),
            ("tetrad", self.rigidity.met and self.fever.met and (self.mental.met or self.autonomic)),
        )  # fmt: skip
        return tuple(name for name, met in named if met)

    @property
    def tier(self) -> NmsTier:
        """The first of probable, possible, watch that holds."""
        if not self.exposure.all:
            return NmsTier.NONE
        if self.sets_met:
            return NmsTier.PROBABLE
        fever, rigid, mental, ck = self.fever.met, self.rigidity.met, self.mental.met, self.ck.met
        others = mental or self.autonomic
        if (rigid and (fever or others or ck)) or (ck and (fever or others)) or (fever and mental):
            return NmsTier.POSSIBLE
        if rigid or ck or self.fever_twice.met or (fever and self.autonomic):
            return NmsTier.WATCH
        return NmsTier.NONE


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
    fever, rigid, mental, ck = (
        evidence.fever_once(case), evidence.rigidity(case), evidence.mental_status(case), evidence.ck_four(case),
    )  # fmt: skip
    first = evidence.first_moment((fever, rigid, mental, ck), case)
    exposed = exposure(case, first)
    if not exposed.all:
        return None
    limits = case.limits
    sweat, sign = limits["nms.sweat_window_h"] / 24, limits["nms.sign_window_d"]
    twice = evidence.fever_twice(case)
    rise, swing = evidence.pressure_rise(case), evidence.pressure_swing(case)
    sweating = evidence.finding(case, Concept.DIAPHORESIS, sweat)
    incontinence = evidence.finding(case, Concept.URINARY_INCONTINENCE, sweat)
    metabolic = evidence.hypermetabolism(case)
    labile = sum((rise.met, swing.met, sweating.met, incontinence.met)) >= 2
    awarded = (
        ("exposure", True), ("fever", twice.met), ("rigidity", rigid.met), ("mental_status", mental.met),
        ("ck", ck.met), ("sns_lability", labile), ("hypermetabolism", metabolic.met),
    )  # fmt: skip
    points = sum(limits[f"nms.points.{name}"] for name, met in awarded if met)
    return NmsPicture(
        exposure=exposed,
        fever=fever,
        fever_twice=twice,
        rigidity=rigid,
        mental=mental,
        ck=ck,
        pressure_rise=rise,
        pressure_swing=swing,
        pressure_high=evidence.pressure_absolute(case),
        sweating=sweating,
        incontinence=incontinence,
        hypermetabolism=metabolic,
        tachycardia=evidence.fast(case, Analyte.HEART_RATE, "tachycardia", "nms.hr_tachy"),
        tachypnoea=evidence.fast(case, Analyte.RESPIRATORY_RATE, "tachypnoea", "nms.rr_tachy"),
        leucocytosis=evidence.fast(case, Analyte.WBC, "leucocytosis", "nms.wbc"),
        dysphagia=evidence.finding(case, Concept.DYSPHAGIA, sign),
        tremor=evidence.finding(case, Concept.TREMOR, sign),
        mutism=evidence.finding(case, Concept.MUTISM, sign),
        ck_levenson=evidence.ck_levenson(case, ck),
        points=int(points),
        iec_met=points >= limits["nms.iec_cutoff"],
    )


def automatic_maximum(case: Case) -> int:
    """Points that can be awarded automatically (93 by default)."""
    names = ("exposure", "fever", "rigidity", "mental_status", "ck", "sns_lability", "hypermetabolism")
    return int(sum(case.limits[f"nms.points.{name}"] for name in names))

"""The NMS picture: features, scores of the criteria sets, tier (rule catalogue B6.0, steps 3 and 4). No look at the chart.

Sources: R-IEC2011, R-IEC2017, R-LEV1985, R-DSM.
"""

from __future__ import annotations

from enum import IntEnum

from cds_service.clinical.fact import Fact
from cds_service.clinical.nms_exposure import NmsExposure
from cds_service.clinical.nms_features import Feature, State, state_of


class NmsTier(IntEnum):
    """How much of the picture the chart shows (step 4)."""

    NONE = 0
    WATCH = 1
    POSSIBLE = 2
    PROBABLE = 3

    @property
    def code(self) -> str:
        return self.name.lower()


class NmsPicture(Fact):
    """Exposure, every feature with its evidence, scores and tier."""

    exposure: NmsExposure
    fever: Feature
    fever_twice: Feature
    rigidity: Feature
    mental: Feature
    ck: Feature
    ck_levenson: Feature
    pressure_rise: Feature
    pressure_swing: Feature
    pressure_high: Feature
    sweating: Feature
    incontinence: Feature
    sns_lability: Feature
    hypermetabolism: Feature
    tachycardia: Feature
    tachypnoea: Feature
    leucocytosis: Feature
    dysphagia: Feature
    tremor: Feature
    mutism: Feature
    awarded: tuple[tuple[str, float], ...]
    """IEC items that are met with their priority points."""
    iec_met: bool

    @property
    def points(self) -> int:
        """IEC priority points awarded automatically."""
        return int(sum(points for _, points in self.awarded))

    @property
    def features(self) -> tuple[Feature, ...]:
        """Every feature in the order in which a card shows them."""
        return (
            self.rigidity, self.fever, self.fever_twice, self.mental, self.ck, self.ck_levenson, self.autonomic_dysfunction,
            self.sns_lability, self.hypermetabolism, self.pressure_rise, self.pressure_swing, self.pressure_high,
            self.tachycardia, self.tachypnoea, self.sweating, self.incontinence, self.leucocytosis, self.dysphagia,
            self.tremor, self.mutism,
        )  # fmt: skip

    @property
    def abnormal_pressure(self) -> bool:
        """Any blood pressure item."""
        return self.pressure_rise.met or self.pressure_swing.met or self.pressure_high.met

    @property
    def _signs(self) -> tuple[Feature, ...]:
        """Tachycardia, tachypnoea, any blood pressure item, sweating, incontinence."""
        items = (self.pressure_rise, self.pressure_swing, self.pressure_high)
        pressure = next((one for one in items if one.met), min(items, key=lambda one: one.state is not State.NO_DATA))
        return self.tachycardia, self.tachypnoea, pressure, self.sweating, self.incontinence

    @property
    def autonomic(self) -> bool:
        """Autonomic dysfunction as the document means it."""
        signs = sum(one.met for one in self._signs)
        return self.sns_lability.met or self.hypermetabolism.met or signs >= 2

    @property
    def autonomic_dysfunction(self) -> Feature:
        """The same as a line of the criteria table; not met only if the unknown signs could not change it."""
        signs = self._signs
        met, unknown = sum(one.met for one in signs), sum(one.state is State.NO_DATA for one in signs)
        refuted = all(one.state is State.NOT_MET for one in (self.sns_lability, self.hypermetabolism))
        return Feature(
            name="autonomic dysfunction",
            criterion="lability, hypermetabolism, or two of tachycardia, tachypnoea, pressure, sweating, incontinence",
            state=state_of(self.autonomic, refuted and met + unknown < 2),
            note=f"{met} of 5 signs present{', others not recorded' if unknown else ''}",
        )

    @property
    def levenson_majors(self) -> int:
        """How many of Levenson's three majors are met."""
        return sum((self.fever.met, self.rigidity.met, self.ck_levenson.met))

    @property
    def levenson_minors(self) -> int:
        """How many of Levenson's six minors are met."""
        minors = (
            self.mental.met, self.tachycardia.met, self.abnormal_pressure, self.tachypnoea.met, self.sweating.met,
            self.leucocytosis.met,
        )  # fmt: skip
        return sum(minors)

    @property
    def levenson(self) -> bool:
        """Levenson 1985: three majors, or two majors and four minors."""
        return self.levenson_majors == 3 or (self.levenson_majors == 2 and self.levenson_minors >= 4)

    @property
    def dsm_further(self) -> int:
        """How many of the ten further DSM signs are met."""
        more = (
            self.sweating.met, self.dysphagia.met, self.tremor.met, self.incontinence.met, self.mental.met,
            self.mutism.met, self.tachycardia.met, self.abnormal_pressure, self.leucocytosis.met, self.ck.met,
        )  # fmt: skip
        return sum(more)

    @property
    def dsm(self) -> bool:
        """DSM research criteria: rigidity, fever and two more."""
        return self.rigidity.met and self.fever.met and self.dsm_further >= 2

    @property
    def tetrad(self) -> int:
        """How many of the document's four are met: mental status, fever, rigidity, autonomic dysfunction."""
        return sum((self.mental.met, self.fever.met, self.rigidity.met, self.autonomic))

    @property
    def tetrad_arm(self) -> bool:
        """Rigidity and fever with mental status or autonomic dysfunction: probable by itself (step 4)."""
        return self.rigidity.met and self.fever.met and (self.mental.met or self.autonomic)

    @property
    def sets_met(self) -> tuple[str, ...]:
        """Names of the criteria sets met, for the summary; three of the document's four are not the tetrad."""
        tetrad = "tetrad" if self.tetrad == 4 else "3 of 4 tetrad signs"
        named = (
            ("IEC", self.iec_met), ("Levenson", self.levenson), ("DSM", self.dsm), (tetrad, self.tetrad_arm),
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

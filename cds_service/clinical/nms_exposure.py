"""Exposure that makes neuroleptic malignant syndrome possible (rule catalogue B6.0, step 1)."""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.chart import HOUR, MedicationExposure, MedicationState
from cds_service.clinical.fact import Fact
from cds_service.clinical.vocabulary import DrugClass, Route
from cds_service.clinical.withdrawal import going_on

DOPAMINE_ANTAGONISTS = (DrugClass.ANTIPSYCHOTIC, DrugClass.ANTIEMETIC_DA, DrugClass.DEPLETER)
EXPOSING = frozenset({*DOPAMINE_ANTAGONISTS, DrugClass.DOPAMINERGIC})
"""Without any of these, now or before, there is no exposure."""
NOT_ANTAGONISTS = frozenset({"pimavanserin"})
UNDATED_HOLD = "A dopamine antagonist or dopaminergic medicine is on hold since an unknown time: not counted as exposure or withdrawal (NMS)."
DECARBOXYLASE_INHIBITORS = frozenset({"carbidopa", "benserazide"})
"""Given with levodopa; without effect on dopamine receptors themselves."""


class NmsExposure(Fact):
    """Medicines that count as exposure: antagonists now or recently, or dopaminergic drugs withdrawn."""

    antagonists: tuple[MedicationExposure, ...] = ()
    withdrawn: tuple[MedicationExposure, ...] = ()

    @property
    def all(self) -> tuple[MedicationExposure, ...]:
        return (*self.antagonists, *self.withdrawn)


def is_antagonist(medication: MedicationExposure) -> bool:
    """A dopamine antagonist or depleter; pimavanserin is none."""
    return not NOT_ANTAGONISTS.issuperset(medication.ingredients)


def active_antagonists(case: Case) -> tuple[MedicationExposure, ...]:
    """Dopamine antagonists and depleters that are active now."""
    return tuple(one for one in case.taking(*DOPAMINE_ANTAGONISTS) if is_antagonist(one))


def new_antagonists(case: Case) -> tuple[MedicationExposure, ...]:
    """Dopamine antagonists and depleters among the new orders."""
    return tuple(one for one in case.new_orders(*DOPAMINE_ANTAGONISTS) if is_antagonist(one))


def may_be_exposed(case: Case) -> bool:
    """A cheap first look: any antagonist, or any dopaminergic drug that is not active."""
    if any(is_antagonist(one) for one in case.exposures(*DOPAMINE_ANTAGONISTS)):
        return True
    return any(one.state is not MedicationState.ACTIVE for one in case.exposures(DrugClass.DOPAMINERGIC))


def exposure(case: Case, first_feature: float | None) -> NmsExposure:
    """Exposure as seen from the first qualifying feature; an end after it counts as exposure to it.

    Active antagonists count always; ended ones when they ended at most the window of their route before the first
    feature; dopaminergic drugs when stopped or held at most the oral window before it and not going on otherwise.
    """
    active = active_antagonists(case)
    if first_feature is None:
        return NmsExposure(antagonists=active)
    _note_undated_holds(case)
    recent = tuple(
        one
        for one in (*case.ended(*DOPAMINE_ANTAGONISTS), *_on_hold(case, DOPAMINE_ANTAGONISTS))
        if is_antagonist(one) and _ended_within(case, one, first_feature, window_hours(case, one))
    )
    window = case.limits["nms.exposure_oral_h"]
    stopped = (*case.ended(DrugClass.DOPAMINERGIC), *_on_hold(case, (DrugClass.DOPAMINERGIC,)))
    withdrawn = tuple(
        one for one in stopped if _ended_within(case, one, first_feature, window) and _is_withdrawn(case, one)
    )
    return NmsExposure(antagonists=(*active, *recent), withdrawn=withdrawn)


def _note_undated_holds(case: Case) -> None:
    """A hold of unknown date is no exposure (missing data hide the rule), but every card that is shown says so (B0.3)."""
    dopaminergic = (one for one in _on_hold(case, (DrugClass.DOPAMINERGIC,)) if _is_withdrawn(case, one))
    held = (*_on_hold(case, DOPAMINE_ANTAGONISTS), *dopaminergic)
    if any(one.end is None for one in held):
        case.missing[UNDATED_HOLD] = None


def _is_withdrawn(case: Case, stopped: MedicationExposure) -> bool:
    """Whether at least one dopaminergic ingredient is no longer given, nor about to be given again."""
    others = (*going_on(case, stopped, DrugClass.DOPAMINERGIC), *case.drafted(DrugClass.DOPAMINERGIC))
    given = {name for one in others for name in one.ingredients}
    return not given.issuperset(set(stopped.ingredients) - DECARBOXYLASE_INHIBITORS)


def _on_hold(case: Case, classes: tuple[DrugClass, ...]) -> tuple[MedicationExposure, ...]:
    return tuple(one for one in case.exposures(*classes) if one.state is MedicationState.ON_HOLD)


def window_hours(case: Case, medication: MedicationExposure) -> float:
    """How long before the first feature an ended medicine still counts, by its route."""
    if medication.route is Route.DEPOT:
        return case.limits["nms.exposure_depot_d"] * 24
    if medication.route is Route.DEPOT_3_MONTHLY:
        return case.limits["nms.exposure_depot3m_d"] * 24
    return case.limits["nms.exposure_oral_h"]


def _ended_within(case: Case, medication: MedicationExposure, feature: float, hours: float) -> bool:
    end = medication.end
    if end is None:
        return False
    return end <= case.clock.now + case.clock.future_skew_s and feature - end <= hours * HOUR + case.clock.epsilon_s

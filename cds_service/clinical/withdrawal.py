"""Whether a medicine that was stopped is still given: another order goes on, or a dose was given after the stop."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.clinical.case import Case
from cds_service.clinical.chart import MedicationExposure, MedicationState
from cds_service.clinical.vocabulary import DrugClass


def going_on(case: Case, stopped: MedicationExposure, *classes: DrugClass) -> Iterator[MedicationExposure]:
    """Active medicines of the classes that outlast the end of ``stopped``.

    A dose given in the last days counts as active (0.10), but one given before the stop is no sign that the medicine
    goes on.
    """
    for one in case.exposures(*classes):
        if one.state is MedicationState.ACTIVE:
            if one.end is None or stopped.end is None or one.end > stopped.end:
                yield one

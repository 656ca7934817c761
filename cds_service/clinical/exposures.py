"""The medicines of a chart, written out only when a rule asks for their class: most are of no interest to any rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import overload

from cds_service.clinical.chart import MedicationExposure, MedicationState
from cds_service.clinical.vocabulary import DrugClass


class Noted:
    """A medicine of which only class and state are known yet; ``make`` writes it out, once."""

    __slots__ = ("_exposure", "_make", "classes", "state")

    def __init__(
        self, classes: frozenset[DrugClass], state: MedicationState, make: Callable[[], MedicationExposure]
    ) -> None:
        self.classes = classes
        self.state = state
        self._make = make
        self._exposure: MedicationExposure | None = None

    def exposure(self) -> MedicationExposure:
        """The exposure."""
        if self._exposure is None:
            self._exposure = self._make()
        return self._exposure


class Exposures(Sequence[MedicationExposure]):
    """Exposures in an order of their own, so that the order of delivery shows nowhere."""

    __slots__ = ("_noted", "classes")

    def __init__(self, noted: Iterable[Noted]) -> None:
        self._noted = tuple(noted)
        self.classes: frozenset[DrugClass] = frozenset().union(*(one.classes for one in self._noted))
        """Every class that occurs."""

    def of(self, wanted: frozenset[DrugClass], states: frozenset[MedicationState]) -> list[MedicationExposure]:
        """Exposures of any of the classes in any of the states."""
        found = [one.exposure() for one in self._noted if one.state in states and not wanted.isdisjoint(one.classes)]
        return found if len(found) < 2 else sorted(found, key=_order)

    def _all(self) -> list[MedicationExposure]:
        return sorted((one.exposure() for one in self._noted), key=_order)

    def __len__(self) -> int:
        return len(self._noted)

    def __iter__(self) -> Iterator[MedicationExposure]:
        return iter(self._all())

    @overload
    def __getitem__(self, place: int) -> MedicationExposure: ...
    @overload
    def __getitem__(self, place: slice) -> list[MedicationExposure]: ...
    def __getitem__(self, place: int | slice) -> MedicationExposure | list[MedicationExposure]:
        return self._all()[place]


def _order(one: MedicationExposure) -> tuple[str, float, str]:
    return one.name.casefold(), one.start or 0.0, one.reference or ""


def written(exposures: Iterable[MedicationExposure]) -> Exposures:
    """Exposures that are written out already."""
    return Exposures(Noted(one.classes, one.state, lambda one=one: one) for one in exposures)  # type: ignore[misc]

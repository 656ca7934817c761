"""How a medicine is to be taken: everything its dosage says, for one medicine (rule catalogue 0.10, 0.16)."""

from __future__ import annotations

from typing import NamedTuple

from cds_service.clinical.vocabulary import LOCAL_ROUTES, Route
from cds_service.fhir import shapes
from cds_service.fhir.read.daily_dose import daily_dose_mg
from cds_service.fhir.read.dosage import depot_route, dosages, intrathecal_route, route_of
from cds_service.fhir.read.medicine_names import Named
from cds_service.terminology import DrugMatch, Terminology
from cds_service.terminology.dose_forms import form_route


class Directions(NamedTuple):
    """Route, daily dose, and the times that the dosage lines name, as they are written."""

    route: Route | None
    daily_dose_mg: float | None
    starts: tuple[str, ...]
    ends: tuple[str, ...]


def read_directions(use: shapes.MedicationUse, named: Named, match: DrugMatch, terminology: Terminology) -> Directions:
    """The directions of an order, statement or administration. Raises msgspec errors for malformed ones."""
    lines = dosages(use)
    route = (
        depot_route(lines, named.text)
        or route_of(lines, terminology)
        or match.local_route
        or (form_route(named.form) if named.form else None)
        or intrathecal_route(lines, named.text, match.ingredients)
    )
    if match.local_route is Route.TRANSDERMAL and route in LOCAL_ROUTES:
        route = Route.TRANSDERMAL  # a patch ordered as "topical" still reaches the blood
    bounds = [bound for bound in map(_bounds, lines) if bound is not None]
    return Directions(
        route=route,
        daily_dose_mg=daily_dose_mg(lines, named.strength_mg or match.strength_mg),
        starts=tuple(bound.start for bound in bounds if bound.start),
        ends=tuple(bound.end for bound in bounds if bound.end),
    )


def _bounds(line: shapes.Dosage) -> shapes.Period | None:
    return line.timing.repeat.boundsPeriod if line.timing and line.timing.repeat else None

"""Glasgow Coma Scale: the total of a panel that holds only its three parts."""

from __future__ import annotations

from collections.abc import Sequence

from cds_service.fhir import shapes

GCS_PARTS = frozenset({"9267-6", "9268-4", "9270-0"})
"""Eye, motor and verbal response of the Glasgow Coma Scale."""


def glasgow_total(components: Sequence[shapes.Component]) -> shapes.Component | None:
    """Eye, motor and verbal response added up, when each is there once as a number; a panel may hold only these."""
    scores: dict[str, float] = {}
    for component in components:
        coded = {coding.code for coding in component.code.coding or ()} if component.code else set()
        value = component.valueQuantity.value if component.valueQuantity else component.valueInteger
        for part in GCS_PARTS & coded:
            if value is None or part in scores:
                return None
            scores[part] = value
    if len(scores) < len(GCS_PARTS):
        return None
    return shapes.Component(valueQuantity=shapes.Quantity(value=sum(scores.values()), unit="{score}"))

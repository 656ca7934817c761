"""Which hits count as "another electrolyte hit" (0.15): one on potassium, calcium or magnesium."""

from __future__ import annotations

from cds_service.clinical.case import Case

ELECTROLYTE_RULES = frozenset(
    {
        "potassium-low", "potassium-high", "calcium-low", "calcium-high", "magnesium-low", "magnesium-high",
        "potassium-magnesium-low", "calcium-magnesium-low", "potassium-low-refractory",
        "electrolyte-unresolved-result", "diuretic-potassium-low", "diuretic-magnesium-low",
        "loop-diuretic-calcium-low", "thiazide-calcium-high", "potassium-raising-drug-potassium-high",
    }
)  # fmt: skip


def has_electrolyte_hit(case: Case) -> bool:
    """Whether a rule on potassium, calcium or magnesium has hit in an earlier stage; dehydration does not count."""
    return not case.hits.isdisjoint(ELECTROLYTE_RULES)

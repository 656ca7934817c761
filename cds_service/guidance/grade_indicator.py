"""From a tier to an indicator: the function ``grade(tier)`` of the catalogue (0.12) and the haemolysis step (0.3-7)."""

from __future__ import annotations

from cds_service.clinical.grading import Direction, Grade, Tier
from cds_service.guidance.finding import Indicator


def graded_indicator(grade: Grade, *, mild: Indicator | None) -> Indicator | None:
    """The indicator of a grade; ``mild`` is the rule's own mild indicator (None: mild is silent for this patient).

    severe: critical when fresh, else warning (also when treated or preliminary); moderate: warning (info when treated
    or, where mild does not say more, when an uncorrected calcium is only moderate); mild: the rule's own (none when treated). High-potassium grades
    built on a haemolysed sample drop one step.
    """
    indicator = _by_tier(grade, mild)
    if indicator is not None and grade.haemolysed and grade.direction is Direction.HIGH and grade.kind == "Potassium":
        return indicator.step_down()
    return indicator


def _by_tier(grade: Grade, mild: Indicator | None) -> Indicator | None:
    if grade.preliminary:
        return Indicator.WARNING  # only a value in the severe band comes this far (0.3-5)
    if grade.tier is Tier.SEVERE:
        calm = grade.treated or not grade.fresh
        return Indicator.WARNING if calm else Indicator.CRITICAL
    if grade.tier is Tier.MODERATE:
        if grade.at_most_info and not grade.treated:
            return max(Indicator.INFO, mild or Indicator.INFO)  # never less than a mild value says
        return Indicator.INFO if grade.treated else Indicator.WARNING
    return None if grade.treated else mild

"""Words that many rules share, so that every card says the same thing the same way (section C)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cds_service.clinical.case import Case
from cds_service.clinical.chart import ConditionFact, LabResult, MedicationExposure
from cds_service.clinical.fact import replace
from cds_service.clinical.grading import MG_PER_MMOL, Grade
from cds_service.clinical.time import age_text
from cds_service.clinical.vocabulary import Analyte
from cds_service.guidance.finding import Row

MMOL, MG = "mmol/L", "mg/dL"


def age_of(case: Case, result: LabResult) -> str:
    """``3 d ago``: the age of a result for a summary."""
    return age_text(case.clock.now - result.time)


def with_other_unit(result: LabResult) -> str:
    """``1.72 mmol/L (6.9 mg/dL)``: the laboratory's own figure, with the other common unit in brackets (C2)."""
    factor = MG_PER_MMOL.get(result.analyte)
    if factor is None or result.unit not in (MMOL, MG):
        return result.reported
    sign = "".join(character for character in result.reported[:2] if character in "<>=")
    if result.unit == MMOL:
        return f"{result.reported} ({sign}{result.value * factor:.1f} {MG})"
    return f"{result.reported} ({sign}{result.value / factor:.2f} {MMOL})"


def lab_range(result: LabResult) -> str:
    """The laboratory's own range in the unit of comparison, empty when none was supplied."""
    low, high = result.reference_low, result.reference_high
    if low is not None and high is not None:
        return f"lab range {low:g}–{high:g} {result.unit}"
    if low is not None:
        return f"lab range from {low:g} {result.unit}"
    return f"lab range up to {high:g} {result.unit}" if high is not None else ""


def result_row(case: Case, result: LabResult, limit: str = "", *, item: str | None = None) -> Row:
    """The "What was found" line of a result: value with the other unit, date and age, limit and lab range."""
    value = with_other_unit(result)
    if result.disagrees:
        value += " (another result of the same time disagrees)"
    if result.preliminary or result.revised:
        value += f" ({result.revised or 'preliminary'})"
    if result.haemolysed:
        value += " (haemolysed sample)"
    if result.patient_reported:
        value += " (patient-reported)"
    when = f"{case.clock.date_text(result.time)}, {age_of(case, result)}"
    shown_limit = "; ".join(part for part in (limit, lab_range(result)) if part)
    return Row(item=item or result.analyte.title, value=value, when=when, limit=shown_limit, reference=result.reference)


def grade_row(case: Case, grade: Grade) -> Row:
    """The line of a graded result, with tier, deciding limit and the arithmetic of a corrected calcium."""
    row = result_row(case, grade.result, f"{grade.tier.code} {grade.direction.value}: {grade.limit}", item=grade.kind)
    if grade.arithmetic is None:
        return row
    return Row(
        item=row.item, value=f"{row.value}; corrected: {grade.arithmetic}", when=row.when, limit=row.limit,
        reference=row.reference,
    )  # fmt: skip


def preliminary_line(case: Case, result: LabResult) -> str:
    """A preliminary result is mentioned, never used (0.3-5)."""
    when = f"{case.clock.date_text(result.time)}, {age_of(case, result)}"
    return f"{result.analyte.title} {result.reported} ({when}) is newer but preliminary: mentioned only."


def preliminary_lines(case: Case, within_days: float, *analytes: Analyte) -> tuple[str, ...]:
    """Each analyte's preliminary result that is newer than every final one."""
    found = (case.latest_preliminary(analyte, within_days) for analyte in analytes)
    return tuple(preliminary_line(case, one) for one in found if one is not None)


def previous_row(case: Case, result: LabResult, within_days: float) -> Row | None:
    """The value before a result and the trend, if there is one inside the window."""
    earlier = [other for other in case.series(result.analyte, within_days) if other.time < result.time]
    if not earlier or earlier[0].unit != result.unit:
        return None
    before = earlier[0]
    trend = "unchanged" if before.value == result.value else ("falling" if result.value < before.value else "rising")
    row = result_row(case, before, f"trend: {trend}", item=f"Previous {result.analyte.title.lower()}")
    return replace(row, reference=None)  # it is context, not what a suggested order is about


def medication_row(medication: MedicationExposure) -> Row:
    """The line of a medicine: name, where it stands, daily dose where known, since when."""
    given = (medication.reference or "").startswith("MedicationAdministration/")
    value = {"new": "draft order", "draft": "draft order (not selected)"}.get(medication.state, medication.state.value)
    if given:
        value = f"given ({value})"
    if medication.daily_dose_mg is not None:
        value += f", {medication.daily_dose_mg:g} mg/d"
    if medication.matched_by_name:
        value += ", matched by name"
    since, until = medication.start, None if medication.is_new else medication.end
    when = " ".join(word for word, moment in (("since {}", since), ("until {}", until)) if moment is not None)
    moments = tuple(moment for moment in (since, until) if moment is not None)
    return Row(item=medication.name, value=value, when=when, moments=moments, reference=medication.reference)


def fact_row(case: Case, fact: ConditionFact) -> Row:
    """The line of a problem or finding, labelled when uncertain or matched by name."""
    labels = [fact.activity.value]
    labels += [word for word, holds in (("severe", fact.severe), ("progressive", fact.progressive)) if holds]
    if fact.uncertain:
        labels.append("not confirmed")
    if fact.matched_by_name:
        labels.append("matched by name")
    title = fact.concept.title
    when = case.clock.date_text(fact.onset)
    return Row(item=title[0].upper() + title[1:], value=", ".join(labels), when=when, reference=fact.reference)


def names(medications: Iterable[MedicationExposure]) -> tuple[str, ...]:
    """Names for a summary, each once, in order."""
    return tuple(dict.fromkeys(short_name(medication, 60) for medication in medications))


def short_name(medication: MedicationExposure, longest: int = 45) -> str:
    """A name short enough for a summary: the chart's text, else the ingredients."""
    name = medication.name
    return name if len(name) <= longest else shortened(" / ".join(medication.ingredients) or name, longest)


def shortened(text: str, longest: int) -> str:
    """A text cut between words, never within a word or behind a number whose unit would be lost."""
    if len(text) <= longest:
        return text
    kept = text[:longest].rsplit(" ", 1)[0].split(" ") if " " in text[:longest] else [text[: longest - 1]]
    while len(kept) > 1 and (len(" ".join(kept)) >= longest or not _may_stand_last(kept[-1])):
        kept.pop()
    return " ".join(kept) + "…"


def _may_stand_last(word: str) -> bool:
    return word[:1].isalpha() and not any(character.isdigit() for character in word)


def pair_names(first: Sequence[MedicationExposure], second: Sequence[MedicationExposure]) -> str:
    """``diazepam 5 MG + oxycodone 5 MG`` for a summary; several of one kind become a count."""
    sides = (short_name(one[0]) if len(one) == 1 else f"{len(one)} drugs" for one in (first, second))
    return " + ".join(sides)


def listed(items: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"

"""An antipsychotic that prolongs QT, with low potassium, magnesium or calcium, or with a long QTc.

Major: potassium below 3.0, magnesium moderate or severe, calcium severe, QTc 500 ms or more. Minor: the milder grades
and a QTc above the sex limit. Drugs of the higher list weigh more than those of the possible list.

Silent when: the drug is on neither list; nothing abnormal within 30 days. Source: document D8, D3 (extension).
"""

from __future__ import annotations

from dataclasses import dataclass

from cds_service.clinical.case import Case
from cds_service.clinical.chart import LabResult, MedicationExposure, Sex
from cds_service.clinical.fact import replace
from cds_service.clinical.grading import Grade, Tier
from cds_service.clinical.vocabulary import CALCIUM_KINDS, Analyte, DrugClass, LabTest, Source
from cds_service.guidance.context import applied_rows
from cds_service.guidance.electrolytes import CALCIUM_NEEDS, MAGNESIUM_NEEDS, POTASSIUM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Row, Suggestion, Summary
from cds_service.guidance.order_texts import removals
from cds_service.guidance.rule import EVERY_HOOK, Rule
from cds_service.guidance.wording import grade_row, listed, medication_row, names, preliminary_lines, result_row

LISTS = (DrugClass.QT_HIGHER, DrugClass.QT_POSSIBLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One abnormal finding, major or minor."""

    major: bool
    fresh: bool
    treated: bool
    shown: str
    rows: tuple[Row, ...]


def check(case: Case) -> Finding | None:
    """Active drugs on chart open, new orders at the order."""
    drugs = case.new_orders(*LISTS) if case.at_order else case.taking(*LISTS)
    if not drugs:
        return None
    troubles = electrolyte_troubles(case)
    qtc = case.latest(Analyte.QTC, case.limits["qt.window_d"])
    long_qt = _qt_trouble(case, qtc)
    found = [*troubles, *([long_qt] if long_qt else [])]
    if not found:
        return None
    indicator = _indicator(found, drugs, calm=long_qt is None and all(one.treated for one in troubles))
    if indicator is None:
        return None
    leading = [one for one in found if one.major] or found
    ordered = removals(drugs, indicator) if case.at_order and indicator is Indicator.CRITICAL else ()
    suggestions: tuple[Suggestion, ...] = (
        OrderTest(test=LabTest.ECG, recommended=True),
        OrderTest(test=LabTest.POTASSIUM),
        OrderTest(test=LabTest.MAGNESIUM),
        *ordered,
    )
    others = case.taking(DrugClass.QT_OTHER)
    return Finding(
        indicator=indicator,
        summary=Summary(
            template=f"{{drugs}} with {listed([one.shown for one in leading])}: torsades risk", drugs=names(drugs)
        ),
        found=(*map(_drug_row, drugs), *(row for one in found for row in one.rows), *map(medication_row, others)),
        why="Low potassium, magnesium or calcium and a long QTc make torsades de pointes more likely on this medicine.",
        consider=(
            "12-lead ECG; common inpatient targets: potassium 4.0 mmol/L or more, magnesium 2.0 mg/dL (0.82 mmol/L) or more.",
            "Other risks: intravenous haloperidol, other QT drugs, bradycardia, female sex, age, heart disease.",
        ),
        not_available=(
            *(() if qtc is not None else (f"No QTc in {case.limits['qt.window_d']:g} days.",)),
            *preliminary_lines(case, case.limits["qt.window_d"], Analyte.QTC, Analyte.POTASSIUM, Analyte.MAGNESIUM),
            *preliminary_lines(case, case.limits["labs.recent_days"], *CALCIUM_KINDS),
        ),
        decided=_decisions(case, found),
        suggestions=suggestions,
        tier="major" if any(one.major for one in found) else "minor",
    )


def electrolyte_troubles(case: Case) -> list[Trouble]:
    """Low potassium, magnesium and calcium as major or minor trouble."""
    found = []
    potassium, magnesium, calcium = case.potassium_low, case.magnesium_low, case.calcium_low
    if potassium is not None:
        found.append(_trouble(case, potassium, potassium.tier >= Tier.MODERATE, f"K {potassium.result.reported}"))
    if magnesium is not None:
        found.append(_trouble(case, magnesium, magnesium.tier >= Tier.MODERATE, f"Mg {magnesium.result.reported}"))
    if calcium is not None and calcium.tier >= Tier.MODERATE:
        found.append(_trouble(case, calcium, calcium.tier is Tier.SEVERE, f"Ca {calcium.shown}"))
    return found


def _trouble(case: Case, grade: Grade, major: bool, shown: str) -> Trouble:
    rows = (grade_row(case, grade), *applied_rows(case, grade))
    return Trouble(major=major, fresh=grade.fresh, treated=grade.treated, shown=shown, rows=rows)


def _qt_trouble(case: Case, qtc: LabResult | None) -> Trouble | None:
    if qtc is None:
        return None
    limits = case.limits
    key = "qt.minor_f" if case.sex is Sex.FEMALE else "qt.minor_m"
    if qtc.value < min(limits[key], limits["qt.major"]):
        return None
    major = qtc.value >= limits["qt.major"]
    row = result_row(case, qtc, limits.text("qt.major" if major else key))
    return Trouble(major=major, fresh=case.is_fresh(qtc), treated=False, shown=f"QTc {qtc.reported}", rows=(row,))


def _indicator(found: list[Trouble], drugs: tuple[MedicationExposure, ...], *, calm: bool) -> Indicator | None:
    higher = any(DrugClass.QT_HIGHER in one.classes for one in drugs)
    majors = [one for one in found if one.major]
    if not majors:
        indicator = Indicator.WARNING
    elif higher and any(one.fresh for one in majors):
        indicator = Indicator.CRITICAL
    else:
        indicator = Indicator.WARNING
    return indicator.step_down() if calm else indicator


def _drug_row(drug: MedicationExposure) -> Row:
    listed_as = "higher" if DrugClass.QT_HIGHER in drug.classes else "possible"
    return replace(medication_row(drug), limit=f"QT risk list: {listed_as}")


def _decisions(case: Case, found: list[Trouble]) -> tuple[str, ...]:
    limits = case.limits
    lines = [
        f"major: potassium {limits.text('k.low.moderate')}, magnesium moderate or severe, calcium severe, QTc "
        f"{limits.text('qt.major')}; minor: the milder grades, QTc {limits.text('qt.minor_m')} (men) or "
        f"{limits.text('qt.minor_f')} (women)",
        f"critical only for the higher-risk list and results within {limits['labs.fresh_days']:g} d; QTc within "
        f"{limits['qt.window_d']:g} d, electrolytes within {limits['labs.recent_days']:g} d",
    ]
    if all(one.treated for one in found):
        lines.append("every abnormal electrolyte is being treated: one step milder")
    return tuple(lines)


RULE = Rule(
    id="antipsychotic-qt-electrolytes",
    title="Antipsychotic with low potassium, magnesium or calcium, or long QTc",
    family=Family.ANTIPSYCHOTIC,
    hooks=EVERY_HOOK,
    needs=POTASSIUM_NEEDS | MAGNESIUM_NEEDS | CALCIUM_NEEDS | {Analyte.QTC, Source.PATIENT, DrugClass.QT_OTHER, *LISTS},
    check=check,
    override=OverrideSet.DRUG,
    documents=("D8", "D3"),
    evidence=("R-TDP2010",),
    extension=True,
)

"""Withdrawal features after baclofen was stopped.

An abrupt stop can bring hallucinations, seizures and rebound spasticity, and for intrathecal baclofen a picture like
neuroleptic malignant syndrome.

Silent when: baclofen ended more than a week ago or at an unknown time, is still taken, or no feature is recorded.
Source: document D35 (extension).
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.chart import MedicationExposure
from cds_service.clinical.nms_features import MENTAL_STATUS, Feature, fever_once, mental_status, rigidity
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest, Route
from cds_service.clinical.withdrawal import going_on
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Summary
from cds_service.guidance.nms import feature_row
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import fact_row, medication_row

NEW_SPASM = (
    Concept.MUSCLE_SPASM, Concept.SPASTICITY, Concept.STROKE_SPASTICITY, Concept.BACK_SPASM, Concept.NECK_SPASM,
)  # fmt: skip


def check(case: Case) -> Finding | None:
    """Baclofen ended within a week and a withdrawal feature."""
    days = case.limits["baclofen.stop_days"]
    stopped = [
        one
        for one in case.ended(DrugClass.BACLOFEN)
        if case.clock.within_days(one.end, days) and not _goes_on(case, one)
    ]
    if not stopped:
        return None
    features = [one for one in (fever_once(case), mental_status(case), rigidity(case)) if one.met]
    seizures = case.facts(Concept.SEIZURE)
    spasms = case.dated_facts(days, *NEW_SPASM)
    if not features and not seizures and not spasms:
        return None
    shown = _leading(features, bool(seizures))
    intrathecal = any(one.route is Route.INTRATHECAL for one in stopped)
    end = max(one.end for one in stopped if one.end is not None)
    ago = case.clock.days_since(end)
    return Finding(
        indicator=Indicator.CRITICAL if intrathecal else Indicator.WARNING,
        summary=Summary(template=f"{shown} {ago} d after baclofen stopped: withdrawal?"),
        found=(
            *map(medication_row, stopped),
            *(feature_row(case, one) for one in features),
            *(fact_row(case, one) for one in (*seizures, *spasms)),
        ),
        why="Stopping baclofen abruptly can cause hallucinations, seizures and rebound spasticity; stopping it "
        "intrathecally a picture like neuroleptic malignant syndrome.",
        consider=(
            "Check the pump and its refill where there is one.",
            "Restart and taper per specialist advice.",
            "Look for infection and other causes of fever or confusion.",
        ),
        decided=(f"baclofen ended within {days:g} d", *(("intrathecal: critical",) if intrathecal else ())),
        suggestions=(OrderTest(test=LabTest.CK),),
    )


def _goes_on(case: Case, stopped: MedicationExposure) -> bool:
    """Another active baclofen order of the same way of giving replaces the stopped one."""
    intrathecal = stopped.route is Route.INTRATHECAL
    others = going_on(case, stopped, DrugClass.BACLOFEN)
    return any((one.route is Route.INTRATHECAL) is intrathecal for one in others)


def _leading(features: list[Feature], seizure: bool) -> str:
    if features:
        return features[0].name[0].upper() + features[0].name[1:]
    return "Seizure" if seizure else "New spasm"


RULE = Rule(
    id="baclofen-abrupt-stop",
    title="Withdrawal features after baclofen stopped",
    family=Family.NMS,
    hooks=PATIENT_VIEW,
    only_with=frozenset({DrugClass.BACLOFEN}),
    needs=frozenset(
        {
            DrugClass.BACLOFEN, Analyte.TEMPERATURE, Analyte.GCS, Analyte.AVPU, Concept.RIGIDITY, Concept.SEIZURE,
            *MENTAL_STATUS, *NEW_SPASM,
        }
    ),
    check=check,
    override=OverrideSet.NMS,
    documents=("D35",),
    evidence=("R-BAC",),
    extension=True,
)  # fmt: skip

"""Acute dystonia within days of starting a dopamine antagonist.

Usually within hours to five days, in young men and with high potency. Laryngeal dystonia threatens the airway.

Silent when: the start is unknown or more than a week ago; the sign is undated or older. Source: document D8, D18.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.chart import DAY, ConditionFact, MedicationExposure
from cds_service.clinical.nms_exposure import is_antagonist
from cds_service.clinical.vocabulary import Concept, DrugClass, LabTest
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Summary
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import fact_row, medication_row, names

SIGNS = (
    Concept.LARYNGEAL_DYSTONIA, Concept.ACUTE_DYSTONIA, Concept.OCULOGYRIC_CRISIS, Concept.TORTICOLLIS, Concept.TRISMUS,
    Concept.NECK_SPASM,
)  # fmt: skip


def check(case: Case) -> Finding | None:
    """A recent start and a recent sign."""
    limits = case.limits
    recent = tuple(
        one
        for one in case.taking(DrugClass.ANTIPSYCHOTIC, DrugClass.ANTIEMETIC_DA)
        if is_antagonist(one) and case.clock.within_days(one.start, limits["dystonia.start_days"])
    )
    signs = case.dated_facts(limits["dystonia.onset_days"], *SIGNS) if recent else ()
    if not signs:
        return None
    worst = min(signs, key=lambda one: SIGNS.index(one.concept))
    laryngeal = worst.concept is Concept.LARYNGEAL_DYSTONIA
    title = worst.concept.title
    when, dated_before = _in_time(case, worst, recent)
    return Finding(
        indicator=Indicator.CRITICAL if laryngeal else Indicator.WARNING,
        summary=Summary(
            template=f"{title[0].upper()}{title[1:]} {when}: possible acute dystonic reaction",
            drugs=names(recent),
        ),
        found=(*map(medication_row, recent), *(fact_row(case, one) for one in signs)),
        why="Acute dystonia usually comes within hours to 5 days of a start, most of all in young men and with high "
        "potency; it is painful and frightening, and laryngeal dystonia is an airway emergency.",
        consider=(
            "A parenteral anticholinergic usually relieves within minutes, per local policy.",
            "Exclude low calcium and tetanus.",
            *(("The sign is dated before the start on record: check both dates.",) if dated_before else ()),
            *(("Laryngeal involvement: secure the airway, call for help.",) if laryngeal else ()),
        ),
        decided=(
            f"start known and within {limits['dystonia.start_days']:g} d, onset within {limits['dystonia.onset_days']:g} d",
        ),
        suggestions=(OrderTest(test=LabTest.IONISED_CALCIUM),),
    )


def _in_time(case: Case, sign: ConditionFact, recent: tuple[MedicationExposure, ...]) -> tuple[str, bool]:
    """When the sign came, in words, and whether it is dated days before every start on record."""
    starts = sorted(one.start for one in recent if one.start is not None)
    onset = sign.onset if sign.onset is not None else starts[-1]
    before = [start for start in starts if start <= onset + case.clock.epsilon_s]
    if before:
        return f"{int((onset - before[-1] + case.clock.epsilon_s) // DAY)} d after starting {{drugs}}", False
    if starts[0] - onset < DAY:  # a day without a time counts from midnight
        return "0 d after starting {drugs}", False
    return f"with {{drugs}} started {case.clock.days_since(starts[0])} d ago", True


RULE = Rule(
    id="antipsychotic-dystonia",
    title="Acute dystonia after a dopamine antagonist",
    family=Family.ANTIPSYCHOTIC,
    hooks=PATIENT_VIEW,
    only_with=frozenset({DrugClass.ANTIPSYCHOTIC, DrugClass.ANTIEMETIC_DA}),
    needs=frozenset({DrugClass.ANTIPSYCHOTIC, DrugClass.ANTIEMETIC_DA, *SIGNS}),
    check=check,
    override=OverrideSet.NMS,
    documents=("D8", "D18"),
    evidence=("R-DYST",),
)

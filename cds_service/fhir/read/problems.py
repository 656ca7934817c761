"""Conditions, encounters, findings, care plans, intolerances → facts about concepts (rule catalogue 0.11, 0.16)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct, field

from cds_service.clinical.chart import Activity, ConditionFact, FactKind, GapReason
from cds_service.clinical.vocabulary import Concept
from cds_service.fhir import shapes
from cds_service.fhir.read.answers import is_absent, is_present
from cds_service.fhir.read.condition_details import body_site, is_progressive, is_severe, with_severity
from cds_service.fhir.read.context import Reading, codings, reference_to, status_code, text_of
from cds_service.terminology import ConceptMatch

ACTIVE = frozenset({"active", "recurrence", "relapse"})
PAST = frozenset({"inactive", "remission", "resolved"})
NOT_SO = frozenset({"refuted", "entered-in-error"})
UNCERTAIN = frozenset({"provisional", "differential", "unconfirmed"})
CLINICAL = ACTIVE | PAST
VERIFICATION = NOT_SO | UNCERTAIN | {"confirmed"}
STATINS = re.compile(r"\bstatins?\b|\bhmg[ -]?coa reductase", re.IGNORECASE)
"""The class of statins by its names."""
GOALS = frozenset({Concept.HOSPICE_CARE, Concept.COMFORT_CARE})


class Problems(Struct):
    """Facts as they are read, one per concept and resource."""

    reading: Reading
    facts: dict[str, ConditionFact] = field(default_factory=dict)
    _versions: dict[str, shapes.Condition] = field(default_factory=dict)
    absent: list[ConditionFact] = field(default_factory=list)
    """Findings written down as absent."""
    _count: int = 0

    def add_condition(self, condition: shapes.Condition) -> None:
        """Read a Condition. Raises msgspec errors for a malformed one."""
        own = self.reading.is_own(condition.raw_subject, "Condition", condition.id, condition.raw_patient)
        if not own or not self._is_newest(condition):
            return
        match, past = self.reading.glossary.problems[bytes(condition.raw_code)]
        if not (match.concepts or past):
            return
        verification = status_code(condition.verificationStatus, VERIFICATION)
        clinical = status_code(condition.clinicalStatus, CLINICAL)
        if verification in NOT_SO:
            return
        period = condition.abatementPeriod
        ended = self.reading.time(condition.abatementDateTime or (period.end if period else None))
        if clinical in PAST or (clinical is None and ended is not None and ended <= self.reading.now):
            activity = Activity.PAST
        elif clinical in ACTIVE or clinical is None:
            activity = Activity.ACTIVE
        else:
            activity = Activity.PAST  # rules about history accept any status
            detail = (
                f"A problem without a known clinical status counted as history only{self.reading.place_of(condition)}."
            )
            self.reading.gap("Condition", GapReason.UNUSABLE_VALUE, detail, always=True)
        severe = is_severe(condition)
        site = body_site(condition.bodySite)
        for concept in dict.fromkeys((*with_severity(condition.code, match.concepts, severe), *past)):
            self._keep(
                ConditionFact(
                    concept=concept,
                    activity=Activity.PAST if concept in past else activity,
                    onset=self._onset(condition),
                    abated=ended,
                    uncertain=verification in UNCERTAIN,
                    this_encounter=self.reading.is_this_encounter(condition.encounter),
                    severe=severe,
                    progressive=is_progressive(condition.extension),
                    body_site=site,
                    reference=reference_to("Condition", condition.id),
                    matched_by_name=match.matched_by == "name",
                ),
                condition.id,
            )

    def add_encounter(self, encounter: shapes.Encounter) -> None:
        """Reasons of an encounter as symptoms, its type as goals of care."""
        if not self.reading.is_own(encounter.raw_subject, "Encounter", encounter.id, encounter.raw_patient):
            return
        if encounter.status in ("entered-in-error", "cancelled"):
            return
        period = encounter.period or encounter.actualPeriod
        current = encounter.id is not None and encounter.id == self.reading.encounter_id
        moment = self.reading.time(period.start) if period else None
        for reason in self._reasons(encounter):
            self._facts_of([reason], FactKind.ENCOUNTER_REASON, encounter.id, moment, this_encounter=current)
        ended = period is not None and period.end is not None and not current
        if not ended and encounter.status not in ("finished", "completed", "discharged"):
            self._facts_of(encounter.type, FactKind.ENCOUNTER_TYPE, encounter.id, moment, only=GOALS)

    def add_care_plan(self, plan: shapes.CarePlan) -> None:
        """Category of an active care plan: hospice or comfort care."""
        if self.reading.is_own(plan.raw_subject, "CarePlan", plan.id) and plan.status in ("active", None):
            period = plan.period
            moment = self.reading.time((period.start if period else None) or plan.created)
            self._facts_of(plan.category, FactKind.CARE_PLAN, plan.id, moment, only=GOALS)

    def add_allergy(self, allergy: shapes.AllergyIntolerance) -> None:
        """An active, not refuted intolerance to a statin or to statins as a class."""
        if not self.reading.is_own(allergy.raw_patient, "AllergyIntolerance", allergy.id):
            return
        if status_code(allergy.verificationStatus, VERIFICATION) in NOT_SO:
            return
        if allergy.raw_substance and not allergy.raw_code:
            self.reading.old_version = True
        clinical = status_code(allergy.clinicalStatus, CLINICAL)
        if clinical in PAST or not is_statin(allergy.code, self.reading):
            return
        if clinical not in (None, "active"):
            detail = f"An intolerance without a known clinical status was not counted{self.reading.place_of(allergy)}."
            self.reading.gap("AllergyIntolerance", GapReason.UNUSABLE_VALUE, detail, always=True)
        else:
            moment = self.reading.time(allergy.onsetDateTime or allergy.recordedDate)
            fact = ConditionFact(
                concept=Concept.STATIN_INTOLERANCE, kind=FactKind.ALLERGY, onset=moment,
                reference=reference_to("AllergyIntolerance", allergy.id),
            )  # fmt: skip
            self._keep(fact, allergy.id)

    def add_goal_order(self, order: shapes.ServiceRequest, code: shapes.Concept | None) -> None:
        """A ServiceRequest for hospice or comfort care that is active."""
        if order.status in ("active", None) and not order.doNotPerform:
            moment = self.reading.time(order.authoredOn)
            self._facts_of([code], FactKind.SERVICE_REQUEST, order.id, moment, only=GOALS)

    def add_finding(self, observation: shapes.Observation, asked: ConceptMatch) -> None:
        """A finding or complaint of the patient's in an Observation, if its status is eligible (0.3-1): present or absent.

        ``asked`` is what its code means.
        """
        if observation.status not in ("final", "amended", "corrected"):
            return
        value = observation.valueCodeableConcept
        concepts: tuple[Concept, ...] = ()
        by_name = absent = False
        if asked.concepts:
            absent = is_absent(observation)
            named = value is not None and not set(asked.concepts).isdisjoint(self._match([value]).concepts)
            if absent or named or is_present(observation):
                concepts, by_name = asked.concepts, asked.matched_by == "name"
        elif value is not None:
            said = self._match([value])
            concepts, by_name = said.concepts, said.matched_by == "name"
        elif words := observation.valueString:
            said = self.reading.terminology.concepts((), words[:300])
            concepts, by_name = said.concepts, True
        if not concepts:
            return
        period = observation.effectivePeriod
        text = observation.effectiveDateTime or (period.start or period.end if period else None)
        moment = self.reading.time(text or observation.effectiveInstant or observation.issued)
        if moment is not None and self.reading.is_future(moment):
            return
        for concept in concepts:
            fact = ConditionFact(
                concept=concept, kind=FactKind.OBSERVATION, onset=moment, matched_by_name=by_name,
                this_encounter=self.reading.is_this_encounter(observation.encounter),
                reference=reference_to("Observation", observation.id),
            )  # fmt: skip
            if absent:
                self.absent.append(fact)
            else:
                self._keep(fact, observation.id)

    def add_order_reasons(self, concepts: Iterable[Concept]) -> None:
        """Reasons of a draft that is to be judged: a symptom of this moment."""
        for concept in concepts:
            fact = ConditionFact(
                concept=concept, kind=FactKind.ORDER_REASON, onset=self.reading.now, this_encounter=True
            )
            self._keep(fact, None)

    # -- inside --------------------------------------------------------------------------------------------------

    def _is_newest(self, condition: shapes.Condition) -> bool:
        """Of several versions of one Condition the newest counts; an older one already read is taken back."""
        if condition.id is None:
            return True
        known = self._versions.setdefault(condition.id, condition)
        if known is not condition:
            order = self.reading.later_version(condition.meta, known.meta)
            if order < 0 or (order == 0 and not (_is_refuted(condition) and not _is_refuted(known))):
                return False
            self._versions[condition.id] = condition
            own = reference_to("Condition", condition.id)
            self.facts = {key: fact for key, fact in self.facts.items() if fact.reference != own}
        return True

    def _match(self, concepts: Iterable[shapes.Concept | None]) -> ConceptMatch:
        for concept in concepts:
            if concept is not None:
                return self.reading.terminology.concepts(codings(concept), text_of(concept))
        return ConceptMatch()

    def _facts_of(
        self,
        concepts: Iterable[shapes.Concept | None] | None,
        kind: FactKind,
        identity: str | None,
        moment: float | None,
        *,
        this_encounter: bool = False,
        only: frozenset[Concept] | None = None,
    ) -> None:
        for one in concepts or ():
            match = self._match([one])
            for concept in match.concepts:
                if only is None or concept in only:
                    fact = ConditionFact(
                        concept=concept, kind=kind, onset=moment, this_encounter=this_encounter,
                        matched_by_name=match.matched_by == "name",
                        reference=reference_to(kind.value.split(".")[0], identity),
                    )  # fmt: skip
                    self._keep(fact, identity)

    def _reasons(self, encounter: shapes.Encounter) -> list[shapes.Concept]:
        reasons = list(encounter.reasonCode or ())
        references = list(encounter.reasonReference or ())
        for reason in encounter.reason or ():
            if reason.coding or reason.text:
                reasons.append(shapes.Concept(coding=reason.coding, text=reason.text))
            for value in reason.value or ():
                if value.concept is not None:
                    reasons.append(value.concept)
                if value.reference is not None:
                    references.append(value.reference)
        for reference in references:
            target = self.reading.resolve(reference.reference)
            found = target.code if isinstance(target, shapes.Condition) else None
            if found is not None:
                reasons.append(found)
            elif reference.display:
                reasons.append(shapes.Concept(text=reference.display))
        return reasons

    def _onset(self, condition: shapes.Condition) -> float | None:
        period = condition.onsetPeriod
        for text in (condition.onsetDateTime, period.start if period else None, condition.recordedDate):
            moment = self.reading.time(text)
            if moment is not None and not self.reading.is_future(moment):
                return moment
        return None

    def _keep(self, fact: ConditionFact, identity: str | None) -> None:
        self._count += identity is None
        self.facts.setdefault(f"{fact.kind}/{identity or self._count}/{fact.concept}", fact)


def _is_refuted(condition: shapes.Condition) -> bool:
    return status_code(condition.verificationStatus, VERIFICATION) in NOT_SO


def is_statin(code: shapes.Concept | None, reading: Reading) -> bool:
    """Coded as a statin or as the class, or named so (0.16)."""
    found = codings(code)
    if Concept.STATIN_INTOLERANCE in reading.terminology.concepts(found, text_of(code)).concepts:
        return True
    if any(coding.code == "372912004" for coding in found):
        return True
    if "statin" in reading.terminology.drug(found, text_of(code)).classes:
        return True
    return STATINS.search(text_of(code) or "") is not None

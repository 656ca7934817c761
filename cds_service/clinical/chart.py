"""The chart: facts a clinician would recognise, each with its origin, time and status.

The reader in ``cds_service.fhir`` makes a Chart; rules only look at it (through ``Case``). Times are POSIX seconds
(UTC) so that ages and gaps are exact to compare; ``None`` means the record gives no time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from enum import StrEnum

from cds_service.clinical.fact import Fact, field
from cds_service.clinical.vocabulary import LOCAL_ROUTES, Analyte, Concept, DrugClass, LabTest, Route, Source

DAY = 86_400.0
HOUR = 3_600.0


class Sex(StrEnum):
    """Administrative gender as far as reference limits need it; anything else is unknown (``None`` on the patient)."""

    FEMALE = "female"
    MALE = "male"


class Patient(Fact):
    """Demographics. ``age`` in completed years, ``None`` when no birth date is on record."""

    age: int | None = None
    sex: Sex | None = None
    deceased: bool = False
    reference: str | None = None


class LabResult(Fact):
    """One usable result: eligible or preliminary status, numeric, recognised unit, plausible magnitude, dated.

    ``value`` is in ``unit``, the unit family in which it is compared (rule catalogue 0.4): mmol/L or mg/dL for calcium
    and magnesium, mmol/L for potassium and sodium, and so on. A comparator is already applied: ``<2.5`` has a value
    just below 2.5. ``reported`` is what the laboratory wrote ("3.4 mEq/L", "<2.5 mmol/L") and what cards show.
    """

    analyte: Analyte
    value: float
    unit: str
    reported: str
    time: float
    age_days: float
    issued: float | None = None
    preliminary: bool = False
    revised: str | None = None
    """``amended`` or ``corrected``, where the laboratory changed the result."""
    reference_low: float | None = None
    """Laboratory's own limits, converted to ``unit``."""
    reference_high: float | None = None
    haemolysed: bool = False
    patient_reported: bool = False
    disagrees: bool = False
    """Another result of the same moment says something else; this one is the more abnormal (0.3-4)."""
    reference: str | None = None
    answer: str | None = None
    """Coded answer of AVPU: alert, new_confusion, voice, pain, unresponsive."""
    site: str | None = None
    """Site or method of a temperature reading, where the code tells."""


class MedicationState(StrEnum):
    """Where a medicine stands (0.10)."""

    ACTIVE = "active"
    ENDED = "ended"
    """Stopped, completed or cancelled."""
    ON_HOLD = "on-hold"
    NEW = "new"
    """A draft order of this call that is to be judged: selected on order-select, every draft on order-sign."""
    DRAFT = "draft"
    """A draft of this call that was not selected: a partner in interactions, never judged itself."""


class MedicationExposure(Fact):
    """One order, statement or administration of a recognised medicine."""

    name: str
    """Chart's own display text, cleaned; else the ingredients."""
    ingredients: tuple[str, ...]
    classes: frozenset[DrugClass]
    state: MedicationState
    ingredient_classes: tuple[frozenset[DrugClass], ...] = ()
    """The classes of each ingredient, in the order of ``ingredients``."""
    start: float | None = None
    end: float | None = None
    route: Route | None = None
    daily_dose_mg: float | None = None
    reasons: tuple[Concept, ...] = ()
    has_reason: bool = False
    """A reason is given at all, recognised or not."""
    reference: str | None = None
    """``Type/id`` of the resource; the id of a draft is what a ``delete`` suggestion names."""
    matched_by_name: bool = False

    @property
    def is_new(self) -> bool:
        return self.state is MedicationState.NEW

    @property
    def is_local(self) -> bool:
        """Topical, ophthalmic, otic or vaginal: left out of interaction rules."""
        return self.route in LOCAL_ROUTES

    def ingredients_of(self, classes: frozenset[DrugClass]) -> tuple[str, ...]:
        """Its ingredients of any of the classes; a medicine known only by its class counts under its name."""
        if classes.isdisjoint(self.classes):
            return ()
        named = zip(self.ingredients, self.ingredient_classes, strict=False)
        return tuple(name for name, own in named if not classes.isdisjoint(own)) or self.ingredients or (self.name,)


class Activity(StrEnum):
    """Clinical status of a problem, reduced to what rules ask."""

    ACTIVE = "active"
    """active, recurrence, relapse."""
    PAST = "past"
    """inactive, remission, resolved."""


class FactKind(StrEnum):
    """Where a fact about a concept was written down."""

    CONDITION = "Condition"
    ENCOUNTER_REASON = "Encounter.reasonCode"
    ORDER_REASON = "order reason"
    OBSERVATION = "Observation"
    SERVICE_REQUEST = "ServiceRequest"
    CARE_PLAN = "CarePlan"
    ENCOUNTER_TYPE = "Encounter.type"
    ALLERGY = "AllergyIntolerance"


class ConditionFact(Fact):
    """One concept that the record states, refuted and entered-in-error records left out (0.11)."""

    concept: Concept
    kind: FactKind = FactKind.CONDITION
    activity: Activity = Activity.ACTIVE
    onset: float | None = None
    """Onset, else recorded date; ``None`` is undated."""
    abated: float | None = None
    uncertain: bool = False
    """Provisional, differential or unconfirmed: counts, and is labelled."""
    this_encounter: bool = False
    severe: bool = False
    progressive: bool = False
    body_site: tuple[str, str] | None = None
    """Code system and code of the part of the body."""
    reference: str | None = None
    matched_by_name: bool = False

    @property
    def is_active(self) -> bool:
        return self.activity is Activity.ACTIVE


class TestOrder(Fact):
    """A test that is already ordered or drafted, panels expanded (0.12)."""

    __test__ = False  # the name is clinical; pytest must not collect it

    tests: frozenset[LabTest]
    in_this_call: bool
    """Drafted in ``context.draftOrders``: counts whatever its date."""
    authored: float | None = None
    reference: str | None = None


class GapReason(StrEnum):
    """Why something could not be looked at (engineering decision: what "could not look" means)."""

    MISSING = "missing"
    """Not delivered and could not be fetched."""
    UNREACHABLE = "unreachable"
    NOT_PERMITTED = "not permitted"
    INCOMPLETE = "incomplete"
    """More pages exist that were not read."""
    UNREADABLE = "unreadable"
    OTHER_PATIENT = "data of another patient"
    UNUSABLE_VALUE = "unusable value"
    NOT_RECOGNISED = "not recognised"
    RULE_FAILED = "rule failed"


class Gap(Fact):
    """Something relevant that could not be used.

    ``need`` is an Analyte, DrugClass, Concept or Source value (or a resource type); ``detail`` is our own sentence,
    fit for a card: it may hold numbers, units and dates of the chart, never names or identifiers.
    """

    need: str
    reason: GapReason
    detail: str
    source: Source | None = None
    """Set when a whole kind of data is affected: every rule that needs the source could not fully look."""
    always: bool = False
    """Report even if no rule of this hook reads it (another patient's data, unsupported FHIR version)."""


class NotUsed(Fact):
    """A datum that was seen but not used for a reason that is normal (preliminary, future-dated, undated, stale)."""

    need: str
    detail: str
    said_as: tuple[str, ...] = ()
    """How a rule may have said the same already; then it is not said again."""


class Chart(Fact):
    """Everything read for one request. Results are newest first, eligible ones apart from preliminary ones."""

    now: float
    patient: Patient = field(default_factory=Patient)
    results: Mapping[Analyte, Sequence[LabResult]] = field(default_factory=dict)
    preliminary: Mapping[Analyte, Sequence[LabResult]] = field(default_factory=dict)
    medications: Sequence[MedicationExposure] = ()
    """Recognised medicines only, drafts of this call included; one exposure per order."""
    conditions: tuple[ConditionFact, ...] = ()
    absent: tuple[ConditionFact, ...] = ()
    """Findings that somebody looked for and wrote down as absent; never a fact, only what a card shows as "not met"."""
    test_orders: tuple[TestOrder, ...] = ()
    gaps: Sequence[Gap] = ()
    """Grows while results are looked at: what could not be used shows when a rule asks for it."""
    not_used: Sequence[NotUsed] = ()
    zone: tzinfo = UTC
    """The site's time zone: dates without a time are midnight there, and cards print days as they are there."""

    def series(self, analyte: Analyte) -> Sequence[LabResult]:
        """Eligible results of an analyte, newest first."""
        return self.results.get(analyte, ())

    def facts(self, *concepts: Concept) -> Iterator[ConditionFact]:
        """Facts of any of the concepts, in the order of the record."""
        return (fact for fact in self.conditions if fact.concept in concepts)

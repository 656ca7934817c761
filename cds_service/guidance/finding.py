"""What a rule says: a Finding, with everything a card needs to show it and a clinician needs to check it."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from cds_service.clinical.chart import MedicationExposure
from cds_service.clinical.fact import Fact
from cds_service.clinical.vocabulary import LabTest


class Hook(StrEnum):
    """The CDS Hooks hooks that the service answers."""

    PATIENT_VIEW = "patient-view"
    ORDER_SELECT = "order-select"
    ORDER_SIGN = "order-sign"

    @property
    def is_order(self) -> bool:
        return self is not Hook.PATIENT_VIEW


class Indicator(IntEnum):
    """How much a hit matters; ordered, so ``max`` is the most severe."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3

    @property
    def code(self) -> str:
        """The CDS Hooks card indicator."""
        return self.name.lower()

    def step_down(self) -> Indicator | None:
        """One step milder; ``None`` below info."""
        return Indicator(self - 1) if self > Indicator.INFO else None


class Family(StrEnum):
    """Card families (0.13) in the order in which cards of equal indicator are shown; values are topic codes."""

    NMS = "nms"
    ELECTROLYTES = "electrolytes"
    MUSCLE_INJURY = "muscle-injury"
    ANTIPSYCHOTIC = "antipsychotic"
    RED_FLAGS = "red-flags"
    STATIN = "statin"
    DRUG_SAFETY = "drug-safety"
    MONITORING = "monitoring"
    MUSCLE_SYMPTOMS = "muscle-symptoms"


class OverrideSet(StrEnum):
    """Sets of override reasons (B0.2)."""

    LAB = "O-LAB"
    DRUG = "O-DRUG"
    NMS = "O-NMS"
    INFO = "O-INFO"
    LAB_ALTERNATIVE = "O-LAB+alternative-cause"


class Summary(Fact):
    """A summary template (field *S* of a rule) with its fillings, still open for shortening (C1).

    ``template`` may hold ``{drugs}``, ``{age}`` and ``{tier}``, which the card writer drops or shortens in that order
    when the text reaches 140 characters; every other filling is already in the text and never cut. Write parentheses
    around ``{tier}``/``{age}`` as ``({tier} low, {age})``; empty remains are tidied away.
    """

    template: str
    drugs: tuple[str, ...] = ()
    age: str = ""
    tier: str = ""


class Row(Fact):
    """One line of "What was found": item, value, when, limit used. Texts of the chart are escaped by the writer."""

    item: str
    value: str
    when: str = ""
    limit: str = ""
    moments: tuple[float, ...] = ()
    """Instants for the ``{}`` of ``when``; the card writer prints them as days of the site's time zone."""
    reference: str | None = None
    """``Type/id`` of the resource behind it; suggestions point at it as ``reasonReference``."""


class OrderTest(Fact):
    """Suggestion S-K ... S-MRI: a draft ServiceRequest. Left out by the writer when already ordered (0.12)."""

    test: LabTest
    recommended: bool = False
    body_site: tuple[str, str] | None = None
    """Of an imaging referral: code system and code, as the Condition has it."""


class RemoveDraft(Fact):
    """Suggestion S-DEL: delete the conflicting draft of this call. Left out when the draft has no id."""

    draft: MedicationExposure
    recommended: bool = False


Suggestion = OrderTest | RemoveDraft


class Finding(Fact):
    """One hit of one rule.

    ``found`` rows show the basis with the limit in force; ``why`` and ``consider`` are our own sentences (options,
    not orders); ``not_available`` names what would have helped; ``decided`` says in words which limits and windows
    were applied. ``tier`` and ``points`` go to the account of the answer.
    """

    indicator: Indicator
    summary: Summary
    found: tuple[Row, ...]
    why: str
    consider: tuple[str, ...] = ()
    not_available: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    """Sentences that close the options of the whole card (D42, D43)."""
    decided: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    tier: str | None = None
    points: int | None = None
    symptom_section_only: bool = False
    """True where the catalogue says "section, never a card of its own" beside the electrolyte card."""


class Hit(Fact):
    """A finding of a named rule, placed in its family."""

    rule_id: str
    family: Family
    finding: Finding

    @property
    def indicator(self) -> Indicator:
        return self.finding.indicator


class NotEvaluated(Fact):
    """A rule or need that could not be looked at, and why (a sentence of ours, no names or identifiers)."""

    reason: str
    rule_id: str | None = None
    need: str | None = None
    kind: str = "missing"


class Turn(Fact):
    """One rule's turn in a timed assessment: what it read, what it said, how long it took."""

    rule_id: str
    reads: frozenset[str]
    """Needs it looked at (Analyte, DrugClass, Concept and Source values)."""
    seconds: float
    indicator: Indicator | None = None
    """What it said, shown or not; ``None`` when silent."""
    failed: bool = False


class Assessment(Fact):
    """All hits of one call, most severe first, and everything that could not be evaluated."""

    hits: tuple[Hit, ...] = ()
    shadow_hits: tuple[Hit, ...] = ()
    """Hits of families in shadow mode: counted and logged, not shown."""
    not_evaluated: tuple[NotEvaluated, ...] = ()
    notes: tuple[str, ...] = ()
    """What was not available, for every card: the age, what an order rule wanted."""
    reminders: tuple[str, ...] = ()
    """What bears on every option of every card: recorded goals of care."""
    gate: str | None = None
    """The gate in force (0.1): deceased and under age ask no rule, comfort care keeps only what cannot wait."""
    turns: tuple[Turn, ...] = ()
    """Every rule that was asked, in order; only when a person wants to see why."""

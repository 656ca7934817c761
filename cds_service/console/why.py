"""Why an answer is what it is: what was read from the request, and for every rule what it saw, applied and missed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cds_service.cards.write import EXTENSION
from cds_service.clinical.chart import Chart, ConditionFact, LabResult, MedicationExposure, MedicationState
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, Source
from cds_service.guidance.catalogue import Catalogue
from cds_service.guidance.describe import limit_text
from cds_service.guidance.finding import Assessment, Turn
from cds_service.guidance.limits_by_rule import limits_by_rule
from cds_service.pipeline import Pipeline

SPOKE, UNSURE, SILENT = "spoke", "could not look fully", "looked and had nothing to say"
STATES = {
    MedicationState.ACTIVE: "taken now",
    MedicationState.ENDED: "ended",
    MedicationState.ON_HOLD: "on hold",
    MedicationState.NEW: "this order",
    MedicationState.DRAFT: "other draft",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTurn:
    """One rule's line of the account."""

    rule: str
    title: str
    group: str
    indicator: str
    """Indicator of its hit, empty when silent."""
    note: str
    """Why a hit is on no card, empty otherwise."""
    decided: tuple[str, ...]
    """Limits and windows that decided, in words."""
    saw: tuple[str, ...]
    none_of: tuple[str, ...]
    """What it asked for and the record does not hold."""
    limits: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    microseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The account of one answer."""

    groups: tuple[tuple[str, tuple[RuleTurn, ...]], ...]
    asked: int
    gate: str
    """Why no rule was asked, empty when they were."""
    read: tuple[tuple[str, tuple[str, ...]], ...]
    """What the chart holds after reading, by kind."""


def explain(pipeline: Pipeline, answer: dict[str, Any], assessment: Assessment, chart: Chart) -> Why:
    """The account of an answer whose assessment was timed."""
    on_cards = {
        hit["rule"] for card in answer["cards"] for hit in card.get("extension", {}).get(EXTENSION, {}).get("hits", [])
    }
    account = answer.get("extension", {}).get(EXTENSION, {})
    reader = _Reader(chart)
    turns = [_turn(one, pipeline, assessment, on_cards, reader) for one in assessment.turns]
    order = {"critical": 0, "warning": 1, "info": 2, "": 3}
    turns.sort(key=lambda one: (order[one.indicator], one.rule))
    groups = tuple((name, tuple(one for one in turns if one.group == name)) for name in (SPOKE, UNSURE, SILENT))
    return Why(
        groups=tuple((name, some) for name, some in groups if some),
        asked=len(turns),
        gate=account.get("gate", {}).get("text", ""),
        read=reader.everything(assessment),
    )


def _turn(turn: Turn, pipeline: Pipeline, assessment: Assessment, on_cards: set[str], reader: _Reader) -> RuleTurn:
    house = pipeline.house
    hit = next((one for one in assessment.hits if one.rule_id == turn.rule_id), None)
    missing = tuple(dict.fromkeys(one.reason for one in assessment.not_evaluated if one.rule_id == turn.rule_id))
    saw, none_of = reader.of(turn.reads)
    return RuleTurn(
        rule=turn.rule_id,
        title=house.catalogue.by_id[turn.rule_id].title,
        group=SPOKE if turn.indicator is not None else UNSURE if missing else SILENT,
        indicator=turn.indicator.code if turn.indicator is not None else "",
        note=_note(turn, assessment, house.catalogue, on_cards),
        decided=hit.finding.decided if hit is not None else (),
        saw=saw,
        none_of=none_of,
        limits=tuple((key, limit_text(house.limits, key)) for key in limits_by_rule().get(turn.rule_id, ())),
        missing=missing,
        microseconds=round(1e6 * turn.seconds),
    )


def _note(turn: Turn, assessment: Assessment, catalogue: Catalogue, on_cards: set[str]) -> str:
    if turn.failed:
        return "failed and was left out"
    if turn.indicator is None or turn.rule_id in on_cards:
        return ""
    if any(hit.rule_id == turn.rule_id for hit in assessment.shadow_hits):
        return "family in shadow mode: counted, not shown"
    if any(hit.rule_id == turn.rule_id for hit in assessment.hits):
        return "in the account only: card limit, or said by another card"
    return "not shown at this hook, or held back by goals of care"


class _Reader:
    """The chart in words."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart

    def of(self, reads: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What is there of the needs that a rule read, and what is not."""
        saw: list[str] = []
        none_of: list[str] = []
        for need in sorted(reads):
            name, found = self._need(need)
            if found:
                saw += [one for one in found if one not in saw]
            elif name:
                none_of.append(name)
        return tuple(saw), tuple(none_of)

    def _need(self, need: str) -> tuple[str, list[str]]:
        chart = self._chart
        if isinstance(need, Analyte):
            return need.title, [_result(one) for one in self._results(need)[:3]]
        if isinstance(need, DrugClass):
            return need.value, [_medicine(one) for one in chart.medications if need in one.classes]
        if isinstance(need, Concept):
            return need.title, [_fact(one, chart.now) for one in chart.facts(need)]
        if need == Source.PATIENT:
            return "", [self.patient()]
        if need == Source.SERVICE_REQUEST:
            return "orders of tests", self._orders()
        return "", []

    def _results(self, analyte: Analyte) -> list[LabResult]:
        return [*self._chart.series(analyte), *self._chart.preliminary.get(analyte, ())]

    def _orders(self) -> list[str]:
        return ["ordered: " + ", ".join(sorted(one.tests)) for one in self._chart.test_orders]

    def patient(self) -> str:
        """Age and sex."""
        patient = self._chart.patient
        age = "age not recorded" if patient.age is None else f"{patient.age} years"
        return f"{age}, {patient.sex.value if patient.sex is not None else 'sex not recorded'}"

    def everything(self, assessment: Assessment) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What the whole chart holds that a rule may use, and what could not be used."""
        chart = self._chart
        parts = (
            ("Patient", [self.patient()]),
            ("Results", [_result(one) for analyte in Analyte for one in self._results(analyte)]),
            ("Medicines", [_medicine(one, True) for one in chart.medications]),
            ("Problems and findings", [_fact(one, chart.now) for one in chart.conditions]),
            ("Orders of tests", self._orders()),
            ("Seen, not used", [one.detail for one in chart.not_used]),
            ("Could not be used", [one.reason for one in assessment.not_evaluated]),
        )
        return tuple((name, tuple(dict.fromkeys(some))) for name, some in parts if some)


def _result(one: LabResult) -> str:
    marks = [ago(one.age_days)]
    if one.preliminary:
        marks.append("preliminary")
    if one.haemolysed:
        marks.append("haemolysed")
    reported = one.reported if one.answer is None else one.answer.replace("_", " ")
    return f"{one.analyte.title} {reported} ({', '.join(marks)})"


def _medicine(one: MedicationExposure, with_classes: bool = False) -> str:
    classes = ", ".join(sorted(one.classes))
    meant = "" if not with_classes else f" = {' + '.join(one.ingredients) or 'a whole class'} [{classes or 'no class'}]"
    return f"{one.name}{meant} ({STATES[one.state]}{', matched by name' if one.matched_by_name else ''})"


def _fact(one: ConditionFact, now: float) -> str:
    marks = ["undated" if one.onset is None else ago((now - one.onset) / 86_400)]
    if not one.is_active:
        marks.append("past")
    if one.uncertain:
        marks.append("uncertain")
    return f"{one.concept.title} ({', '.join(marks)})"


def ago(days: float) -> str:
    """How long ago, as people say it."""
    if days < 1:
        return f"{days * 24:.0f} h ago"
    return f"{days:.0f} day{'s' if round(days) != 1 else ''} ago"

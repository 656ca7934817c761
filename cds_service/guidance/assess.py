"""Asking every rule of a hook about one Case: gates first (0.1), then the rules in stages, then the account.

A rule that raises becomes ``NotEvaluated`` with its name; the others still run. What could not be looked at is
reported by the rules that wanted it and have not fired on other grounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter

from cds_service.clinical.case import Case
from cds_service.clinical.chart import Chart, Gap, GapReason, MedicationState
from cds_service.clinical.limits import Limits
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest, Source
from cds_service.guidance.catalogue import Catalogue
from cds_service.guidance.finding import Assessment, Finding, Hit, Hook, Indicator, NotEvaluated, Turn
from cds_service.guidance.rule import Need, Rule

MEDICATION_SOURCES = (Source.MEDICATION_REQUEST, Source.MEDICATION_STATEMENT, Source.MEDICATION_ADMINISTRATION)
CONCEPT_SOURCES = (Source.CONDITION, Source.ENCOUNTER)
GOALS_NOTE = "Recorded goals of care may change what is appropriate."
AGE_NOTE = "No birth date: age not available, so rules that depend on age did not run."


@dataclass(slots=True)
class Asked:
    """One rule's turn: what it said, what it read, how long it took, what it raised."""

    rule: Rule
    finding: Finding | None
    reads: frozenset[str]
    seconds: float
    error: Exception | None = None


def assess(
    chart: Chart,
    catalogue: Catalogue,
    limits: Limits,
    hook: Hook,
    *,
    on_error: Callable[[Rule, Exception], None] | None = None,
    timed: bool = False,
) -> Assessment:
    """Ask every rule of ``hook``; ``on_error`` hears of a rule that raised (to log and count it, without data)."""
    gate = closed_gate(chart, limits)
    if gate is not None:
        return Assessment(gate=gate)
    watched = bool(chart.gaps) or timed
    asked, case = _ask_all(chart, catalogue, limits, hook, watched)
    if chart.gaps and not watched:  # found while looking: ask once more, noting who wanted what
        asked, case = _ask_all(chart, catalogue, limits, hook, True)
    comfort = case.has(Concept.HOSPICE_CARE, Concept.COMFORT_CARE)
    for one in asked:
        if one.error is not None and on_error is not None:
            on_error(one.rule, one.error)
    hits = [Hit(rule_id=one.rule.id, family=one.rule.family, finding=one.finding) for one in asked if one.finding]
    kept = sorted((hit for hit in hits if _is_kept(hit, catalogue, hook, comfort)), key=severity_order)
    return Assessment(
        hits=tuple(hit for hit in kept if hit.family not in catalogue.shadow),
        shadow_hits=tuple(hit for hit in kept if hit.family in catalogue.shadow),
        not_evaluated=tuple(account(relevant_gaps(chart, hook), asked)),
        notes=(*(() if chart.patient.age is not None else (AGE_NOTE,)), *case.missing),
        gate=COMFORT_GATE if comfort else None,
        reminders=(GOALS_NOTE,) if comfort else (),
        turns=tuple(_turn(one) for one in asked) if timed else (),
    )


def _ask_all(chart: Chart, catalogue: Catalogue, limits: Limits, hook: Hook, watched: bool) -> tuple[list[Asked], Case]:
    """The turns of all rules, in stages; of silent ones only when ``watched`` (what they read matters only beside gaps)."""
    case = Case(chart, limits, at_order=hook.is_order, at_signing=hook is Hook.ORDER_SIGN, watched=watched)
    asked: list[Asked] = []
    for stage in catalogue.stages(hook) if watched else catalogue.to_ask(hook, case.present):
        turns: list[Asked] = []
        for rule in stage:
            if watched:
                turns.append(_ask_watched(rule, case))
                continue
            try:
                finding = rule.check(case)
            except Exception as error:  # law 1: one broken rule never takes the others down
                turns.append(Asked(rule, None, frozenset(), 0.0, error))
            else:
                if finding is not None:
                    turns.append(Asked(rule, finding, frozenset(), 0.0))
        if turns:
            asked += turns
            said = [one for one in turns if one.finding is not None]
            case.hits |= {one.rule.id for one in said}
            case.critical_hit = case.critical_hit or any(
                one.finding is not None and one.finding.indicator is Indicator.CRITICAL for one in said
            )
    return asked, case


def _turn(one: Asked) -> Turn:
    return Turn(
        rule_id=one.rule.id,
        reads=one.reads,
        seconds=one.seconds,
        indicator=one.finding.indicator if one.finding is not None else None,
        failed=one.error is not None,
    )


COMFORT_GATE = "comfort-care"
"""Rules are asked, but only what cannot wait is kept: the account says so, or silence would read as an all-clear."""


def closed_gate(chart: Chart, limits: Limits) -> str | None:
    """Why no rule is asked at all (0.1): deceased, or under age."""
    if chart.patient.deceased:
        return "deceased"
    if chart.patient.age is not None and chart.patient.age < limits["patient.min_age"]:
        return "under-age"
    return None


def severity_order(hit: Hit) -> tuple[int, str]:
    """Most severe first, then by rule id (0.13-1)."""
    return -hit.indicator, hit.rule_id


def _ask_watched(rule: Rule, case: Case) -> Asked:
    """One rule's turn, noting what it read."""
    case.reads = set()
    begin = perf_counter()
    try:
        finding = rule.check(case)
    except Exception as error:
        return Asked(rule, None, frozenset(case.reads), perf_counter() - begin, error)
    return Asked(rule, finding, frozenset(case.reads), perf_counter() - begin)


def _is_kept(hit: Hit, catalogue: Catalogue, hook: Hook, comfort: bool) -> bool:
    if hook is Hook.ORDER_SIGN and hit.indicator is Indicator.INFO:
        return False
    if not comfort or hit.indicator is Indicator.CRITICAL:
        return True
    return catalogue.by_id[hit.rule_id].survives_comfort_care


def relevant_gaps(chart: Chart, hook: Hook) -> Iterable[Gap]:
    """Every gap; but where no order is to be judged, missing data hide no rule: only what stands by itself is named.

    An order form that has just been opened must not be answered with what could not be looked at (order-select with an
    empty draft gives no cards); a draft that cannot be read, or of another patient, is named all the same.
    """
    if not hook.is_order or any(one.state is MedicationState.NEW for one in chart.medications):
        return chart.gaps
    return [gap for gap in chart.gaps if gap.always]


def account(gaps: Iterable[Gap], asked: Iterable[Asked]) -> Iterable[NotEvaluated]:
    """What could not be evaluated: failed rules by name, then each gap for the rules that wanted what it hides."""
    turns = list(asked)
    for one in turns:
        if one.error is not None:
            reason = "The rule failed and was left out; all other rules were asked."
            yield NotEvaluated(rule_id=one.rule.id, reason=reason, kind=GapReason.RULE_FAILED)
    for gap in sorted(dict.fromkeys(gaps), key=_gap_order):
        concerned = [one for one in turns if one.finding is None and one.error is None and _wants(one, gap)]
        for one in concerned:
            yield NotEvaluated(rule_id=one.rule.id, need=gap.need, reason=gap.detail, kind=gap.reason)
        if not concerned and (gap.always or any(_wants(one, gap) for one in turns)):
            yield NotEvaluated(need=gap.need, reason=gap.detail, kind=gap.reason)


def _gap_order(gap: Gap) -> tuple[bool, bool, str, str]:
    """Whole sources first, in the order of the queries; the rest in an order that does not depend on delivery."""
    if gap.source is not None:
        return False, False, "", ""
    return True, not gap.always, gap.need, gap.detail


def _wants(one: Asked, gap: Gap) -> bool:
    if gap.source is not None:
        return any(gap.source in sources_of(need) for need in one.rule.needs)
    return gap.need in one.reads


def sources_of(need: Need) -> tuple[Source, ...]:
    """The kinds of data in which a need may be recorded."""
    if isinstance(need, Source):
        return (need,)
    if isinstance(need, Analyte):
        return (Source.OBSERVATION,)
    if isinstance(need, DrugClass):
        return MEDICATION_SOURCES
    if isinstance(need, LabTest):
        return (Source.SERVICE_REQUEST,)
    if need is Concept.STATIN_INTOLERANCE:
        return (Source.ALLERGY_INTOLERANCE,)
    if need in (Concept.HOSPICE_CARE, Concept.COMFORT_CARE):
        return (*CONCEPT_SOURCES, Source.SERVICE_REQUEST, Source.CARE_PLAN)
    return CONCEPT_SOURCES

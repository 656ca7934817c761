"""From an Assessment to the body of a CDS Hooks answer. Pure: the same assessment gives the same cards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from cds_service.cards.detail import Background, write_detail
from cds_service.cards.families import FAMILY_TITLES, Group, cap, group
from cds_service.cards.markdown import escape
from cds_service.cards.not_available import not_available
from cds_service.cards.not_checked import TOPIC, not_checked_detail, not_checked_summary
from cds_service.cards.overrides import reasons_for
from cds_service.cards.suggestions import Offers
from cds_service.cards.summary import MAX_SUMMARY, write_summary
from cds_service.clinical.chart import Chart
from cds_service.clinical.fact import replace
from cds_service.clinical.limits import Limits
from cds_service.clinical.time import Clock
from cds_service.clinical.vocabulary import LabTest
from cds_service.guidance.catalogue import Catalogue
from cds_service.guidance.finding import Assessment, Family, Hit, Hook, Indicator, NotEvaluated
from cds_service.guidance.proposal import DraftTest

EXTENSION = "org.muscle-spasm-cds"
TOPIC_SYSTEM = "https://muscle-spasm-cds.org/CodeSystem/card-topic"
NAMESPACE = uuid5(NAMESPACE_URL, TOPIC_SYSTEM)
GATES = {
    "deceased": "The patient is recorded as deceased.",
    "under-age": "The patient is below the minimum age.",
    "comfort-care": "Comfort care is recorded: only what cannot wait is shown.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a site decides about its cards, the same for every answer."""

    catalogue: Catalogue
    limits: Limits
    evidence: dict[str, str] = field(default_factory=dict)
    source_label: str = "Muscle spasm decision support"
    source_url: str | None = None
    links: Mapping[Family, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    """The site's own guideline links per family: ``label`` and ``url``; empty by default."""


def write_answer(
    assessment: Assessment,
    chart: Chart | None,
    house: House,
    *,
    hook: Hook,
    call_key: str,
    render: Callable[[DraftTest], dict[str, Any]],
    show_not_checked: bool = True,
    snoozed: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The answer body. ``call_key`` (hookInstance and service) seeds the card UUIDs; ``render`` makes draft orders;
    ``snoozed`` says up to which indicator a rule is silent (0.14)."""
    account = response_account(assessment, house.limits.version)
    answer: dict[str, Any] = {"cards": [], "extension": {EXTENSION: account}}
    namespace = uuid5(NAMESPACE, call_key) if assessment.hits or assessment.not_evaluated else NAMESPACE
    if snoozed and hook is Hook.PATIENT_VIEW:
        silent = [hit for hit in assessment.hits if is_snoozed(hit, snoozed)]
        if silent:
            account["snoozed"] = [hit.rule_id for hit in silent]
            assessment = replace(assessment, hits=tuple(hit for hit in assessment.hits if hit not in silent))
    if assessment.hits and chart is not None:
        writer = CardWriter(house, assessment, chart, hook, namespace, render)
        answer["cards"] = writer.cards()
    if assessment.not_evaluated and show_not_checked and house.limits.is_on("cards.not_checked"):
        answer["cards"].append(not_checked_card(assessment.not_evaluated, house, namespace))
    return answer


def response_account(assessment: Assessment, version: str) -> dict[str, Any]:
    """The account at response level: all hits, what was not evaluated, the parameter set. No empty members."""
    account: dict[str, Any] = {"parameters": version}
    if assessment.gate is not None:
        account["gate"] = {"code": assessment.gate, "text": GATES[assessment.gate]}
    if assessment.hits:
        account["hits"] = [hit_account(hit) for hit in assessment.hits]
    if assessment.not_evaluated:
        account["notEvaluated"] = [not_evaluated_account(entry) for entry in assessment.not_evaluated]
    return account


def hit_account(hit: Hit) -> dict[str, Any]:
    """``{"rule", "indicator", "tier"?, "points"?}``."""
    account: dict[str, Any] = {"rule": hit.rule_id, "indicator": hit.indicator.code}
    if hit.finding.tier:
        account["tier"] = hit.finding.tier
    if hit.finding.points is not None:
        account["points"] = hit.finding.points
    return account


def not_evaluated_account(entry: NotEvaluated) -> dict[str, str]:
    """``{"rule"?, "need"?, "reason"}``."""
    account = {"rule": entry.rule_id, "need": entry.need, "reason": entry.reason}
    return {key: value for key, value in account.items() if value}


class CardWriter:
    """The cards of one answer, written in the order in which they are shown."""

    def __init__(
        self,
        house: House,
        assessment: Assessment,
        chart: Chart,
        hook: Hook,
        namespace: UUID,
        render: Callable[[DraftTest], dict[str, Any]],
    ) -> None:
        self._house = house
        self._hits = assessment.hits
        self._hook = hook
        self._namespace = namespace
        self._offers = Offers(
            ordered=_ordered(chart, house.limits),
            render=render,
            limit=int(house.limits["suggestions.max"]),
            namespace=namespace,
        )
        self._background = Background(
            catalogue=house.catalogue,
            parameters=house.limits.version,
            evidence=house.evidence,
            notes=assessment.notes,
            reminders=assessment.reminders,
            not_used=not_available(chart, house.limits),
            zone=chart.zone,
        )

    def cards(self) -> list[dict[str, Any]]:
        """All cards under the cap; families beyond it are named at the end of the last one."""
        limit = self._house.limits["cards.max_order" if self._hook.is_order else "cards.max_patient_view"]
        shown, beyond = cap(self._groups(), int(limit))
        cards = [self._card(one) for one in shown]
        if beyond and cards:
            also = ", ".join(FAMILY_TITLES[one.family] for one in beyond)
            cards[-1]["detail"] += f"\n\n**Also noted:** {escape(also)}"
        return cards

    def _groups(self) -> list[Group]:
        """The cards there could be; a site may want first-line measures only beside something else (B8)."""
        groups = group(self._shown_hits())
        if self._house.limits.is_on("firstline.standalone"):
            return groups
        return [one for one in groups if [hit.rule_id for hit in one.hits] != ["first-line-measures"]]

    def _shown_hits(self) -> tuple[Hit, ...]:
        if self._house.limits.is_on("cards.time_critical"):
            return self._hits
        return tuple(hit for hit in self._hits if not is_time_critical(hit))

    def _card(self, one: Group) -> dict[str, Any]:
        rules = [self._house.catalogue.by_id[hit.rule_id] for hit in one.hits]
        card: dict[str, Any] = {
            "uuid": str(uuid5(self._namespace, one.family.value)),
            "summary": card_summary(one),
            "indicator": one.indicator.code,
            "source": self._source(one.family.value, FAMILY_TITLES[one.family]),
            "detail": write_detail(one, self._background),
        }
        suggestions = self._offers.of(one)
        if suggestions:
            card["suggestions"] = suggestions
            card["selectionBehavior"] = "any"
        card["overrideReasons"] = reasons_for(tuple(rule.override for rule in rules))
        links = self._house.links.get(one.family)
        if links:
            card["links"] = [{"label": link["label"], "url": link["url"], "type": "absolute"} for link in links]
        account = {"hits": [hit_account(hit) for hit in one.hits], "parameters": self._house.limits.version}
        card["extension"] = {EXTENSION: account}
        return card

    def _source(self, code: str, display: str) -> dict[str, Any]:
        return source_of(self._house, code, display)


def source_of(house: House, code: str, display: str) -> dict[str, Any]:
    """``source`` of a card; the topic is static per family, so that an EHR can remember overrides by it."""
    source: dict[str, Any] = {"label": house.source_label}
    if house.source_url:
        source["url"] = house.source_url
    source["topic"] = {"system": TOPIC_SYSTEM, "code": code, "display": display}
    return source


def card_summary(one: Group) -> str:
    """The most severe hit's summary, with a count of the other facts that the card is about when that fits."""
    first = one.hits[0].finding
    text = write_summary(first.summary)
    others = {_subject(hit) for hit in one.hits[1:]} - {row.reference for row in first.found}
    longer = f"{text} (+{len(others)} more)"
    return longer if others and len(longer) <= MAX_SUMMARY else text


def _subject(hit: Hit) -> str:
    """What a hit is about: the first result, problem or order that it found."""
    return next((row.reference for row in hit.finding.found if row.reference), hit.rule_id)


def is_snoozed(hit: Hit, snoozed: Mapping[str, str]) -> bool:
    """Whether a user has silenced this hit: never a critical one, and none that is more severe than what was overridden."""
    silenced = snoozed.get(hit.rule_id)
    return (
        silenced is not None
        and hit.indicator is not Indicator.CRITICAL
        and hit.indicator <= Indicator[silenced.upper()]
    )


def is_time_critical(hit: Hit) -> bool:
    """Immediate-action hits that a site may turn off (C4): NMS criteria met, severe electrolytes."""
    if hit.rule_id == "nms-probable":
        return True
    return hit.family is Family.ELECTROLYTES and hit.indicator is Indicator.CRITICAL


def not_checked_card(entries: Sequence[NotEvaluated], house: House, namespace: UUID) -> dict[str, Any]:
    """The one card about what was not looked at: last, no hits, no suggestions."""
    return {
        "uuid": str(uuid5(namespace, TOPIC)),
        "summary": not_checked_summary(entries),
        "indicator": Indicator.INFO.code,
        "source": source_of(house, TOPIC, "Not checked"),
        "detail": not_checked_detail(entries),
    }


def _ordered(chart: Chart, limits: Limits) -> frozenset[LabTest]:
    clock, recent = Clock.of(chart.now, limits), limits["orders.recent_days"]
    return frozenset(
        test
        for order in chart.test_orders
        if order.in_this_call or clock.within_days(order.authored, recent)
        for test in order.tests
    )

"""Suggestions: drafts that a clinician may discard (B0.1), each lab once, on the most severe card that wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID, uuid5

from cds_service.cards.families import Group
from cds_service.cards.markdown import clean
from cds_service.clinical.vocabulary import PANEL_MEMBERS, LabTest
from cds_service.guidance.finding import Hit, Indicator, OrderTest, RemoveDraft
from cds_service.guidance.proposal import DraftTest
from cds_service.guidance.wording import shortened

LABELS: dict[LabTest, str] = {
    LabTest.POTASSIUM: "Order potassium",
    LabTest.MAGNESIUM: "Order magnesium",
    LabTest.CALCIUM: "Order calcium with albumin",
    LabTest.IONISED_CALCIUM: "Order ionised calcium",
    LabTest.ALBUMIN: "Order albumin",
    LabTest.CREATININE: "Order creatinine",
    LabTest.BASIC_PANEL: "Order basic metabolic panel",
    LabTest.CK: "Order creatine kinase (CK)",
    LabTest.TSH: "Order TSH",
    LabTest.URINE_MYOGLOBIN: "Order urine myoglobin",
    LabTest.ECG: "Order 12-lead ECG",
    LabTest.IMAGING: "Draft an MRI referral",
}
PRIORITY = {Indicator.CRITICAL: "stat", Indicator.WARNING: "urgent", Indicator.INFO: "routine"}


IN_THE_PANEL = PANEL_MEMBERS[LabTest.BASIC_PANEL] - {LabTest.CALCIUM}
"""Tests that need not be offered beside the basic panel; S-CA brings the albumin that the panel lacks."""


@dataclass(slots=True)
class Wish:
    """One suggestion with every hit of the card that wants it: offered once, with the most urgent priority."""

    one: OrderTest | RemoveDraft
    hits: list[Hit]
    recommended: bool = False

    @property
    def test(self) -> LabTest | None:
        return self.one.test if isinstance(self.one, OrderTest) else None


def wishes_of(group: Group) -> list[Wish]:
    """The suggestions of a card's hits, each once, in the order of the hits.

    Beside a basic panel the tests that it contains are left out; the panel becomes as urgent as they were.
    """
    found: dict[str, Wish] = {}
    for hit in group.hits:
        for one in hit.finding.suggestions:
            key = one.test if isinstance(one, OrderTest) else f"remove {one.draft.reference}"
            wish = found.setdefault(key, Wish(one, []))
            wish.hits.append(hit)
            wish.recommended = wish.recommended or one.recommended
    panel = found.get(LabTest.BASIC_PANEL)
    if panel is not None:
        for member in [key for key in found if key in IN_THE_PANEL]:
            contained = found.pop(member)
            panel.hits += contained.hits
            panel.recommended = panel.recommended or contained.recommended
    return list(found.values())


@dataclass(slots=True, kw_only=True)
class Offers:
    """The suggestions of one answer as cards are written, so that nothing is offered twice.

    ``ordered`` are tests already ordered or drafted (0.12); ``render`` makes the FHIR resource of a test order.
    """

    ordered: frozenset[LabTest]
    render: Callable[[DraftTest], dict[str, Any]]
    limit: int
    namespace: UUID
    _offered: set[LabTest] = field(default_factory=set)
    _removed: set[str] = field(default_factory=set)

    def of(self, group: Group) -> list[dict[str, Any]]:
        """The suggestions of one card, at most ``limit``, at most one recommended."""
        found: list[dict[str, Any]] = []
        recommended = False
        for suggestion, wish in islice(self._wanted(group), self.limit):
            if wish and not recommended:
                suggestion["isRecommended"] = recommended = True
            found.append(suggestion)
        return found

    def _wanted(self, group: Group) -> Iterator[tuple[dict[str, Any], bool]]:
        whole = [wish for wish in wishes_of(group) if wish.test is None or not self._has(wish.test)]
        named = {wish.test for wish in whole}
        wishes = [part for wish in whole for part in self._without_offered(wish, named)]
        for wish in sorted(wishes, key=lambda one: not one.recommended):
            made = self._order(wish.one, wish.hits) if isinstance(wish.one, OrderTest) else self._remove(wish.one)
            if made is not None:
                yield made, wish.recommended

    def _has(self, test: LabTest) -> bool:
        """Ordered or offered on an earlier card, itself or, of a panel, everything that it contains."""
        known = self.ordered | self._offered
        return test in known or (test in PANEL_MEMBERS and PANEL_MEMBERS[test] <= known)

    def _without_offered(self, wish: Wish, named: set[LabTest | None]) -> Iterator[Wish]:
        """A panel of which an earlier card offers a part shrinks to its other tests."""
        members = PANEL_MEMBERS.get(wish.test, frozenset()) if wish.test is not None else frozenset()
        if self._offered.isdisjoint(members):
            yield wish
            return
        for test in sorted(members - self.ordered - self._offered - named):
            yield Wish(OrderTest(test=test), wish.hits, wish.recommended)

    def _order(self, wish: OrderTest, hits: list[Hit]) -> dict[str, Any]:
        self._offered |= {wish.test} | PANEL_MEMBERS.get(wish.test, frozenset())
        reasons = (row.reference for hit in hits for row in hit.finding.found if row.reference)
        draft = DraftTest(
            test=wish.test,
            priority=PRIORITY[max(hit.indicator for hit in hits)],
            reasons=tuple(ref for ref in dict.fromkeys(reasons) if ref.startswith(("Observation/", "Condition/"))),
            body_site=wish.body_site,
        )
        label = LABELS[wish.test]
        action = {"type": "create", "description": label, "resource": self.render(draft)}
        return self._suggestion(label, f"create-{wish.test.value}", action)

    def _remove(self, wish: RemoveDraft) -> dict[str, Any] | None:
        reference = wish.draft.reference
        if reference is None or "/" not in reference or reference in self._removed:
            return None
        self._removed.add(reference)
        label = f"Remove draft {shortened(clean(wish.draft.name), 80)}"
        action = {"type": "delete", "description": label, "resourceId": reference}
        return self._suggestion(label, f"delete-{reference}", action)

    def _suggestion(self, label: str, key: str, action: dict[str, Any]) -> dict[str, Any]:
        return {"label": label, "uuid": str(uuid5(self.namespace, key)), "actions": [action]}

"""Suggestions: drafts that a clinician may discard (B0.1), each lab once, on the most severe card that wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID, uuid5

from cds_service.cards.families import Group
from cds_service.cards.markdown import clean
from cds_service.clinical.vocabulary import PANEL_MEMBERS, LabTest
from cds_service.guidance.finding import Hit, Indicator, OrderTest, RemoveDraft, Suggestion
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
PANEL = PANEL_MEMBERS[LabTest.BASIC_PANEL]
PRIORITY = {Indicator.CRITICAL: "stat", Indicator.WARNING: "urgent", Indicator.INFO: "routine"}


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
        wishes = [(hit, wish) for hit in group.hits for wish in hit.finding.suggestions]
        panel = any(isinstance(wish, OrderTest) and wish.test is LabTest.BASIC_PANEL for _, wish in wishes)
        for hit, wish in sorted(wishes, key=lambda pair: not pair[1].recommended):
            if isinstance(wish, RemoveDraft):
                made = self._remove(wish)
            else:
                if panel and wish.test in PANEL and not self._has(LabTest.BASIC_PANEL):
                    wish = OrderTest(test=LabTest.BASIC_PANEL, recommended=wish.recommended)  # it contains the test
                made = self._order(wish, hit, _most_urgent(wish.test, wishes))
            if made is not None:
                yield made, wish.recommended

    def _has(self, test: LabTest) -> bool:
        """Ordered or offered, itself or, of a panel, everything that it contains."""
        known = self.ordered | self._offered
        return test in known or (test in PANEL_MEMBERS and PANEL_MEMBERS[test] <= known)

    def _order(self, wish: OrderTest, hit: Hit, indicator: Indicator) -> dict[str, Any] | None:
        if self._has(wish.test):
            return None
        self._offered |= {wish.test} | PANEL_MEMBERS.get(wish.test, frozenset())
        reasons = dict.fromkeys(row.reference for row in hit.finding.found if row.reference)
        draft = DraftTest(
            test=wish.test,
            priority=PRIORITY[indicator],
            reasons=tuple(ref for ref in reasons if ref.startswith(("Observation/", "Condition/"))),
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


def _most_urgent(test: LabTest, wishes: Sequence[tuple[Hit, Suggestion]]) -> Indicator:
    """The highest indicator among the hits of a card that want the test or a member of the panel."""
    wanted = PANEL_MEMBERS.get(test, frozenset()) | {test}
    return max(hit.indicator for hit, other in wishes if isinstance(other, OrderTest) and other.test in wanted)

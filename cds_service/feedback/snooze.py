"""Snooze (clinical rules 0.14): a rule that a user overrode for a patient, with a reason that says "not again soon", is silent.

Off unless a site turns it on for named rules. Only info and warning hits on chart opening; never a critical one, never one
that has become more severe than what was overridden, never on a card that was critical. A later "accepted" ends it.

Answers look into memory only; the store keeps it for other replicas. Patients are known by a keyed hash.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from cds_service.feedback.records import IssuedCard, Outcome, hash_instance
from cds_service.feedback.store import Store
from cds_service.feedback.tables import SNOOZABLE_CARDS, SNOOZES

DAY_S = 86_400.0
MOST = 100_000
"""Snoozes held in memory; beyond, the oldest end early, which only shows a card again."""
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozePolicy:
    """What a site has turned on: for which rules, for how long, on which reasons of which code system."""

    rules: frozenset[str]
    days: float
    reasons: frozenset[str]
    system: str
    salt: str

    def patient(self, client: str, patient_id: str) -> str:
        """The keyed hash under which a patient of a client is known."""
        return hash_instance(f"{client}|{patient_id}", self.salt)

    def asks_for_it(self, outcome: Outcome) -> bool:
        """Whether an override says "not again soon"; some clients leave out the system of the reason."""
        ours = outcome.reason_system in (self.system, "")
        return outcome.outcome == "overridden" and ours and outcome.reason_code in self.reasons

    def rules_of(self, card: IssuedCard) -> dict[str, str]:
        """Rule → indicator of what may be snoozed of a card; nothing of a critical one."""
        if card.indicator == "critical" or card.hook != "patient-view":
            return {}
        return {rule: indicator for rule, indicator in card.rules if rule in self.rules and indicator != "critical"}


@dataclass(slots=True, kw_only=True)
class SnoozeBook:
    """What is silent just now, by patient."""

    policy: SnoozePolicy
    _silent: dict[str, dict[str, tuple[str, float]]] = field(default_factory=dict)

    def of(self, client: str, patient_id: str, now: float) -> Mapping[str, str]:
        """Rule → indicator up to which it is silent for this patient."""
        found = self._silent.get(self.policy.patient(client, patient_id)) if self._silent else None
        if not found:
            return NOTHING
        return {rule: indicator for rule, (indicator, until) in found.items() if until > now}

    async def refresh(self, store: Store, now: float) -> None:
        """Read what is silent, this replica's and the others'."""
        wanted = select(SNOOZES).where(SNOOZES.c.until > now).order_by(SNOOZES.c.until.desc()).limit(MOST)
        silent: dict[str, dict[str, tuple[str, float]]] = {}
        async with store.reading() as connection:
            for patient, rule, indicator, until in await connection.execute(wanted):
                silent.setdefault(patient, {})[rule] = (indicator, until)
        self._silent = silent

    async def issued(self, store: Store, cards: Iterable[tuple[IssuedCard, str]]) -> None:
        """Remember which patient (hash) the cards were about, as long as feedback on them could matter."""
        rows = [
            {
                "card": card.uuid,
                "client": card.client[:200],
                "patient_hash": patient,
                "rules": " ".join(f"{rule}:{indicator}" for rule, indicator in self.policy.rules_of(card).items()),
                "expires_at": time.time() + self.policy.days * DAY_S,
            }
            for card, patient in cards
            if self.policy.rules_of(card)
        ]
        if rows:
            async with store.writing() as connection:
                await connection.execute(store.upsert(SNOOZABLE_CARDS).on_conflict_do_nothing(), rows)

    async def heard(self, store: Store, outcomes: Sequence[Outcome], now: float) -> None:
        """Begin and end snoozes on feedback that has been stored."""
        by_card = {(one.card, one.client[:200]): one for one in sorted(outcomes, key=lambda one: one.outcome_at)}
        wanted = select(SNOOZABLE_CARDS).where(SNOOZABLE_CARDS.c.card.in_([card for card, _ in by_card]))
        changed = False
        async with store.writing() as connection:
            for row in (await connection.execute(wanted)).mappings().all():
                outcome = by_card.get((row["card"], row["client"]))
                if outcome is None:
                    continue
                changed = True
                patient = row["patient_hash"]
                for pair in row["rules"].split():
                    rule, indicator = pair.rsplit(":", 1)
                    here = (SNOOZES.c.patient_hash == patient) & (SNOOZES.c.rule == rule)
                    await connection.execute(delete(SNOOZES).where(here))
                    if self.policy.asks_for_it(outcome):
                        until = now + self.policy.days * DAY_S
                        fresh = {"patient_hash": patient, "rule": rule, "indicator": indicator, "until": until}
                        await connection.execute(SNOOZES.insert().values(fresh))
        if changed:
            await self.refresh(store, now)

    async def forget(self, store: Store, now: float) -> None:
        """Delete what has expired."""
        async with store.writing() as connection:
            await connection.execute(delete(SNOOZABLE_CARDS).where(SNOOZABLE_CARDS.c.expires_at < now))
            await connection.execute(delete(SNOOZES).where(SNOOZES.c.until < now))

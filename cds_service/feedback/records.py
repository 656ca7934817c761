"""What is written down: an issued card, an outcome. Plain facts, no patient data."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCard:
    """A card that was shown to ``client``; ``rules`` are (rule, indicator) pairs."""

    uuid: str
    service: str
    hook: str
    client: str
    family: str
    indicator: str
    rules: tuple[tuple[str, str], ...]
    instance_hash: str
    parameters: str
    issued_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredCall:
    """One answered call: the denominator of the alert burden."""

    service: str
    client: str
    day: str
    cards: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One feedback entry: what became of a card. ``outcome_at`` in POSIX seconds."""

    service: str
    client: str
    card: str
    outcome: str
    outcome_at: float
    suggestions: tuple[str, ...] = ()
    reason_code: str = ""
    reason_system: str = ""
    comment: str = ""

    @property
    def digest(self) -> str:
        """The identity of the entry: the same entry sent again is the same row."""
        facts = [
            self.service, self.client, self.card, self.outcome, self.outcome_at, sorted(self.suggestions),
            self.reason_code, self.reason_system, self.comment,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def hash_instance(instance: str, salt: str) -> str:
    """hookInstance as a keyed hash: joins calls of one moment without keeping the identifier."""
    return hashlib.blake2b(instance.encode("utf-8", "replace"), key=salt.encode()[:64], digest_size=16).hexdigest()


def day_of(moment: float) -> str:
    """The UTC day of a moment, ``YYYY-MM-DD``."""
    return _day(int(moment // 86_400))


@lru_cache(maxsize=4)
def _day(number: int) -> str:
    return datetime.fromtimestamp(number * 86_400, UTC).strftime("%Y-%m-%d")

"""Snooze (clinical rules 0.14): off by default, for named rules, never for what is critical or has become worse."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cds_service.app import create_app
from cds_service.cards.overrides import SNOOZING, SYSTEM
from cds_service.errors import ConfigurationError
from cds_service.feedback.records import IssuedCard, Outcome
from cds_service.feedback.snooze import SnoozeBook, SnoozePolicy
from cds_service.feedback.store import Store
from cds_service.settings import Settings
from tests.reliability.process import SERVICE, Running, fixture, service

NOW = 1_800_000_000.0
POLICY = SnoozePolicy(
    rules=frozenset({"potassium-low", "magnesium-low"}), days=30, reasons=SNOOZING, system=SYSTEM, salt="s"
)
CARD = IssuedCard(
    uuid="card-1", service="s", hook="patient-view", client="ehr", family="electrolytes", indicator="warning",
    rules=(("potassium-low", "warning"), ("magnesium-low", "info"), ("calcium-low", "info")), instance_hash="h",
    parameters="1", issued_at=NOW,
)  # fmt: skip
OVERRIDE = Outcome(
    service="s", client="ehr", card="card-1", outcome="overridden", outcome_at=NOW, reason_code="baseline", reason_system=SYSTEM
)  # fmt: skip
BOTH = {"potassium-low": "warning", "magnesium-low": "info"}
CASES: dict[str, tuple[IssuedCard, list[Outcome], dict[str, str]]] = {
    "known stable baseline": (CARD, [OVERRIDE], BOTH),
    "a client that leaves out the system": (CARD, [replace(OVERRIDE, reason_system="")], BOTH),
    "without feedback": (CARD, [], {}),
    "a reason that does not ask for it": (CARD, [replace(OVERRIDE, reason_code="benefit-outweighs")], {}),
    "the same code of somebody else": (CARD, [replace(OVERRIDE, reason_system="http://example.org")], {}),
    "no reason": (CARD, [replace(OVERRIDE, reason_code="")], {}),
    "accepted": (CARD, [replace(OVERRIDE, outcome="accepted", reason_code="")], {}),
    "accepted later": (CARD, [OVERRIDE, replace(OVERRIDE, outcome="accepted", reason_code="", outcome_at=NOW + 9)], {}),
    "feedback of another client": (CARD, [replace(OVERRIDE, client="other")], {}),
    "a critical card": (replace(CARD, indicator="critical"), [OVERRIDE], {}),
    "a critical hit": (replace(CARD, rules=(("potassium-low", "critical"),)), [OVERRIDE], {}),
    "an order hook": (replace(CARD, hook="order-sign"), [OVERRIDE], {}),
    "a rule that is not named": (replace(CARD, rules=(("calcium-low", "warning"),)), [OVERRIDE], {}),
}  # fmt: skip


@pytest.mark.parametrize(("card", "outcomes", "silent"), CASES.values(), ids=CASES.keys())
async def test_what_is_silent_after_feedback(
    store: Store, card: IssuedCard, outcomes: list[Outcome], silent: dict[str, str]
) -> None:
    book = SnoozeBook(policy=POLICY)
    await book.issued(store, [(card, POLICY.patient("ehr", "p1"))])
    await book.heard(store, outcomes, NOW)
    assert book.of("ehr", "p1", NOW) == silent
    assert book.of("ehr", "p2", NOW) == {}, "another patient"
    assert book.of("other", "p1", NOW) == {}, "the same id in another hospital"
    assert book.of("ehr", "p1", NOW + 31 * 86_400) == {}, "it ends"
    replica = SnoozeBook(policy=POLICY)
    await replica.refresh(store, NOW)
    assert replica.of("ehr", "p1", NOW) == silent, "other replicas know"


async def test_what_has_ended_is_deleted_and_no_patient_is_named(store: Store) -> None:
    book = SnoozeBook(policy=POLICY)
    await book.issued(store, [(CARD, POLICY.patient("ehr", "patient-4711"))])
    await book.heard(store, [OVERRIDE], NOW)
    assert "4711" not in POLICY.patient("ehr", "patient-4711")
    await book.forget(store, NOW + time.time())
    await book.refresh(store, NOW)
    assert book.of("ehr", "patient-4711", NOW) == {}


WRONG = {
    "rules named but off": ({"snooze_rules": ("potassium-low",)}, "", "no effect"),
    "on without rules": ({"instance_salt": "own"}, "snooze.enabled = true", "no rule is named"),
    "a rule that does not exist": ({"instance_salt": "own", "snooze_rules": ("x",)}, "snooze.enabled = true", "x"),
    "the salt that everybody knows": ({"snooze_rules": ("potassium-low",)}, "snooze.enabled = true", "instance_salt"),
}


@pytest.mark.parametrize(("settings", "limits", "said"), WRONG.values(), ids=WRONG.keys())
def test_half_on_stops_the_start(tmp_path: Path, settings: dict[str, Any], limits: str, said: str) -> None:
    file = tmp_path / "limits.toml"
    file.write_text(limits)
    with pytest.raises(ConfigurationError, match=said):
        create_app(Settings(store=str(tmp_path / "f.sqlite3"), parameters_file=file, **settings))


def ask(running: Running, potassium: float) -> dict[str, Any]:
    request = fixture()
    for entry in request["prefetch"]["labs"]["entry"] if "labs" in request["prefetch"] else _labs(request):
        if entry["resource"].get("valueQuantity", {}).get("value") == 2.8:
            entry["resource"]["valueQuantity"]["value"] = potassium
    answer: dict[str, Any] = running.post(json.dumps(request).encode()).json()
    return answer


def _labs(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for value in request["prefetch"].values() if value for entry in value.get("entry", [])]


def rules_shown(answer: dict[str, Any]) -> set[tuple[str, str]]:
    cards = [card for card in answer["cards"] if "extension" in card]
    return {
        (hit["rule"], hit["indicator"]) for card in cards for hit in card["extension"]["org.muscle-spasm-cds"]["hits"]
    }


def test_a_snoozed_card_stays_away_until_it_is_more_severe(tmp_path: Path) -> None:
    file = tmp_path / "limits.toml"
    file.write_text("snooze.enabled = true")
    all_rules = ["potassium-low", "diuretic-potassium-low"]
    settings = {
        "CDS_PARAMETERS_FILE": str(file), "CDS_SNOOZE_RULES": json.dumps(all_rules), "CDS_INSTANCE_SALT": "own",
    }  # fmt: skip
    with service(tmp_path, **settings) as running:
        before = ask(running, 2.8)
        shown = rules_shown(before)
        named = {rule for rule, _ in shown} & set(all_rules)
        assert named, shown
        assert all(indicator == "warning" for _, indicator in shown)
        entry = {
            "card": before["cards"][0]["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:05:31Z",
            "overrideReason": {"reason": {"code": "baseline", "system": SYSTEM}},
        }  # fmt: skip
        said = running.post(json.dumps({"feedback": [entry]}).encode(), SERVICE + "/feedback")
        assert said.status_code == 200
        after = ask(running, 2.8)
        assert not named & {rule for rule, _ in rules_shown(after)}
        assert set(after["extension"]["org.muscle-spasm-cds"]["snoozed"]) == named
        hits = {hit["rule"] for hit in after["extension"]["org.muscle-spasm-cds"]["hits"]}
        assert named <= hits, "the account still says what was found"
        worse = rules_shown(ask(running, 2.3))
        assert ("potassium-low", "critical") in worse

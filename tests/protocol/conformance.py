"""What every answer of the service must hold, as a list of breaches; each line names the requirement it checks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from fhir.resources.R4B.servicerequest import ServiceRequest

EXTENSION = "org.muscle-spasm-cds"
SERVICES = tuple(f"muscle-spasm-{hook}" for hook in ("patient-view", "order-select", "order-sign"))
RAW_HTML = re.compile(r"<\s*/?\s*[a-zA-Z!]")
ABSOLUTE = re.compile(r"https?://[^\s]+")
MEMBERS = {
    "answer": {"cards", "extension"},
    "card": {
        "uuid", "summary", "detail", "indicator", "source", "suggestions", "selectionBehavior", "overrideReasons", "links",
        "extension",
    },
    "source": {"label", "url", "icon", "topic"},
    "suggestion": {"label", "uuid", "isRecommended", "actions"},
    "action": {"type", "description", "resource", "resourceId"},
    "link": {"label", "url", "type"},
    "account": {"hits", "notEvaluated", "parameters", "gate", "frozenClock"},
    "hit": {"rule", "indicator", "tier", "points"},
    "not evaluated": {"rule", "need", "reason"},
}  # fmt: skip


def empty_members(value: Any, where: str = "") -> Iterator[str]:
    """RESP-03: every ``null``, ``""``, ``[]`` and ``{}``; only the list of cards itself may be empty."""
    if value is None or value in ("", [], {}):
        if where != ".cards":
            yield where or "the answer"
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from empty_members(inner, f"{where}.{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from empty_members(inner, f"{where}[{place}]")


def breaches(answer: dict[str, Any], request: dict[str, Any]) -> list[str]:
    """Everything that is wrong with an answer to ``request``; empty when it conforms."""
    return [line for line in _breaches(answer, request) if line]


def _breaches(answer: dict[str, Any], request: dict[str, Any]) -> Iterator[str]:
    yield from (f"RESP-03 empty member {where}" for where in empty_members(answer))
    yield _only("RESP-04 answer", answer, "answer")
    yield "RESP-01 cards is a list" if not isinstance(answer.get("cards"), list) else ""
    account = answer.get("extension", {}).get(EXTENSION)
    yield "EXT-01/02 the account is there" if set(answer.get("extension", {})) != {EXTENSION} else ""
    yield from _account(account or {})
    cards = answer["cards"]
    yield "CARD-07 uuids differ" if len({card["uuid"] for card in cards}) != len(cards) else ""
    for card in cards:
        yield from _card(card, request)
    shown = [_key(hit) for card in cards for hit in card.get("extension", {}).get(EXTENSION, {}).get("hits", [])]
    every = [_key(hit) for hit in (account or {}).get("hits", [])]
    yield "account: a hit is on at most one card" if len(set(shown)) != len(shown) else ""
    yield "account: the response lists every hit" if not set(shown) <= set(every) else ""
    yield from _not_checked(cards, account or {})


def _key(hit: dict[str, Any]) -> tuple[str, str]:
    return hit["rule"], hit["indicator"]


def _only(what: str, value: dict[str, Any], kind: str) -> str:
    unknown = set(value) - MEMBERS[kind]
    return f"{what}: unknown members {sorted(unknown)}" if unknown else ""


def _account(account: dict[str, Any]) -> Iterator[str]:
    yield _only("account", account, "account")
    yield "the parameter set is named" if not isinstance(account.get("parameters"), str) else ""
    for hit in account.get("hits", []):
        yield _only("hit", hit, "hit")
        yield "points are whole" if "points" in hit and type(hit["points"]) is not int else ""
        yield "points on nms rules only" if "points" in hit and not hit["rule"].startswith("nms-") else ""
    for entry in account.get("notEvaluated", []):
        yield _only("not evaluated", entry, "not evaluated")
        yield "a reason is said" if not entry.get("reason") else ""
        yield "a rule or a need is named" if not ("rule" in entry or "need" in entry) else ""


def _not_checked(cards: list[dict[str, Any]], account: dict[str, Any]) -> Iterator[str]:
    places = [place for place, card in enumerate(cards) if card["source"]["topic"]["code"] == "not-checked"]
    yield "one Not checked card" if len(places) != bool(account.get("notEvaluated")) else ""
    for place in places:
        card = cards[place]
        yield "Not checked comes last" if place != len(cards) - 1 else ""
        yield "Not checked has no hits" if "extension" in card else ""
        yield "Not checked has no suggestions" if "suggestions" in card else ""
        yield "Not checked is info" if card["indicator"] != "info" else ""
        yield "Not checked: ..." if not card["summary"].startswith("Not checked: ") else ""


def _card(card: dict[str, Any], request: dict[str, Any]) -> Iterator[str]:
    name = str(card.get("summary"))
    yield _only("DISC-11 card", card, "card")
    yield f"CARD-01/02 summary of {len(name)} characters" if not 0 < len(name) < 140 or "\n" in name else ""
    yield "CARD-03 detail" if not isinstance(card.get("detail"), str) else ""
    yield "CARD-04 indicator" if card.get("indicator") not in ("info", "warning", "critical") else ""
    yield "CARD-06 uuid" if str(UUID(card["uuid"])) != card["uuid"] else ""
    yield f"SAFE-01 markup in {name}" if RAW_HTML.search(card["detail"]) or RAW_HTML.search(name) else ""
    yield from _source(card["source"])
    suggestions = card.get("suggestions", [])
    yield "CARD-08/09 selectionBehavior" if suggestions and card.get("selectionBehavior") != "any" else ""
    yield "CARD-08 no selectionBehavior without suggestions" if "selectionBehavior" in card and not suggestions else ""
    yield "SUG-04 one recommended" if sum("isRecommended" in one for one in suggestions) > 1 else ""
    for suggestion in suggestions:
        yield from _suggestion(suggestion, request)
    for reason in card.get("overrideReasons", []):
        complete = set(reason) == {"code", "system", "display"}
        yield "CARD-10 override reason" if not complete or not ABSOLUTE.fullmatch(reason["system"]) else ""
    for link in card.get("links", []):
        yield _only("LINK", link, "link")
        yield (
            "LINK-01/02/03"
            if link["type"] != "absolute" or not ABSOLUTE.fullmatch(link["url"]) or not link["label"]
            else ""
        )


def _source(source: dict[str, Any]) -> Iterator[str]:
    yield _only("CARD-05 source", source, "source")
    yield "SRC-01 label" if not source.get("label") else ""
    yield "SRC-02 url" if "url" in source and not ABSOLUTE.fullmatch(source["url"]) else ""
    topic = source["topic"]
    yield "SRC-04 topic" if set(topic) != {"code", "system", "display"} else ""
    yield "decision 10: short static topic" if not re.fullmatch(r"[a-z0-9-]{1,40}", topic["code"]) else ""


def _suggestion(suggestion: dict[str, Any], request: dict[str, Any]) -> Iterator[str]:
    yield _only("suggestion", suggestion, "suggestion")
    yield "SUG-01 label" if not suggestion.get("label") else ""
    yield "SUG-02 uuid" if str(UUID(suggestion["uuid"])) != suggestion["uuid"] else ""
    yield "SUG-03 isRecommended" if suggestion.get("isRecommended", True) is not True else ""
    yield "SUG-05, decision 10: one action" if len(suggestion["actions"]) != 1 else ""
    for action in suggestion["actions"]:
        yield from _action(action, request)


def _action(action: dict[str, Any], request: dict[str, Any]) -> Iterator[str]:
    yield _only("action", action, "action")
    yield "ACT-02 description" if not action.get("description") else ""
    if action["type"] == "create":
        resource = action["resource"]
        ServiceRequest(**resource)  # ACT-07: valid R4B; raises otherwise
        patient = str(request["context"]["patientId"]).removeprefix("Patient/")
        yield "ACT-03 a new resource has no id" if "id" in resource else ""
        yield "ACT-08 patient" if resource["subject"]["reference"] != f"Patient/{patient}" else ""
        yield "a draft" if (resource["status"], resource["intent"]) != ("draft", "order") else ""
    elif action["type"] == "delete":
        drafts = request["context"].get("draftOrders", {}).get("entry", [])
        resources = [
            one["resource"] for one in drafts if isinstance(one, dict) and isinstance(one.get("resource"), dict)
        ]
        known = {f"{resource.get('resourceType')}/{resource.get('id')}" for resource in resources}
        yield "ACT-05/06 target came with the request" if action["resourceId"] not in known else ""
        yield "ACT-05 no resource" if "resource" in action else ""
    else:
        yield f"ACT-01 type {action['type']}"

"""From the cards of an answer to what is recorded of them: no patient data, the hookInstance only as a keyed hash."""

from __future__ import annotations

from typing import Any

from cds_service.feedback.records import AnsweredCall, IssuedCard, day_of, hash_instance

EXTENSION = "org.muscle-spasm-cds"


def issued_from(
    cards: list[dict[str, Any]],
    *,
    salt: str,
    service: str,
    hook: str,
    client: str,
    instance: str,
    parameters: str,
    now: float,
) -> tuple[AnsweredCall, tuple[IssuedCard, ...]]:
    """The call and its cards; the "Not checked" card is information about the data and is not counted."""
    hashed = hash_instance(instance, salt) if cards else ""
    issued = tuple(
        IssuedCard(
            uuid=card["uuid"],
            service=service,
            hook=hook,
            client=client,
            family=card["source"]["topic"]["code"],
            indicator=card["indicator"],
            rules=tuple((hit["rule"], hit["indicator"]) for hit in card["extension"][EXTENSION]["hits"]),
            instance_hash=hashed,
            parameters=parameters,
            issued_at=now,
        )
        for card in cards
        if "extension" in card
    )
    return AnsweredCall(service=service, client=client, day=day_of(now), cards=len(issued)), issued

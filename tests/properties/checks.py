"""Properties that hold for every chart, as checks that take the service to ask and raise AssertionError.

They ask whatever answers a request, so that ``test_properties`` can also ask a service that is broken on purpose and see
each check fail.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from typing import Any

from tests.fhir_rows import PATIENT, bundle, request_for
from tests.rows import NOW, Row
from tests.service import hits

Ask = Callable[[dict[str, Any], float], dict[str, Any]]
RANK = {"info": 1, "warning": 2, "critical": 3}
SHIFT_DAYS = (-137, 200, 1_461)


def copied(request: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(request))
    return made


def order_of_entries_is_irrelevant(row: Row, ask: Ask) -> None:
    """Keys, entries, drafts and members shuffled: the same answer to the letter (D2)."""
    rng = random.Random(row.sentence)
    request = request_for(row)
    shuffled = copied(request)
    keys = list(shuffled["prefetch"])
    rng.shuffle(keys)
    shuffled["prefetch"] = {key: shuffled["prefetch"][key] for key in keys}
    for value in shuffled["prefetch"].values():
        if value.get("entry"):
            rng.shuffle(value["entry"])
    if "draftOrders" in shuffled["context"]:
        rng.shuffle(shuffled["context"]["draftOrders"]["entry"])
    assert ask(shuffled, NOW) == ask(request, NOW)


def splitting_a_bundle_over_keys_is_irrelevant(row: Row, ask: Ask) -> None:
    """Each resource under a key picked at random, some keys unknown: the same answer to the letter."""
    rng = random.Random(row.sentence)
    request = request_for(row)
    entries = [
        entry["resource"]
        for key, value in request["prefetch"].items()
        if key != "patient"
        for entry in value.get("entry", [])
    ]
    keys = [key for key in request["prefetch"] if key != "patient"]
    split: dict[str, list[dict[str, Any]]] = {key: [] for key in (*keys, "more", "evenMore")}
    for resource in entries:
        split[rng.choice(list(split))].append(resource)
    scattered = copied(request)
    scattered["prefetch"] = {"patient": request["prefetch"]["patient"]} | {
        key: bundle(found) for key, found in split.items()
    }
    assert ask(scattered, NOW) == ask(request, NOW)


def shifting_all_dates_together_is_irrelevant(row: Row, ask: Ask) -> None:
    """The same chart earlier or later: the same hits, cards of the same severity and the same tests offered."""
    expected = essence(ask(request_for(row), NOW))
    for days in SHIFT_DAYS:
        now = NOW + days * 86_400
        assert essence(ask(request_for(row, now), now)) == expected, f"{days} days later"


def essence(body: dict[str, Any]) -> Any:
    """An answer without its dates."""
    return hits(body), [
        (
            card["indicator"],
            card["source"]["topic"]["code"],
            [
                (one["label"], one.get("isRecommended"), [action.get("resource", {}).get("priority") for action in one["actions"]])
                for one in card.get("suggestions", [])
            ],
        )
        for card in body["cards"]
    ]  # fmt: skip


def unrelated_facts_are_irrelevant(row: Row, ask: Ask) -> None:
    """Results, medicines, problems and resources that no rule asks about: the same cards to the letter."""
    request = request_for(row)
    more = copied(request)
    for key, found in unrelated().items():
        more["prefetch"][key]["entry"] += [{"resource": one} for one in found]
    assert ask(more, NOW)["cards"] == ask(request, NOW)["cards"]


def unrelated() -> dict[str, list[dict[str, Any]]]:
    subject = {"reference": f"Patient/{PATIENT}"}
    when = "2026-11-18T08:00:00Z"

    def result(number: int, code: str, value: float, unit: str) -> dict[str, Any]:
        return {
            "resourceType": "Observation", "id": f"other-{number}", "status": "final", "subject": subject,
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "effectiveDateTime": when,
            "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        }  # fmt: skip

    def medicine(number: int, name: str) -> dict[str, Any]:
        return {
            "resourceType": "MedicationRequest", "id": f"other-{number}", "status": "active", "intent": "order",
            "subject": subject, "authoredOn": when, "medicationCodeableConcept": {"text": name},
        }  # fmt: skip

    def problem(number: int, code: str, text: str) -> dict[str, Any]:
        coding = {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code, "display": text}
        return {
            "resourceType": "Condition", "id": f"other-{number}", "subject": subject, "onsetDateTime": when,
            "code": {"coding": [coding]}, "clinicalStatus": {"coding": [{"code": "active"}]},
        }  # fmt: skip

    return {
        "laboratory": [
            result(1, "2345-7", 5.1, "mmol/L"),  # glucose
            result(2, "2828-2", 1.2, "mmol/L"),  # potassium in urine
            result(3, "2000-1", 0.2, "mmol/L"),  # no such code
            result(4, "718-7", 6.0, "g/dL"),  # haemoglobin
        ],
        "medicationRequests": [medicine(1, "amoxicillin"), medicine(2, "levothyroxine"), medicine(3, "latanoprost")],
        "conditions": [problem(1, "J30.1", "Allergic rhinitis due to pollen"), problem(2, "H52.1", "Myopia")],
        "encounters": [{"resourceType": "Immunization", "id": "other", "status": "completed", "patient": subject}],
    }


def worse_values_are_never_milder(
    rows: Iterable[Row], found: Callable[[Row], Iterable[tuple[str, str]]], rules: frozenset[str] = frozenset()
) -> None:
    """Rows from harmless to worst: neither the worst hit nor that of any of ``rules`` becomes milder on the way."""
    before: dict[str, int] = {}
    for row in rows:
        now = {rule: RANK[indicator] for rule, indicator in found(row)}
        worst = max(now.values(), default=0)
        assert worst >= before.get("*", 0), f"{row.sentence}: milder than the value before"
        for rule in rules:
            assert now.get(rule, 0) >= before.get(rule, 0), f"{row.sentence}: {rule} milder than for the value before"
        before = {"*": worst, **now}

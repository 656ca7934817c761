"""Charts made of many quirks at once: the order of entries, members and codings, and the split over keys, show nowhere."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest

from tests.fhir.quirks import DRUGS, OBSERVATIONS, PROBLEMS, applied
from tests.fhir_rows import bundle, request_for
from tests.rows import row
from tests.service import account, answer

HOME = {"laboratory": OBSERVATIONS, "medicationRequests": DRUGS, "conditions": PROBLEMS}
CASE = row(
    "x", "PV", "70F",
    obs="K=2.6 mmol/L@-1 | Mg=1.3 mg/dL@-1 | Ca=7.9 mg/dL@-1 | Alb=3.1 g/dL@-2 | Cr=1.9 mg/dL@-3 | CK=900 U/L@-1",
    meds="furosemide@active,start=-50 | haloperidol@active,start=-9 | simvastatin@active",
    problems="muscle-cramp | ckd-4", hits="none",
)  # fmt: skip
PLACE = re.compile(r" \([^()]*\.entry[^()]*\)")


def quirky(seed: int) -> dict[str, Any]:
    """The busy case with a handful of quirks of each kind beside it, each resource under an id of its own."""
    rng = random.Random(seed)
    request = request_for(CASE)
    for key, table in HOME.items():
        for number, quirk in enumerate(rng.sample(table, 6)):
            for entry in applied(quirk)["prefetch"][key]["entry"]:
                resource = entry["resource"] | {"id": f"{key[:1]}{number}-{rng.randrange(9)}"}
                request["prefetch"][key]["entry"].append({"resource": resource})
    return request


def reordered(value: Any, rng: random.Random) -> Any:
    """Members of every object, codings of every concept in another order."""
    if isinstance(value, dict):
        members = [(name, reordered(item, rng)) for name, item in value.items()]
        rng.shuffle(members)
        made = dict(members)
        if isinstance(made.get("coding"), list):
            made["coding"] = rng.sample(made["coding"], len(made["coding"]))
        return made
    return [reordered(item, rng) for item in value] if isinstance(value, list) else value


def without_places(body: dict[str, Any]) -> str:
    """An answer without the indexes of what could not be read: they are what changes when entries move."""
    return PLACE.sub("", json.dumps(body, sort_keys=True))


@pytest.mark.parametrize("seed", range(40))
def test_disorder_shows_nowhere(seed: int) -> None:
    rng, request = random.Random(-seed), quirky(seed)
    expected = without_places(answer(request))
    assert account(answer(request)).get("hits")
    moved = json.loads(json.dumps(request))
    for value in moved["prefetch"].values():
        if value.get("entry"):
            rng.shuffle(value["entry"])
    assert without_places(answer(moved)) == expected
    assert without_places(answer(reordered(moved, rng))) == expected
    for key in HOME:
        entries = moved["prefetch"][key]["entry"]
        half = len(entries) // 2
        moved["prefetch"][key] = moved["prefetch"][key] | {"entry": entries[:half]}
        moved["prefetch"][f"{key}-2"] = bundle([entry["resource"] for entry in entries[half:]])
    assert without_places(answer(moved)) == expected

"""One shape that real FHIR takes, and how a chart is changed into it.

A quirk changes one chart that would give a warning for potassium 2.8 mmol/L (or furosemide in the case of medicines, or
potassium 3.4 mmol/L beside a muscle cramp in the case of problems). ``used``: the value, medicine or problem counts;
``named``: it does not and the answer says so; ``silent``: it does not, and that is normal.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

RX = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
Change = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class Quirk:
    id: str
    shape: str
    does: str
    change: Change
    outcome: str

    def __str__(self) -> str:
        return f"{self.id} {self.shape}"


def put(**members: Any) -> Change:
    """Set members; ``...`` removes one; ``a__b`` reaches inside."""

    def change(resource: dict[str, Any]) -> None:
        for path, value in members.items():
            target: Any = resource
            *parents, last = path.split("__")
            for name in parents:
                target = target[int(name) if name.isdigit() else name]
            if value is ...:
                target.pop(last, None)
            else:
                target[last] = value

    return change


def unit(text: str | None, code: str | None = None, system: str | None = UCUM, value: Any = 2.8) -> Change:
    quantity = {"value": value, "unit": text, "code": code, "system": system if code else None}
    return put(valueQuantity={name: item for name, item in quantity.items() if item is not None})


def copies(*changes: Change) -> Change:
    """Several versions of the resource."""

    def change(resource: dict[str, Any]) -> list[dict[str, Any]]:
        found = []
        for one in changes:
            made = copy.deepcopy(resource)
            one(made)
            found.append(made)
        return found

    return change


def code(*codings: dict[str, str], text: str | None = None) -> Change:
    concept: dict[str, Any] = {"coding": list(codings)} if codings else {}
    if text:
        concept["text"] = text
    return put(code=concept)


K_CODE = {"system": LOINC, "code": "2823-3"}

"""Shapes that real FHIR takes, and what the reader does with each: the table behind docs/fhir-reading.md."""

from __future__ import annotations

import copy
from typing import Any

from tests.fhir.quirk import Quirk
from tests.fhir.quirks_of_deliveries import BUNDLES
from tests.fhir.quirks_of_medicines import DRUG_BUNDLES, DRUGS
from tests.fhir.quirks_of_orders import ORDERS
from tests.fhir.quirks_of_problems import PATIENTS, PROBLEMS
from tests.fhir.quirks_of_results import OBSERVATIONS
from tests.fhir_rows import request_for
from tests.rows import row


def base() -> dict[str, Any]:
    return request_for(row("x", "PV", "70F", obs="K=2.8 mmol/L@-2", hits="none"))


def drug_base() -> dict[str, Any]:
    return request_for(row("x", "PV", "70F", obs="K=2.8 mmol/L@-2", meds="furosemide@active", hits="none"))


def order_base() -> dict[str, Any]:
    """A simvastatin draft, selected, beside active clarithromycin: a contraindicated pair."""
    return request_for(row("x", "OS", "70F", meds="simvastatin@draft | clarithromycin@active", hits="none"))


def problem_base() -> dict[str, Any]:
    """A mild potassium, worth saying only beside a muscle symptom."""
    return request_for(row("x", "PV", "70F", obs="K=3.4 mmol/L@-2", problems="muscle-cramp", hits="none"))


def applied(quirk: Quirk) -> dict[str, Any]:
    """The request of a quirk."""
    is_drug = quirk in DRUGS or quirk in DRUG_BUNDLES
    bases = {ORDERS: order_base, DRUGS: drug_base, DRUG_BUNDLES: drug_base, PROBLEMS: problem_base}
    made = next((make for table, make in bases.items() if quirk in table), base)
    request = copy.deepcopy(made())
    where = request["prefetch"][
        "medicationRequests" if is_drug else "conditions" if quirk in PROBLEMS else "laboratory"
    ]
    if any(quirk in table for table in (BUNDLES, DRUG_BUNDLES, ORDERS, PATIENTS)):
        changed = quirk.change(request)
        return request if changed is None else changed
    target = where["entry"][0]["resource"]
    changed = quirk.change(target)
    if isinstance(changed, list):
        where["entry"] = [{"resource": one} for one in changed]
    return request


QUIRKS = (*OBSERVATIONS, *DRUGS, *DRUG_BUNDLES, *PROBLEMS, *PATIENTS, *BUNDLES, *ORDERS)

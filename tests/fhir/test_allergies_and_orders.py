"""Intolerances, test orders and encounters in the shapes that records give them: what each changes in the answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.quirk import RX, put
from tests.fhir_rows import request_for
from tests.rows import row
from tests.service import account, answer, hits

PRECAUTION = ("statin-order-precaution", "warning")
ALLERGIES: tuple[tuple[str, dict[str, Any], bool, set[str]], ...] = (
    ("as it should be", {}, True, set()),
    ("null among the codings", {"code": {"coding": [None, {"system": RX, "code": "36567"}]}}, True, set()),
    ("class by its chemical name", {"code": {"text": "Statins-Hmg-Coa Reductase Inhibitors"}}, True, set()),
    ("statin in a longer text", {"code": {"text": "statins: myalgia"}}, True, set()),
    ("a name that only ends like one", {"code": {"text": "nystatin"}}, False, set()),
    ("status in capital letters", {"clinicalStatus": {"coding": [{"code": "ACTIVE"}]}}, True, set()),
    ("status of no vocabulary we know", {"clinicalStatus": {"text": "banana"}}, False, {"AllergyIntolerance"}),
    ("inactive", {"clinicalStatus": {"coding": [{"code": "inactive"}]}}, False, set()),
    ("refuted", {"verificationStatus": {"coding": [{"code": "refuted"}]}}, False, set()),
    ("substance of DSTU2", {"code": ..., "substance": {"text": "simvastatin"}}, False, {"FHIR R4"}),
    ("code as a text", {"code": "simvastatin"}, False, {"AllergyIntolerance"}),
    ("somebody else's", {"patient": {"reference": "Patient/other"}}, False, {"AllergyIntolerance"}),
)  # fmt: skip


@pytest.mark.parametrize(("shape", "members", "counts", "named"), ALLERGIES, ids=[one[0] for one in ALLERGIES])
def test_shapes_of_an_intolerance(shape: str, members: dict[str, Any], counts: bool, named: set[str]) -> None:
    request = request_for(row(shape, "SG", "60M", meds="simvastatin@draft", problems="allergy:statin", hits="none"))
    put(**members)(request["prefetch"]["allergies"]["entry"][0]["resource"])
    body = answer(request)
    assert (PRECAUTION in hits(body)) is counts
    assert {one.get("need") for one in account(body).get("notEvaluated", [])} == named


ORDERS: tuple[tuple[str, dict[str, Any], bool], ...] = (
    ("as it should be", {}, True),
    ("in words", {"code": {"text": "Magnesium level"}}, True),
    ("R5", {"code": {"concept": {"text": "Magnesium"}}}, True),
    ("code as a list of one", {"code": [{"text": "Magnesium"}]}, True),
    ("null among the codings", {"code": {"coding": [None, {"system": "http://loinc.org", "code": "2601-3"}]}}, True),
    ("category and reason as texts", {"category": "lab", "reasonCode": "x"}, True),
    ("completed", {"status": "completed"}, False),
    ("not to be done", {"doNotPerform": True}, False),
)  # fmt: skip


@pytest.mark.parametrize(("shape", "members", "counts"), ORDERS, ids=[one[0] for one in ORDERS])
def test_shapes_of_a_test_order(shape: str, members: dict[str, Any], counts: bool) -> None:
    case = row(shape, "PV", "60M", obs="K=2.8 mmol/L@-1", meds="lab:Mg@active,start=-1", hits="none")
    request = request_for(case)
    put(**members)(request["prefetch"]["serviceRequests"]["entry"][0]["resource"])
    labels = [one["label"] for card in answer(request)["cards"] for one in card.get("suggestions", [])]
    assert ("Order magnesium" not in labels) is counts, labels


REASONS: tuple[tuple[str, dict[str, Any], bool], ...] = (
    ("reasonCode", {"reasonCode": [{"text": "Muscle cramps"}]}, True),
    ("reasonCode as an object", {"reasonCode": {"text": "Muscle cramps"}}, True),
    ("reason of R5", {"reason": [{"value": [{"concept": {"text": "Muscle cramps"}}]}]}, True),
    ("reason of STU3", {"reason": [{"text": "Muscle cramps"}]}, True),
    ("reference with a display", {"reasonReference": [{"display": "Muscle cramps"}]}, True),
    ("cancelled", {"status": "cancelled", "reasonCode": [{"text": "Muscle cramps"}]}, False),
)  # fmt: skip


@pytest.mark.parametrize(("shape", "members", "counts"), REASONS, ids=[one[0] for one in REASONS])
def test_shapes_of_an_encounter_reason(shape: str, members: dict[str, Any], counts: bool) -> None:
    request = request_for(row(shape, "PV", "60M", obs="K=3.4 mmol/L@-1", hits="none"))
    encounter = {
        "resourceType": "Encounter", "id": request["context"]["encounterId"], "status": "in-progress",
        "subject": {"reference": f"Patient/{request['context']['patientId']}"}, **members,
    }  # fmt: skip
    request["prefetch"]["encounters"]["entry"] = [{"resource": encounter}]
    assert (("potassium-low", "info") in hits(answer(request))) is counts

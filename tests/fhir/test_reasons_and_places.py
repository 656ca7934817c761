"""Symptoms that come with an order or an encounter, and what a Condition says beside its code (0.11, 0.16, B0.1)."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.cards.write import EXTENSION
from tests.fhir_rows import PATIENT, moment, request_for
from tests.rows import row
from tests.service import answer, hits

SNOMED = "http://snomed.info/sct"
CRAMP = {"coding": [{"system": SNOMED, "code": "55300003", "display": "Cramp"}]}
LABS = "K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2"
FIRST = ("first-line-measures", "info")
SUBJECT = {"reference": f"Patient/{PATIENT}"}


def ask(hook: str, who: str, **lists: str) -> dict[str, Any]:
    return request_for(row("request", hook, who, hits="none", **lists))


def deliver(request: dict[str, Any], key: str, resource: dict[str, Any]) -> dict[str, Any]:
    request["prefetch"][key]["entry"].append({"resource": resource | {"subject": SUBJECT}})
    return request


def draft(request: dict[str, Any], **changes: Any) -> dict[str, Any]:
    request["context"]["draftOrders"]["entry"][0]["resource"] |= changes
    return request


@pytest.mark.parametrize(
    ("sentence", "encounter", "prompt"),
    [
        ("reason of this encounter", {"id": "row-encounter", "status": "in-progress", "reasonCode": [CRAMP]}, True),
        ("reason in words", {"id": "row-encounter", "status": "in-progress", "reasonCode": [{"text": "leg cramps"}]}, True),
        ("encounter ten days ago", {"id": "e2", "status": "finished", "period": {"start": moment(10)}, "reasonCode": [CRAMP]}, True),
        ("encounter 31 days ago", {"id": "e2", "status": "finished", "period": {"start": moment(31)}, "reasonCode": [CRAMP]}, False),
        ("encounter without a date", {"id": "e2", "status": "finished", "reasonCode": [CRAMP]}, False),
        ("cancelled encounter", {"id": "e2", "status": "cancelled", "period": {"start": moment(1)}, "reasonCode": [CRAMP]}, False),
    ],
)  # fmt: skip
def test_the_reason_of_an_encounter_is_a_symptom(sentence: str, encounter: dict[str, Any], prompt: bool) -> None:
    request = deliver(ask("PV", "40F", obs=LABS), "encounters", {"resourceType": "Encounter"} | encounter)
    assert hits(answer(request)) == ({FIRST} if prompt else set())


@pytest.mark.parametrize(
    ("sentence", "observation", "prompt"),
    [
        ("coded", {"valueCodeableConcept": CRAMP, "effectiveDateTime": moment(1)}, True),
        ("in words", {"valueString": "muscle cramps", "effectiveDateTime": moment(1)}, True),
        ("31 days ago", {"valueString": "muscle cramps", "effectiveDateTime": moment(31)}, False),
        ("of this encounter", {"valueString": "muscle cramps", "encounter": {"reference": "Encounter/row-encounter"}}, True),
        ("entered in error", {"valueString": "muscle cramps", "effectiveDateTime": moment(1), "status": "entered-in-error"}, False),
        ("something else", {"valueString": "headache", "effectiveDateTime": moment(1)}, False),
    ],
)  # fmt: skip
def test_a_chief_complaint_is_a_symptom(sentence: str, observation: dict[str, Any], prompt: bool) -> None:
    code = {"coding": [{"system": "http://loinc.org", "code": "8661-1"}]}
    found = {"resourceType": "Observation", "id": "cc", "status": "final", "code": code} | observation
    assert hits(answer(deliver(ask("PV", "40F", obs=LABS), "findings", found))) == ({FIRST} if prompt else set())


@pytest.mark.parametrize(
    ("sentence", "changes", "expected"),
    [
        ("coded", {"reasonCode": [CRAMP]}, {FIRST}),
        ("in words", {"reasonCode": [{"text": "Back muscle spasm"}]}, {FIRST}),
        ("contained Condition", {
            "contained": [{"resourceType": "Condition", "id": "c", "code": CRAMP, "subject": SUBJECT}],
            "reasonReference": [{"reference": "#c"}],
        }, {FIRST}),
        ("display only", {"reasonReference": [{"reference": "Condition/unknown", "display": "Muscle cramp"}]}, {FIRST}),
        ("another reason", {"reasonCode": [{"text": "Insomnia"}]}, set()),
        ("none", {}, set()),
    ],
)  # fmt: skip
def test_the_reason_of_a_draft_is_a_symptom_of_now(
    sentence: str, changes: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    assert hits(answer(draft(ask("OS", "40F", meds="methocarbamol@draft"), **changes))) == expected


@pytest.mark.parametrize(("selected", "expected"), [(True, {FIRST}), (False, set())])
def test_the_reason_of_a_drafted_test_is_a_symptom_when_selected(
    selected: bool, expected: set[tuple[str, str]]
) -> None:
    state = "draft" if selected else "draft-unselected"
    request = ask("OS", "40F", meds=f"lab:MRI@{state} | methocarbamol@draft")
    assert hits(answer(draft(request, reasonCode=[CRAMP]))) == expected


@pytest.mark.parametrize(
    ("sentence", "code", "text", "expected"),
    [
        ("generalised anxiety by ICD-10-CM", "F41.1", "GAD", set()),
        ("panic disorder", "F41.0", "Panic disorder", {("benzodiazepine-older-adult", "warning")}),
    ],
)
def test_only_severe_generalised_anxiety_exempts_an_older_adult(
    sentence: str, code: str, text: str, expected: set[tuple[str, str]]
) -> None:
    severe = {"coding": [{"system": SNOMED, "code": "24484000"}]}
    condition = {
        "resourceType": "Condition", "id": "anx", "severity": severe,
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}], "text": text},
    }  # fmt: skip
    assert hits(answer(deliver(ask("SG", "80F", meds="lorazepam@draft"), "conditions", condition))) == expected


@pytest.mark.parametrize(
    ("sentence", "changes", "expected"),
    [
        ("no clinical status", {}, {FIRST}),
        ("no clinical status, abated", {"abatementDateTime": moment(1)}, set()),
        ("no clinical status, abatement expected", {"abatementDateTime": moment(-9)}, {FIRST}),
        ("onset of a period", {"onsetDateTime": None, "onsetPeriod": {"start": moment(31)}}, set()),
        ("recorded date only", {"onsetDateTime": None, "recordedDate": moment(30)}, {FIRST}),
        ("the onset comes before the recorded date", {"recordedDate": moment(1), "onsetDateTime": moment(31)}, set()),
        ("recurrence", {"clinicalStatus": {"coding": [{"code": "recurrence"}]}}, {FIRST}),
        ("relapse", {"clinicalStatus": {"coding": [{"code": "relapse"}]}}, {FIRST}),
        ("remission", {"clinicalStatus": {"coding": [{"code": "remission"}]}}, set()),
        ("entered in error", {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}}, set()),
        ("of another encounter", {"onsetDateTime": None, "encounter": {"reference": "Encounter/other"}}, set()),
        ("of this encounter", {"onsetDateTime": None, "encounter": {"reference": "Encounter/row-encounter"}}, {FIRST}),
    ],
)  # fmt: skip
def test_when_a_problem_is_active_and_prompt(
    sentence: str, changes: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    request = ask("PV", "40F", obs=LABS, problems="muscle-cramp")
    condition = request["prefetch"]["conditions"]["entry"][0]["resource"]
    del condition["clinicalStatus"]
    condition |= changes
    assert hits(answer(request)) == expected


def test_an_imaging_referral_names_the_part_of_the_body_that_the_condition_names() -> None:
    request = ask("PV", "40F", obs=LABS, problems="back-spasm | foot-drop")
    request["prefetch"]["conditions"]["entry"][1]["resource"]["bodySite"] = [
        {"coding": [{"system": SNOMED, "code": "122496007", "display": "Mrs Miller's back"}], "text": "her back"}
    ]
    body = answer(request)
    (referral,) = [
        one["actions"][0]["resource"] for card in body["cards"] for one in card.get("suggestions", ())
        if one["label"] == "Draft an MRI referral"
    ]  # fmt: skip
    assert referral["bodySite"] == [{"coding": [{"system": SNOMED, "code": "122496007"}]}]
    assert referral["priority"] == "routine"
    assert {one["reference"] for one in referral["reasonReference"]} == {"Condition/cond-0", "Condition/cond-1"}
    assert "Miller" not in str(body)


def test_each_card_carries_the_parameter_set_of_its_hits() -> None:
    body = answer(ask("PV", "40F", problems="muscle-cramp"))
    for card in body["cards"]:
        assert card["extension"][EXTENSION]["parameters"] == body["extension"][EXTENSION]["parameters"]


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("Transdermal route", {("benzodiazepine-opioid", "warning")}),
        ("Topical", {("benzodiazepine-opioid", "warning")}),
    ],
)
def test_a_fentanyl_patch_is_never_local(route: str, expected: set[tuple[str, str]]) -> None:
    request = ask("SG", "40F", meds="diazepam@draft | fentanyl@active")
    patch = {
        "medicationCodeableConcept": {"text": "fentanyl 25 MCG/HR Transdermal Patch"},
        "dosageInstruction": [{"route": {"text": route}}],
    }
    request["prefetch"]["medicationRequests"]["entry"][0]["resource"] |= patch
    assert hits(answer(request)) == expected

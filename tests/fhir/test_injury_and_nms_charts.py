"""Statins, muscle injury and NMS on charts as systems write them: brands, combinations, depots, doses given, findings, panels."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir_rows import ENCOUNTER, PATIENT, SNOMED, UCUM, moment, request_for
from tests.rows import row
from tests.service import answer, hits

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
Json = dict[str, Any]
SUBJECT = {"reference": f"Patient/{PATIENT}"}
CONFUSED = "Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1"
FEVER = "Temp=38.6 Cel@-0.2"
POSSIBLE = {("nms-possible", "warning")}


def chart(
    hook: str = "PV", *, obs: str = "", meds: str = "", problems: str = "", who: str = "35M", **more: list[Json]
) -> Json:
    request = request_for(row("base", hook, who, obs=obs, meds=meds, problems=problems, hits="none"))
    for key, resources in more.items():
        request["prefetch"][key]["entry"] += [{"resource": one} for one in resources]
    return request


def order(text: str, status: str = "active", *, code: str | None = None, end: float | None = None, **more: Any) -> Json:
    concept: Json = {"text": text}
    if code:
        concept["coding"] = [{"system": RXNORM, "code": code}]
    bounds = {"end": moment(end)} if end is not None else None
    dosage = more.pop("dosage", {}) | ({"timing": {"repeat": {"boundsPeriod": bounds}}} if bounds else {})
    return {
        "resourceType": "MedicationRequest", "id": f"m-{abs(hash((text, status, end))) % 10**8}", "status": status,
        "intent": "order", "medicationCodeableConcept": concept, "subject": SUBJECT,
        "dosageInstruction": [dosage] if dosage else [], **more,
    }  # fmt: skip


def given(text: str, days_ago: float, **more: Any) -> Json:
    return {
        "resourceType": "MedicationAdministration", "id": f"a-{abs(hash((text, days_ago))) % 10**8}", "status": "completed",
        "medicationCodeableConcept": {"text": text}, "subject": SUBJECT, "effectiveDateTime": moment(days_ago), **more,
    }  # fmt: skip


def finding(
    display: str, code: str | None = None, *, days_ago: float = 0.5, status: str = "final", **value: Any
) -> Json:
    coding = [{"system": SNOMED, "code": code, "display": display}] if code else []
    return {
        "resourceType": "Observation", "id": f"f-{abs(hash((display, days_ago, status))) % 10**8}", "status": status,
        "code": {"coding": coding, "text": display}, "subject": SUBJECT, "effectiveDateTime": moment(days_ago), **value,
    }  # fmt: skip


def found(request: Json) -> set[tuple[str, str]]:
    return set(hits(answer(request)))


def details(request: Json) -> str:
    return "\n".join(card["detail"] for card in answer(request)["cards"])


CONTRAINDICATED = (
    "Paxlovid", "nirmatrelvir 150 MG / ritonavir 100 MG Oral Tablet", "Kaletra", "lopinavir 200 MG / ritonavir 50 MG Oral Tablet",
    "Genvoya", "Stribild", "Prezcobix", "Symtuza", "Evotaz", "Zepatier", "Mavyret", "Vosevi", "Biaxin", "Klacid", "Prevpac",
    "Voquezna Triple Pak", "Sporanox", "Ery-Tab", "EryPed", "erythromycin ethylsuccinate 400 MG Oral Tablet", "Noxafil", "Vfend",
    "Neoral", "Sandimmune 100 mg capsule", "Lopid", "Danocrine", "sodium fusidate 250 mg tablets", "ketoconazole 200 MG Oral Tablet",
)  # fmt: skip
LIMITED = ("Exforge", "Lotrel", "Tarka", "Cardizem", "Pacerone", "Multaq", "Ranexa", "Colcrys", "probenecid and colchicine", "Cubicin", "Norvasc")  # fmt: skip
LOCAL = (
    "Restasis", "cyclosporine 0.05 % ophthalmic emulsion", "ketoconazole 2 % topical cream", "Nizoral shampoo",
    "ketoconazole 20 MG/ML Medicated Shampoo", "erythromycin 5 MG/G Ophthalmic Ointment", "erythromycin 20 MG/ML Topical Solution",
    "fusidic acid 2% cream", "fusidic acid 1% eye drops", "Benzamycin", "azithromycin 250 MG Oral Tablet", "fenofibrate 145 MG",
)  # fmt: skip
AS_SOLD = [
    *((text, "critical") for text in CONTRAINDICATED),
    *((text, "info") for text in LIMITED),
    *((text, "") for text in LOCAL),
]


@pytest.mark.parametrize(("text", "indicator"), AS_SOLD, ids=[text for text, _ in AS_SOLD])
@pytest.mark.parametrize("statin", ["Zocor", "ezetimibe 10 MG / simvastatin 20 MG Oral Tablet"])
def test_partner_of_simvastatin_as_it_is_sold(statin: str, text: str, indicator: str) -> None:
    request = chart("OS", medicationRequests=[order(text)])
    request["context"]["draftOrders"]["entry"] = [{"resource": order(statin, "draft") | {"id": "new"}}]
    request["context"]["selections"] = ["MedicationRequest/new"]
    expected = {("statin-interaction", indicator)} if indicator else set()
    assert {hit for hit in found(request) if hit[0] == "statin-interaction"} == expected


def test_an_ingredient_code_with_the_words_of_a_cream_is_local() -> None:
    cream = order("ketoconazole 2 % topical cream", code="6135")
    assert found(chart(meds="simvastatin@active", medicationRequests=[cream])) == set()
    tablet = order("ketoconazole 200 MG Oral Tablet", code="6135")
    assert found(chart(meds="simvastatin@active", medicationRequests=[tablet])) == {("statin-interaction", "warning")}


@pytest.mark.parametrize(
    ("text", "stopped_days_ago", "expected"),
    [
        ("Symbyax 6-25 MG Oral Capsule", None, POSSIBLE),
        ("perphenazine 4 MG / amitriptyline 25 MG Oral Tablet", None, POSSIBLE),
        ("Nuplazid", None, set()),
        ("haloperidol decanoate 50 MG/ML Injectable Solution", 20, POSSIBLE),
        ("haloperidol 5 MG Oral Tablet", 20, set()),
        ("Invega Sustenna", 28, POSSIBLE),
        ("Invega Sustenna", 30, set()),
        ("Invega Trinza", 80, POSSIBLE),
        ("paliperidone palmitate 156 MG/ML Prefilled Syringe", 20, POSSIBLE),
        ("Invega 6 MG Extended Release Oral Tablet", 20, set()),
        ("Abilify Maintena", 20, POSSIBLE),
        ("Risperdal Consta", 20, POSSIBLE),
        ("Zyprexa Relprevv", 20, POSSIBLE),
        ("fluphenazine decanoate 25 MG/ML Injectable Solution", 20, POSSIBLE),
        ("Stalevo 100", 2, POSSIBLE),
        ("Gocovri", 2, POSSIBLE),
    ],
)
def test_exposure_as_it_is_sold(text: str, stopped_days_ago: float | None, expected: set[tuple[str, str]]) -> None:
    status = "active" if stopped_days_ago is None else "stopped"
    request = chart(obs=CONFUSED, medicationRequests=[order(text, status, end=stopped_days_ago)])
    assert found(request) == expected


INTRAMUSCULAR = {"coding": [{"system": SNOMED, "code": "78421000", "display": "Intramuscular route"}]}


@pytest.mark.parametrize(
    ("weeks", "stopped_days_ago", "expected"),
    [
        (4, 27, POSSIBLE),
        (2, 27, POSSIBLE),
        (6, 27, POSSIBLE),
        (4, 60, set()),
        (12, 60, POSSIBLE),
        (12, 95, set()),
        (1, 10, set()),
    ],
)
def test_an_injection_every_few_weeks_is_a_depot(
    weeks: int, stopped_days_ago: float, expected: set[tuple[str, str]]
) -> None:
    resource = order("haloperidol", "stopped")
    repeat = {"frequency": 1, "period": weeks, "periodUnit": "wk", "boundsPeriod": {"end": moment(stopped_days_ago)}}
    resource["dosageInstruction"] = [{"route": INTRAMUSCULAR, "timing": {"repeat": repeat}}]
    assert found(chart(obs=CONFUSED, medicationRequests=[resource])) == expected


def test_doses_given_are_exposure_for_72_hours_and_depots_for_longer() -> None:
    for days, expected in ((2.9, POSSIBLE), (3.4, set())):
        assert (
            found(
                chart(
                    obs="Temp=38.6 Cel@-0.1 | GCS=13 {score}@-0.1",
                    medicationAdministrations=[given("haloperidol 5 MG", days)],
                )
            )
            == expected
        )
    assert found(chart(obs=CONFUSED, medicationAdministrations=[given("haloperidol decanoate", 20)])) == POSSIBLE


def test_levodopa_given_before_it_was_stopped_is_still_withdrawn() -> None:
    stopped = order("carbidopa 25 MG / levodopa 100 MG Oral Tablet", "stopped", end=1)
    name = "carbidopa 25 MG / levodopa 100 MG Oral Tablet"
    before, after = given(name, 1.2), given(name, 0.5)
    assert (
        found(chart(obs=CONFUSED, who="70M", medicationRequests=[stopped], medicationAdministrations=[before]))
        == POSSIBLE
    )
    assert (
        found(chart(obs=CONFUSED, who="70M", medicationRequests=[stopped], medicationAdministrations=[before, after]))
        == set()
    )


def test_baclofen_given_before_it_was_stopped_is_still_withdrawn() -> None:
    stopped = order("baclofen 10 MG Oral Tablet", "stopped", end=1)
    before, after = given("baclofen 10 MG Oral Tablet", 1.2), given("baclofen 10 MG Oral Tablet", 0.5)
    warned = {("baclofen-abrupt-stop", "warning")}
    assert found(chart(obs=FEVER, medicationRequests=[stopped], medicationAdministrations=[before])) == warned
    assert found(chart(obs=FEVER, medicationRequests=[stopped], medicationAdministrations=[before, after])) == set()


@pytest.mark.parametrize(
    ("text", "dosage", "indicator"),
    [
        ("baclofen 10 MG Oral Tablet", {}, "warning"),
        ("Gablofen", {}, "critical"),
        ("Lioresal Intrathecal", {}, "critical"),
        ("20 ML baclofen 0.5 MG/ML Injection", {}, "critical"),
        ("baclofen", {"route": {"coding": [{"system": SNOMED, "code": "72607000"}]}}, "critical"),
        ("baclofen", {"route": {"text": "Intrathecal"}}, "critical"),
        ("baclofen", {"text": "via implanted intrathecal pump, 150 mcg/day"}, "critical"),
    ],
)
def test_intrathecal_baclofen_is_recognised(text: str, dosage: Json, indicator: str) -> None:
    stopped = order(text, "stopped", end=2, dosage=dosage)
    assert found(chart(obs=FEVER, medicationRequests=[stopped])) == {("baclofen-abrupt-stop", indicator)}


def test_a_planned_end_ahead_does_not_hide_when_a_medicine_was_stopped() -> None:
    planned = order("haloperidol 5 MG Oral Tablet", "stopped", end=-60, statusChanged=moment(2))
    assert found(chart(obs=CONFUSED, medicationRequests=[planned])) == POSSIBLE


@pytest.mark.parametrize(
    ("value", "status", "days_ago", "expected"),
    [
        ({"valueBoolean": True}, "final", 1, True),
        ({"valueBoolean": True}, "final", 8, False),
        ({"valueBoolean": True}, "preliminary", 1, False),
        ({"valueBoolean": True}, "entered-in-error", 1, False),
        ({"valueBoolean": False}, "final", 1, False),
        (
            {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "52101004", "display": "Present"}]}},
            "final",
            1,
            True,
        ),
        (
            {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "2667000", "display": "Absent"}]}},
            "final",
            1,
            False,
        ),
        ({"valueCodeableConcept": {"text": "severe"}}, "amended", 1, True),
        (
            {"valueCodeableConcept": {"coding": [{"system": LOINC, "code": "LA33-6", "display": "Yes"}]}},
            "final",
            1,
            True,
        ),
        ({"valueCodeableConcept": {"text": "lead pipe rigidity"}}, "final", 1, True),
        ({"valueString": "present"}, "final", 1, True),
        ({"valueString": "absent"}, "final", 1, False),
        ({}, "final", 1, False),
    ],
)
@pytest.mark.parametrize("display", ["Muscle rigidity", "Lead pipe rigidity"])
def test_rigidity_as_an_observation(display: str, value: Json, status: str, days_ago: float, expected: bool) -> None:
    observed = finding(display, days_ago=days_ago, status=status, **value)
    request = chart(obs=FEVER, meds="haloperidol@active", findings=[observed])
    assert found(request) == (POSSIBLE if expected else set())


def test_a_feature_documented_as_absent_is_not_met_and_not_missing() -> None:
    observed = finding("Muscle rigidity", valueBoolean=False)
    text = details(chart(obs=CONFUSED, meds="haloperidol@active", findings=[observed]))
    assert "| Rigidity | not met (matched by name, documented as absent) |" in text
    assert "Rigidity not documented" not in text
    text = details(chart(obs=CONFUSED, meds="haloperidol@active"))
    assert "| Rigidity | no data |" in text
    assert "Rigidity not documented" in text


AVPU = [
    (LOINC, "LA9340-6", False), (LOINC, "LA6560-2", True), (LOINC, "LA17108-4", True), (LOINC, "LA17107-6", True),
    (LOINC, "LA9343-0", True), (SNOMED, "248234008", False), (SNOMED, "130987000", True), (SNOMED, "300202002", True),
    (SNOMED, "450847001", True), (SNOMED, "422768004", True),
]  # fmt: skip


@pytest.mark.parametrize(("system", "code", "altered"), AVPU, ids=[code for _, code, _ in AVPU])
def test_consciousness_as_a_coded_answer(system: str, code: str, altered: bool) -> None:
    observed = finding("AVPU", valueCodeableConcept={"coding": [{"system": system, "code": code}]})
    observed["code"] = {"coding": [{"system": LOINC, "code": "67775-7"}]}
    request = chart(obs=FEVER, meds="haloperidol@active", vitalSigns=[observed])
    assert found(request) == (POSSIBLE if altered else set())


def pressure(systolic: float | None, diastolic: float | None, days_ago: float, code: str = "85354-9") -> Json:
    parts = [(name, value) for name, value in (("8480-6", systolic), ("8462-4", diastolic)) if value is not None]
    return {
        "resourceType": "Observation", "id": f"bp-{days_ago}", "status": "final", "subject": SUBJECT,
        "effectiveDateTime": moment(days_ago), "code": {"coding": [{"system": LOINC, "code": code}]},
        "component": [
            {
                "code": {"coding": [{"system": LOINC, "code": name}]},
                "valueQuantity": {"value": value, "unit": "mm[Hg]", "system": UCUM, "code": "mm[Hg]"},
            }
            for name, value in parts
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("readings", "watched"),
    [
        ([pressure(160, 80, 0.1)], True),
        ([pressure(159, 99, 0.1)], False),
        ([pressure(None, 100, 0.1)], True),
        ([pressure(None, 100, 0.1, "55284-4")], True),
        ([pressure(150, 85, 0.1), pressure(120, 80, 30)], True),
        ([pressure(None, 100, 0.1), pressure(120, 80, 30)], True),
        ([pressure(149, 99, 0.1), pressure(120, 80, 30)], False),
        ([pressure(160, 100, 0.1), pressure(150, 90, 30)], False),
    ],
)
def test_blood_pressure_panels(readings: list[Json], watched: bool) -> None:
    request = chart(obs=FEVER, meds="haloperidol@active", problems="diaphoresis@active,onset=-1", vitalSigns=readings)
    assert found(request) == ({("nms-watch", "info")} if watched else set())


def quantity(code: str, days_ago: float, **value: Any) -> Json:
    return finding(code, days_ago=days_ago, **value) | {"code": {"coding": [{"system": LOINC, "code": code}]}}


@pytest.mark.parametrize(
    ("observed", "counts"),
    [
        (quantity("8310-5", 0.2, valueQuantity={"value": 38.1, "system": UCUM, "code": "Cel", "unit": "C"}), True),
        (
            quantity("8331-1", 0.2, valueQuantity={"value": 101.0, "system": UCUM, "code": "[degF]", "unit": "degF"}),
            True,
        ),
        (
            quantity("8310-5", 0.2, valueQuantity={"value": 100.4, "system": UCUM, "code": "[degF]", "unit": "degF"}),
            False,
        ),
        (quantity("8310-5", 0.2, valueQuantity={"value": 39.0}), False),
        (quantity("8310-5", 0.2, valueQuantity={"value": 46.0, "system": UCUM, "code": "Cel"}), False),
        (quantity("8310-5", 0.2, valueQuantity={"value": 24.0, "system": UCUM, "code": "Cel"}), False),
        (quantity("8310-5", 0.2, valueString="39.0"), False),
    ],
)
def test_which_temperature_counts(observed: Json, counts: bool) -> None:
    request = chart(obs="GCS=13 {score}@-0.1", meds="haloperidol@active", vitalSigns=[observed])
    assert found(request) == (POSSIBLE if counts else set())


@pytest.mark.parametrize(
    ("observed", "counts"),
    [
        (quantity("9269-2", 0.1, valueInteger=14), True),
        (quantity("9269-2", 0.1, valueInteger=15), False),
        (quantity("9269-2", 0.1, valueQuantity={"value": 14, "system": UCUM, "code": "{score}"}), True),
        (quantity("9269-2", 0.1, valueQuantity={"value": 2, "system": UCUM, "code": "{score}"}), False),
    ],
)
def test_which_coma_score_counts(observed: Json, counts: bool) -> None:
    request = chart(obs=FEVER, meds="haloperidol@active", vitalSigns=[observed])
    assert found(request) == (POSSIBLE if counts else set())


def test_where_a_temperature_was_taken_and_who_took_it_are_shown() -> None:
    tympanic = quantity("8310-5", 0.2, valueQuantity={"value": 38.6, "system": UCUM, "code": "Cel"})
    tympanic |= {
        "bodySite": {"text": "Tympanic membrane structure"},
        "performer": [{"reference": "Patient/row-patient"}],
    }
    text = details(chart(obs="GCS=13 {score}@-0.1", meds="haloperidol@active", vitalSigns=[tympanic]))
    assert "MET (38.6 °C tympanic patient-reported)" in text


def encounter(identity: str, status: str, days_ago: float) -> Json:
    return {
        "resourceType": "Encounter", "id": identity, "status": status, "subject": SUBJECT,
        "period": {"start": moment(days_ago)}, "reasonCode": [{"text": "Neuroleptic malignant syndrome"}],
    }  # fmt: skip


def test_nms_as_the_reason_of_an_earlier_encounter_is_history() -> None:
    earlier = encounter("old", "finished", 500)
    assert found(chart(meds="haloperidol@active", encounters=[earlier])) == set()
    assert found(chart(obs=CONFUSED, meds="haloperidol@active", encounters=[earlier])) == POSSIBLE
    request = chart("SG", meds="haloperidol@draft", encounters=[earlier])
    assert found(request) == {("antipsychotic-order-nms-history", "warning")}
    now = encounter(ENCOUNTER, "in-progress", 1)
    assert found(chart(meds="haloperidol@active", encounters=[now])) == {("nms-active-on-antagonist", "critical")}


def problem(text: str, status: str = "active", **more: Any) -> Json:
    return {
        "resourceType": "Condition", "id": f"p-{abs(hash(text)) % 10**8}", "subject": SUBJECT, "code": {"text": text},
        "clinicalStatus": {"coding": [{"code": status}]}, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "History of neuroleptic malignant syndrome", "Personal history of NMS", "h/o NMS", "Hx: NMS", "PMH: NMS", "Previous NMS",
        "prior neuroleptic malignant syndrome", "Past medical history of neuroleptic malignant syndrome", "resolved NMS",
        "History of neuroleptic malignant syndrome (situation)",
    ],
)  # fmt: skip
def test_nms_written_as_history_is_past_even_in_an_active_entry(text: str) -> None:
    request = chart("SG", meds="quetiapine@draft", conditions=[problem(text)])
    assert found(request) == {("antipsychotic-order-nms-history", "warning")}
    assert found(chart(meds="quetiapine@active", conditions=[problem(text)])) == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("History of rhabdomyolysis", {("statin-order-precaution", "critical")}),
        ("s/p rhabdomyolysis", {("statin-order-precaution", "critical")}),
        ("previous statin myopathy", {("statin-order-precaution", "critical")}),
        ("Family history of rhabdomyolysis", set()),
        ("No history of rhabdomyolysis", set()),
        ("Rhabdomyolysis was ruled out", set()),
    ],
)
def test_muscle_injury_written_as_history(text: str, expected: set[tuple[str, str]]) -> None:
    assert found(chart("SG", meds="atorvastatin@draft", conditions=[problem(text)])) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Acute confusional state",
        "AMS",
        "Unresponsive",
        "Drowsiness",
        "Altered mental status",
        "Encephalopathy",
        "Comatose",
    ],
)
def test_mental_status_in_words(text: str) -> None:
    said = problem(text, onsetDateTime=moment(1))
    assert found(chart(obs=FEVER, meds="haloperidol@active", conditions=[said])) == POSSIBLE


@pytest.mark.parametrize(
    "text", ["Neck rigidity", "Abdominal rigidity", "Dementia", "Hepatic encephalopathy", "Malignant hyperthermia"]
)
def test_words_that_only_look_like_nms_features(text: str) -> None:
    said = problem(text, onsetDateTime=moment(1))
    assert found(chart(obs=FEVER, meds="haloperidol@active", conditions=[said])) == set()


def test_an_order_that_is_revised_leaves_the_exposure_of_what_was_taken() -> None:
    request = chart("SG", obs=CONFUSED)
    taken = order("haloperidol 5 MG Oral Tablet") | {"id": "m1"}
    request["prefetch"]["medicationRequests"]["entry"] = [{"resource": taken}]
    request["context"]["draftOrders"]["entry"] = [{"resource": taken | {"status": "draft"}}]
    assert found(request) == {("antipsychotic-order-nms-active", "warning")}


def test_levodopa_that_is_revised_is_not_withdrawn() -> None:
    request = chart("SG", obs=CONFUSED, who="70M", meds="haloperidol@draft")
    taken = order("carbidopa 25 MG / levodopa 100 MG Oral Tablet") | {"id": "m1"}
    request["prefetch"]["medicationRequests"]["entry"].append({"resource": taken})
    request["context"]["draftOrders"]["entry"].append({"resource": taken | {"status": "draft"}})
    assert found(request) == set()


@pytest.mark.parametrize(
    ("hook", "obs", "meds", "problems", "line"),
    [
        ("PV", f"CK=9000 U/L@-0.1;preliminary | {CONFUSED}", "haloperidol@active", "", "CK 9000 U/L"),
        ("PV", "CK=9000 U/L@-0.1;preliminary", "atorvastatin@active", "myalgia", "CK 9000 U/L"),
        ("PV", "CK=9000 U/L@-0.1;preliminary | CK=900 U/L@-2", "atorvastatin@active", "", "CK 9000 U/L"),
        ("SG", "QTc=520 ms@-0.1;preliminary | K=2.9 mmol/L@-1", "haloperidol@draft", "", "QTc 520 ms"),
        ("SG", "CK=9000 U/L@-0.1;preliminary", "atorvastatin@draft", "myalgia", "CK 9000 U/L"),
    ],
)
def test_a_preliminary_result_is_mentioned(hook: str, obs: str, meds: str, problems: str, line: str) -> None:
    said = details(chart(hook, obs=obs, meds=meds, problems=problems))
    assert any(one.startswith(f"- {line} (") and "preliminary: mentioned only" in one for one in said.splitlines())


def sexed_range(high: float, code: str, display: str) -> Json:
    return {"high": {"value": high}, "appliesTo": [{"coding": [{"system": SNOMED, "code": code, "display": display}]}]}


@pytest.mark.parametrize(("who", "raised"), [("60M", False), ("60F", True), ("60U", False)])
def test_of_two_reference_ranges_the_one_of_the_sex_counts(who: str, raised: bool) -> None:
    men, women = sexed_range(308, "248153007", "Male"), sexed_range(192, "248152002", "Female")
    ck = quantity("2157-6", 2, valueQuantity={"value": 800, "system": UCUM, "code": "U/L"}, referenceRange=[men, women])
    request = chart(who=who, meds="atorvastatin@active", laboratory=[ck])
    assert found(request) == ({("statin-ck-elevated", "warning")} if raised else set())

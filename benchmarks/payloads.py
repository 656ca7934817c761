"""Deterministic hook requests: patient-view with N results (and medicines, problems in proportion), order-select.

A third of the results are analytes that rules read, the others are what a laboratory also sends. Values are ordinary,
so that the cost measured is the cost of looking; every tenth chart is not.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)
PATIENT = "bench-1"
READ = (
    ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", 4.3, "mmol/L", (3.5, 5.1)),
    ("19123-9", "Magnesium [Mass/volume] in Serum or Plasma", 2.0, "mg/dL", (1.7, 2.4)),
    ("17861-6", "Calcium [Mass/volume] in Serum or Plasma", 9.4, "mg/dL", (8.6, 10.2)),
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", 0.9, "mg/dL", (0.6, 1.3)),
    ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", 140, "mmol/L", (136, 145)),
    ("8867-4", "Heart rate", 72, "/min", None),
    ("8310-5", "Body temperature", 36.7, "Cel", None),
)
OTHER = (
    ("2345-7", "Glucose [Mass/volume] in Serum or Plasma", 98, "mg/dL", (70, 99)),
    ("718-7", "Hemoglobin [Mass/volume] in Blood", 13.9, "g/dL", (12, 16)),
    ("2075-0", "Chloride [Moles/volume] in Serum or Plasma", 102, "mmol/L", (98, 107)),
    ("777-3", "Platelets [#/volume] in Blood by Automated count", 240, "10*3/uL", (150, 400)),
    ("4544-3", "Hematocrit [Volume Fraction] of Blood by Automated count", 41, "%", (36, 46)),
    ("1920-8", "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma", 22, "U/L", (10, 40)),
    ("39156-5", "Body mass index (BMI) [Ratio]", 24.9, "kg/m2", None),
    ("2708-6", "Oxygen saturation in Arterial blood", 97, "%", None),
    ("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported", 1, "{score}", None),
    ("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", 5.5, "%", (4, 5.6)),
    ("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", 182, "mg/dL", None),
    ("2571-8", "Triglyceride [Mass/volume] in Serum or Plasma", 120, "mg/dL", None),
)
MEDICINES = (
    ("313988", "furosemide 40 MG Oral Tablet"),
    ("314076", "lisinopril 10 MG Oral Tablet"),
    ("259255", "atorvastatin 40 MG Oral Tablet"),
    ("860975", "24 HR metformin hydrochloride 500 MG Extended Release Oral Tablet"),
    ("308136", "amlodipine 2.5 MG Oral Tablet"),
)
PROBLEMS = (
    ("38341003", "Hypertensive disorder, systemic arterial"),
    ("44054006", "Diabetes mellitus type 2"),
    ("13644009", "Hypercholesterolemia"),
    ("195967001", "Asthma"),
)
EMPTY_KEYS = (
    "findings", "medicationStatements", "medicationAdministrations", "encounters", "serviceRequests", "allergies",
    "carePlans",
)  # fmt: skip
NARRATIVE = (
    '<div xmlns="http://www.w3.org/1999/xhtml"><p><b>Generated Narrative</b></p><p><b>status</b>: final</p>'
    "<p><b>category</b>: laboratory</p><p><b>subject</b>: the patient in context</p></div>"
)


def _when(days: float) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def observation(number: int, row: tuple[Any, ...], rng: random.Random) -> dict[str, Any]:
    """One result of about 1.4 KB, as an EHR's server sends it."""
    code, display, value, unit, limits = row
    resource: dict[str, Any] = {
        "resourceType": "Observation",
        "id": f"obs-{number}",
        "meta": {
            "versionId": "1",
            "lastUpdated": _when(number / 10),
            "profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"],
        },
        "text": {"status": "generated", "div": NARRATIVE},
        "identifier": [{"system": "urn:oid:1.2.840.114350.1.13.0.1.7.2.798268", "value": f"acc-{number}-{code}"}],
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "laboratory" if limits else "vital-signs",
                        "display": "Laboratory" if limits else "Vital Signs",
                    }
                ]
            }
        ],
        "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": display}], "text": display},
        "subject": {"reference": f"Patient/{PATIENT}", "display": "Bench, One"},
        "encounter": {"reference": "Encounter/enc-1"},
        "effectiveDateTime": _when(0.5 + number % 25),
        "issued": _when(0.4 + number % 25),
        "performer": [{"reference": "Practitioner/p-1", "display": "Laboratory"}],
        "valueQuantity": {
            "value": round(value * (1 + rng.uniform(-0.02, 0.02)), 2),
            "unit": unit,
            "system": "http://unitsofmeasure.org",
            "code": unit,
        },
    }
    if limits:
        low, high = limits
        resource["referenceRange"] = [
            {
                "low": {"value": low, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
                "high": {"value": high, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
                "text": f"{low} - {high} {unit}",
            }
        ]
    return resource


def medication(number: int) -> dict[str, Any]:
    """One active order."""
    code, name = MEDICINES[number % len(MEDICINES)]
    return {
        "resourceType": "MedicationRequest",
        "id": f"med-{number}",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {
            "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code, "display": name}],
            "text": name,
        },
        "subject": {"reference": f"Patient/{PATIENT}"},
        "authoredOn": _when(100 + number),
        "requester": {"reference": "Practitioner/p-1"},
        "dosageInstruction": [
            {
                "text": "one tablet daily",
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
            }
        ],
    }


def condition(number: int) -> dict[str, Any]:
    """One active problem that no rule reads."""
    code, name = PROBLEMS[number % len(PROBLEMS)]
    status = "http://terminology.hl7.org/CodeSystem/condition-"
    return {
        "resourceType": "Condition",
        "id": f"cond-{number}",
        "clinicalStatus": {"coding": [{"system": f"{status}clinical", "code": "active"}]},
        "verificationStatus": {"coding": [{"system": f"{status}ver-status", "code": "confirmed"}]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": code, "display": name}], "text": name},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "recordedDate": _when(400 + number),
    }


def bundle(resources: list[dict[str, Any]]) -> dict[str, Any]:
    """A searchset."""
    entries = [
        {
            "fullUrl": f"https://fhir.example.org/{r['resourceType']}/{r['id']}",
            "resource": r,
            "search": {"mode": "match"},
        }
        for r in resources
    ]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


def results(count: int) -> list[dict[str, Any]]:
    """``count`` results, a third of them of analytes that rules read."""
    rng = random.Random(count)
    rows = [READ[n % len(READ)] if n % 3 == 0 else OTHER[n % len(OTHER)] for n in range(count)]
    return [observation(number, row, rng) for number, row in enumerate(rows)]


def patient_view(count: int) -> dict[str, Any]:
    """A patient-view request with ``count`` results and the same chart in proportion, all keys delivered."""
    observed = results(count)
    vital = [one for one in observed if one["category"][0]["coding"][0]["code"] == "vital-signs"]
    laboratory = [one for one in observed if one not in vital]
    patient = {
        "resourceType": "Patient",
        "id": PATIENT,
        "name": [{"family": "Bench", "given": ["One"]}],
        "gender": "female",
        "birthDate": "1958-03-04",
    }
    prefetch: dict[str, Any] = {
        "patient": patient,
        "laboratory": bundle(laboratory),
        "vitalSigns": bundle(vital),
        "medicationRequests": bundle([medication(n) for n in range(max(2, count // 20))]),
        "conditions": bundle([condition(n) for n in range(max(2, count // 20))]),
    }
    prefetch |= {key: bundle([]) for key in EMPTY_KEYS}
    return {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/p-1", "patientId": PATIENT, "encounterId": "enc-1"},
        "prefetch": prefetch,
    }


def grown(kind: str, count: int) -> dict[str, Any]:
    """A small chart with ``count`` results, medicines or problems."""
    if kind == "results":
        return patient_view(count) | {"prefetch": patient_view(10)["prefetch"] | _laboratory(count)}
    request = patient_view(10)
    make, key = {"medicines": (medication, "medicationRequests"), "problems": (condition, "conditions")}[kind]
    request["prefetch"][key] = bundle([make(number) for number in range(count)])
    return request


def _laboratory(count: int) -> dict[str, Any]:
    return {"laboratory": bundle(results(count))}


def order_select(count: int) -> dict[str, Any]:
    """An order-select request on a chart with ``count`` results: a thiazide is chosen."""
    request = patient_view(count)
    draft = medication(0) | {"id": "draft-1", "status": "draft"}
    code, name = "310798", "hydrochlorothiazide 25 MG Oral Tablet"
    draft["medicationCodeableConcept"] = {
        "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code, "display": name}]
    }
    request["hook"] = "order-select"
    request["context"] |= {
        "selections": ["MedicationRequest/draft-1"],
        "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": draft}]},
    }
    return request


def body(request: dict[str, Any]) -> bytes:
    """As a client sends it."""
    return json.dumps(request, separators=(",", ":")).encode()


PAYLOADS = {
    "small": lambda: patient_view(10),
    "medium": lambda: patient_view(100),
    "large": lambda: patient_view(1000),
    "order": lambda: order_select(10),
}

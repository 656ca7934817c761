"""The rows of the rule catalogue as FHIR R4 hook requests, for the whole service.

Results become Observations (LOINC, UCUM), medicines MedicationRequests coded by RxNorm ingredient or by text, problems
Conditions with SNOMED CT or ICD-10-CM codes of the product's own tables, ``lab:X`` ServiceRequests, ``allergy:statin``
an AllergyIntolerance.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from cds_service.clinical.vocabulary import Concept, LabTest, Route
from cds_service.guidance.finding import Hook
from cds_service.terminology import RXNORM, Coding
from tests.rows import NOW, Med, Obs, Problem, Row, terminology

PATIENT, ENCOUNTER = "row-patient", "row-encounter"
UCUM = "http://unitsofmeasure.org"
KEYS = (
    "laboratory", "vitalSigns", "findings", "medicationRequests", "medicationStatements", "medicationAdministrations",
    "conditions", "encounters", "serviceRequests", "allergies", "carePlans",
)  # fmt: skip
LOINC = {
    "K": "2823-3", "Ca": "17861-6", "adjCa": "29265-6", "iCa": "1994-3", "Alb": "1751-7", "Mg": "19123-9",
    "Na": "2951-2", "BUN": "3094-0", "urea": "22664-7", "Cr": "2160-0", "eGFR": "98979-8", "CrCl": "2164-2",
    "CK": "2157-6", "TSH": "3016-3", "ALT": "1742-6", "WBC": "6690-2", "Temp": "8310-5", "HR": "8867-4",
    "SBP": "8480-6", "DBP": "8462-4", "RR": "9279-1", "GCS": "9269-2", "AVPU": "67775-7", "QTc": "8636-3",
    "weight": "29463-7",
}  # fmt: skip
ROUTES = {
    Route.ORAL: ("26643006", "Oral route"),
    Route.TOPICAL: ("6064005", "Topical route"),
    Route.OPHTHALMIC: ("54485002", "Ophthalmic route"),
    Route.OTIC: ("10547007", "Otic route"),
    Route.VAGINAL: ("16857009", "Vaginal route"),
    Route.INTRATHECAL: ("72607000", "Intrathecal route"),
    Route.INTRAVENOUS: ("47625008", "Intravenous route"),
    Route.INTRAMUSCULAR: ("78421000", "Intramuscular route"),
    Route.DEPOT: ("78421000", "Intramuscular route"),
    Route.DEPOT_3_MONTHLY: ("78421000", "Intramuscular route"),
}
SNOMED = "http://snomed.info/sct"


def moment(days_ago: float, now: float = NOW) -> str:
    return datetime.fromtimestamp(now - days_ago * 86_400, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def code_of(concept: Concept) -> Coding | None:
    """A code of the product's tables that means exactly this concept, if one does."""
    from tests.terminology.codes import codes_by_concept

    for coding in codes_by_concept().get(concept, ()):
        if terminology().concepts((coding,), coding.display).concepts == (concept,):
            return coding
    return None


def observation(obs: Obs, number: int, now: float) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "resourceType": "Observation",
        "id": f"obs-{number}",
        "status": obs.status,
        "code": {"coding": [{"system": "http://loinc.org", "code": LOINC[obs.analyte.value]}]},
        "subject": {"reference": f"Patient/{PATIENT}"},
    }
    if obs.days_ago is not None:
        resource["effectiveDateTime"] = moment(obs.days_ago, now)
    if obs.analyte.value == "AVPU":
        resource["valueCodeableConcept"] = {"text": obs.text.replace("_", " ")}
        return resource
    number_text = obs.text.lstrip("<>=")
    comparator = obs.text[: len(obs.text) - len(number_text)]
    quantity: dict[str, Any] = {"value": float(number_text)}
    if comparator:
        quantity["comparator"] = comparator
    if obs.unit:
        quantity |= {"unit": obs.unit, "system": UCUM, "code": obs.unit}
    resource["valueQuantity"] = quantity
    if obs.ref:
        resource["referenceRange"] = [{"low": {"value": obs.ref[0]}, "high": {"value": obs.ref[1]}}]
    if obs.note:
        resource["note"] = [{"text": obs.note}]
    return resource


def medication(med: Med, number: int, now: float) -> dict[str, Any]:
    match = terminology().drug((), med.name)
    concept: dict[str, Any] = {"text": med.name}
    if len(match.rxcuis) == 1:
        concept["coding"] = [{"system": RXNORM, "code": match.rxcuis[0], "display": med.name}]
    resource: dict[str, Any] = {
        "resourceType": "MedicationRequest",
        "id": f"med-{number}",
        "status": "draft" if med.status.startswith("draft") else med.status,
        "intent": "order",
        "medicationCodeableConcept": concept,
        "subject": {"reference": f"Patient/{PATIENT}"},
    }
    if med.get("dnp") == "true":
        resource["doNotPerform"] = True
    dosage = _dosage(med, now)
    if dosage:
        resource["dosageInstruction"] = [dosage]
    reason = med.get("reason")
    if reason:
        resource["reasonCode"] = [condition_code(reason)]
    return resource


def _dosage(med: Med, now: float) -> dict[str, Any]:
    dosage: dict[str, Any] = {}
    repeat: dict[str, Any] = {}
    bounds: dict[str, str] = {}
    if med.get("start") not in (None, "?"):
        bounds["start"] = moment(float(med.days("start") or 0), now)
    if med.get("end"):
        bounds["end"] = moment(float(med.days("end") or 0), now)
    if bounds:
        repeat["boundsPeriod"] = bounds
    dose = med.get("dose")
    if dose:
        amount = float(dose.split()[0])
        dosage["doseAndRate"] = [{"doseQuantity": {"value": amount, "unit": "mg", "system": UCUM, "code": "mg"}}]
        repeat |= {"frequency": 1, "period": 1, "periodUnit": "d"}
    route = med.get("route")
    if route:
        code, display = ROUTES[Route(route)]
        dosage["route"] = {"coding": [{"system": SNOMED, "code": code, "display": display}]}
        if route == Route.DEPOT:
            repeat |= {"frequency": 1, "period": 4, "periodUnit": "wk"}
        if route == Route.DEPOT_3_MONTHLY:
            repeat |= {"frequency": 1, "period": 3, "periodUnit": "mo"}
    if repeat:
        dosage["timing"] = {"repeat": repeat}
    return dosage


def condition_code(name: str) -> dict[str, Any]:
    if name not in set(Concept):
        return {"text": name}
    concept = Concept(name)
    coding = code_of(concept)
    if coding is None:
        return {"text": concept.title}
    return {"coding": [{"system": coding.system, "code": coding.code, "display": coding.display}]}


def condition(problem: Problem, number: int, now: float) -> dict[str, Any]:
    system = "http://terminology.hl7.org/CodeSystem/condition-"
    resource: dict[str, Any] = {
        "resourceType": "Condition",
        "id": f"cond-{number}",
        "clinicalStatus": {"coding": [{"system": f"{system}clinical", "code": problem.status}]},
        "verificationStatus": {
            "coding": [{"system": f"{system}ver-status", "code": problem.get("ver") or "confirmed"}]
        },
        "code": condition_code(problem.concept),
        "subject": {"reference": f"Patient/{PATIENT}"},
    }
    onset = problem.get("onset")
    if onset != "?":
        resource["onsetDateTime"] = moment(-float(onset) if onset else 3.0, now)
    if problem.get("abated"):
        resource["abatementDateTime"] = moment(-float(problem.get("abated") or 0), now)
    if problem.get("severity") == "severe":
        resource["severity"] = {"coding": [{"system": SNOMED, "code": "24484000", "display": "Severe"}]}
    if problem.get("course") == "progressive":
        url = "http://hl7.org/fhir/StructureDefinition/condition-diseaseCourse"
        value = {"coding": [{"system": SNOMED, "code": "255314001", "display": "Progressive"}]}
        resource["extension"] = [{"url": url, "valueCodeableConcept": value}]
    if problem.get("enc") == "true":
        resource["encounter"] = {"reference": f"Encounter/{ENCOUNTER}"}
    return resource


def allergy(number: int) -> dict[str, Any]:
    return {
        "resourceType": "AllergyIntolerance",
        "id": f"allergy-{number}",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": SNOMED, "code": "372912004", "display": "Substance with statin structure"}]},
        "patient": {"reference": f"Patient/{PATIENT}"},
    }


def lab_order(med: Med, number: int, now: float) -> dict[str, Any]:
    test = LabTest(med.name.removeprefix("lab:"))
    coding = terminology().order_code(test)
    days = med.days("start")
    return {
        "resourceType": "ServiceRequest",
        "id": f"order-{number}",
        "status": "draft" if med.status.startswith("draft") else med.status,
        "intent": "order",
        "code": {"coding": [{"system": coding.system, "code": coding.code, "display": coding.display}]},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "authoredOn": moment(days if days is not None else 0.0, now),
    }


def bundle(resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}


def request_for(row: Row, now: float = NOW) -> dict[str, Any]:
    """The hook request of a row, every prefetch key delivered."""
    prefetch: dict[str, list[dict[str, Any]]] = {key: [] for key in KEYS}
    prefetch["laboratory"] = [observation(obs, number, now) for number, obs in enumerate(row.obs)]
    drafts: list[tuple[dict[str, Any], bool]] = []
    for number, med in enumerate(row.meds):
        is_lab = med.name.startswith("lab:")
        resource = lab_order(med, number, now) if is_lab else medication(med, number, now)
        if med.status.startswith("draft") and row.hook.is_order:
            drafts.append((resource, med.status == "draft"))
        else:
            prefetch["serviceRequests" if is_lab else "medicationRequests"].append(resource)
    for number, problem in enumerate(row.problems):
        if problem.concept == "allergy:statin":
            prefetch["allergies"].append(allergy(number))
        else:
            prefetch["conditions"].append(condition(problem, number, now))
    context: dict[str, Any] = {"userId": "Practitioner/p1", "patientId": PATIENT, "encounterId": ENCOUNTER}
    if row.hook.is_order:
        context["draftOrders"] = bundle([resource for resource, _ in drafts]) | {"type": "collection"}
    if row.hook is Hook.ORDER_SELECT:
        context["selections"] = [f"{one['resourceType']}/{one['id']}" for one, selected in drafts if selected]
    return {
        "hook": row.hook.value,
        "hookInstance": "4f3d0f9c-1f2e-4b7a-9a63-6a1f6d0f0a11",
        "context": context,
        "prefetch": {"patient": patient(row, now), **{key: bundle(found) for key, found in prefetch.items()}},
    }


def patient(row: Row, now: float) -> dict[str, Any]:
    resource: dict[str, Any] = {"resourceType": "Patient", "id": PATIENT}
    if row.sex in "FM":
        resource["gender"] = {"F": "female", "M": "male"}[row.sex]
    if row.age is not None:
        born = datetime.fromtimestamp(now, UTC)
        resource["birthDate"] = f"{born.year - row.age - 1:04d}-{12 if born.month < 12 else 11:02d}-28"
        if (born.month, born.day) >= (12, 28):
            resource["birthDate"] = f"{born.year - row.age:04d}-01-01"
    if row.deceased:
        resource["deceasedBoolean"] = True
    return resource

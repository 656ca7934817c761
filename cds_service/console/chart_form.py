"""A small chart typed into the page's form → a hook request. Everything typed is data; nothing is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from cds_service.clinical.vocabulary import Concept
from cds_service.console.form_fields import FIELDS

PATIENT = "console-patient"
MAX_LINES = 30
HOOKS = ("patient-view", "order-select", "order-sign")
KEYS = (
    "laboratory", "vitalSigns", "findings", "medicationRequests", "medicationStatements", "medicationAdministrations",
    "conditions", "encounters", "serviceRequests", "allergies", "carePlans",
)  # fmt: skip


class FormError(ValueError):
    """Something typed cannot be used; the message says what."""


def request_from_form(form: Mapping[str, str], now: float) -> dict[str, Any]:
    """The request for a form. Raises ``FormError``."""
    moment = datetime.fromtimestamp(now, UTC)
    hook = form.get("hook", HOOKS[0])
    if hook not in HOOKS:
        raise FormError("choose one of the three hooks")
    prefetch: dict[str, list[dict[str, Any]]] = {key: [] for key in KEYS}
    prefetch["laboratory"] = _results(form, moment)
    prefetch["medicationRequests"] = [
        _order(name, number, "active", moment) for number, name in enumerate(form_lines(form.get("medicines", "")))
    ]
    prefetch["conditions"] = [
        _problem(line, number, moment) for number, line in enumerate(form_lines(form.get("problems", "")))
    ]
    context: dict[str, Any] = {"userId": "Practitioner/console", "patientId": PATIENT}
    if hook != "patient-view":
        drafts = [_order(name, 100 + n, "draft", moment) for n, name in enumerate(form_lines(form.get("drafts", "")))]
        if not drafts:
            raise FormError(f"{hook} judges draft orders: type at least one")
        context["draftOrders"] = _bundle(drafts) | {"type": "collection"}
        if hook == "order-select":
            context["selections"] = [f"MedicationRequest/{one['id']}" for one in drafts]
    return {
        "hook": hook,
        "hookInstance": str(uuid4()),
        "context": context,
        "prefetch": {"patient": _patient(form, moment), **{key: _bundle(some) for key, some in prefetch.items()}},
    }


def form_lines(text: str) -> list[str]:
    """Lines of a text field that say something."""
    return [line.strip()[:200] for line in text.splitlines() if line.strip()][:MAX_LINES]


def _bundle(resources: list[dict[str, Any]]) -> dict[str, Any]:
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if resources:
        bundle["entry"] = [{"resource": one} for one in resources]
    return bundle


def _patient(form: Mapping[str, str], now: datetime) -> dict[str, Any]:
    patient: dict[str, Any] = {"resourceType": "Patient", "id": PATIENT}
    if form.get("sex") in ("female", "male"):
        patient["gender"] = form["sex"]
    age = form.get("age", "").strip()
    if age:
        if not age.isdigit() or not 0 <= int(age) <= 120:
            raise FormError("age must be a whole number of years, 0 to 120")
        patient["birthDate"] = f"{now.year - int(age):04d}-01-01"
    return patient


def _number(text: str, what: str) -> float:
    try:
        value = float(text.strip().lstrip("<>").replace(",", "."))
    except ValueError:
        raise FormError(f"{what}: not a number") from None
    if not abs(value) < 1e9:
        raise FormError(f"{what}: not a number")
    return value


def _days(text: str, what: str) -> float:
    days = _number(text, what)
    if days < 0:
        raise FormError(f"{what}: must not be in the future; 0 is now")
    return days


def _results(form: Mapping[str, str], now: datetime) -> list[dict[str, Any]]:
    found = []
    for field in FIELDS:
        text = form.get(f"value-{field.name}", "").strip()
        if not text:
            continue
        unit = form.get(f"unit-{field.name}", field.units[0])
        if unit not in field.units:
            raise FormError(f"{field.title}: choose one of the units")
        days = _days(form.get(f"days-{field.name}", "1") or "0", f"{field.title}, days ago")
        quantity: dict[str, Any] = {
            "value": _number(text, field.title),
            "unit": unit,
            "system": "http://unitsofmeasure.org",
            "code": unit,
        }
        if text[0] in "<>":
            quantity["comparator"] = text[0]
        found.append(
            {
                "resourceType": "Observation",
                "id": field.name.lower(),
                "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": field.loinc, "display": field.title}]},
                "subject": {"reference": f"Patient/{PATIENT}"},
                "effectiveDateTime": _ago(now, days),
                "valueQuantity": quantity,
            }
        )
    return found


def _ago(now: datetime, days: float) -> str:
    return (now - timedelta(days=min(max(days, 0.0), 20_000.0))).strftime("%Y-%m-%dT%H:%M:%SZ")


def _order(line: str, number: int, status: str, now: datetime) -> dict[str, Any]:
    """``name`` or ``name; days since it was started`` (30 unless said; a draft is of now)."""
    name, days = _split(line, 30.0 if status == "active" else 0.0)
    return {
        "resourceType": "MedicationRequest",
        "id": f"order-{number}",
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": {"text": name},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "authoredOn": _ago(now, days),
    }


def _problem(line: str, number: int, now: datetime) -> dict[str, Any]:
    """``name`` or ``name; days since onset`` (3 unless said); a concept by its title, else the text as it stands."""
    name, days = _split(line, 3.0)
    known = {concept.value: concept.title for concept in Concept}
    return {
        "resourceType": "Condition",
        "id": f"problem-{number}",
        "clinicalStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
        },
        "code": {"text": known.get(name.replace(" ", "-"), name)},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "onsetDateTime": _ago(now, days),
    }


def _split(line: str, default: float) -> tuple[str, float]:
    name, _, days = line.partition(";")
    return name.strip(), _days(days, f"{name.strip()}, days") if days.strip() else default

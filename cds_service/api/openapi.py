"""OpenAPI of the service, with real examples. ``/docs`` shows it without internet."""

from __future__ import annotations

import json
from typing import Any

from cds_service.api.problems import outcome_of
from cds_service.api.schemas import SCHEMAS
from cds_service.errors import MalformedRequest, NothingToLookAt, RequestError, WrongType
from cds_service.fhir.gather import NO_DATA, NO_SERVER
from cds_service.guidance.finding import Hook
from cds_service.hooks.discovery import SERVICES

VERSION = "1.0.0"
EXAMPLE_NOW = "2026-11-20T09:00:00+00:00"
"""The instant at which the example is true."""
OUTCOME = {"$ref": "#/components/schemas/OperationOutcome"}
NOTHING_ON_RECORD = (
    "vitalSigns", "findings", "medicationRequests", "medicationStatements", "medicationAdministrations", "conditions",
    "encounters", "serviceRequests", "carePlans",
)  # fmt: skip
"""Keys that the example's client asked for without finding anything: ``null``, which is not the same as left out."""
EXAMPLE_REQUEST: dict[str, Any] = {
    "hook": "patient-view",
    "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    "context": {"userId": "Practitioner/example", "patientId": "example"},
    "prefetch": {
        "patient": {"resourceType": "Patient", "id": "example", "gender": "female", "birthDate": "1956-02-11"},
        "laboratory": {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [
                {
                    "resource": {
                        "resourceType": "Observation",
                        "id": "k",
                        "status": "final",
                        "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}]},
                        "subject": {"reference": "Patient/example"},
                        "effectiveDateTime": "2026-11-18T09:00:00Z",
                        "valueQuantity": {
                            "value": 2.8,
                            "unit": "mmol/L",
                            "system": "http://unitsofmeasure.org",
                            "code": "mmol/L",
                        },
                    }
                }
            ],
        },
        **dict.fromkeys(NOTHING_ON_RECORD),
    },
}
EXAMPLE_ORDERS: dict[str, Any] = {
    "selections": ["MedicationRequest/draft"],
    "draftOrders": {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {
                "resource": {
                    "resourceType": "MedicationRequest",
                    "id": "draft",
                    "status": "draft",
                    "intent": "order",
                    "medicationCodeableConcept": {"text": "hydrochlorothiazide 25 MG Oral Tablet"},
                    "subject": {"reference": "Patient/example"},
                }
            }
        ],
    },
}
EXAMPLE_FEEDBACK = {
    "feedback": [
        {
            "card": "4e0a3a1e-3065-4522-982c-3e6bbdd4dd45",
            "outcome": "overridden",
            "overrideReason": {"reason": {"code": "aware-treating"}},
            "outcomeTimestamp": "2026-11-20T10:05:31Z",
        }
    ]
}

REFUSALS: dict[int, RequestError] = {
    400: MalformedRequest("context.patientId is required", where="context.patientId", code="required"),
    412: NothingToLookAt(f"{NO_DATA} ({NO_SERVER})", missing=("patient", "laboratory", *NOTHING_ON_RECORD)),
    422: WrongType("prefetch must be an object", where="prefetch", code="structure"),
}
"""What a caller is told, by the same code that answers calls."""


def _errors(*codes: int) -> dict[str, Any]:
    return {str(code): _error(code) for code in codes}


def _error(code: int) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": OUTCOME}
    if code in REFUSALS:
        content["example"] = json.loads(outcome_of(REFUSALS[code])[1])
    return {"description": "OperationOutcome", "content": {"application/fhir+json": content}}


def document(version: str) -> dict[str, Any]:
    """The OpenAPI document: what it calls a valid request is answered with 200 (proven by schemathesis)."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Muscle spasm CDS Hooks service",
            "version": version,
            "description": "CDS Hooks 2.0.1. Not cleared by any regulator; not clinically validated.",
        },
        "paths": {
            "/cds-services": {
                "get": {
                    "summary": "Discovery",
                    "operationId": "discovery",
                    "responses": {"200": _json("Services", {"type": "object", "required": ["services"]})},
                }
            },
            **{path: item for service, hook in SERVICES.items() for path, item in _paths(service, hook).items()},
            "/livez": {"get": {"summary": "Liveness", "responses": {"200": _json("Alive", {"type": "object"})}}},
            "/readyz": {
                "get": {
                    "summary": "Readiness",
                    "responses": {
                        "200": _json("Ready", {"type": "object"}),
                        "503": _json("Draining", {"type": "object"}),
                    },
                }
            },
        },
        "components": {"schemas": SCHEMAS},
    }


def _paths(service: str, hook: Hook) -> dict[str, Any]:
    """The two endpoints of a service."""
    example = EXAMPLE_REQUEST | {"hook": hook.value}
    if hook.is_order:
        example["context"] = EXAMPLE_REQUEST["context"] | EXAMPLE_ORDERS
    return {
        f"/cds-services/{service}": {
            "post": {
                "summary": f"Call the service of {hook.value}",
                "operationId": f"call-{hook.value}",
                "requestBody": _body(f"Request-{hook.value}", example),
                "responses": {
                    "200": _json("Cards", {"$ref": "#/components/schemas/Answer"}),
                    **_errors(400, 401, 403, 404, 405, 408, 412, 413, 415, 422, 503),
                },
            },
        },
        f"/cds-services/{service}/feedback": {
            "post": {
                "summary": f"Tell what became of cards of {hook.value}",
                "operationId": f"feedback-{hook.value}",
                "requestBody": _body("Feedback", EXAMPLE_FEEDBACK),
                "responses": {
                    "200": _json("Stored", {"type": "object"}),
                    **_errors(400, 401, 403, 404, 405, 408, 413, 415, 422, 503),
                },
            },
        },
    }


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _body(schema: str, example: dict[str, Any]) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {"required": True, "content": {"application/json": {"schema": reference, "example": example}}}


def show_answer(described: dict[str, Any], answer: dict[str, Any], discovered: dict[str, Any]) -> None:
    """Put the service's own answer to the example, and its discovery, into the document."""
    discovery = described["paths"]["/cds-services"]["get"]
    discovery["responses"]["200"]["content"]["application/json"]["example"] = discovered
    call = described["paths"]["/cds-services/muscle-spasm-patient-view"]["post"]
    call["responses"]["200"]["content"]["application/json"]["example"] = answer

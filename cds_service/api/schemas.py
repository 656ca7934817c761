"""JSON schemas of the OpenAPI document: exact enough that whatever they call valid is answered with 200."""

from __future__ import annotations

from typing import Any

from cds_service.guidance.finding import Hook
from cds_service.hooks.discovery import SERVICES

SAID = "[!-~]"
"""Not blank."""
ORDER = {
    "type": "object",
    "required": ["resourceType", "entry"],
    "properties": {"resourceType": {"const": "Bundle"}, "entry": {"type": "array", "items": {"type": "object"}}},
}
DELIVERED = {"type": ["object", "null"], "description": "A FHIR R4 Bundle or resource; null: nothing on record."}


def _request(hook: Hook) -> dict[str, Any]:
    context: dict[str, Any] = {
        "userId": {"type": ["string", "null"]},
        "patientId": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._~:-]{0,250}$"},
        "encounterId": {"type": ["string", "null"]},
    }
    if hook.is_order:
        context |= {"selections": {"type": ["array", "null"], "items": {"type": "string"}}, "draftOrders": ORDER}
    return {
        "type": "object",
        "description": "Each prefetch key may be left out where a FHIR server may be asked; without any: 412.",
        "required": ["hook", "hookInstance", "context", "prefetch"],
        "properties": {
            "hook": {"const": hook.value},
            "hookInstance": {"type": "string", "pattern": SAID, "maxLength": 500},
            "context": {
                "type": "object",
                "required": ["patientId", *(["draftOrders"] if hook.is_order else [])],
                "properties": context,
            },
            "prefetch": {"type": "object", "required": ["patient"], "properties": {"patient": DELIVERED}, "additionalProperties": DELIVERED},
            "fhirServer": {"type": "string", "pattern": SAID},
            "fhirAuthorization": {
                "type": "object",
                "required": ["access_token"],
                "properties": {
                    "access_token": {"type": "string", "pattern": SAID},
                    "token_type": {"const": "Bearer"},
                    "expires_in": {"type": "integer"},
                    "scope": {"type": "string"},
                    "subject": {"type": "string"},
                    "patient": {"type": "null", "description": "Or context.patientId."},
                },
            },
        },
        "dependentRequired": {"fhirAuthorization": ["fhirServer"]},
    }  # fmt: skip


MOMENT = {
    "type": "string",
    "description": "RFC 3339, UTC",
    "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z$",
}
CARD_ID = {"type": "string", "pattern": SAID, "maxLength": 200}
REASON = {
    "type": "object",
    "properties": {
        "reason": {
            "type": "object",
            "properties": {
                "code": {"type": "string", "maxLength": 200},
                "system": {"type": "string", "maxLength": 500},
            },
        },
        "userComment": {"type": "string", "maxLength": 4_000},
    },
}
SCHEMAS: dict[str, Any] = {
    **{f"Request-{hook.value}": _request(hook) for hook in SERVICES.values()},
    "Answer": {
        "type": "object",
        "required": ["cards"],
        "properties": {
            "cards": {"type": "array", "items": {"$ref": "#/components/schemas/Card"}},
            "extension": {"type": "object"},
        },
    },
    "Card": {
        "type": "object",
        "required": ["uuid", "summary", "indicator", "source"],
        "properties": {
            "uuid": {"type": "string", "format": "uuid"},
            "summary": {"type": "string", "maxLength": 139},
            "indicator": {"type": "string", "enum": ["info", "warning", "critical"]},
            "detail": {"type": "string"},
            "source": {"type": "object", "required": ["label", "topic"]},
            "suggestions": {"type": "array", "minItems": 1},
            "selectionBehavior": {"type": "string", "enum": ["any"]},
            "overrideReasons": {"type": "array", "minItems": 1},
        },
    },
    "Feedback": {
        "type": "object",
        "required": ["feedback"],
        "properties": {
            "feedback": {
                "type": "array",
                "minItems": 1,
                "maxItems": 1_000,
                "items": {
                    "oneOf": [
                        {
                            "type": "object",
                            "required": ["card", "outcome", "outcomeTimestamp"],
                            "properties": {
                                "card": CARD_ID,
                                "outcome": {"const": "overridden"},
                                "outcomeTimestamp": MOMENT,
                                "overrideReason": REASON,
                                "overrideReasons": REASON | {"description": "As some EHRs call overrideReason."},
                            },
                        },
                        {
                            "type": "object",
                            "required": ["card", "outcome", "outcomeTimestamp", "acceptedSuggestions"],
                            "properties": {
                                "card": CARD_ID,
                                "outcome": {"const": "accepted"},
                                "outcomeTimestamp": MOMENT,
                                "acceptedSuggestions": {
                                    "type": "array",
                                    "minItems": 1,
                                    "items": {
                                        "type": "object",
                                        "required": ["id"],
                                        "properties": {"id": {"type": "string"}},
                                    },
                                },
                            },
                        },
                    ]
                },
            }
        },
    },
    "OperationOutcome": {
        "type": "object",
        "required": ["resourceType", "issue"],
        "properties": {
            "resourceType": {"const": "OperationOutcome"},
            "issue": {"type": "array", "minItems": 1, "items": {"type": "object"}},
        },
    },
}

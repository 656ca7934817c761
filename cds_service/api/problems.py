"""Errors as OperationOutcome with the right status. Texts are ours: nothing of the request is repeated."""

from __future__ import annotations

from typing import Any

import orjson

from cds_service.errors import MalformedRequest, NothingToLookAt, RequestError, WrongType

STATUS: dict[type[RequestError], int] = {MalformedRequest: 400, WrongType: 422, NothingToLookAt: 412}
ISSUE_CODES = {
    400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 408: "timeout",
    412: "required", 413: "too-long", 415: "not-supported", 422: "invalid", 500: "exception", 503: "throttled",
}  # fmt: skip
TEXTS = {
    400: "The request cannot be read.",
    401: "Authentication is required.",
    403: "Not permitted.",
    404: "There is nothing here. GET /cds-services lists the services.",
    405: "This method is not supported here.",
    408: "The body did not arrive in time.",
    413: "The body is too large.",
    415: "Send Content-Type: application/json.",
    500: "The service failed to answer. The error was recorded.",
    503: "The service is busy or a part of it is unavailable. Try again later.",
}


def outcome(status: int, text: str | None = None, *, where: str | None = None, code: str | None = None) -> bytes:
    """The body of an error answer: one issue, and where it is when that is known."""
    issue: dict[str, Any] = {
        "severity": "fatal" if status >= 500 else "error",
        "code": code or ISSUE_CODES.get(status, "processing"),
        "diagnostics": text or TEXTS.get(status, "The request was not carried out."),
    }
    if where:
        issue["expression"] = [where]
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue]})


def outcome_of(error: RequestError) -> tuple[int, bytes]:
    """Status and body for an error raised inside."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    if isinstance(error, NothingToLookAt):
        issues = [
            {
                "severity": "error",
                "code": "required",
                "diagnostics": f"{error}; missing: {', '.join(error.missing)}",
                "expression": [f"prefetch.{key}" for key in error.missing] or ["prefetch"],
            }
        ]
        return status, orjson.dumps({"resourceType": "OperationOutcome", "issue": issues})
    return status, outcome(status, str(error), where=error.where, code=error.code)

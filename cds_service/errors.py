"""What the inside of the service may raise. HTTP statuses are decided at the edge (``cds_service.api.problems``)."""

from __future__ import annotations


class CdsError(Exception):
    """Base of every error that the service raises on purpose. Messages never carry patient data."""


class ConfigurationError(CdsError):
    """A setting or parameter file is wrong: the service must not start. The message names file, key and range."""


class RequestError(CdsError):
    """The request cannot be used at all.

    ``where`` is a FHIRPath-like location in the body (``context.patientId``), ``code`` an OperationOutcome issue type.
    """

    def __init__(self, message: str, *, where: str | None = None, code: str = "invalid") -> None:
        super().__init__(message)
        self.where = where
        self.code = code


class MalformedRequest(RequestError):
    """Not JSON, not an object, a required member missing or unusable: HTTP 400."""


class WrongType(RequestError):
    """A member has the wrong JSON type: HTTP 422."""


class NothingToLookAt(RequestError):
    """No usable prefetch and no FHIR server that may be asked: HTTP 412. ``missing`` names what was not delivered."""

    def __init__(self, message: str, *, missing: tuple[str, ...] = ()) -> None:
        super().__init__(message, where="prefetch", code="required")
        self.missing = missing

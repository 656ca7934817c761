"""Liveness, readiness, metrics: counts and states only."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response

from cds_service.api.state import ServiceState
from cds_service.api.workers import SharedMetrics


class Health:
    """The operators' endpoints."""

    def __init__(self, state: ServiceState, shared: SharedMetrics) -> None:
        self._state = state
        self._shared = shared

    async def live(self, request: Request) -> Response:
        """The process answers."""
        request.scope["state"]["route"] = "livez"
        return Response(b'{"status":"ok"}', media_type="application/json")

    async def ready(self, request: Request) -> Response:
        """Every part and its state. What is away does not make all decisions impossible: degraded, still 200.

        A replica that took itself out because of a store or a key host that all replicas share would help nobody.
        """
        request.scope["state"]["route"] = "readyz"
        parts = self._state.readiness()
        closing = parts.get("shutdown") == "draining"
        good = parts["store"] in ("ok", "off", "opening") and all(
            state.startswith("ok") for name, state in parts.items() if name.startswith("keys:")
        )
        status = "draining" if closing else "ok" if good else "degraded"
        body = orjson.dumps({"status": status, **parts})
        return Response(body, status_code=503 if closing else 200, media_type="application/json")

    async def metrics(self, request: Request) -> Response:
        """Prometheus exposition."""
        request.scope["state"]["route"] = "metrics"
        return Response(self._shared.text(), media_type="text/plain; version=0.0.4")

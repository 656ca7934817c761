"""Liveness, readiness, metrics: counts and states only."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response

from cds_service.api.state import ServiceState


class Health:
    """The operators' endpoints."""

    def __init__(self, state: ServiceState) -> None:
        self._state = state

    async def live(self, request: Request) -> Response:
        """The process answers."""
        request.scope["state"]["route"] = "livez"
        return Response(b'{"status":"ok"}', media_type="application/json")

    async def ready(self, request: Request) -> Response:
        """Every part and its state. A store that is away does not make decisions impossible: degraded, still 200."""
        request.scope["state"]["route"] = "readyz"
        parts = self._state.readiness()
        closing = parts.get("shutdown") == "draining"
        store = parts["store"]
        status = "draining" if closing else "ok" if store in ("ok", "off", "opening") else "degraded"
        body = orjson.dumps({"status": status, **parts})
        return Response(body, status_code=503 if closing else 200, media_type="application/json")

    async def metrics(self, request: Request) -> Response:
        """Prometheus exposition."""
        request.scope["state"]["route"] = "metrics"
        return Response(self._state.metrics.text(), media_type="text/plain; version=0.0.4")

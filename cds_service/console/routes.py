"""Routes of the console."""

from __future__ import annotations

from starlette.routing import BaseRoute

from cds_service.api.state import ServiceState


def console_routes(state: ServiceState) -> list[BaseRoute]:
    """The console's pages."""
    return []

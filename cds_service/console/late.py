"""The pages as one application that is imported when somebody first asks for a page: hooks never need it."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from cds_service.api.state import ServiceState


class LatePages:
    """What the routes before it do not answer; an unknown path is 404."""

    def __init__(self, state: ServiceState, document: dict[str, Any] | None) -> None:
        self._state = state
        self._document = document
        self._router: Router | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._router is None:
            self._router = await asyncio.to_thread(self._load)  # a tenth of a second; hook calls go on meanwhile
        await self._router(scope, receive, send)

    def _load(self) -> Router:
        from cds_service.console.routes import page_routes

        return Router(page_routes(self._state, self._document), redirect_slashes=False)

"""Who may see the pages: whoever can reach them, or, with ``console_password`` set, whoever knows it (HTTP Basic).

A page of another site may neither read these pages nor send their forms: browsers say where a request comes from.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

Endpoint = Callable[[Request], Awaitable[Response]]
REALM = 'Basic realm="cds-service console", charset="UTF-8"'


def guarded(endpoint: Endpoint, password: str | None) -> Endpoint:
    """The endpoint behind both checks; answers are never kept by a cache."""

    async def checked(request: Request) -> Response:
        request.scope["state"]["route"] = "console"
        if is_foreign(request):
            return PlainTextResponse("These pages are used from their own site only.\n", 403)
        if password is not None and not knows(request, password):
            return PlainTextResponse("The console needs its password.\n", 401, {"www-authenticate": REALM})
        response = await endpoint(request)
        response.headers.setdefault("cache-control", "no-store")
        return response

    return checked


def is_foreign(request: Request) -> bool:
    """Whether a page of another site sent this. Following a link to a page is fine; other programs send no origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        is_link = request.method == "GET" and request.headers.get("sec-fetch-mode") == "navigate"
        return site not in ("same-origin", "none") and not is_link
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2] != request.headers.get("host")


def knows(request: Request, password: str) -> bool:
    """Whether the request carries the password; the user name does not matter."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "basic":
        return False
    try:
        given = base64.b64decode(encoded.strip(), validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, password.encode())

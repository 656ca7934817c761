"""The floors: what any server pays for reading and decoding a body.

``fastapi_floor``: FastAPI route that reads the body, ``orjson.loads`` it and returns a static card.
``asgi_floor``: raw ASGI that decodes only the CDS Hooks envelope with msgspec.
Both with the collector settings of the service (freeze after start, higher thresholds).
"""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import orjson
from fastapi import FastAPI, Request, Response

CARD = orjson.dumps(
    {"cards": [{"summary": "static", "indicator": "info", "source": {"label": "floor"}, "detail": "static"}]}
)


def settle_collector() -> None:
    """The service's own collector settings."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    settle_collector()
    yield


fastapi_floor = FastAPI(lifespan=lifespan, openapi_url=None)


@fastapi_floor.post("/cds-services/{service}")
async def answer(service: str, request: Request) -> Response:
    orjson.loads(await request.body())
    return Response(CARD, media_type="application/json")


class Envelope(msgspec.Struct):
    hook: str
    hookInstance: str
    context: msgspec.Raw
    prefetch: dict[str, msgspec.Raw] = {}


DECODER = msgspec.json.Decoder(Envelope)
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(CARD)).encode())]


async def asgi_floor(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        settle_collector()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    DECODER.decode(b"".join(parts))
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": CARD})

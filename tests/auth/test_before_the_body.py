"""A stranger is told so before a large body is read, and a known caller's body counts as before."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.api.edge import SMALL_BODY
from cds_service.app import create_app
from cds_service.settings import Settings
from tests.auth.test_tokens import BODY, SERVICE, jwks, settings, token

__all__ = ["jwks", "settings"]  # fixtures
LARGE = 9_000_000


class Sending:
    """A client that sends a body in parts and counts how often it was asked for one."""

    def __init__(self, body: bytes) -> None:
        self.left = [body[start : start + SMALL_BODY] for start in range(0, len(body), SMALL_BODY)]
        self.asked = 0

    async def receive(self) -> dict[str, Any]:
        self.asked += 1
        part = self.left.pop(0) if self.left else b""
        return {"type": "http.request", "body": part, "more_body": bool(self.left)}


async def answer(settings: Settings, path: str, bearer: str, sending: Sending, length: int) -> tuple[int, list[bytes]]:
    said: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(length).encode()),
        (b"authorization", f"Bearer {bearer}".encode()),
    ]
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": headers, "http_version": "1.1", "scheme": "http", "client": ("127.0.0.1", 1), "server": ("x", 1),
    }  # fmt: skip
    await create_app(settings)(scope, sending.receive, send)  # type: ignore[arg-type]
    return said[0]["status"], [value for name, value in said[0]["headers"] if name == b"connection"]


@pytest.mark.parametrize("path", [SERVICE, f"{SERVICE}/feedback"])
async def test_nothing_of_a_strangers_large_body_is_read(settings: Settings, path: str) -> None:
    sending = Sending(BODY + b" " * LARGE)
    assert await answer(settings, path, "nonsense", sending, LARGE) == (401, [b"close"])
    assert sending.asked == 0


async def test_a_strangers_small_body_does_not_cost_the_connection(settings: Settings) -> None:
    sending = Sending(BODY)
    assert await answer(settings, SERVICE, "nonsense", sending, len(BODY)) == (401, [])


async def test_a_known_callers_large_body_is_read_whole(settings: Settings) -> None:
    sending = Sending(BODY + b" " * LARGE)
    assert await answer(settings, SERVICE, token(), sending, len(BODY) + LARGE) == (200, [])
    assert not sending.left


async def test_a_known_callers_body_beyond_the_limit_is_413(settings: Settings) -> None:
    sending = Sending(BODY + b" " * 11_000_000)
    assert await answer(settings, SERVICE, token(), sending, 9_000_000) == (413, [b"close"])

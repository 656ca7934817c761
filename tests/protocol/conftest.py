"""One real service process for the conformance tests, on the fixtures' clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.reliability.process import PLAIN, PROJECT, Running, fixture, service

ORIGIN = "https://sandbox.cds-hooks.org"
FIXTURES = sorted(path.parent.name for path in (PROJECT / "fixtures").glob("*/request.json"))
Post = Callable[..., httpx.Response]


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with service(tmp_path_factory.mktemp("protocol"), CDS_LOG_LEVEL="error", CDS_MAX_BODY_BYTES="2000000") as started:
        yield started


@pytest.fixture(scope="package")
def web(running: Running) -> Iterator[httpx.Client]:
    """A client of the running service."""
    with httpx.Client(base_url=running.url, timeout=30, **PLAIN) as client:
        yield client


@pytest.fixture(scope="package")
def post(web: httpx.Client) -> Post:
    """Post a hook request to the service of its hook."""

    def send(request: dict[str, Any], **headers: str) -> httpx.Response:
        return web.post(f"/cds-services/muscle-spasm-{request['hook']}", json=request, headers=headers)

    return send


def changed(name: str, **changes: Any) -> dict[str, Any]:
    """A fixture's request with members replaced (``context__patientId=...``); ``...`` removes one."""
    made = fixture(name)
    for path, value in changes.items():
        target: Any = made
        *parents, last = path.split("__")
        for step in parents:
            target = target[step]
        if value is ...:
            target.pop(last, None)
        else:
            target[last] = json.loads(json.dumps(value))
    return made

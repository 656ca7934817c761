"""ROB and INV-01 to INV-03: nothing a client can send produces a 500, and the service still serves afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.protocol.conftest import changed
from tests.reliability.process import JSON, SERVICE, Running, fixture

CASE = "hypokalaemia-furosemide"
TEXT = json.dumps(fixture(CASE))


def with_value(literal: str) -> bytes:
    """The potassium's value replaced by a JSON literal."""
    marker = '"value": 2.8'
    assert marker in TEXT
    return TEXT.replace(marker, f'"value": {literal}', 1).encode()


def with_name(literal: str) -> bytes:
    """The first medicine's text replaced by a JSON string literal."""
    request = fixture(CASE)
    request["prefetch"]["medicationRequests"]["entry"][0]["resource"]["medicationCodeableConcept"]["text"] = "@@"
    return json.dumps(request).replace('"@@"', literal, 1).encode()


def envelope(member: str) -> bytes:
    return (TEXT[:-1] + f", {member}}}").encode()


DEEP = "[" * 100_000 + "]" * 100_000
BODIES: dict[str, tuple[bytes, set[int]]] = {
    "INV-01 nothing": (b"", {400}),
    "INV-01 text": (b"hello", {400}),
    "INV-01 a comment": (b"/* */ " + TEXT.encode(), {400}),
    "INV-01 a trailing comma": (TEXT[:-1].encode() + b",}", {400}),
    "INV-01 two documents": (TEXT.encode() * 2, {400}),
    "INV-03 a list": (b"[]", {400}),
    "INV-03 a string": (b'"x"', {400}),
    "INV-03 null": (b"null", {400}),
    "INV-03 a number": (b"5", {400}),
    "ROB-01 NaN in the envelope": (envelope('"x": NaN'), {200, 400}),
    "ROB-01 NaN as a result": (with_value("NaN"), {200, 400}),
    "ROB-01 Infinity as a result": (with_value("-Infinity"), {200, 400}),
    "ROB-02 a member twice": (envelope('"hook": "patient-view"'), {400}),
    "ROB-02 a prefetch key twice": (TEXT.replace('"prefetch": {', '"prefetch": {"laboratory": null, ', 1).encode(), {400}),
    "ROB-03 a byte order mark": (b"\xef\xbb\xbf" + TEXT.encode(), {200, 400}),
    "ROB-03 invalid UTF-8": (TEXT.encode().replace(b"patient-view", b"patient\xff-view", 1), {400}),
    "ROB-03 UTF-16": (TEXT.encode("utf-16"), {400}),
    "ROB-03 UTF-32": (TEXT.encode("utf-32"), {400}),
    "ROB-04 deep nesting": (envelope(f'"x": {DEEP}'), {200, 400}),
    "ROB-04 deep prefetch": (envelope(f'"prefetch2": {DEEP}'), {200, 400}),
    "ROB-04 deep context": (TEXT.replace('"context": {', f'"context": {{"x": {DEEP}, ', 1).encode(), {200, 400}),
    "ROB-06 1e400 as a result": (with_value("1e400"), {200, 400}),
    "ROB-06 a number of 5000 digits": (with_value("9" * 5_000), {200, 400}),
    "ROB-06 a lone surrogate in a name": (with_name(r'"\ud800furosemide"'), {200, 400}),
    "ROB-06 NUL in a name": (with_name(r'"furo\u0000semide 40 mg"'), {200}),
    "ROB-06 right-to-left marks in a name": (with_name(r'"\u202efurosemide 40 mg\u202c"'), {200}),
    "ROB-06 a name of a megabyte": (with_name(json.dumps("furosemide " * 90_000)), {200}),
    "ROB-05 a body over the limit": (b'{"x": "' + b"a" * 2_000_001 + b'"}', {413}),
}  # fmt: skip


@pytest.mark.parametrize(("body", "statuses"), BODIES.values(), ids=BODIES.keys())
def test_hostile_bodies(running: Running, web: httpx.Client, body: bytes, statuses: set[int]) -> None:
    with running.at_most(2):
        response = web.post(SERVICE, content=body, headers=JSON)
    assert response.status_code in statuses, response.text[:300]
    answer = response.json()
    if response.status_code == 200:
        assert answer["cards"], "a result that cannot be read is said, not passed over"
        assert "\u202e" not in response.text
    else:
        assert answer["resourceType"] == "OperationOutcome"
        assert "Traceback" not in response.text
    assert running.is_good(), "ROB-07"


def chunks(total: int) -> Iterator[bytes]:
    yield b'{"x": "'
    for _ in range(total // 10_000):
        yield b"a" * 10_000


def test_rob_05_twenty_megabytes_are_refused_in_time(running: Running, web: httpx.Client) -> None:
    with running.at_most(2):
        assert web.post(SERVICE, content=b"a" * 20_000_000, headers=JSON).status_code == 413
        assert web.post(SERVICE, content=chunks(20_000_000), headers=JSON).status_code == 413
    assert running.is_good()


def test_rob_05_five_thousand_results_are_answered(running: Running, web: httpx.Client) -> None:
    request = changed(CASE)
    entries = request["prefetch"]["laboratory"]["entry"]
    template = entries[0]["resource"]
    many = [{"resource": {**template, "id": f"r{number}", "subject": template["subject"]}} for number in range(4_000)]
    request["prefetch"]["laboratory"]["entry"] = entries + many
    body = json.dumps(request, separators=(",", ":")).encode()
    with running.at_most(2):
        response = web.post(SERVICE, content=body, headers=JSON)
    assert response.status_code in (200, 413)

"""The faults that ``tests.faulty_fhir_server`` can play: what goes wrong, and what must be seen of it.

``seen``: ``same`` (the answer is as good as without the fault), ``named`` (the kind of data is on the account of what was
not read), ``stranger`` (resources of another patient are excluded and named).
"""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.faulty_fhir_server import Ask, FaultyServer

ECHO = "CanaryEcho4711"


@dataclass(kw_only=True)
class Answer:
    """An HTTP answer as it will be written; a fault changes it."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    value: Any = None
    """The JSON of ``body``; call ``encode`` after a change."""
    raw_head: bytes | None = None
    chunks: list[bytes] | None = None
    endless: bytes | None = None
    before_head_s: float = 0.0
    before_body_s: float = 0.0
    trickle: int = 0
    stall_after: int | None = None
    reset_after: int | None = None
    reset_before_head: bool = False
    closes: bool = False
    announces: bool = False

    @classmethod
    def of(cls, value: Any, status: int = 200) -> Answer:
        answer = cls(status=status, value=copy.deepcopy(value), headers={"content-type": "application/fhir+json"})
        answer.encode()
        return answer

    def encode(self) -> None:
        self.body = json.dumps(self.value).encode()

    def head(self) -> bytes:
        if self.raw_head is not None:
            return self.raw_head
        lines = [f"HTTP/1.1 {self.status} X"]
        framed = (
            {"transfer-encoding": "chunked"} if self.chunks is not None else {"content-length": str(len(self.body))}
        )
        lines += [f"{name}: {value}" for name, value in (framed | self.headers).items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def parts(self) -> Iterator[bytes]:
        if self.endless is not None:
            for _ in range(10_000):
                yield self.endless
        yield from self.chunks if self.chunks is not None else [self.body]


Strike = Callable[[Answer, "Ask", "FaultyServer"], None]


@dataclass(frozen=True)
class Fault:
    """One way to break, and what must be seen of it."""

    seen: str
    strike: Strike


def put(**members: Any) -> Strike:
    """Set parts of the answer."""

    def strike(answer: Answer, ask: Ask, server: FaultyServer) -> None:
        for name, value in members.items():
            setattr(answer, name, value)

    return strike


def status(code: int, **headers: str) -> Strike:
    def strike(answer: Answer, ask: Ask, server: FaultyServer) -> None:
        answer.status = code
        answer.headers |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer.value = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "diagnostics": ECHO}]}
        answer.encode()

    return strike


def header(name: str, value: str) -> Strike:
    def strike(answer: Answer, ask: Ask, server: FaultyServer) -> None:
        answer.headers[name] = value

    return strike


def body(data: bytes, kind: str = "application/fhir+json", **headers: str) -> Strike:
    def strike(answer: Answer, ask: Ask, server: FaultyServer) -> None:
        answer.body = data
        answer.headers |= {"content-type": kind} | {name.replace("_", "-"): text for name, text in headers.items()}

    return strike


def changed(change: Callable[[Any], Any]) -> Strike:
    """Change the JSON; what ``change`` returns takes its place unless it is ``None``."""

    def strike(answer: Answer, ask: Ask, server: FaultyServer) -> None:
        made = change(answer.value)
        answer.value = answer.value if made is None else made
        answer.encode()

    return strike


def redirect(code: int, *, to_itself: bool = False) -> Strike:
    def strike(answer: Answer, ask: Ask, server: FaultyServer) -> None:
        answer.status, answer.body = code, b""
        answer.headers["location"] = ask.path if to_itself else f"{server.elsewhere}{ask.path}"

    return strike


def next_link(make: Callable[[Ask, FaultyServer], str], *, empty: bool = False) -> Strike:
    def strike(answer: Answer, ask: Ask, server: FaultyServer) -> None:
        if answer.value.get("resourceType") != "Bundle":
            answer.value = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": answer.value}]}
        answer.value["link"] = [{"relation": "next", "url": make(ask, server)}]
        if empty:
            answer.value["entry"] = []
        answer.encode()

    return strike


def truncated(answer: Answer, ask: Ask, server: FaultyServer) -> None:
    answer.body = answer.body[: len(answer.body) // 2]


def cut_short(answer: Answer, ask: Ask, server: FaultyServer) -> None:
    """Fewer bytes than announced."""
    answer.headers["content-length"] = str(len(answer.body) + 100)
    answer.closes = True


def zipped(answer: Answer, ask: Ask, server: FaultyServer) -> None:
    answer.body = gzip.compress(answer.body)
    answer.headers["content-encoding"] = "gzip"


def garbled(answer: Answer, ask: Ask, server: FaultyServer) -> None:
    middle = len(answer.body) // 2
    answer.body = answer.body[:middle] + b"\x00\xff\xfe" + answer.body[middle + 3 :]


def echoed(answer: Answer, ask: Ask, server: FaultyServer) -> None:
    """Our own Authorization header comes back in an error."""
    answer.status = 500
    answer.value = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": ask.headers.get("authorization")}]}
    answer.encode()


def flapping(answer: Answer, ask: Ask, server: FaultyServer) -> None:
    if ask.number % 2:
        answer.status = 500


def drifting(answer: Answer, ask: Ask, server: FaultyServer) -> None:
    """Each answer a little slower than the one before."""
    answer.before_head_s = min(0.02 * 1.1 ** len(server.journal), 0.1)


def strangers(value: Any) -> None:
    """Every second resource is somebody else's."""
    for entry in list(value.get("entry", [])):
        other = copy.deepcopy(entry)
        other["resource"] |= {"id": f"{other['resource']['id']}-x", "subject": {"reference": "Patient/somebody-else"}}
        value["entry"].append(other)
    if value.get("resourceType") == "Patient":
        value["id"] = "somebody-else"


def unfiltered(value: Any) -> None:
    """Other codes and categories than asked for."""
    glucose = {"system": "http://loinc.org", "code": "2345-7"}
    for entry in list(value.get("entry", [])):
        extra = copy.deepcopy(entry)
        extra["resource"] |= {"id": "glucose", "resourceType": "Observation", "code": {"coding": [glucose]}}
        value["entry"].append(extra)


def outcome_entry(severity: str, code: str) -> Callable[[Any], Any]:
    def change(value: Any) -> Any:
        outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}
        if value.get("resourceType") != "Bundle":
            return outcome
        value["entry"].append({"resource": outcome, "search": {"mode": "outcome"}})
        return None

    return change


def in_bundle(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Only for searches; a read is left alone."""
    return lambda value: change(value) if value.get("resourceType") == "Bundle" else None


BUNDLE = b'{"resourceType":"Bundle","type":"searchset","entry":['
MANY = BUNDLE + b",".join([b'{"resource":{}}'] * 1_000_000) + b"]}"
BOMB = gzip.compress(BUNDLE + b" " * 200_000_000)
FAULTS: dict[str, Fault] = {
    "delay": Fault("same", put(before_head_s=0.05)),
    "slow first byte": Fault("named", put(before_head_s=10)),
    "slow body": Fault("named", put(before_body_s=10)),
    "trickle": Fault("named", put(trickle=8)),
    "stall after half": Fault("named", put(stall_after=10, trickle=10)),
    "reset before the answer": Fault("named", put(reset_before_head=True)),
    "reset in the body": Fault("named", put(reset_after=10, trickle=10)),
    "fewer bytes than said": Fault("named", cut_short),
    "connection closed each time": Fault("same", put(closes=True, announces=True)),
    "connection closed without a word": Fault("flaps", put(closes=True)),
    **{f"status {code}": Fault("named", status(code)) for code in (400, 401, 403, 404, 410, 412, 418, 422, 500, 502, 504)},
    "429 for an hour": Fault("named", status(429, retry_after="3600")),
    "503 with a date": Fault("named", status(503, retry_after="Wed, 21 Oct 2026 07:28:00 GMT")),
    "503 with garbage": Fault("named", status(503, retry_after="soon\u00e9")),
    "204 nothing": Fault("named", put(status=204, body=b"")),
    **{f"redirect {code}": Fault("named", redirect(code)) for code in (301, 302, 307, 308)},
    "redirect to itself": Fault("named", redirect(302, to_itself=True)),
    "truncated JSON": Fault("named", truncated),
    "garbled bytes": Fault("named", garbled),
    "HTML": Fault("named", body(b"<html>" + ECHO.encode(), "text/html")),
    "XML": Fault("named", body(b"<Bundle/>", "application/fhir+xml")),
    "lines of JSON": Fault("named", body(b'{"a":1}\n{"a":2}\n')),
    "empty body": Fault("named", body(b"")),
    "empty object": Fault("named", body(b"{}")),
    "null": Fault("named", body(b"null")),
    "another resource": Fault("named", body(b'{"resourceType":"Practitioner","id":"p"}')),
    "a transaction": Fault("named", changed(lambda value: {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": value}]})),
    "an outcome": Fault("named", body(b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception"}]}')),
    "gzip": Fault("same", zipped),
    "gzip bomb": Fault("named", body(BOMB, content_encoding="gzip")),
    "gzip that is none": Fault("named", body(b'{"a":1}', content_encoding="gzip")),
    "br": Fault("named", header("content-encoding", "br")),
    "endless body": Fault("named", put(endless=b" " * 65_536, headers={"content-type": "application/json", "content-length": "500000000"})),
    "a million entries": Fault("named", body(MANY)),
    "nothing but commas": Fault("named", body(BUNDLE + b",".join([b"1"] * 1_900_000) + b"]}")),
    "very deep": Fault("named", body(b"[" * 100_000)),
    "page that loops": Fault("named", next_link(lambda ask, server: f"{server.base}/{ask.kind}?{ask.query}")),
    "endless pages": Fault("named", next_link(lambda ask, server: f"{server.base}/{ask.kind}?{ask.query}&n={ask.number}")),
    "next page elsewhere": Fault("named", next_link(lambda ask, server: f"{server.elsewhere}/fhir/{ask.kind}")),
    "next page outside the base": Fault("named", next_link(lambda ask, server: server.base.replace("/fhir", "/admin"))),
    "empty page with a next": Fault("named", next_link(lambda ask, server: f"{server.base}/{ask.kind}?{ask.query}&n=2", empty=True)),
    "other patients among them": Fault("stranger", changed(strangers)),
    "filters ignored": Fault("same", changed(unfiltered)),
    "a warning of suppressed results": Fault("named", changed(outcome_entry("warning", "suppressed"))),
    "an information": Fault("same", changed(in_bundle(outcome_entry("information", "informational")))),
    "wrong total": Fault("same", changed(in_bundle(lambda value: value.update(total=99)))),
    "null entries": Fault("same", changed(in_bundle(lambda value: value.update(entry=[None, {}, *value["entry"]])))),
    "everything twice": Fault("same", changed(in_bundle(lambda value: value.update(entry=value["entry"] * 2)))),
    "our token comes back": Fault("named", echoed),
    "cookie": Fault("same", header("set-cookie", f"session={ECHO}; Path=/")),
    "100 kB header": Fault("named", header("x-a", "a" * 200_000)),
    "bad chunk": Fault("named", put(chunks=[b"zz\r\n{}\r\n0\r\n\r\n"], closes=True)),
    "two lengths": Fault("named", put(raw_head=b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 5\r\n\r\n", body=b"{}", closes=True)),
    "not HTTP": Fault("named", put(raw_head=b"SSH-2.0-x\r\n", body=b"", closes=True)),
    "fails every second time": Fault("flaps", flapping),
    "slower and slower": Fault("same", drifting),
}  # fmt: skip

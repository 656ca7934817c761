"""Faults F against a FHIR server that really breaks (``tests.faulty_fhir_server``): a sample of the matrix, and more.

The whole matrix is ``python -m tests.fault_matrix``.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import time
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from cds_service.api.services import unless_gone
from cds_service.fhir.addresses import parse_allowed, parse_base
from cds_service.fhir.breaker import Breaker
from cds_service.fhir.client import FhirClient
from cds_service.fhir.transport import CheckedBackend, checked_transport, trusted
from cds_service.guidance.finding import Hook
from cds_service.hooks.parse import parse_request
from tests.fault_matrix import GOOD, TOKEN, Bench, matrix
from tests.faulty_fhir_server import FaultyServer, record_of
from tests.fhir_rows import request_for
from tests.service import account, hits
from tests.test_fetch import BASE, ROW, ask, good
from tests.timing import in_time, in_time_async

BY_ID = {
    "F07": ("redirect 301", "redirect 302", "redirect 307", "redirect 308", "redirect to itself"),
    "F08": ("next page elsewhere", "next page outside the base"),
    "F09": ("page that loops", "endless pages", "empty page with a next"),
    "F12": ("status 401", "status 403", "status 404", "status 410", "status 412", "status 422"),
    "F13": ("429 for an hour", "503 with a date", "503 with garbage"),
    "F14": ("status 500", "status 502", "status 504", "reset before the answer", "reset in the body"),
    "F15": ("slow first byte", "slow body", "trickle", "stall after half"),
    "F17": ("fails every second time", "slower and slower"),
    "F18": ("HTML", "XML", "lines of JSON", "empty body", "empty object", "null", "another resource", "a transaction", "an outcome"),
    "F19": ("gzip bomb", "gzip that is none", "br", "endless body", "a million entries", "nothing but commas", "very deep"),
    "F20": ("a warning of suppressed results", "an information", "wrong total", "null entries", "everything twice"),
    "F21": ("other patients among them", "filters ignored"),
    "F22": ("our token comes back",),
    "F23": ("cookie",),
    "F29": ("100 kB header", "bad chunk", "two lengths", "not HTTP", "fewer bytes than said"),
}  # fmt: skip


@pytest.mark.parametrize("fault_id", BY_ID)
async def test_f_a_sample_of_the_matrix_is_survived(fault_id: str) -> None:
    runs = [(name, "MedicationRequest", "none") for name in BY_ID[fault_id]]
    failed = [tried.run for tried in await matrix(runs, deadline_s=0.5, grace_s=0.5) if tried.wrong]
    # A machine that stalls looks like a server that does: what is wrong with us is wrong again, with more time.
    for tried in await matrix(failed, deadline_s=3.0, grace_s=2.0):
        assert not tried.wrong, (tried.run, tried.wrong)


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    async with FaultyServer(resources=record_of(request_for(GOOD)["prefetch"])) as started:
        yield started


async def bench_for(server: FaultyServer, deadline_s: float = 1.0, **options: Any) -> Bench:
    sink = FaultyServer()
    bench = Bench(server, sink, deadline_s=deadline_s, grace_s=1.0, **options)
    await bench.prepare()
    server.heal()
    return bench


async def test_f15_stalled_answers_do_not_use_up_the_connections(server: FaultyServer) -> None:
    """Thirty-two connections to a base; each stalled answer that was not closed would take one for ever."""
    bench = await bench_for(server, 0.12)
    for _ in range(14):
        server.break_with("stall after half", frozenset({"Observation"}))
        await bench.post({})
    server.heal()
    with bench.all_the_time():
        response, _ = await bench.post({})
    assert hits(response.json()) == bench.full
    assert server.open_now <= 16


async def test_f15_answers_that_are_not_read_to_their_end_do_not_use_up_the_connections(server: FaultyServer) -> None:
    bench = await bench_for(server)
    for _ in range(40):
        server.heal()
        server.break_with("status 404", frozenset({"Condition"}))
        prefetch = request_for(GOOD)["prefetch"]
        prefetch.pop("conditions")
        await bench.post(prefetch)
    server.heal()
    response, _ = await bench.post({})
    assert hits(response.json()) == bench.full
    assert "notEvaluated" not in account(response.json())


async def test_f12_a_refusal_is_asked_once(server: FaultyServer) -> None:
    bench = await bench_for(server)
    for code in (401, 403, 404, 410, 412, 422):
        server.heal()
        server.break_with(f"status {code}", frozenset({"Condition"}))
        await bench.post({})
        assert [one.kind for one in server.journal].count("Condition") == 1


async def test_f13_retry_after_is_waited_for_only_when_it_fits(server: FaultyServer) -> None:
    from tests.faults_of_fhir_servers import Fault, status
    from tests.faulty_fhir_server import Scripted

    bench = await bench_for(server, 2.5)
    for said, calls in (("0", 2), ("1", 2), ("3600", 1), ("soon", 1)):
        server.heal()
        fault = Fault("same", status(503, retry_after=said))
        server.script = [Scripted(fault=fault, kinds=frozenset({"Condition"}), times=1)]
        begin = time.monotonic()
        response, _ = await asyncio.wait_for(bench.post({}), 60)
        assert [one.kind for one in server.journal].count("Condition") == calls, said
        assert calls == 2 or time.monotonic() - begin < 2, "the deadline was waited for"
        assert ("notEvaluated" in account(response.json())) is (calls == 1)


async def test_f14_a_server_that_fails_is_tried_twice_at_most(server: FaultyServer) -> None:
    bench = await bench_for(server)
    server.break_with("status 500", frozenset({"Condition"}))
    await bench.post({})
    assert [one.kind for one in server.journal].count("Condition") == 2


def test_f14_a_refused_connection_is_named() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{closed.getsockname()[1]}/fhir"
        client = FhirClient(parse_allowed([base]), deadline_s=1.0)
        request = request_for(GOOD) | {"fhirServer": base}
        request["prefetch"].pop("conditions")
        body = answered_by(client, request)
    assert "Condition" in {entry.get("need") for entry in account(body)["notEvaluated"]}


def answered_by(client: FhirClient, request: dict[str, Any]) -> dict[str, Any]:
    from dataclasses import replace

    from tests.rows import NOW
    from tests.service import pipeline

    parsed = parse_request(json.dumps(request).encode(), Hook.PATIENT_VIEW)
    body, _, _ = asyncio.run(replace(pipeline(), fetcher=client).answer(parsed, NOW))
    return body


def server_context(certificate: trustme.LeafCert, newest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    if newest is not None:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = newest
    return context


CERTIFICATES = ("good", "expired", "of another name", "of an unknown authority", "TLS 1.1")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("kind", CERTIFICATES)
async def test_f14_a_server_that_cannot_prove_who_it_is_is_never_believed_nor_retried(
    tmp_path: Path, kind: str
) -> None:
    from datetime import UTC, datetime

    authority, stranger = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    certificate = {
        "expired": lambda: authority.issue_cert("localhost", not_before=datetime(2020, 1, 1, tzinfo=UTC), not_after=datetime(2021, 1, 1, tzinfo=UTC)),
        "of another name": lambda: authority.issue_cert("other.example"),
        "of an unknown authority": lambda: stranger.issue_cert("localhost"),
    }.get(kind, lambda: authority.issue_cert("localhost"))()  # fmt: skip
    context = server_context(certificate, ssl.TLSVersion.TLSv1_1 if kind == "TLS 1.1" else None)
    record = record_of(request_for(GOOD)["prefetch"])
    async with FaultyServer(resources=record, tls=context) as server:
        bench = Bench(server, FaultyServer(), deadline_s=2.0, grace_s=1.0, ca_file=tmp_path / "ca.pem")
        response, _ = await bench.post({})
        entries = account(response.json()).get("notEvaluated", [])
        if kind == "good":
            assert not entries
            assert ("potassium-high", "critical") in hits(response.json())
            return
        assert not server.journal, "no request, so no token, reached it"
        assert all("could not prove who it is" in one["reason"] for one in entries if one.get("need") == "Condition")
        assert bench.edge.metrics.upstream["retry"] == 0


class Resolver:
    """A name service that says what the test wants, one list per call, and counts."""

    def __init__(self, *answers: list[str], seconds: float = 0.0) -> None:
        self.answers, self.seconds, self.asked = list(answers), seconds, 0

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        await asyncio.sleep(self.seconds)
        if not self.answers:
            raise socket.gaierror("no such name")
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Connections:
    """Where connections would go."""

    def __init__(self) -> None:
        self.to: list[str] = []

    async def connect_tcp(self, host: str, *_: Any) -> Any:
        import httpcore

        self.to.append(host)
        raise httpcore.ConnectError("nobody here")


@pytest.mark.parametrize(
    "records", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:7f00:1"], ["10.0.0.5"], []],
)  # fmt: skip
async def test_f06_a_name_with_any_record_that_is_not_allowed_is_refused(records: list[str]) -> None:
    base = parse_base(BASE)
    assert base is not None
    backend = CheckedBackend(base, private=False, resolver=Resolver(records))
    backend._inner = connections = Connections()  # type: ignore[assignment]
    with pytest.raises(Exception, match="address refused"):
        await backend.connect_tcp("ehr.example.org", 443)
    assert connections.to == []


async def test_f06_the_address_that_was_checked_is_the_one_called() -> None:
    base = parse_base(BASE)
    assert base is not None
    resolver = Resolver(["93.184.216.34"], ["127.0.0.1"])
    backend = CheckedBackend(base, private=False, resolver=resolver)
    backend._inner = connections = Connections()  # type: ignore[assignment]
    with pytest.raises(Exception, match="nobody here"):
        await backend.connect_tcp("ehr.example.org", 443)
    assert (connections.to, resolver.asked) == (["93.184.216.34"], 1)
    with pytest.raises(Exception, match="address refused"):
        await backend.connect_tcp("ehr.example.org", 443)
    assert connections.to == ["93.184.216.34"]


def client_with(resolver: Resolver, deadline_s: float = 0.4) -> FhirClient:
    def make(base: Any) -> httpx.AsyncClient:
        transport = checked_transport(base, private=False, trust=trusted(None), resolver=resolver)
        return httpx.AsyncClient(transport=transport, trust_env=False, timeout=5)

    return FhirClient(parse_allowed([BASE]), deadline_s=deadline_s, make_http=make)


def asking(server: str = BASE) -> dict[str, Any]:
    granted = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 300}
    request = request_for(GOOD) | {"fhirServer": server, "fhirAuthorization": granted}
    request["prefetch"].pop("conditions")
    return request


@pytest.mark.parametrize("resolver", [Resolver(["93.184.216.34"], seconds=10), Resolver()], ids=["slow", "fails"])
def test_f16_a_name_service_that_is_slow_or_fails_costs_no_more_than_the_deadline(resolver: Resolver) -> None:
    body = in_time(1.0, lambda: answered_by(client_with(resolver), asking()))
    assert ("potassium-high", "critical") in hits(body)
    assert "Condition" in {entry.get("need") for entry in account(body)["notEvaluated"]}


HOSTS = (
    "127.0.0.1", "localhost", "[::1]", "0.0.0.0", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]",
    "169.254.169.254", "[fd00:ec2::254]", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "198.18.0.1", "192.0.0.1",
    "240.0.0.1", "224.0.0.1", "\u2460\u2461\u2466.0.0.1", "ehr.example.org.", "010.0.0.1", "[::]", "[2002:7f00:1::]", "[fe80::1]",
)  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_f01_f02_no_look_up_and_no_connection_for_a_host_that_is_not_listed(scheme: str, host: str) -> None:
    resolver = Resolver(["93.184.216.34"])
    body = answered_by(client_with(resolver), asking(f"{scheme}://{host}/fhir"))
    assert resolver.asked == 0
    assert ("potassium-high", "critical") in hits(body)
    assert "Condition" in {entry.get("need") for entry in account(body)["notEvaluated"]}


async def test_f06_the_transport_refuses_a_name_that_points_inside() -> None:
    base, resolver = parse_base(BASE), Resolver(["127.0.0.1"])
    assert base is not None
    transport = checked_transport(base, private=False, trust=trusted(None), resolver=resolver)
    with pytest.raises(httpx.ConnectError, match="address refused"):
        await transport.handle_async_request(httpx.Request("GET", BASE))
    assert resolver.asked == 1


async def test_f19_a_bomb_is_inflated_no_further_than_the_budget(server: FaultyServer) -> None:
    """Two hundred megabytes behind two hundred kilobytes; four megabytes of them may be looked at."""
    bench = await bench_for(server)
    server.break_with("gzip bomb", frozenset({"Condition"}))
    tracemalloc.start()
    response, _ = await bench.post({})
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "Condition" in {entry.get("need") for entry in account(response.json())["notEvaluated"]}
    assert most < 25_000_000


async def test_f19_an_endless_answer_is_left_at_four_megabytes(server: FaultyServer) -> None:
    """Long before the deadline: what is read meanwhile would be the memory of everybody."""
    bench = await bench_for(server, 10.0)
    server.break_with("endless body", frozenset({"Condition"}))
    response, seconds = await bench.post({})
    entries = account(response.json())["notEvaluated"]
    assert any("there is too much of it" in one["reason"] for one in entries if one.get("need") == "Condition")
    assert seconds < 5


async def test_f19_an_answer_that_is_denser_than_any_chart_is_not_read(server: FaultyServer) -> None:
    bench = await bench_for(server)
    server.break_with("nothing but commas", frozenset({"Condition"}))
    response, _ = await bench.post({})
    entries = account(response.json())["notEvaluated"]
    assert any("there is too much of it" in one["reason"] for one in entries if one.get("need") == "Condition")


async def test_f10_a_prefetch_bundle_with_a_next_link_is_read_on(server: FaultyServer) -> None:
    """The potassium stands on the second page."""
    bench = await bench_for(server)
    prefetch = request_for(GOOD)["prefetch"]
    server._pages["p2"] = [entry["resource"] for entry in prefetch["laboratory"]["entry"]]
    first = {"resourceType": "Bundle", "type": "searchset", "entry": []}
    prefetch["laboratory"] = first | {"link": [{"relation": "next", "url": f"{server.base}/_page?page=p2"}]}
    response, _ = await bench.post(prefetch)
    assert hits(response.json()) == bench.full
    assert len(server.journal) == 1


async def test_f08_a_token_is_sent_to_its_own_server_only(server: FaultyServer) -> None:
    async with FaultyServer() as other:
        server.elsewhere = f"http://localhost:{other.port}"
        bench = await bench_for(server)
        for name in ("next page elsewhere", "redirect 302", "redirect 307"):
            server.break_with(name)
            await bench.post({})
        assert other.connections == 0
    assert {one.token for one in server.journal} != {""}


async def test_f25_proxies_and_netrc_of_the_environment_are_ignored(
    server: FaultyServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with FaultyServer() as sink:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{sink.port}")
        monkeypatch.setenv("NO_PROXY", "")
        (tmp_path / "netrc").write_text("machine localhost login a password b\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        bench = await bench_for(server)
        response, _ = await bench.post({})
        assert hits(response.json()) == bench.full
        assert sink.connections == 0
        assert not any(one.headers.get("authorization", "").startswith("Basic") for one in server.journal)


def test_f26_a_probe_that_is_given_up_lets_the_next_one_through() -> None:
    now = [0.0]
    breaker = Breaker(threshold=2, pause_s=10, clock=lambda: now[0])
    assert not breaker.ended(False)
    assert breaker.ended(False), "just opened"
    assert not breaker.allows()
    now[0] = 11
    assert breaker.allows()
    assert not breaker.allows(), "one probe at a time"
    breaker.ended(None)
    assert breaker.allows(), "the probe was cancelled, not answered"
    breaker.ended(True)
    assert breaker.allows()
    assert not breaker.is_open


async def test_f26_one_base_that_is_dead_answers_at_once_and_another_is_not_concerned(server: FaultyServer) -> None:
    record = record_of(request_for(GOOD)["prefetch"])
    async with FaultyServer(resources=record) as other:
        bench = Bench(server, FaultyServer(), deadline_s=1.0, grace_s=1.0)
        client = bench.edge.app.state.service.pipeline.fetcher  # type: ignore[attr-defined]
        client._allowed = (*client._allowed, *parse_allowed([other.base]))
        await bench.prepare()
        server.break_with("status 500")
        for _ in range(3):
            await bench.post({})
        server.journal.clear()
        await in_time_async(bench.usual_s + 0.3, lambda: bench.post({}))
        assert not server.journal, "the breaker is open"
        bench.server = other
        response, _ = await bench.post({})
        assert hits(response.json()) == bench.full
        bench.server = server
        server.heal()
        for one in client._servers.values():
            one.breaker.pause_s = 0.0
        for _ in range(2):
            response, _ = await bench.post({})
        assert hits(response.json()) == bench.full, "closed again after recovery"


async def test_f27_retries_are_a_fifth_of_the_calls_at_most(server: FaultyServer) -> None:
    bench = await bench_for(server)
    client = bench.edge.app.state.service.pipeline.fetcher  # type: ignore[attr-defined]
    for one in client._servers.values():
        one.breaker.threshold = 10**9
    before = dict(bench.edge.metrics.upstream)
    server.break_with("status 500")
    for _ in range(15):
        await bench.post({})
    upstream = bench.edge.metrics.upstream
    retries, calls = upstream["retry"] - before.get("retry", 0), len(server.journal)
    assert 0 < retries <= 0.2 * (calls - retries) + 12


async def test_f28_a_client_that_hangs_up_stops_what_is_asked_for_it(server: FaultyServer) -> None:
    bench = await bench_for(server, 5.0)
    server.break_with("slow first byte")
    leave = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await leave.wait()
        return {"type": "http.disconnect"}

    client = bench.edge.app.state.service.pipeline.fetcher  # type: ignore[attr-defined]
    request = asking(server.base) | {"prefetch": {}}
    parsed = parse_request(json.dumps(request).encode(), Hook.PATIENT_VIEW)
    pipeline = bench.edge.app.state.service.pipeline  # type: ignore[attr-defined]
    working = asyncio.create_task(unless_gone(pipeline.answer(parsed, 1.7e9), receive))
    await asyncio.sleep(0.3)
    assert server.journal
    leave.set()
    assert await working is None
    await asyncio.sleep(0.2)
    assert all(one.closed_early for one in server.journal)
    assert client._servers


async def test_f30_a_slow_server_does_not_starve_calls_that_need_none(server: FaultyServer) -> None:
    bench = await bench_for(server, 1.0)
    whole = request_for(GOOD)["prefetch"]
    usual = sorted([(await bench.post(whole, server=False))[1] for _ in range(20)])[18]
    server.break_with("slow first byte")
    waiting = [asyncio.create_task(bench.post({})) for _ in range(40)]
    await asyncio.sleep(0.5)
    beside = sorted([(await bench.post(whole, server=False))[1] for _ in range(20)])[18]
    assert server.most_open <= 32
    for one in waiting:
        await one
    assert beside < 2 * usual + 0.1


def test_f11_the_patient_id_stands_in_the_url_exactly_once() -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return good(request)

    ask(handler)
    assert all(url.count("row-patient") == 1 for url in seen)
    assert ROW.hits

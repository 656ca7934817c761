"""Every fault of a FHIR server × every kind of data × how much came with the request: ``python -m tests.fault_matrix``.

The whole application in one process, a faulty server and a sink (that must never be reached) on loopback. Survived
means: status 200 in time, a valid answer, the cards due from good data, what was not read is named, no canary in answer
or log, the sink untouched, and the next ordinary call is right and quick. What was wrong is printed and tried a second time
(a machine that stalls looks like a server that does; what is wrong with us is wrong again). Prints survived / tried, how
many were tried twice, and the slowest answer. On a slow machine give it a longer ``--deadline-s``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import httpx

from cds_service.app import create_app
from cds_service.settings import Settings
from tests.faults_of_fhir_servers import ECHO, FAULTS
from tests.faulty_fhir_server import FaultyServer, record_of
from tests.fhir_rows import request_for
from tests.rows import row
from tests.service import account, hits

GOOD = row(
    "high potassium", "PV", "60M", obs="K=6.9 mmol/L@-1 | Cr=0.9 mg/dL@-1", meds="spironolactone@active,start=-50",
    problems="muscle-cramp", hits="potassium-high:critical",
)  # fmt: skip
KEYS = {
    "Patient": ("patient",), "Observation": ("laboratory", "vitalSigns", "findings"),
    "MedicationRequest": ("medicationRequests",), "Condition": ("conditions",),
}  # fmt: skip
PREFETCH = ("complete", "partial", "none")
DEADLINE_S = 0.5
GRACE_S = 0.1
TOKEN = "tok-CANARY-Zz4711"
CRITICAL = ("potassium-high", "critical")
SERVICE = "/cds-services/muscle-spasm-patient-view"
Run = tuple[str, str, str]


@dataclass(kw_only=True)
class Tried:
    """What came of one run."""

    run: Run
    seconds: float
    wrong: list[str]


class Bench:
    """The service between a client and two servers."""

    def __init__(
        self, server: FaultyServer, sink: FaultyServer, *, deadline_s: float, grace_s: float, **options: Any
    ) -> None:
        self.server, self.sink, self.grace_s = server, sink, grace_s
        self.lines: list[bytes] = []
        settings = Settings(
            fhir_servers=(server.base,), deadline_s=deadline_s, store_enabled=False, console=False, docs=False,
            log_level="debug", now="2026-11-18T11:06:40Z", **options,
        )  # fmt: skip
        self.deadline_s = deadline_s
        self.edge = create_app(settings)
        self.edge.log.write = self.lines.append
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=self.edge), base_url="http://service")
        self.usual_s = 0.0
        self.full: frozenset[tuple[str, str]] = frozenset()
        self.without: dict[str, frozenset[tuple[str, str]]] = {}

    async def prepare(self) -> None:
        """What the answers look like when nothing is wrong, and when one kind of data is missing."""
        with self.all_the_time():
            for _ in range(5):
                response, self.usual_s = await self.post({})
        self.full = hits(response.json())
        assert CRITICAL in self.full
        for kind, keys in KEYS.items():
            response, _ = await self.post(self.prefetch("complete", kind, without=keys), server=False)
            self.without[kind] = hits(response.json())

    @contextlib.contextmanager
    def all_the_time(self) -> Iterator[None]:
        """No deadline to speak of: what is looked at is whether the answer is right, on whatever machine."""
        client = self.edge.app.state.service.pipeline.fetcher  # type: ignore[attr-defined]
        client._deadline_s = 60.0
        yield
        client._deadline_s = self.deadline_s

    def prefetch(self, how: str, kind: str, *, without: Iterable[str] = ()) -> dict[str, Any]:
        whole: dict[str, Any] = request_for(GOOD)["prefetch"]
        left_out = tuple(without) or {"complete": (), "partial": KEYS[kind], "none": tuple(whole)}[how]
        return {key: value for key, value in whole.items() if key not in left_out}

    async def post(self, prefetch: dict[str, Any], *, server: bool = True) -> tuple[httpx.Response, float]:
        request = request_for(GOOD) | {"prefetch": prefetch}
        if server:
            granted = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 300, "scope": "x", "subject": "y"}
            request |= {"fhirServer": self.server.base, "fhirAuthorization": granted}
        begin = time.perf_counter()
        response = await self.http.post(SERVICE, json=request)
        return response, time.perf_counter() - begin

    async def run(self, run: Run) -> Tried:
        name, kind, how = run
        self.server.heal()
        self.server.break_with(name, frozenset({kind}))
        self.lines.clear()
        response, seconds = await self.post(self.prefetch(how, kind))
        asked = len(self.server.journal)
        wrong = [*self.judge(run, response, asked)]
        if seconds > self.deadline_s + self.grace_s:
            wrong.append(f"took {seconds:.2f} s")
        self.server.heal()
        with self.all_the_time():
            response, after = await self.post({})
        if hits(response.json()) != self.full or "notEvaluated" in account(response.json()):
            wrong.append("the next ordinary call was not right")
        if any("cookie" in ask.headers for ask in self.server.journal):
            wrong.append("a cookie was sent with the next call")
        if after > self.usual_s + 0.1 + self.grace_s:
            wrong.append(f"the next ordinary call took {after:.2f} s")
        return Tried(run=run, seconds=seconds, wrong=wrong)

    def judge(self, run: Run, response: httpx.Response, asked: int) -> Iterable[str]:
        name, kind, how = run
        if response.status_code != 200:
            yield f"status {response.status_code}"
            return
        body = response.json()
        found = hits(body)
        needs = {entry.get("need") for entry in account(body).get("notEvaluated", [])}
        seen = "same" if how == "complete" else FAULTS[name].seen
        if how == "complete" and asked:
            yield "asked although everything was delivered"
        if any(len(card["summary"]) >= 140 or not card["source"]["label"] for card in body["cards"]):
            yield "a card is not valid"
        if kind != "Observation" and CRITICAL not in found:
            yield "the critical card is gone"
        if seen in ("same", "stranger") and found != self.full and kind != "Patient":
            yield f"other hits: {sorted(found ^ self.full)}"
        if seen == "same" and needs:
            yield f"named although nothing was missing: {sorted(map(str, needs))}"
        if not found <= self.full | self.without[kind] or not self.full & self.without[kind] <= found:
            yield f"hits {sorted(found)}"
        if seen in ("named", "stranger") and kind not in needs:
            yield f"not named: {sorted(map(str, needs))}"
        if needs and body["cards"][-1]["source"]["topic"]["code"] != "not-checked":
            yield "no card says what was not checked"
        if self.sink.connections:
            yield "the sink was reached"
        written = response.content + b"".join(self.lines)
        if TOKEN.encode() in written or ECHO.encode() in written:
            yield "a canary was written down"
        if any("cookie" in ask.headers for ask in self.server.journal):
            yield "a cookie was sent"


async def matrix(runs: Iterable[Run], *, deadline_s: float = DEADLINE_S, grace_s: float = GRACE_S) -> list[Tried]:
    """Play the runs one after the other."""
    record = record_of(request_for(GOOD)["prefetch"])
    async with FaultyServer() as sink, FaultyServer(resources=record) as server:
        server.elsewhere = f"http://127.0.0.1:{sink.port}"
        bench = Bench(server, sink, deadline_s=deadline_s, grace_s=grace_s)
        await bench.prepare()
        before = resident_mb()
        tried = [await bench.run(run) for run in runs]
        grown = resident_mb() - before
        if tried and grown > 50:
            tried[-1].wrong.append(f"memory grew by {grown} MB")
        return tried


def resident_mb() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) // 1024


def every_run() -> list[Run]:
    return list(product(FAULTS, KEYS, PREFETCH))


def told(tried: list[Tried]) -> list[Tried]:
    """Those that went wrong, printed."""
    wrong = [one for one in tried if one.wrong]
    for one in wrong:
        print(f"{' / '.join(one.run)}: {'; '.join(one.wrong)}")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="faults whose name contains this")
    parser.add_argument("--deadline-s", type=float, default=DEADLINE_S, help="seconds for an answer")
    options = parser.parse_args()
    runs = [run for run in every_run() if not options.only or options.only in run[0]]
    tried = asyncio.run(matrix(runs, deadline_s=options.deadline_s))
    twice = [one.run for one in told(tried)]
    again = {one.run: one for one in asyncio.run(matrix(twice, deadline_s=options.deadline_s))}
    tried = [again.get(one.run, one) for one in tried]
    failed = told(list(again.values()))
    slowest = max(tried, key=lambda one: one.seconds)
    print(
        f"survived {len(tried) - len(failed)} / {len(tried)}, {len(twice)} of them tried twice; slowest answer {slowest.seconds:.3f} s of "
        f"{options.deadline_s} s allowed ({' / '.join(slowest.run)}); resident memory at the end {resident_mb()} MB"
    )
    figures = {"survived": len(tried) - len(failed), "tried": len(tried), "twice": len(twice)}
    print(json.dumps(figures | {"slowest": round(slowest.seconds, 3)}))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

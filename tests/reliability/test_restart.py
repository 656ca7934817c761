"""Restarting without losing a request: draining, workers replaced one by one, replicas restarted in turn, under load."""

from __future__ import annotations

import contextlib
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock

import httpx

from tests.reliability.process import JSON, PATIENCE_S, PLAIN, SERVICE, Running, good_body, launch, service


@contextlib.contextmanager
def load(choose: Callable[[], str], *, keep_alive: bool, callers: int = 3) -> Iterator[Counter[str]]:
    """Callers that post the good request again and again until the block ends; counts what they were answered."""
    over, counted, lock = Event(), Counter[str](), Lock()

    def call() -> None:
        http = httpx.Client(headers=JSON, timeout=PATIENCE_S, **PLAIN)
        while not over.is_set():
            try:
                response = http.post(choose() + SERVICE, content=good_body())
                said = (
                    str(response.status_code) if "Potassium 2.8" in response.text else f"wrong {response.status_code}"
                )
            except httpx.HTTPError as error:
                said = type(error).__name__
            with lock:
                counted[said] += 1
            if not keep_alive:
                http.close()
                http = httpx.Client(headers=JSON, timeout=PATIENCE_S, **PLAIN)
            time.sleep(0.02)
        http.close()

    with ThreadPoolExecutor(callers) as pool:
        running = [pool.submit(call) for _ in range(callers)]
        try:
            yield counted
        finally:
            over.set()
    for one in running:
        one.result()


def test_b09_readiness_goes_off_first_and_clients_are_sent_elsewhere(tmp_path: Path) -> None:
    with service(tmp_path, CDS_DRAIN_S="1.5") as running:
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        ready = running.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "draining")
        answer = running.post(good_body())
        assert "Potassium 2.8" in answer.text
        assert answer.headers["connection"] == "close"
        assert running.process.wait(PATIENCE_S) == 0


def test_b09_a_request_that_is_half_sent_is_still_answered(tmp_path: Path) -> None:
    with service(tmp_path, CDS_DRAIN_S="0.2") as running:
        with socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE_S) as connection:
            body = good_body()
            connection.sendall(f"POST {SERVICE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode())
            time.sleep(0.2)
            running.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            connection.sendall(f"Content-Length: {len(body)}\r\n\r\n".encode() + body[:1_000])
            time.sleep(0.2)
            connection.sendall(body[1_000:])
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
        assert running.process.wait(PATIENCE_S) == 0


def test_sighup_ends_a_single_process_as_gently(tmp_path: Path) -> None:
    with service(tmp_path, CDS_DRAIN_S="0.2") as running:
        assert running.stop(signal.SIGHUP) == 0


def test_workers_are_replaced_one_by_one_without_a_lost_request(tmp_path: Path) -> None:
    running = launch(tmp_path, "--workers", "2", CDS_DRAIN_S="0.5")
    try:
        first = set(running.workers())
        with (
            load(lambda: running.url, keep_alive=True, callers=2) as kept,
            load(lambda: running.url, keep_alive=False, callers=1) as new,
        ):
            running.process.send_signal(signal.SIGHUP)
            end = time.monotonic() + 150
            while time.monotonic() < end and (first & set(running.workers()) or len(running.workers()) < 2):
                time.sleep(0.1)
        assert not first & set(running.workers())
        assert (set(kept), set(new)) == ({"200"}, {"200"})
        assert kept["200"] > 20
    finally:
        assert running.stop() == 0


def test_replicas_restarted_in_turn_lose_no_request(tmp_path: Path) -> None:
    """As a load balancer sees it: a replica is called while it says that it is ready."""
    replicas = [launch(tmp_path, CDS_DRAIN_S="1.0") for _ in range(2)]
    ready: dict[str, bool] = {one.url: True for one in replicas}
    over = Event()

    def probe() -> None:
        while not over.is_set():
            for url in list(ready):
                with contextlib.suppress(httpx.HTTPError):
                    ready[url] = httpx.get(url + "/readyz", timeout=5, **PLAIN).status_code == 200
            time.sleep(0.1)

    turn = Counter[str]()

    def choose() -> str:
        turn["calls"] += 1
        urls = [url for url, is_ready in list(ready.items()) if is_ready]
        return urls[turn["calls"] % len(urls)]

    with ThreadPoolExecutor(1) as pool:
        probing = pool.submit(probe)
        try:
            with load(choose, keep_alive=True) as counted:
                for place, old in enumerate(replicas):
                    new = launch(tmp_path, CDS_DRAIN_S="1.0")
                    ready[new.url] = True
                    assert old.stop() == 0
                    del ready[old.url]
                    replicas[place] = new
        finally:
            over.set()
            for one in replicas:
                leave(one)
        probing.result()
    assert set(counted) == {"200"}, counted
    assert counted["200"] > 20


def leave(running: Running) -> None:
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait(10)

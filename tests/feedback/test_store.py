"""The store against SQLite and a real PostgreSQL: durable, idempotent, honest when it cannot (faults P)."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cds_service.errors import ConfigurationError
from cds_service.feedback.recorder import Recorder
from cds_service.feedback.records import AnsweredCall, IssuedCard, Outcome, hash_instance
from cds_service.feedback.report import make_report
from cds_service.feedback.store import Store, StoreUnavailable

ONE = Outcome(
    service="s", client="c", card="card-1", outcome="overridden", outcome_at=100.0, reason_code="baseline", comment="x"
)
CARD = IssuedCard(
    uuid="card-1", service="s", hook="patient-view", client="c", family="electrolytes", indicator="warning",
    rules=(("potassium-low", "warning"),), instance_hash="h", parameters="1", issued_at=time.time(),
)  # fmt: skip
CALL = AnsweredCall(service="s", client="c", day=time.strftime("%Y-%m-%d", time.gmtime()), cards=1)


def postgres_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) if Path("/usr/lib/postgresql").is_dir() else []
    return found[-1].parent if found else None


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of this test's own on loopback."""
    programs = postgres_programs()
    if programs is None or (os.geteuid() == 0 and shutil.which("runuser") is None):
        pytest.skip("NOT RUN AGAINST POSTGRESQL: its server programs are not installed here")
    folder = tempfile.mkdtemp(prefix="cds-pg-")
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = f"{folder}/data"
    subprocess.run(
        [*user, str(programs / "initdb"), "-D", data, "-A", "trust", "-U", "cds"], check=True, capture_output=True
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=on"
    subprocess.run(
        [*user, str(programs / "pg_ctl"), "-D", data, "-o", options, "-w", "-l", f"{folder}/log", "start"],
        check=True,
        capture_output=True,
    )
    yield f"postgresql://cds@127.0.0.1:{port}/postgres"
    subprocess.run(
        [*user, str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "stop"], check=False, capture_output=True
    )
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    url = str(tmp_path / "feedback.sqlite3") if request.param == "sqlite" else request.getfixturevalue("postgres")
    opened = Store(url)
    await opened.open()
    if request.param == "postgresql":
        await opened.forget_expired(now=9e12, comments_before=9e12, rows_before=9e12)
    yield opened
    await opened.close()


async def test_p01_the_same_entry_is_one_row_however_often_it_is_sent(store: Store) -> None:
    assert await store.add_outcomes([ONE, ONE]) == 1
    results = await asyncio.gather(*(store.add_outcomes([ONE]) for _ in range(20)))
    assert sum(results) == 0
    _, outcomes, _ = await store.rows_since(0)
    assert [one.card for one in outcomes] == ["card-1"]


async def test_p02_a_later_outcome_counts_and_history_is_kept(store: Store) -> None:
    await store.add_issued([CARD], [CALL])
    later = replace(ONE, outcome="accepted", outcome_at=200.0, reason_code="", suggestions=("s",))
    await store.add_outcomes([later])
    await store.add_outcomes([ONE])
    cards, outcomes, tallies = await store.rows_since(0)
    report = make_report(cards, outcomes, tallies, since=0, now=time.time())
    assert len(outcomes) == 2
    assert (report.rules["potassium-low"].accepted, report.rules["potassium-low"].overridden) == (1, 0)


async def test_tallies_add_up_and_a_card_is_recorded_once(store: Store) -> None:
    await store.add_issued([CARD], [CALL, CALL])
    await store.add_issued([CARD], [CALL])
    cards, _, tallies = await store.rows_since(0)
    assert len(cards) == 1
    assert int(str(tallies[0]["calls"])) >= 3


async def test_s15_a_token_id_is_new_once(store: Store) -> None:
    name = f"jti-{time.time_ns()}"
    found = await asyncio.gather(*(store.is_new_token("iss", name, 9e9) for _ in range(10)))
    assert sorted(found) == [False] * 9 + [True]


async def test_p08_hostile_text_is_stored_as_it_stands(store: Store) -> None:
    text = "'; DROP TABLE feedback; -- \u202e %s"
    await store.add_outcomes([replace(ONE, comment=text)])
    _, outcomes, _ = await store.rows_since(0)
    assert outcomes[0].comment == text


async def test_p13_comments_and_rows_go_when_their_time_is_over(store: Store) -> None:
    await store.add_outcomes([ONE])
    await store.forget_expired(now=time.time(), comments_before=time.time() + 1, rows_before=0)
    _, outcomes, _ = await store.rows_since(0)
    assert outcomes[0].comment == ""


async def test_p11_two_instances_migrate_at_once(tmp_path: Path, postgres: str) -> None:
    for url in (str(tmp_path / "twice.sqlite3"), postgres):
        one, other = Store(url), Store(url)
        assert set(await asyncio.gather(one.open(), other.open())) == {"0001"}
        await one.close()
        await other.close()


async def test_p10_a_newer_schema_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "newer.sqlite3"
    store = Store(str(file))
    await store.open()
    await store.close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match="newer"):
        await Store(str(file)).open()


@pytest.mark.parametrize("content", [b"", b"this is no database, only text that is long enough to be read as one"])
async def test_p12_an_emptied_or_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.sqlite3"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError):
        await Store(str(file)).open()


async def test_p05_a_locked_database_is_unavailable_within_the_budget(tmp_path: Path) -> None:
    file = tmp_path / "locked.sqlite3"
    store = Store(str(file), budget_s=0.5)
    await store.open()
    lock = sqlite3.connect(file)
    lock.execute("BEGIN EXCLUSIVE")
    begin = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await store.add_outcomes([ONE])
    assert time.monotonic() - begin < 2.5
    lock.rollback()
    lock.close()
    assert await store.add_outcomes([ONE]) == 1, "it recovers by itself"
    await store.close()


async def test_p07_a_deleted_or_replaced_file_swallows_nothing(tmp_path: Path) -> None:
    file = tmp_path / "gone.sqlite3"
    store = Store(str(file))
    await store.open()
    file.unlink()
    with pytest.raises(StoreUnavailable, match="removed or replaced"):
        await store.add_outcomes([ONE])
    await store.close()


KILLED = """
import asyncio, sys
from cds_service.feedback.records import Outcome
from cds_service.feedback.store import Store
async def main():
    store = Store(sys.argv[1])
    await store.open()
    for number in range(10_000):
        await store.add_outcomes([Outcome(service="s", client="c", card=f"card-{number}", outcome="overridden", outcome_at=1.0)])
        print(number, flush=True)
asyncio.run(main())
"""


def test_b11_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    file = tmp_path / "killed.sqlite3"
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(file)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        last = -1
        for line in process.stdout:
            last = int(line)
            if last >= 15:
                process.send_signal(signal.SIGKILL)
                break
        process.wait()
        process.stdout.close()
        with sqlite3.connect(file) as connection:
            stored = {row[0] for row in connection.execute("SELECT card FROM feedback")}
        assert {f"card-{number}" for number in range(last + 1)} <= stored


async def test_the_recorder_never_waits_counts_its_losses_and_writes_later(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "r.sqlite3"))
    recorder = Recorder(store=store, capacity=3)
    for _ in range(5):
        recorder.add(CALL, (CARD,))
    assert (recorder.waiting, recorder.counts.lost) == (3, 2)
    await recorder.flush()
    assert recorder.counts.failed_writes == 1
    await store.open()
    await recorder.flush()
    assert (recorder.waiting, recorder.counts.written) == (0, 3)
    await store.close()


def test_the_hook_instance_is_kept_only_as_a_keyed_hash() -> None:
    assert hash_instance("i", "a") != hash_instance("i", "b")
    assert "i-4711" not in hash_instance("i-4711", "a")

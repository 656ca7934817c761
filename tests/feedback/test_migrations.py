"""The schema: upgraded once, with its rows, whoever starts and whenever it is killed (faults P09 to P11)."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cds_service.errors import ConfigurationError
from cds_service.feedback.schema import revisions
from cds_service.feedback.store import Store

RELEASED = revisions()[:-1]
"""Schemas of former releases, oldest first; the empty database is one too."""


async def test_p11_two_instances_migrate_at_once(tmp_path: Path, postgres: str) -> None:
    for url in (str(tmp_path / "twice.sqlite3"), postgres):
        one, other = Store(url), Store(url)
        assert set(await asyncio.gather(one.open(), other.open())) == {revisions()[-1]}
        await one.close()
        await other.close()


async def test_p11_a_file_that_another_instance_has_just_created_is_waited_for(tmp_path: Path) -> None:
    file, other = tmp_path / "f.sqlite3", Store(str(tmp_path / "made.sqlite3"))
    await other.open()
    await other.close()
    file.touch()  # empty for a moment, as SQLite makes it
    opening = asyncio.create_task(Store(str(file)).open())
    await asyncio.sleep(0.2)
    file.write_bytes((tmp_path / "made.sqlite3").read_bytes())
    assert await opening == revisions()[-1]


async def test_p10_a_newer_schema_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "newer.sqlite3"
    store = Store(str(file))
    await store.open()
    await store.close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match="newer"):
        await Store(str(file)).open()


@pytest.mark.parametrize("start", ["", *RELEASED])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_p09_an_upgrade_killed_at_any_statement_is_finished_by_the_next_start(
    start: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """tests/feedback/killed_upgrade.py does it once for every statement, each in a process of its own."""
    place = str(tmp_path) if kind == "sqlite" else request.getfixturevalue("postgres")
    command = [sys.executable, "-m", "tests.feedback.killed_upgrade", place, start]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["killed"] >= 3, "it was killed at least at: begin, one change, the version"
    assert said["survived"] == said["killed"]

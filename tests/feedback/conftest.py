"""The databases that the store is tested on: SQLite and a PostgreSQL server of the tests' own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from cds_service.feedback.store import Store
from cds_service.feedback.tables import METADATA
from tests.reliability.process import free_port


def postgres_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) if Path("/usr/lib/postgresql").is_dir() else []
    return found[-1].parent if found else None


class PostgreSQL:
    """A server on loopback in a folder of its own; it never runs as root."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = tempfile.mkdtemp(prefix="cds-pg-")
        self._user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._user:
            shutil.chown(self._folder, "postgres", "postgres")
        self.port = free_port()
        self._run("initdb", "-A", "trust", "-U", "cds", "--no-sync")

    @property
    def url(self) -> str:
        return f"postgresql://cds@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder} -c fsync=on"
        self._run("pg_ctl", "-o", options, "-w", "-l", f"{self._folder}/log", "start")

    def kill(self) -> None:
        """As if the machine had died: no checkpoint, nothing written that was not."""
        self._run("pg_ctl", "-m", "immediate", "-w", "stop")

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._user, str(self._programs / program), "-D", f"{self._folder}/data", *arguments]
        subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="session")
def server() -> Iterator[PostgreSQL]:
    """A running PostgreSQL."""
    programs = postgres_programs()
    if programs is None or (os.geteuid() == 0 and shutil.which("runuser") is None):
        pytest.skip("NOT RUN AGAINST POSTGRESQL: its server programs are not installed here")
    running = PostgreSQL(programs)
    running.start()
    yield running
    running.kill()
    running.remove()


@pytest.fixture
def postgres(server: PostgreSQL) -> str:
    """Its URL."""
    return server.url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "feedback.sqlite3")
    found: str = request.getfixturevalue("postgres")
    return found


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """An open and empty store."""
    opened = Store(url)
    await opened.open()
    async with opened.writing() as connection:
        for table in METADATA.sorted_tables:
            await connection.execute(delete(table))
    yield opened
    await opened.close()

"""Opening the database: SQLite (WAL, durable) embedded by default, PostgreSQL by URL."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from cds_service.errors import ConfigurationError

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=1500",
    "PRAGMA secure_delete=ON",
)
"""FULL: an answered write survives power loss. secure_delete: what retention removes is gone from the pages too."""


def parse_url(text: str) -> URL:
    """The store's URL with an async driver; a bare path is SQLite. Raises ``ConfigurationError``."""
    if "://" not in text:
        return URL.create("sqlite+aiosqlite", database=str(Path(text).expanduser()))
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ConfigurationError("store URL: not a database URL") from error
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    name = url.get_backend_name() if "+" in url.drivername else url.drivername
    if name not in drivers:
        raise ConfigurationError(f"store URL: {name} is not supported; use sqlite or postgresql")
    query = dict(url.query)
    if name.startswith("postgres") and "sslmode" in query:  # as psql and every hosting company write it
        query["ssl"] = query.pop("sslmode")
    return url.set(drivername=drivers[name], query=query)


CHECKED_WHOLE_BYTES = 200_000_000
"""A larger file is checked at its beginning only (a gigabyte takes 8 s); a damaged page then shows as trouble when it is read."""


def open_engine(url: URL) -> AsyncEngine:
    """An engine with the settings that durability and short waits need."""
    if url.get_backend_name() != "sqlite":
        return create_async_engine(
            url, pool_size=4, max_overflow=2, pool_timeout=1.5, pool_pre_ping=True, connect_args={"timeout": 3}
        )
    engine = create_async_engine(url, pool_size=4, max_overflow=0, pool_timeout=1.5)

    @event.listens_for(engine.sync_engine, "connect")
    def durable(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    return engine


def check_sqlite_file(path: Path) -> None:
    """Refuse a file that would silently lose rows: emptied, not a database, damaged. Creates the folder. Takes a second."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"store {path}: its folder cannot be made ({error.strerror})") from error
    if not path.exists():
        return
    if path.stat().st_size == 0:
        raise ConfigurationError(f"store {path}: the file exists but is empty; restore a backup or move it away")
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2)
        try:
            whole = path.stat().st_size <= CHECKED_WHOLE_BYTES
            check = "PRAGMA quick_check(1)" if whole else "SELECT 'ok' FROM (SELECT count(*) FROM sqlite_schema)"
            state = connection.execute(check).fetchone()[0]
        finally:
            connection.close()
    except sqlite3.OperationalError:
        return  # locked or unreadable just now: the store reports it as unavailable, decisions go on
    except sqlite3.DatabaseError as error:
        raise ConfigurationError(f"store {path}: not a usable SQLite database; restore a backup") from error
    if state != "ok":
        raise ConfigurationError(f"store {path}: damaged; restore a backup")

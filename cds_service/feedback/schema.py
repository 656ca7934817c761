"""Bringing the store's schema to the newest version, once, whoever starts first.

Two instances that start at once do it one after the other (an advisory lock on PostgreSQL, an immediate transaction on
SQLite). A schema newer than this program is refused: an old program must not write into it.
"""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from cds_service.errors import ConfigurationError

ADVISORY_LOCK = 0x6D73636473
"""Any fixed number: ours alone in the database that a site gives us."""


def revisions() -> tuple[str, ...]:
    """All schema versions, oldest first."""
    return tuple(revision.revision for revision in reversed(list(_script(_config()).walk_revisions())))


def migrate(connection: Connection, target: str = "head") -> str:
    """Upgrade to the newest schema (or, for tests, to ``target``) and return its revision; raises ``ConfigurationError`` for a newer one."""
    config = _config()
    config.attributes["connection"] = connection
    script = _script(config)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    current = MigrationContext.configure(connection).get_current_revision()
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise ConfigurationError(
            f"feedback store: its schema is version {current}, newer than this program knows; install the newer program"
        )
    wanted = script.get_current_head() if target == "head" else target
    if current != wanted:
        command.upgrade(config, target)
    return str(wanted)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("cds_service.feedback").joinpath("migrations")))
    return config


def _script(config: Config) -> ScriptDirectory:
    return ScriptDirectory.from_config(config)

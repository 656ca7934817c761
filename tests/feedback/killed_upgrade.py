"""Kill an upgrade at its first, second, third ... statement, start again, and see that the rows are all there.

``python -m tests.feedback.killed_upgrade <folder or postgresql URL> <revision to start from, or empty>`` prints how often
it was killed and how often everything was there after the next start. Children are forked: the imports are made once.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Coroutine
from typing import Any

from sqlalchemy import event, insert, select, text
from sqlalchemy.engine import Engine

from cds_service.feedback.engine import open_engine, parse_url
from cds_service.feedback.schema import migrate
from cds_service.feedback.store import Store
from cds_service.feedback.tables import FEEDBACK, ISSUED_CARDS

CARD = {
    "uuid": "u", "service": "s", "hook": "patient-view", "client": "c", "family": "electrolytes", "indicator": "warning",
    "rules": "potassium-low:warning", "instance_hash": "h", "parameters": "1", "issued_at": 1.5,
}  # fmt: skip
OUTCOME = {
    "digest": "d", "service": "s", "client": "c", "card": "u", "outcome": "overridden", "suggestions": "[]",
    "reason_code": "baseline", "reason_system": "", "comment": "kept", "outcome_at": 2.5, "received_at": 3.5,
}  # fmt: skip


def alone(work: Coroutine[Any, Any, None]) -> int:
    """Run in a child process; how it ended (negative: the signal that killed it)."""
    child = os.fork()
    if child == 0:
        asyncio.run(work)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


async def prepare(url: str, start: str) -> None:
    """An empty database, or one of a former release with rows in it."""
    engine = open_engine(parse_url(url))
    async with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))
            await connection.commit()
        if start:
            await connection.run_sync(migrate, start)
            await connection.execute(insert(ISSUED_CARDS).values(CARD))
            await connection.execute(insert(FEEDBACK).values(OUTCOME))
            await connection.commit()
    await engine.dispose()


async def upgrade(url: str, fatal: int) -> None:
    """Open the store and be killed at statement number ``fatal``."""
    count = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def count_or_die(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    store = Store(url)
    await store.open()
    await store.close()


async def verify(url: str, start: str) -> None:
    """Start as after a crash and look for the rows."""
    store = Store(url, budget_s=10)
    await store.open()
    async with store.reading() as connection:
        cards = [dict(row) for row in (await connection.execute(select(ISSUED_CARDS))).mappings()]
        outcomes = [dict(row) for row in (await connection.execute(select(FEEDBACK))).mappings()]
    await store.close()
    if start:
        assert [CARD.items() <= one.items() for one in cards] == [True]
        assert [OUTCOME.items() <= one.items() for one in outcomes] == [True]
    else:
        assert (cards, outcomes) == ([], [])


def main(place: str, start: str) -> None:
    """Once for every statement; from an empty database, which has nothing to lose, for every fourth."""
    killed = survived = 0
    for fatal in range(1, 200, 1 if start else 4):
        url = place if "://" in place else f"{place}/{fatal}.sqlite3"
        assert alone(prepare(url, start)) == 0
        if alone(upgrade(url, fatal)) != -signal.SIGKILL:
            break
        killed += 1
        survived += alone(verify(url, start)) == 0
    print(json.dumps({"killed": killed, "survived": survived}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

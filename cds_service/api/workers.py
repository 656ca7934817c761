"""One ``/metrics`` for several workers: each leaves its counters in a folder, whoever is asked adds them all up.

Without this a scrape would reach any one worker, and counters would seem to jump. The folder is made and removed by the
parent process; a worker that was replaced leaves its counters behind, so that they never go back.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from uuid import uuid4

import orjson

from cds_service.api.metrics import Families, Metrics, exposition, merged

EVERY_S = 1.0
MOMENTARY = ("cds_recorder_waiting", "cds_store_up")
"""What says nothing any more once its process is gone."""


class SharedMetrics:
    """The metrics of this worker and, in ``folder``, of the others; without a folder of this process only."""

    def __init__(self, metrics: Metrics, folder: Path | None) -> None:
        self._metrics = metrics
        self._folder = folder
        self._file = folder / f"{uuid4().hex}.json" if folder is not None else None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to leave our counters for the others."""
        if self._file is not None:
            self._task = asyncio.create_task(self._keep_leaving())

    def stop(self) -> None:
        """Leave them a last time."""
        if self._task is not None:
            self._task.cancel()
            self._leave()

    def text(self) -> str:
        """The exposition of all workers."""
        return exposition(merged([self._metrics.families(), *self._others()]))

    async def _keep_leaving(self) -> None:
        while True:
            self._leave()
            await asyncio.sleep(EVERY_S)

    def _leave(self) -> None:
        assert self._file is not None
        part = self._file.with_suffix(".part")
        try:
            part.write_bytes(orjson.dumps({"process": os.getpid(), "families": self._metrics.families()}))
            part.replace(self._file)
        except OSError:
            return  # no room in the folder just now: the next second will tell

    def _others(self) -> list[Families]:
        found: list[Families] = []
        for file in sorted(self._folder.glob("*.json")) if self._folder is not None else ():
            if file == self._file:
                continue
            try:
                left = orjson.loads(file.read_bytes())
            except (OSError, orjson.JSONDecodeError):
                continue
            families: Families = left["families"]
            if not Path(f"/proc/{left['process']}").exists():
                families = {name: samples for name, samples in families.items() if name not in MOMENTARY}
            found.append(families)
        return found

"""Takes each defence out of a copy of the product and demands that its tests fail: ``python -m tests.defences [J05 S ...]``.

The defences and their tests stand in ``tests/reliability/removals``; a letter chooses a group. A removal counts as seen
when one of its tests fails (or hangs) without the defence and passes again with it. ``--record`` writes what was seen down
for docs/reliability.md. Ends with 1 when a defence could be removed unnoticed, with 2 when a table is stale.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import ClassVar

from tests.reliability.removals import PROJECT, SEEN, Removal, StaleTable, seen, tables

LEFT_OUT = shutil.ignore_patterns(".git", "__pycache__", "node_modules", ".venv", ".*_cache", "*.sqlite3*")
PLUGINS = ("-p", "pytest_asyncio.plugin", "-p", "_hypothesis_pytestplugin")
"""What the named tests need; looking for all that are installed takes longer than most of the tests."""
PATIENCE = {"TEST_PATIENCE_S": "40"}
"""How long a test waits for what does not come without the defence; with it, it comes in a second or two."""
FAILED = 1
"""What pytest returns when tests ran and some failed; anything else above it means that they did not run."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of one removal: ``outcome`` is "fails", "hangs", "unnoticed" or why nothing was learnt."""

    removal: Removal
    outcome: str
    by: str = ""
    seconds: float = 0.0
    said: str = ""

    @property
    def is_seen(self) -> bool:
        return self.outcome in ("fails", "hangs")


class Copy:
    """A copy of the project in which one defence at a time is missing."""

    passed: ClassVar[set[str]] = set()
    """Tests that were seen to pass with every defence in its place, in whichever copy."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(PROJECT, folder, ignore=LEFT_OUT, dirs_exist_ok=True)
        self._ages = itertools.count(2)

    def write(self, sources: dict[str, str]) -> None:
        """Sources with a time of their own each, so that no compiled file of another version passes for theirs."""
        for name, text in sources.items():
            file = self.folder / name
            file.write_text(text, encoding="utf-8")
            stamp = time.time() - 10**8 + 2 * next(self._ages)
            os.utime(file, (stamp, stamp))

    @contextmanager
    def without(self, removal: Removal) -> Iterator[None]:
        """The defence is out inside the block."""
        changed = removal.sources(self.folder)
        before = {name: (self.folder / name).read_text(encoding="utf-8") for name in changed}
        self.write(changed)
        try:
            yield
        finally:
            self.write(before)

    def run(self, arguments: list[str], seconds: float) -> tuple[int | None, str]:
        """pytest's return code, ``None`` when it did not end in time, and what it said."""
        options = [
            "-o",
            "addopts=",
            *PLUGINS,
            "-o",
            f"cache_dir={self.folder}/.pytest_cache",
            "-x",
            "-q",
            "-rfE",
            "--tb=line",
        ]
        ours = {"PYTHONPATH": str(self.folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        environment = os.environ | ours | PATIENCE
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, *arguments],
            cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            output, _ = process.communicate(timeout=seconds)
            return process.returncode, output.decode(errors="replace")
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return None, ""

    def failed_tests(self) -> list[str]:
        """Of the last run."""
        file = self.folder / ".pytest_cache" / "v" / "cache" / "lastfailed"
        return list(json.loads(file.read_text())) if file.exists() else []

    def judge(self, removal: Removal, seconds: float) -> Verdict:
        """Run the tests of a removal without the defence, then the one that failed with it."""
        shutil.rmtree(self.folder / ".pytest_cache", ignore_errors=True)
        chosen = ["-k", removal.only] if removal.only else []
        begin = time.monotonic()
        with self.without(removal):
            code, said = self.run([*removal.tests, *chosen], seconds)
        took = time.monotonic() - begin
        if code == 0:
            return Verdict(removal=removal, outcome="unnoticed", seconds=took)
        failed = self.failed_tests()
        if code is not None and (code != FAILED or not failed):
            return Verdict(removal=removal, outcome=f"nothing was learnt (pytest {code})", seconds=took, said=said)
        again = failed or [*removal.tests, *chosen]
        if not self.passed.issuperset(again) and self.run(again, seconds)[0] != 0:
            return Verdict(
                removal=removal, outcome="its test fails with the defence too", by=again[0], seconds=took, said=said
            )
        self.passed.update(failed)
        outcome = "fails" if failed else "hangs"
        return Verdict(removal=removal, outcome=outcome, by=again[0], seconds=took, said=said)


def chosen_removals(names: list[str]) -> list[Removal]:
    """Those of the faults or groups that are named; all when none is."""
    removals, _ = tables()
    return [one for one in removals if not names or any(fault.startswith(tuple(names)) for fault in one.faults)]


def judged(removals: list[Removal], *, jobs: int, seconds: float) -> Iterator[Verdict]:
    """Verdicts as they come."""
    with tempfile.TemporaryDirectory(prefix="defences-") as folder, ThreadPoolExecutor(jobs) as pool:
        free: SimpleQueue[Copy] = SimpleQueue()
        for number in range(jobs):
            free.put(Copy(Path(folder) / str(number)))

        def judge(removal: Removal) -> Verdict:
            copy = free.get()
            try:
                return copy.judge(removal, seconds)
            finally:
                free.put(copy)

        yield from pool.map(judge, removals)


def record(verdicts: list[Verdict]) -> None:
    """Keep what was seen; what is no longer in the tables, or was tried and not seen, goes."""
    removals, _ = tables()
    tried = {one.removal.key for one in verdicts}
    known = {one.key: one.name for one in removals}
    found = {key: entry for key, entry in seen().items() if key in known and key not in tried}
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    for one in verdicts:
        if one.is_seen:
            found[one.removal.key] = {
                "what": one.removal.name, "day": today, "outcome": one.outcome, "by": one.by, "seconds": round(one.seconds),
            }  # fmt: skip
    ordered = sorted(found.items(), key=lambda item: (item[1]["what"], item[0]))
    text = json.dumps(dict(ordered), indent=1, ensure_ascii=False)
    SEEN.write_text(f"{text}\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faults", nargs="*", help="ids or letters of groups; all when none is given")
    parser.add_argument("--jobs", type=int, default=1, help="removals at once, each in a copy of its own")
    parser.add_argument("--seconds", type=float, default=240.0, help="a run that takes longer hangs")
    parser.add_argument("--record", action="store_true", help="write down what was seen")
    parser.add_argument("--new", action="store_true", help="only what has not been recorded yet")
    parser.add_argument("--verbose", action="store_true", help="show how the tests failed")
    options = parser.parse_args()
    removals = chosen_removals(options.faults)
    if options.new:
        removals = [one for one in removals if one.key not in seen()]
    try:
        for one in removals:
            one.sources(PROJECT)
    except StaleTable as stale:
        print(f"stale table: {stale}", file=sys.stderr)
        return 2
    verdicts, begin = list[Verdict](), time.monotonic()
    for verdict in judged(removals, jobs=options.jobs, seconds=options.seconds):
        verdicts.append(verdict)
        print(f"{verdict.outcome:9} {verdict.seconds:5.1f} s  {verdict.removal.name}  <- {verdict.by}", flush=True)
        if verdict.said and (options.verbose or not verdict.is_seen):
            print("\n".join(f"    {line}"[:400] for line in verdict.said.splitlines()[-12:]), flush=True)
        if options.record:
            record(verdicts)
    noticed = sum(one.is_seen for one in verdicts)
    took = round((time.monotonic() - begin) / 60)
    print(json.dumps({"removed": len(verdicts), "noticed": noticed, "minutes": took}))
    return 0 if noticed == len(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())

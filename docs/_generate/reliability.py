"""Writes docs/reliability.md from the catalogue of faults: ``python -m docs._generate.reliability [--check]``."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

from docs._generate.reliability_figures import FIGURES
from tests.faults_of_fhir_servers import FAULTS as SERVER_FAULTS
from tests.reliability.faults import FAULTS, GROUPS, Fault
from tests.reliability.removals import seen, tables

TARGET = Path(__file__).resolve().parents[1] / "reliability.md"
HEAD = """<!-- Written by `python -m docs._generate.reliability` from tests/reliability/faults.py. Do not edit. -->

# Reliability

What happens when things break, decided beforehand. One rule above all: fail towards "not checked", never towards silence
or a guess. One broken resource, rule or server never takes another with it; the caller's URL is data, not a destination;
nothing of a patient stands in a log, a label or an error; what was acknowledged survives kill -9, and no card waits for it.

"""


def text() -> str:
    """The document."""
    by_group: dict[str, list[Fault]] = defaultdict(list)
    for fault in FAULTS:
        by_group[fault.id[0]].append(fault)
    parts = [HEAD, _figures(), _summary(), _without_defence(by_group)]
    for group, title in GROUPS.items():
        parts.append(
            f"\n## {group}: {title}\n\n| id | what is done | what happens | test | fails without |\n|---|---|---|---|---|\n"
        )
        parts += [
            f"| {one.id} | {one.stimulus} | {one.answer} | {_tests(one)} | {_removed(one)} |\n"
            for one in by_group[group]
        ]
    return "".join(parts)


def _removed(fault: Fault) -> str:
    """How many of its defences were taken out with the test failing, of those that the tables name."""
    removals, _ = tables()
    keys = [one.key for one in removals if fault.id in one.faults]
    return f"{sum(key in seen() for key in keys)} of {len(keys)}" if keys else "no single one"


def _without_defence(by_group: dict[str, list[Fault]]) -> str:
    removals, reasons = tables()
    found = seen()
    known = [one for one in removals if one.key in found]
    covered = {fault for one in known for fault in one.faults}
    days = sorted({found[one.key]["day"] for one in known}) or ["never"]
    groups = ", ".join(
        f"{group} {sum(one.id in covered for one in some)}/{len(some)}" for group, some in by_group.items()
    )
    why = "".join(f"- {fault}: {reason}\n" for fault, reason in sorted(reasons.items()))
    return (
        "\n## Without its defence\n\n"
        "A test that cannot fail proves nothing. `python -m tests.defences` takes one defence after the other out of a copy of "
        "the product (a few edits each; all layers where several hold), runs the tests that must notice, and with the defence "
        f"back the one that failed. Seen to fail without a defence: the tests of {len(covered)} of {len(FAULTS)} faults ({groups}), "
        f"{len(known)} of {len(removals)} removals; last run {days[-1]}. "
        "The last column counts a fault's removals that were seen, of those that the tables name.\n\n"
        f"No single piece of code defends:\n\n{why}"
    )


def _summary() -> str:
    proven = sum(bool(fault.tests) for fault in FAULTS)
    return (
        f"Of {len(FAULTS)} faults {proven} have a test that CI runs; {len(FAULTS) - proven} have none, and their rows say why. "
        f"The faulty FHIR server plays {len(SERVER_FAULTS)} faults.\n"
    )


def _figures() -> str:
    rows = "".join(f"| {what} | {figure} | `{command}` |\n" for what, figure, command in FIGURES)
    full = (
        "The tests of the list run shorter in CI; `FULL_SIZE=1 python -m pytest -s tests -k "
        '"b11 or b15 or s21 or j18 or d22 or d23"` runs them at its sizes (200 kills, 1,000,000 calls, 10,000 tokens, '
        "50,000 trees, 1,000 shuffles)."
    )
    return (
        f"## Figures\n\n| what | measured | command |\n|---|---|---|\n{rows}\nMeasured on two shared cores while other "
        f"work ran beside; times are upper bounds. {full}\n\n"
    )


def _tests(fault: Fault) -> str:
    return ", ".join(f"`{test.partition('::')[2] or test}`" for test in fault.tests) or "none"


if __name__ == "__main__":
    if "--check" in sys.argv:
        fresh = TARGET.exists() and TARGET.read_text(encoding="utf-8") == text()
        print("fresh" if fresh else "stale: docs/reliability.md")
        sys.exit(0 if fresh else 1)
    TARGET.write_text(text(), encoding="utf-8")

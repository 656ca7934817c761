"""Every requirement of the protocol target has a row in docs/conformance.md, and every row tests that exist."""

from __future__ import annotations

import re

from tests.reliability.process import PROJECT

LAST = {
    "ACT": 8, "AUTH": 16, "CARD": 10, "CORS": 4, "CTX": 12, "DATA": 10, "DISC": 14, "DOC": 1, "ERR": 3, "EXT": 2, "FB": 8,
    "FHIR": 6, "HTTP": 3, "INV": 8, "LINK": 5, "PERF": 1, "PF": 11, "REQ": 9, "RESP": 5, "ROB": 8, "SAFE": 1, "SEC": 3,
    "SRC": 4, "SUG": 6, "SYS": 2,
}  # fmt: skip
"""Group → number of its last requirement."""
ROWS = [
    line.strip("|\n ").split(" | ")
    for line in (PROJECT / "docs" / "conformance.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| [A-Z]+-\d\d", line)
]


def listed(cell: str) -> list[str]:
    found = []
    for first, last in re.findall(r"([A-Z]+-\d\d)(?: to ([A-Z]+-\d\d))?", cell):
        group, start = first.split("-")
        end = last.split("-")[1] if last else start
        found += [f"{group}-{number:02}" for number in range(int(start), int(end) + 1)]
    return found


def test_every_requirement_has_exactly_one_row() -> None:
    every = [name for row in ROWS for name in listed(row[0])]
    assert sorted(every) == sorted(
        f"{group}-{number:02}" for group, last in LAST.items() for number in range(1, last + 1)
    )


def test_every_row_names_tests_that_exist() -> None:
    for requirement, _, proof in ROWS:
        files = re.findall(r"tests/[\w/]+\.py", proof)
        assert files, requirement
        assert all((PROJECT / file).is_file() for file in files), requirement
        for file, test in re.findall(r"(tests/[\w/]+\.py)::(\w+)", proof):
            text = (PROJECT / file).read_text(encoding="utf-8")
            assert re.search(rf"^(?:async )?def {test}\(", text, re.MULTILINE), f"{requirement}: {file} has no {test}"

"""Mutants of the checks that keep strangers out: ``python -m tests.mutants [--only addresses] [--every 3]``.

Each mutant is one small change (a comparison turned round, a condition that always or never holds, a number beside itself)
in a copy of the project; the tests of that module must fail. Prints killed / tried and what survived.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
TARGETS = {
    "cds_service/fhir/addresses.py": ["tests/test_fetch.py", "tests/reliability/test_fhir_servers.py", "-k", "f01 or f02 or f03 or f05 or f06 or f08 or listed or address"],
    "cds_service/fhir/pages.py": ["tests/test_fetch.py", "tests/reliability/test_fhir_servers.py", "-k", "f08 or f09 or F18 or medications or page or F20"],
    "cds_service/fhir/breaker.py": ["tests/test_fetch.py", "tests/reliability/test_fhir_servers.py", "-k", "f26"],
    "cds_service/api/auth/tokens.py": ["tests/auth", "-k", "not s16 and not s21"],
    "cds_service/api/auth/keys.py": ["tests/auth", "-k", "s17 or s18 or s19 or s04 or s07 or good or client"],
    "cds_service/api/auth/replay.py": ["tests/auth", "-k", "s15 or s16"],
}  # fmt: skip
OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


def changes(node: ast.AST) -> Iterator[Callable[[ast.AST], None]]:
    """The ways to change one node."""
    if isinstance(node, ast.Compare):
        yield lambda made: made.ops.__setitem__(0, OPPOSITE[type(made.ops[0])]())  # type: ignore[attr-defined]
    if isinstance(node, ast.BoolOp):
        yield lambda made: setattr(made, "op", ast.Or() if isinstance(made.op, ast.And) else ast.And())  # type: ignore[attr-defined]
    if isinstance(node, ast.If | ast.IfExp):
        yield lambda made: setattr(made, "test", ast.Constant(True))
        yield lambda made: setattr(made, "test", ast.Constant(False))
    if isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield lambda made: setattr(made, "value", ast.Constant(None))
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield lambda made: setattr(made, "value", not made.value)  # type: ignore[attr-defined]


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """Line, what changed, and the whole changed source."""
    tree = ast.parse(source)
    for number, node in enumerate(ast.walk(tree)):
        for change in changes(node):
            made = copy.deepcopy(tree)
            target = next(one for place, one in enumerate(ast.walk(made)) if place == number)
            before = ast.unparse(target).splitlines()[0]
            change(target)
            yield getattr(node, "lineno", 0), f"{before}  ->  {ast.unparse(target).splitlines()[0]}", ast.unparse(made)


def is_killed(folder: Path, tests: list[str]) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", *tests]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="")
    parser.add_argument("--every", type=int, default=1, help="try one mutant in so many")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="mutants-"))
    for name in ("cds_service", "tests", "fixtures", "docs"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    shutil.copy(PROJECT / "pyproject.toml", folder)
    killed = tried = 0
    for target, tests in TARGETS.items():
        if options.only not in target:
            continue
        source = (PROJECT / target).read_text(encoding="utf-8")
        if is_killed(folder, tests):
            sys.exit(f"{target}: its tests fail without a mutant")
        for number, (line, what, made) in enumerate(mutants(source)):
            if number % options.every:
                continue
            (folder / target).write_text(made, encoding="utf-8")
            tried += 1
            if is_killed(folder, tests):
                killed += 1
            else:
                print(f"survived: {target}:{line}: {what}", flush=True)
        (folder / target).write_text(source, encoding="utf-8")
    shutil.rmtree(folder)
    print(json.dumps({"killed": killed, "tried": tried}))


if __name__ == "__main__":
    main()

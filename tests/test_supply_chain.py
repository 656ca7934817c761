"""Faults X: what must not be in the source, and that the ways to find it do find it."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
FLAGS = {"verify": False, "follow_redirects": True, "trust_env": True, "shell": True}
CALLS = frozenset({"eval", "exec", "pickle.loads", "pickle.load", "yaml.load", "marshal.loads", "os.system"})
LOGGERS = frozenset({"print", "event", "repeated", "info", "debug", "warning", "error", "exception", "critical"})
SECRET_NAMES = frozenset({"body", "token", "request", "headers", "prefetch", "authorization"})


def sins(source: str) -> Iterator[str]:
    """What local rules find: calls that open a door, SQL made of strings, requests handed to a log."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in CALLS:
                yield name
            for keyword in node.keywords:
                if (
                    keyword.arg in FLAGS
                    and isinstance(keyword.value, ast.Constant)
                    and keyword.value.value is FLAGS[keyword.arg]
                ):
                    yield f"{keyword.arg}={keyword.value.value}"
            if name.rsplit(".", 1)[-1] in ("execute", "text") and any(
                isinstance(one, ast.JoinedStr | ast.BinOp) for one in node.args
            ):
                yield "SQL from strings"
            if name.rsplit(".", 1)[-1] in LOGGERS and any(
                isinstance(one, ast.Name) and one.id in SECRET_NAMES for one in node.args
            ):
                yield "a request in a log"
        if isinstance(node, ast.ImportFrom | ast.Import):
            named = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            if any(one.startswith("fhir.resources") and not one.startswith("fhir.resources.R4B") for one in named):
                yield "FHIR R5 models"


def test_x02_the_source_holds_none_of_them() -> None:
    found = {
        str(file.relative_to(PROJECT)): list(sins(file.read_text(encoding="utf-8")))
        for file in (PROJECT / "cds_service").rglob("*.py")
        if not {"migrations", "cli"} & set(file.parts)
    }
    assert {file: listed for file, listed in found.items() if listed} == {}


SINS = {
    "verify": "httpx.get(url, verify=False)",
    "redirects": "httpx.AsyncClient(follow_redirects=True)",
    "proxies": "httpx.AsyncClient(trust_env=True)",
    "eval": "eval(text)",
    "pickle": "pickle.loads(data)",
    "shell": "subprocess.run(command, shell=True)",
    "SQL": "connection.execute(f\"SELECT * FROM feedback WHERE card = '{card}'\")",
    "log": 'log.event("info", request)',
    "R5": "from fhir.resources.observation import Observation",
}


@pytest.mark.parametrize("sin", SINS)
def test_x02_each_injected_sin_is_found(sin: str) -> None:
    assert list(sins(SINS[sin]))


SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30}|xox[bp]-[0-9]{8}"
    r"|eyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"
    r"|(?i:password|secret|api_key)\s*[:=]\s*[\"'](?!change-me|\$)[A-Za-z0-9/+_-]{20,}[\"']"
)


def test_x04_no_secret_is_kept_in_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    files = [PROJECT / name for name in listed if name] or [
        file for file in PROJECT.rglob("*.py") if ".venv" not in file.parts
    ]
    assert len(files) > 100
    found = []
    for file in files:
        if (
            file == Path(__file__).resolve()
            or not file.is_file()
            or file.suffix in (".gz", ".msgpack", ".png", ".woff2")
        ):
            continue
        found += [
            (file.name, hit[0][:12]) for hit in SECRETS.finditer(file.read_text(encoding="utf-8", errors="replace"))
        ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["-----BEGIN RSA PRIVATE KEY-----", 'password = "hunter2hunter2hunter2"', "AKIAABCDEFGHIJKLMNOP"]
)
def test_x04_a_secret_would_be_found(text: str) -> None:
    assert SECRETS.search(text)


def test_x03_every_requirement_is_pinned_by_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (PROJECT / name).read_text(encoding="utf-8")
        wanted = [part for part in re.split(r"^(?=\w)", text, flags=re.MULTILINE) if part[:1].isalnum()]
        assert len(wanted) > 20
        for one in wanted:
            assert re.match(r"[\w.\[\]-]+==\S+( ;.*)? \\\n", one), one[:60]
            assert "--hash=sha256:" in one, one[:60]

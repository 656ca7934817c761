"""Starting the independent FHIR server: installed once into a cache folder from the lock file, then run on loopback."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json", "server.mjs")
TOKEN = "tok-independent"
PAGE_SIZE = 5
"""Small, so that an ordinary chart needs several pages."""


@dataclass(frozen=True)
class Running:
    """A started server."""

    base: str

    def store(self, resource: dict[str, Any]) -> None:
        """Put one resource."""
        url = f"{self.base}/{resource['resourceType']}/{resource['id']}"
        httpx.put(url, json=resource, timeout=60, trust_env=False).raise_for_status()

    def journal(self) -> list[dict[str, Any]]:
        """Every read and search so far: method, path, whether the token came along."""
        found: list[dict[str, Any]] = httpx.get(f"{self.base[:-5]}/__journal", timeout=60, trust_env=False).json()
        return found


def installed() -> Path:
    """The folder with the server and its packages. Skips the test, saying why, where npm cannot provide them."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("no node and npm here: the independent FHIR server is not run")
    content = b"".join((HERE / name).read_bytes() for name in FILES[:2])
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path(tempfile.gettempdir()) / "cds-tests")
    folder = cache / f"fhir-server-{hashlib.sha256(content).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test processes beside this one want it too
        for name in FILES:
            shutil.copyfile(HERE / name, folder / name)
        if not (folder / ".installed").exists():
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
            if done.returncode:
                pytest.skip("npm cannot fetch the independent FHIR server here (no registry): it is not run")
            (folder / ".installed").touch()
    return folder


@contextlib.contextmanager
def server(port: int) -> Iterator[Running]:
    """The server as a process of its own."""
    folder = installed()
    command = ["node", "server.mjs", str(port), TOKEN, str(PAGE_SIZE)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == "ready"
            yield Running(f"http://127.0.0.1:{port}/fhir")
        finally:
            process.kill()

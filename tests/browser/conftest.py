"""A real service process and the system's Chromium; everything the browser asks for must come from that service."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.reliability.process import Running, service

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE_MS = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with service(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield opened
        opened.close()


@dataclass
class Visitor:
    """Opens pages as one person; remembers what went wrong in them."""

    browser: Browser
    base: str
    troubles: list[str] = field(default_factory=list)
    refused: int = 0
    """Answers other than 2xx that the test asked for; Chromium logs each."""

    def open(self, path: str = "/", *, width: int = 1280, theme: str = "light", scripted: bool = True) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            java_script_enabled=scripted,
            base_url=self.base,
        )  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("console", lambda said: self._note("console: " + said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self._note(f"error: {error}"))
        page.on("dialog", lambda dialog: self._note(f"dialog: {dialog.message}"))
        page.on("request", lambda asked: None if asked.url.startswith((self.base, "data:")) else self._note(asked.url))
        page.goto(path)
        return page

    def _note(self, trouble: str) -> None:
        if self.refused and trouble.startswith("console: Failed to load resource"):
            self.refused -= 1
        else:
            self.troubles.append(trouble)


@pytest.fixture
def visitor(browser: Browser, running: Running) -> Iterator[Visitor]:
    someone = Visitor(browser, running.url)
    yield someone
    for context in browser.contexts:
        context.close()
    assert someone.troubles == []


@pytest.fixture
def visit(visitor: Visitor) -> Callable[..., Page]:
    return visitor.open

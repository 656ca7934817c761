"""``demo``: start the service on a frozen clock, fire the shipped fixtures at it over HTTP, print the cards, keep serving."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from pathlib import Path
from typing import Annotated

import typer

from cds_service.cli.serve import print_start, refuse_taken_port
from cds_service.console.examples import shipped_folder
from cds_service.errors import CdsError
from cds_service.settings import Settings, load_settings

FIXTURE_NOW = "2026-11-20T09:00:00Z"
"""The instant at which the fixtures are true."""


SHOWN_WHOLE = "hypokalaemia-furosemide"


class DemoError(CdsError):
    """The demonstration cannot run."""


def demo(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    fixtures: Annotated[
        Path | None, typer.Option(help="Folder with <case>/request.json; the shipped cases unless given.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Stop after firing.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Every card with its whole detail.")] = False,
) -> None:
    """See real hook requests answered: everything on loopback, embedded, nothing to configure."""
    folder_of_cases = fixtures or shipped_folder()
    files = sorted(folder_of_cases.glob("*/request.json")) if folder_of_cases is not None else []
    if not files:
        raise DemoError(f"{fixtures or 'shipped fixtures'}: no <case>/request.json there; name a folder by --fixtures")
    with tempfile.TemporaryDirectory(prefix="cds-demo-") as folder:
        settings = load_settings(
            host="127.0.0.1", port=port, now=FIXTURE_NOW, store=f"{folder}/feedback.sqlite3", log_level="warning"
        )
        refuse_taken_port(settings)
        server = start(settings)
        try:
            print_start(settings)
            fire_all(files, settings, full=full)
            if not once:
                keep_serving(settings)
        finally:
            server.stop()


class Background:
    """A uvicorn server in a thread of this process."""

    def __init__(self, settings: Settings) -> None:
        import uvicorn

        from cds_service.app import create_app

        config = uvicorn.Config(
            create_app(settings),
            host=settings.host,
            port=settings.port,
            access_log=False,
            log_level="warning",
            ws="none",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()

    def wait(self, seconds: float = 10.0) -> None:
        """Until it listens."""
        end = time.monotonic() + seconds
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > end:
                raise DemoError("the service did not start")
            time.sleep(0.02)

    def stop(self) -> None:
        """Ask it to end and wait."""
        self._server.should_exit = True
        self._thread.join(10)


def start(settings: Settings) -> Background:
    """A running service."""
    server = Background(settings)
    server.wait()
    return server


def fire_all(files: list[Path], settings: Settings, *, full: bool) -> None:
    """Every fixture over real HTTP; one card whole, so that one sees what an EHR unfolds, unless all are wanted whole."""
    from rich.console import Console

    from cds_service.cli.cards import print_answer
    from cds_service.cli.fire import send

    console = Console()
    url = f"http://{settings.host}:{settings.port}"
    for file in files:
        request = json.loads(file.read_text(encoding="utf-8"))
        answer = send(url, f"muscle-spasm-{request['hook']}", request)
        print_answer(
            console, f"{file.parent.name} · {request['hook']}", answer, detail=full or file.parent.name == SHOWN_WHOLE
        )
    console.rule()
    if not full:
        console.print("[dim]Whole details of every card: cds-service demo --full[/dim]")


def keep_serving(settings: Settings) -> None:
    """Until Ctrl-C."""
    from rich.console import Console

    console = Console()
    console.print(f"\nStill serving. Open [bold]http://{settings.host}:{settings.port}/[/bold]  (Ctrl-C ends it)")
    console.print(f"[bold red]The clock is frozen at {settings.now}.[/bold red] Not for care.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print("stopped")

"""``serve``: run the service."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import tempfile
from typing import Annotated

import typer

from cds_service.errors import ConfigurationError
from cds_service.settings import Settings, load_settings

KEEP_ALIVE_S = 75
GRACE_S = 20
WORKER_START_S = 60
"""How long a worker may take to start or to say that it lives before it is replaced."""


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer.")] = None,
    fhir_server: Annotated[list[str] | None, typer.Option(help="FHIR base that may be asked; repeatable.")] = None,
    now: Annotated[str | None, typer.Option(help="Freeze the clock at this instant (demonstrations only).")] = None,
    store: Annotated[str | None, typer.Option(help="Feedback store: a path or postgresql:// URL.")] = None,
) -> None:
    """Run the service; with no configuration on loopback, embedded, without client authentication."""
    settings = load_settings(
        host=host,
        port=port,
        workers=workers,
        fhir_servers=tuple(fhir_server) if fhir_server else None,
        now=now,
        store=store,
    )
    run(settings)


def run(settings: Settings) -> None:
    """Start uvicorn with the settings of this service. Raises ``ConfigurationError`` when it cannot listen."""
    gc.disable()  # what is made at start stays; the service turns the collector on once it is warm
    import uvicorn

    from cds_service.api.connections import BoundedProtocol
    from cds_service.app import create_app

    refuse_taken_port(settings)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # being told to end is no failure, before the start and after
    app = create_app(settings)  # with several workers too: a wrong configuration must stop the start, once
    print_start(settings)
    common = {
        "host": settings.host,
        "port": settings.port,
        "loop": "uvloop",
        "http": BoundedProtocol,
        "access_log": False,
        "log_level": "warning",
        "timeout_keep_alive": KEEP_ALIVE_S,
        "timeout_graceful_shutdown": GRACE_S,
        "timeout_worker_healthcheck": WORKER_START_S,
        "server_header": False,
        "date_header": True,
        "backlog": 512,
        "ws": "none",
    }
    if settings.workers == 1:
        uvicorn.run(app, **common)  # type: ignore[arg-type]
        return
    pass_on(settings)
    with tempfile.TemporaryDirectory(prefix="cds-metrics-") as folder:
        os.environ.setdefault("CDS_METRICS_FOLDER", folder)
        uvicorn.run("cds_service.app:create_app", factory=True, workers=settings.workers, **common)  # type: ignore[arg-type]


def pass_on(settings: Settings) -> None:
    """Hand command-line choices to worker processes through their environment."""
    chosen = {
        "CDS_HOST": settings.host,
        "CDS_PORT": str(settings.port),
        "CDS_WORKERS": str(settings.workers),
        "CDS_NOW": settings.now,
        "CDS_STORE": settings.store,
    }
    os.environ.update({key: value for key, value in chosen.items() if value is not None})
    if settings.fhir_servers:
        import json

        os.environ["CDS_FHIR_SERVERS"] = json.dumps(list(settings.fhir_servers))


def refuse_taken_port(settings: Settings) -> None:
    """A port that is taken is one clear line, not a traceback."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise ConfigurationError(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}") from None


def print_start(settings: Settings) -> None:
    """The start-up line: where, and in which mode."""
    mode = "client authentication ON" if settings.authenticates else "client authentication OFF"
    line = f"cds-service on http://{settings.host}:{settings.port}  ({mode}; store {_store(settings)})"
    print(line, file=sys.stderr)
    if settings.now:
        print(f"THE CLOCK IS FROZEN at {settings.now}: every answer says so. Never use this for care.", file=sys.stderr)


def _store(settings: Settings) -> str:
    if not settings.store_enabled:
        return "off"
    return "PostgreSQL" if settings.store_url.startswith("postgres") else settings.store_url

"""``fire``: send a hook request from a file to a running service and print the cards."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from cds_service.errors import CdsError

DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?")
STILL = frozenset({"birthDate", "deceasedDateTime"})


class FireError(CdsError):
    """The request could not be sent or was refused."""


def fire(
    file: Annotated[Path, typer.Argument(help="A hook request as JSON.", exists=True, dir_okay=False)],
    url: Annotated[str, typer.Option(help="Base URL of the service.")] = "http://127.0.0.1:8000",
    keep_dates: Annotated[bool, typer.Option(help="Send the dates as they are.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the raw answer.")] = False,
    brief: Annotated[bool, typer.Option(help="Summaries only.")] = False,
) -> None:
    """Fire a request at a service; its dates are moved so that the newest is now, unless told not to.

    Now is the service's now: one whose clock is frozen gets the dates of its own day.
    """
    try:
        request = json.loads(file.read_text(encoding="utf-8"))
        hook = request["hook"]
    except json.JSONDecodeError as error:
        raise FireError(f"{file}: not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except UnicodeDecodeError:
        raise FireError(f"{file}: not JSON: it is not UTF-8") from None
    except (KeyError, TypeError):
        raise FireError(f"{file}: not a hook request: it has no member hook") from None
    if not url.startswith(("http://", "https://")):
        raise FireError(f"{url}: not a URL such as http://127.0.0.1:8000")
    frozen = frozen_clock(url)
    if frozen is not None:
        print(f"THE CLOCK OF {url} IS FROZEN at {frozen.isoformat()}. Not for care.", file=sys.stderr)
    if not keep_dates:
        request = move_dates(request, frozen or datetime.now(UTC))
    answer = send(url, f"muscle-spasm-{hook}", request)
    if as_json:
        json.dump(answer, sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
        return
    from rich.console import Console

    from cds_service.cli.cards import print_answer

    print_answer(Console(), f"{file.parent.name or file.name} · {hook}", answer, detail=not brief)


def frozen_clock(url: str) -> datetime | None:
    """The instant at which the service's clock stands still, if it does. Raises ``FireError`` when nobody answers."""
    import httpx

    try:
        said = httpx.get(f"{url.rstrip('/')}/cds-services", timeout=10, trust_env=False).headers.get("x-frozen-clock")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FireError(f"{url}: no answer ({type(error).__name__}); is the service running?") from None
    return _parse(said) if said else None


def send(url: str, service: str, request: dict[str, Any]) -> dict[str, Any]:
    """POST a request; the decoded answer. Raises ``FireError`` with what the service said."""
    import httpx

    try:
        response = httpx.post(f"{url.rstrip('/')}/cds-services/{service}", json=request, timeout=10, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FireError(f"{url}: no answer ({type(error).__name__}); is the service running?") from None
    try:
        data: dict[str, Any] = response.json()
    except ValueError:
        raise FireError(f"{url}: answered {response.status_code} without JSON") from None
    if response.status_code != 200:
        issues = [issue.get("diagnostics", "") for issue in data.get("issue", [])]
        raise FireError(f"{url}: answered {response.status_code}: {'; '.join(issues)}")
    return data


def move_dates(request: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Shift every date of the request (birth dates apart) by whole seconds so that the newest one is just past."""
    moments = [parsed for text in _dates(request) if (parsed := _parse(text)) is not None]
    past = [moment for moment in moments if moment <= now + timedelta(days=3650)]
    if not past:
        return request
    shift = now - max(past) - timedelta(minutes=5)
    moved: dict[str, Any] = _shifted(request, timedelta(seconds=round(shift.total_seconds())))
    return moved


def _dates(value: Any, key: str = "") -> list[str]:
    if isinstance(value, dict):
        return [date for name, inner in value.items() for date in _dates(inner, name)]
    if isinstance(value, list):
        return [date for inner in value for date in _dates(inner, key)]
    return [value] if isinstance(value, str) and key not in STILL and DATE.fullmatch(value) else []


def _shifted(value: Any, shift: timedelta, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _shifted(inner, shift, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_shifted(inner, shift, key) for inner in value]
    if isinstance(value, str) and key not in STILL and DATE.fullmatch(value):
        moment = _parse(value)
        if moment is not None:
            moved = moment + shift
            return moved.strftime("%Y-%m-%d") if "T" not in value else moved.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


def _parse(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)

"""Cards in the terminal, as a clinician would want to read them."""

from __future__ import annotations

from typing import Any

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.panel import Panel
from rich.text import Text

from cds_service.cards.write import EXTENSION

STYLES = {"critical": "bold white on red", "warning": "bold black on yellow", "info": "bold white on blue"}
BORDERS = {"critical": "red", "warning": "yellow", "info": "blue"}


def print_answer(console: Console, title: str, answer: dict[str, Any], *, detail: bool = True) -> None:
    """All cards of one answer."""
    console.rule(title)
    cards = answer.get("cards", [])
    if not cards:
        console.print(f"[dim]no cards: {why_silent(answer)}[/dim]")
    for card in cards:
        console.print(panel(card, detail=detail))


def why_silent(answer: dict[str, Any]) -> str:
    """What an empty answer means, by its own account."""
    account = answer.get("extension", {}).get(EXTENSION, {})
    if "gate" in account:
        return str(account["gate"]["text"])
    if unlooked := account.get("notEvaluated"):
        return f"{len(unlooked)} checks could not be made; see --json"
    return "every rule was asked and none had anything to say"


def panel(card: dict[str, Any], *, detail: bool) -> Panel:
    """One card."""
    indicator = card["indicator"]
    head = Text.assemble((f" {indicator.upper()} ", STYLES[indicator]), " ", (card["summary"], "bold"))
    parts: list[Any] = [head]
    if detail and card.get("detail"):
        parts.append(Markdown(card["detail"]))
    offers = [suggestion["label"] for suggestion in card.get("suggestions", [])]
    if offers:
        parts.append(Text("Suggestions: " + " · ".join(offers), style="cyan"))
    return Panel(Group(*parts), border_style=BORDERS[indicator], subtitle=card["source"]["topic"]["code"])

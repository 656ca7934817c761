"""Templates of the page, and Markdown of cards rendered so that nothing but text, tables and lists can come out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nh3
from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from cds_service.api.state import ServiceState

TAGS = {"p", "ul", "ol", "li", "strong", "em", "table", "thead", "tbody", "tr", "th", "td", "br", "code"}
SECURITY = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
STATIC = Path(__file__).parent / "static"
KINDS = {
    "mark.svg": "image/svg+xml",
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
}


@cache
def environment() -> Environment:
    """The template environment; everything is escaped."""
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    made = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters["markdown"] = markdown
    made.filters["pretty"] = lambda value: json.dumps(value, indent=2, ensure_ascii=False)
    return made


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def markdown(text: str) -> Markup:
    """Safe HTML of a card's detail; tables get a frame that scrolls on narrow screens."""
    html = nh3.clean(_parser().render(text), tags=TAGS, attributes={})
    framed = html.replace("<table>", '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>')
    return Markup(framed.replace("</table>", "</table></div>"))  # noqa: S704 - nh3 cleaned it  # nosec B704


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders templates with what every page shows."""

    state: ServiceState

    def show(self, request: Request, name: str, status: int = 200, **values: Any) -> Response:
        """A whole page, or a part of one."""
        settings = self.state.settings
        html = (
            environment()
            .get_template(name)
            .render(
                frozen=settings.now,
                path=request.url.path,
                base=(settings.public_url or str(request.base_url)).rstrip("/"),
                console=settings.shows_console,
                docs=settings.docs,
                **values,
            )
        )
        return Response(html, status, SECURITY, "text/html; charset=utf-8")


async def static(request: Request) -> Response:
    """Style and script of the pages."""
    request.scope["state"]["route"] = "console"
    name = request.path_params["name"]
    if name not in KINDS:
        return Response(status_code=404)
    headers = {"cache-control": "no-cache", "x-content-type-options": "nosniff"}
    return Response((STATIC / name).read_bytes(), 200, headers, KINDS[name])

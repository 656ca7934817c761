"""Templates of the page, and Markdown of cards rendered so that nothing but text, tables and lists can come out."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import nh3
from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {"p", "ul", "ol", "li", "strong", "em", "table", "thead", "tbody", "tr", "th", "td", "br", "code"}


@cache
def environment() -> Environment:
    """The template environment; everything is escaped."""
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    made = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters["markdown"] = markdown
    return made


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def markdown(text: str) -> Markup:
    """Safe HTML of a card's detail."""
    return Markup(nh3.clean(_parser().render(text), tags=TAGS, attributes={}))  # noqa: S704 - nh3 cleaned it


def page(name: str, **values: Any) -> str:
    """A page as HTML."""
    return environment().get_template(name).render(**values)

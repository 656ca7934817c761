"""axe-core finds no violation of WCAG 2 A and AA on any page, in both themes, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Visit = Callable[..., Page]


def violations(page: Page, *, opened: bool = True) -> list[str]:
    """One line a violation: rule, target, what is wrong; with everything unfolded unless told not to."""
    if opened:
        page.evaluate("document.querySelectorAll('details:not([name])').forEach((one) => { one.open = true })")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)  # by the debugger: the page's own policy allows no foreign script
    run = "(tags) => axe.run(document, {runOnly: tags, resultTypes: ['violations']})"
    found: dict[str, Any] = page.evaluate(run, TAGS)
    assert found["testEngine"]["name"] == "axe-core"
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_violation_on_any_page(visit: Visit, theme: str, width: int) -> None:
    page = visit(theme=theme, width=width)
    found = violations(page)
    page.get_by_label("Chart or order").select_option("partial-prefetch")
    page.get_by_role("button", name="Fire the example").click()
    found += violations(page)
    page.locator("summary", has_text="A small chart").click()
    page.get_by_label("Potassium", exact=True).fill("2.4")
    page.get_by_label("Problems and symptoms", exact=True).fill("muscle cramp\nno such thing")
    page.get_by_role("button", name="Fire the chart").click()
    page.wait_for_load_state()  # a click before the script is there works too, but leaves the page
    page.get_by_role("button", name="Order magnesium").first.click()
    expect(page.get_by_text("Suggestion accepted; stored.")).to_be_visible()
    page.get_by_role("combobox", name="Problems and symptoms: search").press_sequentially("cramp")
    expect(page.locator("#problems-options li").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    found += violations(page, opened=False)
    for path in ("/rules?q=potassium-low&about=calcium&with=thiazide&value=3.2", "/report", "/services", "/docs"):
        page.goto(path)
        found += violations(page)
    assert found == []


def test_axe_would_find_a_violation(visit: Visit) -> None:
    page = visit("/services")
    page.evaluate("document.querySelector('h1').style.color = '#eee'")
    assert any(line.startswith("color-contrast") for line in violations(page))

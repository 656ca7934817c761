"""Checks that every relative link, and every test named, in the Markdown documents is there: ``python -m docs._generate.links``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")
TEST = re.compile(r"tests/[\w/]+(?:\.py)?")
SKIPPED = (".venv", "node_modules", ".git")


def broken() -> list[str]:
    """``file: target`` for every relative link without a target."""
    found = []
    for path in sorted(ROOT.rglob("*.md")):
        if any(part in SKIPPED for part in path.parts):
            continue
        for target in LINK.findall(path.read_text(encoding="utf-8")):
            if "://" in target or target.startswith("mailto:"):
                continue
            if not (path.parent / target).exists():
                found.append(f"{path.relative_to(ROOT)}: {target}")
        named = TEST.findall(path.read_text(encoding="utf-8")) if path.parent.name == "docs" else []
        found += [f"{path.relative_to(ROOT)}: {name}" for name in named if not (ROOT / name).exists()]
    return found


if __name__ == "__main__":
    missing = broken()
    print("\n".join(missing) or "all relative links lead somewhere")
    sys.exit(1 if missing else 0)

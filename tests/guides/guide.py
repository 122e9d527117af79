"""Read what a guide has people type and write."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs/docsite/rst").glob("*.rst"))


def blocks(text: str, language: str) -> list[tuple[Mapping[str, str], str]]:
    """Return a language's code blocks with their options."""
    found: list[tuple[Mapping[str, str], str]] = []
    for block in re.finditer(
        rf"(?m)^( *)\.\. code-block:: {language}\n((?:\1   :\w+:.*\n)*)\n((?:\1   .*\n|\n)+)", text
    ):
        options = dict(re.findall(r":(\w+): (.*)", block[2]))
        found.append((options, textwrap.dedent(block[3]).strip() + "\n"))
    return found


def commands(guide: Path) -> list[str]:
    """Return the lines of its shell blocks."""
    lines: list[str] = []
    for _options, text in blocks(guide.read_text(encoding="utf-8"), "shell"):
        lines += text.splitlines()
    return lines


def files(guide: Path) -> dict[str, str]:
    """Return the guide's inventories by their paths."""
    shown = blocks(guide.read_text(encoding="utf-8"), "yaml")
    return {options["caption"]: text for options, text in shown if "caption" in options}

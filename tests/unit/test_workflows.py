"""Compare the workflows with the Makefile and the Pythons."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
TARGETS = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))


def jobs() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORKFLOWS[0].read_text(encoding="utf-8"))["jobs"]
    return found


def test_every_target_that_is_called_exists() -> None:
    called = set(chain.from_iterable(re.findall(r"run: make ([a-z-]+)", file.read_text()) for file in WORKFLOWS))
    called |= set(jobs()["check"]["strategy"]["matrix"]["target"])
    assert len(called) > 5
    assert called <= TARGETS


def test_every_change_and_every_week_is_tested() -> None:
    when = yaml.safe_load(WORKFLOWS[0].read_text(encoding="utf-8"))[True]  # YAML takes `on` for true
    assert {"pull_request", "push", "schedule"} <= set(when)


def test_every_core_is_tested_with_each_of_its_pythons() -> None:
    matrix = jobs()["core"]["strategy"]["matrix"]
    pairs = set(itertools.product(matrix["core"], matrix["python"]))
    pairs -= {(pair["core"], pair["python"]) for pair in matrix["exclude"]}
    assert pairs == set(supported())


def supported() -> list[tuple[str, str]]:
    """Return each ansible-core and Python of `make test-matrix`."""
    text = (ROOT / "tools/matrix.py").read_text(encoding="utf-8")
    table = re.search(r"PYTHONS = (\{.*?\n\})", text, re.DOTALL)
    assert table
    pythons = json.loads(re.sub(r",(\s*[}\]])", r"\1", table[1].replace("(", "[").replace(")", "]")))
    pairs: list[tuple[str, str]] = []
    for core, versions in pythons.items():
        pairs += [(core, python) for python in versions]
    return pairs


def test_the_hooks_before_a_commit_are_steps_of_lint() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    lint = (ROOT / "tools/lint.py").read_text(encoding="utf-8")
    for hook in hooks:
        command = hook["entry"].removeprefix(".venv/bin/")
        assert command == "make lint" or command in lint, hook["id"]


@pytest.mark.parametrize("file", sorted((ROOT / ".github").rglob("*.md")), ids=lambda file: file.name)
def test_what_github_shows_links_to_what_is_there(file: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)", file.read_text(encoding="utf-8")):
        assert link.startswith("https://") or (file.parent / link).exists(), link


def test_the_root_is_small_enough_to_be_seen_at_once() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert len({line.partition("/")[0] for line in listed.splitlines()}) <= 22

"""Share fixtures between the tests of the collection and of the emulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.testing import in_ci
from xdist.scheduler import LoadFileScheduling

from .browser import PROGRAM, Page, browsing

# What takes more than a few seconds beside the number of its tests, the longest first.
LONG = (
    "awx",
    "test_killed_runs",
    "test_rule_replacement",
    "test_torture",
    "test_report_page",
    "test_export_estate",
    "test_least_privilege_playbooks",
    "test_rulebooks",
    "test_progress_output",
    "test_both_ways",
    "test_registry",
    "test_lives",
)


class Scheduling(LoadFileScheduling):  # type: ignore[misc]
    """Give a worker a whole file at a time.

    One worker gets all that is about AWX, whose tests share what is slow.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _group(Path(nodeid.partition("::")[0]))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slowest files, so that no worker is left with one at the end."""
    items.sort(key=lambda item: LONG.index(name) if (name := _group(item.path)) in LONG else len(LONG))


def _group(file: Path) -> str:
    return "awx" if file.parent.name == "awx" else file.stem


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    if not PROGRAM:
        reason = "Chromium not found: the pages for people ARE NOT TESTED"
        if in_ci():
            pytest.fail(f"{reason}, and in CI they must be")
        pytest.skip(reason)
    with browsing(tmp_path_factory.mktemp("browser")) as page:
        yield page

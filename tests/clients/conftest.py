"""Start the emulator for each client's world."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from acr_emulator.testing import Emulator, running

WORLD = Path(__file__).parents[1] / "emulator/worlds/two_accounts.yml"


@pytest.fixture(scope="session")
def process() -> Iterator[Emulator]:
    with running(WORLD) as started:
        yield started


@pytest.fixture
def emulator(process: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    for name in [name for name in os.environ if name.upper().endswith("_PROXY")]:
        monkeypatch.delenv(name)  # some of the clients know no exceptions
    process.reset()
    process.post("/_emulator/tasks", {"seconds": 0.2})
    return process

"""Share one emulator process between most tests.

Each test begins in a world of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from acr_emulator.testing import Emulator, running

from .kit import ROOT_A, ROOT_B, Client, world


@pytest.fixture(scope="session")
def emulator_process() -> Iterator[Emulator]:
    with running(world()) as emulator:
        yield emulator


@pytest.fixture
def serve(emulator_process: Emulator) -> Callable[..., Emulator]:
    """Serve a world; the arguments are those of `kit.world`."""

    def served(**changes: Any) -> Emulator:
        emulator_process.reset(world(**changes))
        emulator_process.post("/_emulator/tasks", {"seconds": 0.02})
        return emulator_process

    return served


@pytest.fixture
def emulator(serve: Callable[..., Emulator]) -> Emulator:
    return serve()


@pytest.fixture
def a(emulator: Emulator) -> Client:
    """Return Account A's root, by default in the default world."""
    return Client(emulator, ROOT_A)


@pytest.fixture
def b(emulator: Emulator) -> Client:
    """Return Account B's root."""
    return Client(emulator, ROOT_B)

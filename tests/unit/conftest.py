"""What tests of the collection and of the emulator share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from acr_emulator.testing import in_ci

from .browser import PROGRAM, Page, browsing


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    if not PROGRAM:
        reason = "Chromium not found: the pages for people ARE NOT TESTED"
        if in_ci():
            pytest.fail(f"{reason}, and in CI they must be")
        pytest.skip(reason)
    with browsing(tmp_path_factory.mktemp("browser")) as page:
        yield page

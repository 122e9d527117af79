# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count as a change what may have been written."""

from __future__ import annotations

from typing import Any

import pytest
from acr_emulator.testing import Emulator

from .conftest import SOURCE, Account, ModuleFailedError
from .test_image_sync import TO_B, WEB
from .test_sync_rule import RULE

IN_SET = {name: value for name, value in RULE.items() if name != "instance_id"}
CASES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "rule": ("acr_sync_rule", RULE, "CreateRepoSyncRule", "ListRepoSyncRule"),
    "set": ("acr_sync_rules", {"instance_id": SOURCE, "rules": [IN_SET]}, "CreateRepoSyncRule", "ListRepoSyncRule"),
    "image": ("acr_image_sync", {**TO_B, **WEB}, "CreateRepoSyncTask", "ListRepoSyncTask"),
}


def begin(cloud: Emulator, write: str, look: str) -> None:
    """Let every write, and every look after it, be answered in an undocumented shape: nobody learns what was done."""
    looks_before = 2 if look == "ListRepoSyncTask" else 1  # images are looked for once more just before they are sent
    for action, nth in ((write, 1), (look, looks_before + 1)):
        match = {"action": action, "nth": nth}
        # A million times means always.
        cloud.post("/_emulator/faults", {"fault": "wrong_shape", "match": match, "times": 10**6})


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize("case", CASES)
def test_what_may_have_been_written_is_a_change(case: str, cloud: Emulator, account_a: Account) -> None:
    module, options, write, look = CASES[case]
    begin(cloud, write, look)
    with pytest.raises(ModuleFailedError) as failure:
        account_a.run(module, **options)
    assert failure.value.result["changed"] is True, failure.value
    assert str(failure.value).startswith(("Cannot ", "1 of 1 "))
    # It was written indeed, so a further run has nothing to do.
    cloud.delete("/_emulator/faults")
    assert account_a.run(module, **options)["changed"] is False


@pytest.mark.usefixtures("granted")
def test_what_a_look_shows_not_to_be_written_is_none(cloud: Emulator, account_a: Account) -> None:
    match = {"action": "CreateRepoSyncRule"}
    cloud.post("/_emulator/faults", {"fault": "error_500", "match": match, "times": 10**6})
    with pytest.raises(ModuleFailedError) as failure:
        account_a.run("acr_sync_rule", **RULE)
    assert not failure.value.result.get("changed")

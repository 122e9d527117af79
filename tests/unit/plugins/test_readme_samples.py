# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare what the README shows as printed with what is printed today."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.registryops.alicloud.plugins.filter.acr_outcome import outcome

from .conftest import SOURCE, TARGET, Account, ModuleFailedError
from .test_lives import TARGET_OPTIONS

ROOT = Path(__file__).parents[3]
SECTION = (
    (ROOT / "README.md").read_text(encoding="utf-8").partition("### What it tells you\n")[2].partition("\n### ")[0]
)
RULE = {"name": "releases-to-eu", "namespace": "prod", "tag_filter": "^v?[0-9]", **TARGET_OPTIONS}


def plain(text: str) -> str:
    """Return a text in one line, with one request's ID in place of each."""
    return re.sub(r"request [0-9A-F-]{36}", "request ID", " ".join(text.split()))


@pytest.fixture
def samples() -> list[str]:
    """Return the failure, the finding, the preview and the end of a run."""
    return re.findall(r"```text\n(.*?)```", SECTION, re.DOTALL)


def run_rules(account: Account, **options: Any) -> dict[str, Any]:
    return account.run("acr_sync_rules", instance_id=SOURCE, rules=[RULE], grant_timeout=0, **options)


def test_the_failure_is_that_of_a_rule_without_a_grant(samples: list[str], account_a: Account) -> None:
    with pytest.raises(ModuleFailedError) as failure:
        run_rules(account_a)
    assert plain(str(failure.value)) == plain(samples[0])


def test_the_others_are_those_of_a_new_rule(samples: list[str], granted: Account, account_a: Account) -> None:
    kept = run_rules(account_a)
    [play] = yaml.safe_load((ROOT / "playbooks/configure_sync.yml").read_text(encoding="utf-8"))
    end = outcome(kept, "rules", {"host": "prod-hz"}, next_step=play["vars"]["configure_sync_next"])
    assert end == samples[3].splitlines()
    endpoints = {f"{product}_endpoint": f"http://{granted.cloud.endpoint}" for product in ("cr", "sts")}
    place = {"instance_id": TARGET, "name": "prod-eu", "region": "eu-central-1"}
    destination = {**place, **granted.keys, **endpoints}
    verified = account_a.run("acr_sync_verify", instance_id=SOURCE, rules=[RULE], destinations=[destination])
    assert plain(" ".join(verified["summary"]["findings"])) == plain(samples[1])
    preview = account_a.run("acr_sync_backfill", True, instance_id=SOURCE, rules=[RULE])
    assert [f"+{line}" for line in preview["diff"]["after"].splitlines()] == samples[2].splitlines()

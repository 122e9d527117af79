# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold what each playbook hands on by set_stats to a bound.

A workflow gives it to all later jobs as variables, so that it must not grow with images, rules or tags.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible import template
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from .test_modules import ROOT

# From ansible-core 2.19 on, only what comes from a playbook is a template.
TRUST = getattr(template, "trust_as_template", str)
SECRET = "s3cr3t-of-the-host"
# For each host, so that a hundred hosts hand on no more than 100 kB.
BOUND = 1_000
MANY = [f"prod/repository-{number}:1.0" for number in range(5_000)]
STATES = ("same", "older", "missing", "failed", "waiting", "canceled", "unsigned", "different", "deleted", "extra")
COUNTS = {state: {"images": 10**7, "bytes": 10**15} for state in STATES}
SENT = dict.fromkeys(("sent", "failed", "unchanged", "canceled", "in_flight", "mismatched", "not_sent"), 10**7)
CHANGED = {"changed": True, "results": [{"changed": True, "item": image} for image in MANY]}
VERDICT = {"state": "bad", "sentence": "10,000,000 of 10,000,001 images that rules cover arrived; 4 errors."}
# What a host of a large estate has when each role hands on.
LARGE: dict[str, dict[str, Any]] = {
    "grant_access": {
        "__grant_access_role": {
            # A trust policy has room for no more accounts.
            "cross_account_role": {"account_id": "5" * 16, "source_account_ids": ["1" * 16] * 20},
            **CHANGED,
        },
        "grant_access_region": "ap-southeast-1",
        "grant_access_instance_id": "cri-" + "x" * 16,
    },
    "prepare_destination": {
        "__prepare_destination_namespaces": CHANGED,
        "__prepare_destination_repositories": CHANGED,
    },
    "configure_sync": {"__configure_sync_kept": {"counts": SENT, "sync_rules": CHANGED["results"]}},
    "backfill_images": {
        "backfill_images_result": {
            "counts": SENT,
            "images": MANY,
            "traffic": {"pairs": MANY, "summary": MANY, "cross_border": COUNTS["same"], "unknown": COUNTS["same"]},
        }
    },
    "verify_sync": {"verify_sync_result": {"state": "bad", "counts": COUNTS, "images": MANY, "findings": MANY}},
    "audit_sync": {"audit_sync_result": {"state": "bad", "counts": {"error": 10**6, "warning": 10**6}, "rules": MANY}},
    "report_sync": {"report_sync_result": {"verdict": VERDICT, "counts": COUNTS, "images": MANY}},
    "wait_for_image": {"wait_for_image_result": {"digest": "sha256:" + "0" * 64, "targets": MANY}},
    "follow_settings": {
        "follow_settings_wanted": {"conflicts": MANY, "targets": MANY},
        "follow_settings_result": {"counts": SENT, "missing": MANY, "repositories": MANY},
    },
    "prune_destination": {"prune_destination_result": {"counts": SENT, "images": CHANGED["results"]}},
    "switch_over": {"__switch_over_plan": {"holds": "partly", "remaining": MANY, "steps": MANY}},
    "transfer_by_storage": {
        "transfer_by_storage_step": "replicate",
        # What a filter returns; templates of a test know no filters of collections.
        "__transfer_by_storage_plan": {"images": MANY},
        **{f"__transfer_by_storage_{name}": CHANGED for name in ("grant", "replication", "end")},
    },
    "send_failed_again": {"sent": {"counts": SENT, "images": MANY}},
}
FILES = [*ROOT.glob("playbooks/*.yml"), *ROOT.glob("roles/*/tasks/*.yml")]


def _name(file: Path) -> str:
    return file.stem if file.parent.name == "playbooks" else file.parts[-3]


def _handing_on(found: Any) -> Iterator[dict[str, Any]]:
    """Yield the arguments of each set_stats, wherever in a file it is."""
    for item in found if isinstance(found, list) else found.values():
        if isinstance(item, dict) and "ansible.builtin.set_stats" in item:
            yield item["ansible.builtin.set_stats"]["data"]
        elif isinstance(item, dict | list):
            yield from _handing_on(item)


def _data() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for file in FILES:
        found += [(_name(file), data) for data in _handing_on(DataLoader().load_from_file(str(file)))]
    return found


HANDED_ON = _data()


def _trusted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _trusted(inner) for name, inner in value.items()}
    return TRUST(value) if isinstance(value, str) else value


@pytest.mark.parametrize(("name", "data"), HANDED_ON, ids=[name for name, _told in HANDED_ON])
def test_what_is_handed_on_does_not_grow_and_is_no_secret(name: str, data: dict[str, Any]) -> None:
    variables: dict[str, Any] = {"inventory_hostname": "prod-sh", "acr_access_key_secret": SECRET, **LARGE[name]}
    file = ROOT / "roles" / name / "vars/main.yml"
    own = _trusted(DataLoader().load_from_file(str(file))) if file.exists() else {}
    found = Templar(DataLoader(), {**own, **variables}).template(_trusted(data))
    text = json.dumps(found)
    assert len(text) < BOUND, text
    assert SECRET not in text
    assert json.loads(text) not in ({}, {f"acr_{name}": {"prod-sh": {}}})


def test_each_large_estate_is_handed_on() -> None:
    assert {name for name, _told in HANDED_ON} == set(LARGE)

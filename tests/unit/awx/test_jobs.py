# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the workflow, slices and templates that write as AWX does.

Each job runs by ansible-runner in a folder of its own that is gone afterwards.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.registryops.alicloud.tests.awx import workflows
from ansible_collections.registryops.alicloud.tests.awx.jobs import Finished

from .playing import KEYS
from .sites import ACCOUNT_A, Site

WRITING = ("grant access", "prepare destination", "configure sync", "backfill images", "revoke access")
# Answers as a browser sends them where nothing was filled in.
EMPTY = {
    "grant access": {"acr_source_account_ids": ""},
    "revoke access": {"acr_revoked_account_ids": "1252879610640001", "acr_revoke_all": "false"},  # nobody is no answer
    "configure sync": {"configure_sync_purge": "false"},
    "backfill images": {"acr_rule": ""},
}
# What each node of the workflow hands on, and the host that it tells of.
HANDED_ON = {
    "grant": ("acr_grant_access", "prod-eu"),
    "prepare": ("acr_prepare_destination", "prod-eu"),
    "configure": ("acr_configure_sync", "prod-sh"),
    "backfill": ("acr_backfill_images", "prod-sh"),
    "verify": ("acr_verify_sync", "prod-sh"),
    "report": ("acr_sync_verdict", "state"),
}
# What a job hands on goes into each later job's variables.
MUCH = 10_000


def test_a_refused_approval_leaves_account_a_alone(site: Site, denied: workflows.Course) -> None:
    assert denied.statuses == {
        "grant": "successful",
        "prepare": "successful",
        "approve": "failed",
        "report": "failed",
    }
    assert denied.status == "failed"
    (failure,) = denied.finished["report"].failures
    assert "releases-to-eu" in denied.finished["report"].output
    assert failure


def test_slices_send_each_image_once(site: Site, sliced: list[Finished]) -> None:
    assert [finished.status for finished in sliced] == ["successful"] * 4, [finished.output for finished in sliced]
    records = _sent(site)
    assert len(records) == 43
    assert set(records.values()) == {1}
    assert sum(finished.changed > 0 for finished in sliced) > 1


def _sent(site: Site) -> Counter[tuple[str, str]]:
    """Count the sync tasks of each image."""
    calls = site.cloud.calls("CreateRepoSyncTask")
    return Counter((call["parameters"].get("RepoName", ""), call["parameters"].get("Tag", "")) for call in calls)


def test_what_slices_did_is_joined_by_the_records(site: Site, sliced: list[Finished]) -> None:
    assert all(finished.exit_code == 0 for finished in sliced)
    (verified,) = site.run("verify sync")
    assert (verified.status, verified.exit_code) == ("successful", 0), verified.output


def test_the_workflow_ends_green(approved: workflows.Course) -> None:
    assert approved.status == "successful", [finished.output for finished in approved.finished.values()]
    assert set(approved.statuses.values()) == {"successful"}
    assert list(approved.statuses) == ["grant", "prepare", "approve", "configure", "backfill", "verify", "report"]
    changed = {name: finished.changed > 0 for name, finished in approved.finished.items() if name != "report"}
    assert changed == {"grant": True, "prepare": True, "configure": True, "backfill": True, "verify": False}


def test_a_workflow_hands_on_nothing_secret_and_nothing_large(approved: workflows.Course) -> None:
    assert approved.artifacts["acr_sync_verdict"]["state"] == "good"
    text = json.dumps(approved.artifacts)
    assert len(text) < MUCH
    assert not [value for value in KEYS.values() if value in text]


@pytest.mark.parametrize("node", HANDED_ON)
def test_a_node_hands_on_what_it_did(approved: workflows.Course, node: str) -> None:
    name, key = HANDED_ON[node]
    assert key in approved.finished[node].artifacts[name]
    assert approved.artifacts["acr_verify_sync"]["prod-sh"]["state"] == "good"


def test_events_tell_of_each_host_and_hide_secrets(approved: workflows.Course) -> None:
    for finished in approved.finished.values():
        hosts = {event["event_data"].get("host") for event in finished.events} - {None, ""}
        assert hosts <= {"prod-eu", "prod-sh", "localhost"}
        assert hosts
        text = json.dumps(finished.events)
        secrets = [value for name, value in KEYS.items() if name.endswith("SECRET")]
        assert not [secret for secret in secrets if secret in text]


@pytest.mark.parametrize("template", WRITING)
def test_a_template_in_check_mode_writes_nothing(site: Site, approved: workflows.Course, template: str) -> None:
    assert approved.status == "successful"
    before = site.writes()
    (checked,) = site.run(template, EMPTY.get(template), job_type="check")
    assert (checked.status, checked.exit_code) == ("successful", 0), checked.output
    assert site.writes() == before
    assert (checked.changed > 0) == (template == "revoke access")
    # Whoever looks at the check sees whom the run would stop.
    assert (f"- {ACCOUNT_A} may no longer replicate into" in checked.output) == (template == "revoke access")


def test_a_limit_leaves_the_other_account_alone(site: Site, approved: workflows.Course) -> None:
    assert approved.status == "successful"
    (audited,) = site.run("audit sync", limit="acr_source")
    assert audited.exit_code == 0, audited.output
    assert {event["event_data"].get("host") for event in audited.events} - {None, ""} == {"prod-sh"}


def test_folders_of_jobs_are_gone(approved: workflows.Course) -> None:
    for finished in approved.finished.values():
        folders = {event["event_data"].get("playbook_dir") for event in finished.events} - {None}
        assert not [folder for folder in folders if Path(folder).exists()]

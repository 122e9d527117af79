# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the other templates as AWX does, on what the workflow has set up.

Each test leaves to the next one what it has done, so that the world is set up once.
"""

from __future__ import annotations

import pytest

from ansible_collections.registryops.alicloud.tests.awx import workflows
from ansible_collections.registryops.alicloud.tests.awx.errors import RefusedError
from ansible_collections.registryops.alicloud.tests.awx.kinds import KINDS

from .conftest import Stories
from .sites import ACCOUNT_A, NAME, SOURCE, TARGET, Site
from .test_jobs import WRITING

LATER = ("wait for image", "follow settings", "prune destination", "transfer by storage", "switch over")
LOOKING = ("verify sync", "audit sync", "report sync")
# What Event-Driven Ansible gives a job beside its event is not read.
EVENT = {
    "source_instance_id": SOURCE,
    "namespace": "prod",
    "repository": "web",
    "tag": "1.0",
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
    "target_namespace": "prod",
    "target_repository": "web",
    "target_tag": "1.0",
    "cross_account": True,
}


def test_a_pipeline_waits_for_what_it_has_pushed(later: Site, approved: workflows.Course) -> None:
    assert approved.status == "successful"
    with pytest.raises(RefusedError, match="'acr_image' value missing"):
        later.run("wait for image", {"acr_digest": ""})
    later.push("shop", ["1.0"])
    (waited,) = later.run("wait for image", {"acr_image": "prod/shop:1.0", "acr_digest": ""})
    assert waited.exit_code == 0, waited.output
    assert waited.artifacts["acr_wait_for_image"]["prod-sh"]["digest"].startswith("sha256:")


def test_settings_follow_their_sources(later: Site, approved: workflows.Course) -> None:
    assert approved.status == "successful"
    (followed,) = later.run("follow settings", {"follow_settings_fields": ["tag_immutability"]})
    assert (followed.exit_code, followed.changed) == (0, 1), followed.output
    assert followed.artifacts["acr_follow_settings"]["prod-eu"]["changed"] > 0


def test_what_the_source_deleted_is_listed_and_deleted(later: Site, approved: workflows.Course) -> None:
    assert approved.status == "successful"
    world = later.cloud.state()
    (prod,) = [space for space in world["accounts"][0]["instances"][0]["namespaces"] if space["name"] == "prod"]
    prod["repositories"] = [found for found in prod["repositories"] if found["name"] != "shop"]
    later.cloud.reset(world)
    answers = {"prune_destination_delete": "true", "prune_destination_max_share": 100}
    (checked,) = later.run("prune destination", answers, job_type="check")
    assert (checked.exit_code, checked.changed, later.writes()) == (0, 1, []), checked.output
    (pruned,) = later.run("prune destination", answers)
    assert (pruned.exit_code, pruned.changed) == (0, 1), pruned.output
    assert pruned.artifacts["acr_prune_destination"]["prod-eu"]["deleted"]["images"] == 1


def test_images_are_transferred_by_storage(later: Site, approved: workflows.Course) -> None:
    """Import between two jobs as a person does in the console."""
    assert approved.status == "successful"
    for step in ("grant", "replicate"):
        (taken,) = later.run("transfer by storage", {"acr_transfer_step": step})
        assert (taken.exit_code, taken.changed > 0) == (0, True), taken.output
    later.cloud.post("/_emulator/imports", {"instance_id": TARGET, "bucket": "images-of-target"})
    (arrived,) = later.run("transfer by storage", {"acr_transfer_step": "arrive"})
    assert (arrived.exit_code, arrived.changed) == (0, 0), arrived.output
    assert arrived.artifacts["acr_transfer_by_storage"] == {"prod-eu": {"arrive": {"images": 3}}}


def test_an_event_sends_an_image_again(later: Site, approved: workflows.Course) -> None:
    assert approved.status == "successful"
    (sent,) = later.run("send failed again", {"ansible_eda": {"event": {"sync_task": EVENT}}})
    assert sent.exit_code == 0, sent.output
    assert sent.artifacts["acr_send_failed_again"]["prod-sh"]["counts"]["unchanged"] == 1


def test_a_revocation_by_survey_and_what_fails_then(site: Site, approved: workflows.Course) -> None:
    assert approved.status == "successful"
    (revoked,) = site.run("revoke access", {"acr_revoked_account_ids": f"{ACCOUNT_A}, 1111000011110000"})
    assert (revoked.exit_code, revoked.changed) == (0, 1), revoked.output
    (audited,) = site.run("audit sync")
    assert (audited.status, audited.exit_code) == ("failed", 2)
    (failure,) = audited.failures
    assert "aliyuncontainerregistrycrossaccoutsyncrole" in failure
    states = {host: told["state"] for host, told in audited.artifacts["acr_audit_sync"].items()}
    assert states == {"prod-eu": "bad", "prod-sh": "good"}


def test_a_team_alone_grants_to_whom_it_names(stories: Stories, site: Site, approved: workflows.Course) -> None:
    assert approved.status == "successful"
    (granted,) = Site(stories.one_account.content, site.cloud).run("grant access")
    assert (granted.exit_code, granted.changed) == (0, 1), granted.output
    assert granted.artifacts["acr_grant_access"]["prod-eu"]["source_account_ids"] == [ACCOUNT_A]


def test_the_direction_is_switched(later: Site, approved: workflows.Course) -> None:
    """Change acr_direction of the source as a further run of the role does."""
    assert approved.status == "successful"
    world = later.cloud.state()
    world["accounts"][1]["instances"][0]["edition"] = "Enterprise_Advanced"
    later.cloud.reset(world)
    host = later.store.named("hosts", "prod-sh")
    later.store.change(KINDS["hosts"], host, {"variables": host["variables"].replace("forward", "reversed")})
    (checked,) = later.run("switch over", {"switch_over_until": "finish"}, job_type="check")
    assert (checked.exit_code, later.writes()) == (0, []), checked.output
    (switched,) = later.run("switch over", {"switch_over_until": "finish", "switch_over_prefer": "neither"})
    assert switched.exit_code == 0, switched.output
    assert switched.artifacts["acr_switch_over"]["prod-eu"] == {"holds": "reversed", "remaining": 0}


def test_every_template_is_run_here(stories: Stories) -> None:
    run = {*WRITING, *LATER, *LOOKING, "send failed again", "backfill images in shares"}
    templates = stories.both_accounts.grown.things["job_templates"].values()
    assert {template["name"].removeprefix(f"{NAME}: ") for template in templates} == run

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the role controller_content with the modules of awx.awx."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from ansible_collections.registryops.alicloud.tests.awx.launching import launch
from ansible_collections.registryops.alicloud.tests.awx.store import Store

from .conftest import Stories
from .playing import KEYS, Played

NAME = "ACR image sync"
# What each template takes: the credentials by their sides, and the inventory.
TEMPLATES = {
    "grant access": (["destination"], NAME),
    "prepare destination": (["destination"], NAME),
    "revoke access": (["destination"], NAME),
    "configure sync": (["source"], NAME),
    "backfill images": (["destination", "source"], NAME),
    "backfill images in shares": (["source"], f"{NAME}: shares"),
    "verify sync": (["destination", "source"], NAME),
    "wait for image": (["destination", "source"], NAME),
    "follow settings": (["destination", "source"], NAME),
    "audit sync": (["destination", "source"], NAME),
    "report sync": (["destination", "source"], NAME),
}
# What is made only if it is asked for.
ASKED = ("prune destination", "transfer by storage", "switch over", "send failed again")


# ansible-core 2.18 says so of a module that is named by a variable, and runs it all the same.
TEMPLATED = "errors were encountered during the plugin load for {{"


def _warnings(played: Played) -> list[str]:
    return [line for line in played.output.splitlines() if line.startswith("[WARNING]")]


def test_every_run_ends_well(stories: Stories) -> None:
    for story in (stories.both_accounts, stories.one_account):
        for name, played in story.played.items():
            assert played.code == 0, f"{name}: {played.output}"
            assert [line for line in _warnings(played) if not line.endswith(TEMPLATED)] == [], name


def test_no_secret_is_shown(stories: Stories) -> None:
    for story in (stories.both_accounts, stories.one_account):
        for played in story.played.values():
            assert KEYS["ACR_SOURCE_ACCESS_KEY_SECRET"] not in played.output
            assert KEYS["ACR_DESTINATION_ACCESS_KEY_SECRET"] not in played.output


def _kinds(played: Played) -> Counter[str]:
    """Count the writes by their method and kind."""
    return Counter(" ".join(write.split()[:2]) for write in played.writes)


def test_the_first_run_makes_everything(stories: Stories) -> None:
    made = _kinds(stories.both_accounts.played["first"])
    assert {name: count for name, count in made.items() if not name.startswith("POST workflow_job_template_nodes")} == {
        "POST credential_types": 2,
        "POST credentials": 2,
        "POST execution_environments": 1,
        "POST projects": 1,
        "POST inventories": 2,
        "POST hosts": 6,
        "POST groups": 3 + 6,  # with a host in them each
        "POST job_templates": 11 + 17,  # with their credentials
        "POST survey_spec": 10,
        "DELETE survey_spec": 1,  # the module makes sure of a template without questions
        "POST schedules": 2,
        "POST workflow_job_templates": 1,
        "POST workflow_approval_templates": 1,
    }


def test_what_is_asked_for_later_is_added(stories: Stories) -> None:
    grown = stories.both_accounts.played["grown"]
    assert _kinds(grown) == {
        "PATCH hosts": 6,
        # With a direction each account is the other side as well, so that five more get both credentials.
        "POST job_templates": 4 + 8 + 5,
        "POST survey_spec": 3,
        "DELETE survey_spec": 1,
    }
    assert grown.changed == 2
    names = {thing["name"] for thing in stories.both_accounts.grown.things["job_templates"].values()}
    assert names == {f"{NAME}: {name}" for name in (*TEMPLATES, *ASKED)}


def test_a_second_run_changes_nothing(stories: Stories) -> None:
    again = stories.both_accounts.played["again"]
    assert (again.changed, again.writes) == (0, [])


def test_removal_leaves_nothing_and_is_done_once(stories: Stories) -> None:
    removed, again = (stories.both_accounts.played[name] for name in ("removed", "removed again"))
    assert _kinds(removed) == {
        "DELETE workflow_job_templates": 1,
        "DELETE job_templates": 15,
        "DELETE credentials": 2,
        "DELETE credential_types": 2,
        "DELETE projects": 1,
        "DELETE execution_environments": 1,
        "DELETE inventories": 2,
    }
    assert (again.changed, again.writes) == (0, [])
    left = stories.both_accounts.left.things
    assert [kind for kind, things in left.items() if things] == ["organizations"]


def test_one_account_gets_what_it_needs(stories: Stories) -> None:
    content = stories.one_account.content
    names = {template["name"].removeprefix(f"{NAME}: ") for template in content.things["job_templates"].values()}
    assert names == {"grant access", "prepare destination", "revoke access", "audit sync", "report sync"}
    assert [thing["name"] for thing in content.things["credentials"].values()] == [f"{NAME}: destination account"]
    assert not content.things["workflow_job_templates"]


@pytest.mark.parametrize("name", ["checked on nothing", "checked after drift", "removal checked"])
def test_check_mode_writes_nothing_and_says_so(stories: Stories, name: str) -> None:
    played = stories.one_account.played[name]
    assert played.writes == []
    assert played.changed > 0


def test_check_mode_names_what_it_cannot_look_at(stories: Stories) -> None:
    output = stories.one_account.played["checked on nothing"].output
    for name in ("destination account, prod-eu", "grant access", "audit weekly"):
        assert name in output


def test_drift_is_foreseen_and_put_right(stories: Stories) -> None:
    checked, repaired = (stories.one_account.played[name] for name in ("checked after drift", "after drift"))
    assert checked.changed == repaired.changed == 3
    assert [" ".join(write.split()[:2]) for write in repaired.writes] == [
        "POST groups",
        "PATCH job_templates",
        "PATCH schedules",
    ]


def _credentials(store: Store, template: str) -> list[str]:
    associated = store.named("job_templates", f"{NAME}: {template}")["associations"]["credentials"]
    return sorted(store.get("credentials", identity)["name"] for identity in associated)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_takes_these_credentials_and_this_inventory(stories: Stories, template: str) -> None:
    store = stories.both_accounts.content
    sides, inventory = TEMPLATES[template]
    assert _credentials(store, template) == [f"{NAME}: {side} account" for side in sides]
    thing = store.named("job_templates", f"{NAME}: {template}")
    assert store.get("inventories", thing["inventory"])["name"] == inventory


@pytest.mark.parametrize("template", [*TEMPLATES, *ASKED])
def test_each_account_is_the_other_side_as_well_with_a_direction(stories: Stories, template: str) -> None:
    both = [f"{NAME}: destination account", f"{NAME}: source account"]
    assert _credentials(stories.both_accounts.grown, template) == both


@pytest.mark.parametrize("template", TEMPLATES)
def test_secrets_reach_a_job_by_its_environment_alone(stories: Stories, template: str) -> None:
    answers = {"acr_image": "prod/web:1.0"} if template == "wait for image" else {}
    for job in launch(stories.both_accounts.content, f"{NAME}: {template}", answers):
        sides, _inventory = TEMPLATES[template]
        given = {name for name, value in job.environment.items() if value}
        assert given == {name for name in KEYS if name.split("_")[1].lower() in sides}
        assert {value for name, value in job.environment.items() if name not in KEYS} == {""}
        rest = json.dumps([job.variables, job.inventory])
        assert not [value for value in KEYS.values() if value in rest]


def test_slices_divide_the_shares(stories: Stories) -> None:
    jobs = launch(stories.both_accounts.content, f"{NAME}: backfill images in shares")
    hosts = [job.inventory["_meta"]["hostvars"] for job in jobs]
    assert [list(names) for names in hosts] == [[f"prod-sh-{index}"] for index in range(4)]
    for index, slice_hosts in enumerate(hosts):
        (share,) = slice_hosts.values()
        assert (share["backfill_images_shard_index"], share["backfill_images_shard_count"]) == (index, 4)
        assert share["acr_sync_rules"][0]["target_instance_id"] == "cri-targettarget0001"


def test_the_workflow(stories: Stories) -> None:
    assert _edges(stories.both_accounts.content) == {
        "grant": {"success_nodes": ["prepare"], "failure_nodes": ["report"]},
        "prepare": {"success_nodes": ["approve"], "failure_nodes": ["report"]},
        "approve": {"success_nodes": ["configure"], "failure_nodes": ["report"]},
        "configure": {"success_nodes": ["backfill"], "failure_nodes": ["report"]},
        "backfill": {"success_nodes": ["verify"], "failure_nodes": ["report"]},
        "verify": {"always_nodes": ["report"]},
        "report": {},
    }


def _edges(store: Store) -> dict[str, dict[str, list[str]]]:
    nodes = store.things["workflow_job_template_nodes"]
    found = {}
    for node in nodes.values():
        edges = node["associations"].items()
        found[node["identifier"]] = {
            edge: [nodes[identity]["identifier"] for identity in identities] for edge, identities in edges if identities
        }
    return found


def test_schedules(stories: Stories) -> None:
    schedules = stories.both_accounts.content.things["schedules"].values()
    assert {thing["name"]: thing["rrule"] for thing in schedules} == {
        f"{NAME}: verify nightly": "DTSTART:20260105T010000Z RRULE:FREQ=DAILY;INTERVAL=1",
        f"{NAME}: audit weekly": "DTSTART:20260105T030000Z RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=MO",
    }

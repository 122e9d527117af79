# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what the role controller_content keeps for which instances."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.filter import acr_controller_content

chosen = acr_controller_content.FilterModule().filters()["acr_controller_content"]

A: dict[str, Any] = {"sh": {"acr_instance_id": "cri-a"}}
B: dict[str, Any] = {"eu": {"acr_instance_id": "cri-b"}}
PURPOSES = ("destination", "source", "both", "prune", "storage", "switch", "events", "all")
TABLES: dict[str, Any] = {
    "name": "sync",
    "credential_types": {"source": [{"name": "type A"}], "destination": [{"name": "type B"}]},
    "credentials": {
        "source": [{"name": "keys A", "inputs": {"access_key_id": "LTAI", "security_token": ""}}],
        "destination": [{"name": "keys B", "inputs": {"access_key_id": ""}}],
    },
    "inventories": {"all": [{"name": "instances"}], "source": [{"name": "shares"}]},
    "groups": {
        "destination": [{"name": "acr_destination", "hosts": "destinations"}],
        "source": [{"name": "acr_source", "hosts": "sources"}, {"name": "acr_source", "hosts": "shares"}],
    },
    "job_template": {"diff_mode": True, "ask_variables_on_launch": False},
    "job_templates": {
        purpose: [{"name": purpose, "accounts": ["destination", "source"], "survey": ""}] for purpose in PURPOSES
    },
    "surveys": {"grant": {"spec": [{"variable": "acr_source_account_ids"}]}, "other": {"spec": [{"variable": "x"}]}},
    "schedules": {"source": [{"name": "nightly"}], "all": [{"name": "weekly"}]},
    "workflow": {"name": "set up", "simplified_workflow_nodes": [{"identifier": "grant"}, {"identifier": "report"}]},
}


def names(items: list[dict[str, Any]]) -> list[str]:
    return [item["name"] for item in items]


def templates(sources: Any, destinations: Any, **asked: Any) -> list[str]:
    return names(chosen(TABLES, sources, destinations, **asked)["job_templates"])


def job(sources: Any, destinations: Any, **said: Any) -> dict[str, Any]:
    """Return what becomes of one template of the destination."""
    tables = {**TABLES, "job_templates": {"destination": [{"name": "job", **said}]}}
    found: dict[str, Any] = chosen(tables, sources, destinations)["job_templates"][0]
    return found


@pytest.mark.parametrize(
    ("sources", "destinations", "asked", "expected"),
    [
        (A, {}, {}, ["source", "all"]),
        ({}, B, {}, ["destination", "all"]),
        (A, B, {}, ["destination", "source", "both", "all"]),
        (A, B, {"prune": True}, ["destination", "source", "both", "prune", "all"]),
        # Who has one side alone cannot delete by what the other side has.
        (A, {}, {"prune": True}, ["source", "all"]),
        (A, {"eu": {"acr_bucket": "b"}}, {}, ["destination", "source", "both", "storage", "all"]),
        ({"sh": {"acr_bucket": "b"}}, {}, {}, ["source", "all"]),
        ({"sh": {"acr_direction": "forward"}}, B, {}, ["destination", "source", "both", "switch", "all"]),
        (A, {}, {"events": True}, ["source", "events", "all"]),
        ({}, B, {"events": True}, ["destination", "all"]),
    ],
)
def test_each_job_comes_with_what_it_is_for(sources: Any, destinations: Any, asked: Any, expected: list[str]) -> None:
    assert templates(sources, destinations, **asked) == expected


def test_a_job_has_what_every_job_has_unless_it_says_otherwise() -> None:
    kept = job({}, B, accounts=["destination"], survey="", ask_variables_on_launch=True)
    assert kept == {
        "name": "job",
        "diff_mode": True,
        "ask_variables_on_launch": True,
        "credentials": ["keys B"],
        "survey_enabled": False,
        "survey_spec": {},
    }


@pytest.mark.parametrize(
    ("sources", "accounts", "expected"),
    [
        (A, ["destination"], ["keys B"]),
        (A, ["destination", "source"], ["keys B", "keys A"]),
        ({"sh": {"acr_direction": "forward"}}, ["destination"], ["keys B", "keys A"]),
        ({}, ["destination", "source"], ["keys B"]),
    ],
)
def test_a_job_takes_the_keys_of_its_accounts(sources: Any, accounts: list[str], expected: list[str]) -> None:
    assert job(sources, B, accounts=accounts)["credentials"] == expected


@pytest.mark.parametrize(
    ("survey", "destination", "enabled"),
    [
        ("grant", {}, True),
        ("grant", {"acr_source_account_ids": ["1"]}, False),
        ("other", {"acr_source_account_ids": ["1"]}, True),
    ],
)
def test_nobody_is_asked_for_the_accounts_that_a_host_names(survey: str, destination: Any, enabled: bool) -> None:
    kept = job(A, {"eu": destination}, survey=survey)
    assert kept["survey_enabled"] is enabled
    assert kept["survey_spec"] == (TABLES["surveys"][survey] if enabled else {})


def test_an_empty_input_is_left_out_of_a_credential() -> None:
    kept = chosen(TABLES, A, B)["credentials"]
    assert [credential["inputs"] for credential in kept] == [{}, {"access_key_id": "LTAI"}]


def test_an_instance_of_both_sides_is_one_host() -> None:
    both = {"sh": {"acr_instance_id": "of A"}}
    shares = [{"name": f"sh-{number}", "variables": both["sh"]} for number in range(2)]
    kept = chosen(TABLES, both, {**B, "sh": {"acr_instance_id": "of B"}}, shares=shares)
    places = [(host["name"], host["inventory"], host["variables"]["acr_instance_id"]) for host in kept["hosts"]]
    assert places == [
        ("eu", "sync", "cri-b"),
        ("sh", "sync", "of A"),
        ("sh-0", "sync: shares", "of A"),
        ("sh-1", "sync: shares", "of A"),
    ]
    assert [group["hosts"] for group in kept["groups"]] == [["eu", "sh"], ["sh"], ["sh-0", "sh-1"]]


def test_a_side_alone_gets_what_is_its_own() -> None:
    destination, source = chosen(TABLES, {}, B), chosen(TABLES, A, {})
    assert (destination["sides"], source["sides"]) == (["destination"], ["source"])
    assert names(destination["inventories"]) == ["instances"]
    assert names(source["inventories"]) == ["instances", "shares"]
    assert (names(destination["schedules"]), names(source["schedules"])) == (["weekly"], ["nightly", "weekly"])
    assert destination["workflows"] == source["workflows"] == []


def test_a_check_can_name_what_each_step_would_keep() -> None:
    kept = chosen(TABLES, A, B)["names"]
    assert kept == {
        "accounts": [],
        "inventories": ["keys B", "keys A", "eu", "sh"],
        "templates": ["destination", "source", "both", "all"],
        "workflows": ["nightly", "weekly", "set up"],
        "nodes": ["grant", "report"],
    }


def test_without_instances_there_is_nothing_but_what_every_controller_has() -> None:
    kept = chosen(TABLES, {}, {})
    assert (kept["sides"], kept["hosts"], kept["groups"]) == ([], [], [])
    assert names(kept["job_templates"]) == ["all"]

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the filters that playbooks use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.registryops.alicloud.plugins.filter import (
    acr_account_ids,
    acr_account_of,
    acr_failure_reason,
    acr_file_name,
    acr_grant_request,
    acr_inbound_places,
    acr_inbound_rules,
    acr_left_out,
    acr_listed_rules,
    acr_resolve_rules,
    acr_settings_lists,
    acr_shares,
    acr_source_accounts,
    acr_transfer_plan,
    acr_unknown_rules,
)

inbound = acr_inbound_rules.FilterModule().filters()["acr_inbound_rules"]
resolve = acr_resolve_rules.FilterModule().filters()["acr_resolve_rules"]

TARGET = "cri-t"


def hosts(*rules: dict[str, Any], **destination: Any) -> dict[str, Any]:
    return {"a": {"acr_account_id": "1", "acr_sync_rules": list(rules)}, "b": destination, "c": {}}


FULL = {"acr_region": "eu-central-1", "acr_instance_id": TARGET, "acr_account_id": "2"}
INBOUND: list[tuple[dict[str, Any], dict[str, Any] | None]] = [
    ({"to": "b", "namespace": "prod"}, {"scope": "namespace", "namespace": "prod", "repository": None}),
    (
        {"target_instance_id": TARGET, "namespace": "prod", "target_namespace": "copy"},
        {"scope": "namespace", "namespace": "copy", "repository": None},
    ),
    (
        {"to": "b", "scope": "repository", "namespace": "prod", "repository": "web"},
        {"scope": "repository", "namespace": "prod", "repository": "web"},
    ),
    (
        {"to": "b", "scope": "repository", "namespace": "prod", "repository": "web", "target_repository": "shop"},
        {"scope": "repository", "namespace": "prod", "repository": "shop"},
    ),
    ({"to": "b", "scope": "instance"}, {"scope": "instance", "namespace": None, "repository": None}),
    ({"to": "b", "state": "absent"}, None),
    ({"to": "c", "namespace": "prod"}, None),
    ({"target_instance_id": "cri-else"}, None),
]


@pytest.mark.parametrize(("rule", "needs"), INBOUND)
def test_a_rule_that_ends_at_a_host_says_what_it_needs_there(rule: dict[str, Any], needs: Any) -> None:
    found = inbound(hosts({"name": "r", **rule}, **FULL), ["a", "c"], "b")
    assert found == ([{"name": "r", "source": "a", "account_id": "1", **needs}] if needs else [])


def test_a_host_without_an_instance_is_not_the_target_of_every_rule_without_one() -> None:
    assert inbound(hosts({"name": "r", "to": "c"}), ["a"], "b") == []


def test_rules_of_several_destinations_are_found_at_once() -> None:
    both = hosts({"name": "r", "to": "b"}, {"name": "s", "to": "c"}, {"name": "t", "to": "d"}, **FULL)
    assert [rule["name"] for rule in inbound(both, ["a"], ["b", "c"])] == ["r", "s"]


def test_a_rule_without_a_host_stays_as_it_is() -> None:
    rule = {"name": "r", "target_instance_id": TARGET}
    assert resolve([rule], {}) == [rule]


def test_a_host_gives_a_rule_its_target_but_what_the_rule_says_wins() -> None:
    [rule] = resolve([{"name": "r", "to": "b", "target_region": "cn-beijing"}], hosts(**FULL))
    assert rule == {
        "name": "r",
        "target_region": "cn-beijing",
        "target_instance_id": TARGET,
        "target_account_id": "2",
    }


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("nowhere", "nowhere, which is not a host of the inventory"),
        ("c", "c, which has no acr_region and no acr_instance_id"),
    ],
)
def test_a_target_that_cannot_be_looked_up_is_refused_by_name(to: str, said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=said):
        resolve([{"name": "r", "to": to}], hosts(**FULL))


NAMES = [("s", "1-r", ""), ("s-1", "r", ""), ("s", "r", "1"), ("s", "r+1", ""), ("s", "a/b", ""), ("s", "a%2Fb", "")]


def test_no_two_files_have_one_name() -> None:
    names = [acr_file_name.file_name(share, host, rule) for host, rule, share in NAMES]
    assert len(set(names)) == len(NAMES)
    assert not any("/" in name for name in names)
    assert acr_file_name.file_name("", "prod-sh", "releases-to-eu") == "prod-sh+releases-to-eu"


def test_a_long_name_is_shortened_and_stays_its_own() -> None:
    first, other = (acr_file_name.file_name("", "s", "\u89c4" * 100 + end) for end in "ab")
    assert first != other
    assert len(first) == len(other) == acr_file_name.MOST


def test_what_rules_need_is_kept_beside_what_the_inventory_lists() -> None:
    rules: list[dict[str, Any]] = [
        {"name": "a", "namespace": "prod", "repository": None},
        {"name": "b", "namespace": "team", "repository": "api"},
        {"name": "c", "namespace": "prod", "repository": "web"},
        {"name": "d", "namespace": "other", "repository": None},
        {"name": "e", "namespace": None, "repository": None},
    ]
    namespaces: list[dict[str, Any]] = [
        {"name": "prod", "auto_create_repositories": False, "force": True},
        {"name": "mine"},
    ]
    repositories = [{"namespace": "team", "name": "api", "summary": "The API"}]
    assert acr_inbound_places.inbound_places(rules, namespaces, repositories) == {
        "namespaces": [
            {"name": "prod", "auto_create_repositories": True, "force": True},
            {"name": "mine"},
            {"name": "team"},
            {"name": "other", "auto_create_repositories": True},
        ],
        "repositories": [*repositories, {"namespace": "prod", "name": "web"}],
        "rules": [
            {"scope": "namespace", "name": "a", "namespace": "prod", "repository": None},
            {"scope": "repository", "name": "b", "namespace": "team", "repository": "api"},
            {"scope": "repository", "name": "c", "namespace": "prod", "repository": "web"},
            {"scope": "namespace", "name": "d", "namespace": "other", "repository": None},
        ],
    }


def test_a_uid_without_quotes_is_text() -> None:
    here = {"acr_account_id": 1252879610640001, "acr_sync_rules": [{"name": "r", "namespace": "prod", "to": "b"}]}
    [rule] = inbound({"a": here, "b": {}}, ["a"], "b")
    assert rule["account_id"] == "1252879610640001"


HOSTS = {"sh": {"acr_sync_rules": [{"name": "to-eu"}, {"name": "old", "state": "absent"}]}, "bj": {}}


@pytest.mark.parametrize(
    ("names", "rules", "said"),
    [
        ([], [], ""),
        ("", [], ""),
        ("to-eu", [], ""),  # another host has it
        ("own,to-eu", [{"name": "own"}], ""),
        (
            ["to-us"],
            [{"name": "own"}],
            "No host of the play has the sync rule to-us. Perhaps to-eu is meant.",
        ),
        ("old", [], "No host of the play has the sync rule old. The only one is to-eu."),
        ("a,to-eu,b", [], "No host of the play has the sync rule a or b. The only one is to-eu."),
    ],
)
def test_a_name_that_no_host_has_is_said(names: Any, rules: Any, said: str) -> None:
    assert acr_unknown_rules.unknown_rules(names, rules, HOSTS, ["sh", "bj"]) == said


def test_no_host_may_have_rules_at_all() -> None:
    said = acr_unknown_rules.unknown_rules("to-eu", [], HOSTS, ["bj"])
    assert said.endswith("the sync rule to-eu. No host has rules in acr_sync_rules.")


ESTATE: dict[str, Any] = {
    "sh": {"acr_account_id": "1", "acr_sync_rules": [{"name": "a", "to": "eu"}, {"name": "b", "to": "us"}]},
    "bj": {"acr_account_id": 2, "acr_sync_rules": [{"name": "c", "to": "us"}, {"name": "d", "to": "gone"}]},
    "hk": {"acr_sync_rules": [{"name": "e", "to": "eu"}]},
    "eu": {"acr_account_id": "9", "acr_instance_id": "cri-eu"},
    "us": {"acr_account_id": 9, "acr_instance_id": "cri-us"},
    "own": {"acr_account_id": "9", "acr_sync_rules": [{"name": "f", "to": "eu"}, {"name": "g", "state": "absent"}]},
}


@pytest.mark.parametrize(
    ("destination", "beside", "accounts"),
    [("eu", [], ["1"]), ("us", [], ["1", "2"]), ("eu", ["eu", "us"], ["1", "2"]), ("hk", ["eu"], [])],
)
def test_the_accounts_are_those_whose_rules_end_there(destination: str, beside: list[str], accounts: list[str]) -> None:
    found = acr_source_accounts.source_accounts(ESTATE, ["sh", "bj", "hk", "own"], destination, beside)
    assert found == accounts


NAMED: list[tuple[Any, list[str]]] = [
    ("1, 2 ,3", ["1", "2", "3"]),
    (" ", ["found"]),
    ("", ["found"]),
    (",", []),
    (1, ["1"]),
    ([1, "2"], ["1", "2"]),
    ([], []),
]


@pytest.mark.parametrize(("named", "expected"), NAMED)
def test_accounts_are_those_that_are_named(named: Any, expected: list[str]) -> None:
    read = acr_account_ids.FilterModule().filters()["acr_account_ids"]
    assert read(named, ["found"]) == expected


shares = acr_shares.FilterModule().filters()["acr_shares"]


def test_shares_do_without_other_hosts() -> None:
    rule = {"name": "r", "to": "b"}
    found = shares({"a": {"acr_instance_id": "cri-s", "acr_sync_rules": [rule]}, "c": {}}, {"b": FULL}, 2)
    assert [host["name"] for host in found] == ["a-0", "a-1", "c-0", "c-1"]
    assert found[1]["variables"] == {
        "acr_instance_id": "cri-s",
        "acr_sync_rules": [
            {"name": "r", "target_region": "eu-central-1", "target_instance_id": TARGET, "target_account_id": "2"}
        ],
        "backfill_images_shard_index": 1,
        "backfill_images_shard_count": 2,
    }


@pytest.mark.parametrize(("direction", "kept"), [("forward", {}), ("reversed", {"acr_direction": "reversed"})])
def test_shares_go_one_way(direction: str, kept: dict[str, str]) -> None:
    (share,) = shares({"a": {"acr_direction": direction}}, {}, 1)
    assert {name: value for name, value in share["variables"].items() if name == "acr_direction"} == kept


@pytest.mark.parametrize(
    ("destinations", "count", "reason"), [({}, 1, "Sync rule r goes to b"), ({"b": FULL}, 0, "0 shares")]
)
def test_shares_that_cannot_be_made(destinations: dict[str, Any], count: int, reason: str) -> None:
    with pytest.raises(AnsibleFilterError, match=reason):
        shares({"a": {"acr_sync_rules": [{"name": "r", "to": "b"}]}}, destinations, count)


account_of = acr_account_of.FilterModule().filters()["acr_account_of"]
BOTH_GROUPS = {"acr_source": ["a"], "acr_destination": ["b", "c"]}


def test_the_account_of_an_instance_is_that_of_its_host() -> None:
    known = hosts(**FULL)
    known["a"]["acr_instance_id"] = "cri-s"
    assert account_of(known, BOTH_GROUPS, TARGET) == "2"
    assert account_of(known, BOTH_GROUPS, "cri-s") == "1"
    assert account_of(known, BOTH_GROUPS, "cri-else", 3) == "3"


@pytest.mark.parametrize("known", [{}, {"acr_instance_id": TARGET}, {"acr_account_id": "2"}])
def test_an_account_that_no_host_says_is_asked_for(known: dict[str, str]) -> None:
    with pytest.raises(
        AnsibleFilterError, match=f"acr_instance_id {TARGET} and an acr_account_id.*acr_target_account_id=UID"
    ):
        account_of(hosts(**known), BOTH_GROUPS, TARGET)


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ({"msg": "no"}, "no"),
        ({"msg": "one item failed", "results": [{"msg": "fine"}, {"failed": True, "msg": "the second"}]}, "the second"),
        ({"msg": "all went", "results": [{"failed": True}]}, "all went"),
        ({}, "no reason was given"),
    ],
)
def test_a_failed_loop_says_why_its_first_item_failed(result: dict[str, Any], reason: str) -> None:
    assert acr_failure_reason.FilterModule().filters()["acr_failure_reason"](result) == reason


settings_lists = acr_settings_lists.FilterModule().filters()["acr_settings_lists"]


def settings(instance_id: str, *names: str) -> dict[str, Any]:
    return {"target_instance_id": instance_id, "repositories": [{"name": name} for name in names]}


def test_settings_come_from_the_sources_of_this_run_and_else_from_lists(tmp_path: Path) -> None:
    (tmp_path / "a+settings.json").write_text(json.dumps([settings(TARGET, "web"), settings("cri-else", "shop")]))
    (tmp_path / "b+settings.json").write_text(json.dumps([settings(TARGET, "web", "cart")]))
    (tmp_path / "gone.json").write_text("no list")
    read = {"a": {"follow_settings_wanted": {"targets": [settings(TARGET, "api"), settings("cri-else")]}}}
    found = settings_lists(read, {"acr_source": ["a"]}, TARGET, str(tmp_path))
    assert found == {"repositories": [{"name": "api"}], "was_read": True}
    written = settings_lists({"a": {}}, {"acr_source": ["a"]}, TARGET, str(tmp_path))
    assert written == {"repositories": [{"name": "web"}, {"name": "cart"}], "was_read": True}


@pytest.mark.parametrize("folder", ["", "missing"])
def test_where_nothing_was_read_that_is_told_from_an_empty_list(folder: str, tmp_path: Path) -> None:
    directory = str(tmp_path / folder) if folder else ""
    assert settings_lists({}, {}, TARGET, directory) == {"repositories": [], "was_read": False}
    failed = {"a": {"follow_settings_wanted": {"msg": "no right"}}}
    assert settings_lists(failed, {"acr_source": ["a"]}, TARGET, directory) == {"repositories": [], "was_read": True}


def test_a_list_that_is_damaged_is_named(tmp_path: Path) -> None:
    (tmp_path / "a+settings.json").write_text("[")
    with pytest.raises(AnsibleFilterError, match="a.settings.json is no list that the role follow_settings wrote"):
        settings_lists({}, {}, TARGET, str(tmp_path))


OF_ACCOUNTS: dict[str, Any] = {
    "eu": {"acr_account_id": "2"},
    "us": {"acr_account_id": 2},
    "hk": {"acr_account_id": "3"},
    "x": {},
    "y": {},
}


@pytest.mark.parametrize(
    ("host", "played", "expected"),
    [
        ("eu", ["eu"], ["us"]),
        ("us", ["us", "hk"], ["eu"]),
        ("eu", ["eu", "us"], []),
        ("hk", ["hk"], []),
        ("x", ["x"], []),  # two hosts without an account are not of one account
    ],
)
def test_the_instances_of_an_account_that_a_run_leaves_out(host: str, played: list[str], expected: list[str]) -> None:
    left_out = acr_left_out.FilterModule().filters()["acr_left_out"]
    assert left_out(OF_ACCOUNTS, [*OF_ACCOUNTS], host, played) == expected


@pytest.mark.parametrize(
    ("own", "others", "expected"),
    [
        ([{"name": "r"}], {}, [{"name": "r"}]),
        ([], {}, []),
        (None, {"acr_sync_rules": []}, []),
        (None, {}, "not known"),
    ],
)
def test_an_audit_compares_with_rules_that_the_inventory_knows(own: Any, others: dict[str, Any], expected: Any) -> None:
    listed = acr_listed_rules.FilterModule().filters()["acr_listed_rules"]
    found = {"a": {} if own is None else {"acr_sync_rules": own}, "b": others}
    assert listed(own, found, {"acr_source": ["a", "b"]}, "a", "not known") == expected


def test_a_rule_that_was_reversed_to_a_host_is_listed_there() -> None:
    listed = acr_listed_rules.FilterModule().filters()["acr_listed_rules"]
    rule = {"name": "r", "namespace": "prod", "to": "b"}
    source = {**FULL, "acr_instance_id": "cri-s", "acr_direction": "reversed", "acr_sync_rules": [rule]}
    found = listed(None, {"a": source, "b": FULL}, {"acr_source": ["a"], "acr_destination": ["b"]}, "b")
    assert [(kept["name"], kept["to"]) for kept in found] == [("r-reversed", "a")]


BOTH = {"acr_source": ["a"], "acr_destination": ["b"]}
SIDES = dict.fromkeys(("source_bucket", "source_account_id", "destination_bucket", "destination_instance_id"), "x")
transfer = acr_transfer_plan.FilterModule().filters()["acr_transfer_plan"]


@pytest.mark.parametrize(
    ("found", "there", "finished"),
    [
        (["prod web 1.0 sha256:1"], ["prod web 1.0 sha256:1", "dev x 1.0 sha256:2"], True),
        (["prod web 1.0 sha256:1"], ["prod web 1.0 sha256:3"], False),
        (["prod web 1.0 sha256:1"], [], False),
        (["prod web 1.0 sha256:1"], None, False),  # nobody has looked at the destination
        ([], [], False),
    ],
)
def test_a_transfer_is_finished_once_all_images_are_there(found: Any, there: Any, finished: bool) -> None:
    looked = {
        "a": {"transfer_by_storage_found": found},
        "b": {} if there is None else {"transfer_by_storage_found": there},
    }
    assert transfer(looked, BOTH, "a", "grant", SIDES)["finished"] is finished
    # What cleans up afterwards is done in any case.
    assert transfer(looked, BOTH, "a", "revoke", SIDES)["finished"] is False


def test_a_step_says_what_it_lacks_of_the_inventory() -> None:
    lacks = transfer({"a": {}, "b": {}}, BOTH, "a", "grant", {"destination_bucket": "", "source_account_id": ""})[
        "lacks"
    ]
    assert lacks == (
        "The step grant needs acr_bucket of the first host of acr_destination and acr_account_id of the first host of"
        " acr_source. Set it there in the inventory, or set transfer_by_storage_destination_bucket and"
        " transfer_by_storage_source_account_id."
    )
    assert transfer({"a": {}, "b": {}}, BOTH, "a", "end", SIDES)["lacks"] == ""


@pytest.mark.parametrize(
    ("said", "listed", "expected"),
    [(["given"], ["listed"], ["given"]), (None, ["listed"], ["listed"]), (None, None, ["found"])],
)
def test_the_images_to_transfer_are_those_that_are_said_or_listed(said: Any, listed: Any, expected: list[str]) -> None:
    source = {"transfer_by_storage_found": ["found"], **({"transfer_by_storage_images": listed} if listed else {})}
    assert transfer({"a": source}, {}, "a", "arrive", SIDES, said)["images"] == expected


HERE = {"region": "eu-central-1", "instance_id": TARGET}
ACCOUNTS = {"source_account_ids": ["1", "3"], "revoked_instance_id": "", "everybody": False, **HERE}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"state": "present"}, {"source_account_ids": ["1", "3"], "destination_instances": [HERE], "nobody": ""}),
        # What nobody has said is left to the module to ask for.
        (
            {"state": "present", "region": ""},
            {"source_account_ids": ["1", "3"], "destination_instances": [{"instance_id": TARGET}], "nobody": ""},
        ),
        (
            {"state": "absent"},
            {"source_account_ids": ["1", "3"], "nobody": "No access is granted to 1, 3, so nothing was stopped."},
        ),
        # An empty list is handed on, which the module refuses: it is not everybody.
        (
            {"state": "absent", "source_account_ids": []},
            {"source_account_ids": [], "nobody": "No access is granted to , so nothing was stopped."},
        ),
        (
            {"state": "absent", "source_account_ids": None},
            {"source_account_ids": [], "nobody": "No access is granted to , so nothing was stopped."},
        ),
        ({"state": "absent", "everybody": "true"}, {"nobody": "Nothing was granted, so nothing was stopped."}),
        (
            {"state": "absent", "everybody": "false"},
            {"source_account_ids": ["1", "3"], "nobody": "No access is granted to 1, 3, so nothing was stopped."},
        ),
        (
            {"state": "absent", "revoked_instance_id": "cri-gone"},
            {
                "destination_instances": [{"region": "eu-central-1", "instance_id": "cri-gone"}],
                "nobody": "No grant names cri-gone, so nothing was stopped.",
            },
        ),
    ],
)
def test_a_grant_asks_for_whom_and_what_is_said(said: dict[str, Any], expected: dict[str, Any]) -> None:
    request = acr_grant_request.FilterModule().filters()["acr_grant_request"]
    assert request({**ACCOUNTS, **said}) == expected

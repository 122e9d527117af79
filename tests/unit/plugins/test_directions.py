# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reverse the rules of an inventory."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import (
    FORWARD,
    REVERSED,
    hosts_by_side,
    kept_inbound,
    outbound_rules,
    sides,
    ways,
)

GROUPS = {"acr_source": ["here"], "acr_destination": ["there", "third"]}
RULE = {"name": "prod", "namespace": "prod", "to": "there"}
WEB = {"scope": "repository", "namespace": "prod", "repository": "web", "to": "there"}


def hosts(*rules: dict[str, Any], direction: str | None = "forward", **more: Any) -> dict[str, dict[str, Any]]:
    here = {"acr_instance_id": "cri-a", "acr_region": "r-a", "acr_account_id": "1", "acr_sync_rules": list(rules)}
    return {
        "here": {**here, "acr_direction": direction, **more},
        "there": {"acr_instance_id": "cri-b", "acr_region": "r-b", "acr_account_id": "2"},
        "third": {"acr_instance_id": "cri-c", "acr_region": "r-c", "acr_account_id": "3"},
    }


def reversed_of(rule: dict[str, Any], **more: Any) -> dict[str, Any]:
    (way,) = ways(hosts(rule, **more), ["here"])
    return way.backward


@pytest.mark.parametrize(
    ("rule", "backward"),
    [
        (RULE, {"namespace": "prod", "target_namespace": "prod"}),
        ({**RULE, "target_namespace": "mirror"}, {"namespace": "mirror", "target_namespace": "prod"}),
        (
            {**RULE, "repository_filter": "^web", "tag_filter": "^v", "trigger": "manual", "priority": 5},
            {
                "namespace": "prod",
                "target_namespace": "prod",
                "repository_filter": "^web",
                "tag_filter": "^v",
                "trigger": "manual",
                "priority": 5,
            },
        ),
        (
            {**RULE, "scope": "repository", "repository": "web", "target_repository": "site"},
            {
                "scope": "repository",
                "namespace": "prod",
                "target_namespace": "prod",
                "repository": "site",
                "target_repository": "web",
            },
        ),
        (
            {"name": "prod", "scope": "instance", "namespace_filter": "^p", "target_instance_id": "cri-b"},
            {"scope": "instance", "namespace_filter": "^p"},
        ),
    ],
)
def test_a_rule_the_other_way(rule: dict[str, Any], backward: dict[str, Any]) -> None:
    assert reversed_of(rule) == {"name": "prod-reversed", "to": "here", **backward}


def test_the_inventory_may_say_more_of_it() -> None:
    rule = {**RULE, "link_id": "to-b"}
    backward = reversed_of(rule, acr_reversed_rules={"prod": {"link_id": "to-a", "priority": 1}})
    assert (backward["link_id"], backward["priority"]) == ("to-a", 1)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([{"name": "bare", "to": "there"}], "bare cannot be reversed, since the inventory does not say its namespace"),
        ([{**RULE, "link_id": "to-b"}], "its custom link to-b leads one way"),
        ([{"name": "far", "namespace": "prod", "target_instance_id": "cri-x"}], "far cannot be reversed: cri-x is no"),
        ([{**RULE, "to": "nobody"}], "prod cannot be reversed: nobody is no host"),
        ([{**RULE, "to": "nobody", "target_instance_id": "cri-b"}], "prod cannot be reversed: nobody is no host"),
        (
            [
                {"name": "one", "namespace": "a", "target_namespace": "c", "to": "there"},
                {"name": "two", "namespace": "b", "target_namespace": "c", "to": "there"},
            ],
            "one and two both write c on there, and nobody can tell which images are whose. Name .* of here;",
        ),
        (
            [
                {"name": "one", **WEB, "target_repository": "site"},
                {"name": "two", **WEB, "repository": "shop", "target_repository": "site"},
            ],
            "one and two both write prod/site on there",
        ),
        (
            [
                {"name": "one", "namespace": "team", "target_namespace": "prod", "to": "there"},
                {"name": "two", **WEB},
            ],
            "one and two both write prod/web on there",
        ),
        (
            [
                {"name": "one", **WEB},
                {"name": "two", "namespace": "team", "target_namespace": "prod", "to": "there"},
            ],
            "one and two both write prod/web on there",
        ),
        (
            # The namespace of a rule of a whole instance means nothing.
            [
                {"name": "moved", "namespace": "a", "target_namespace": "c", "to": "there"},
                {"name": "whole", "scope": "instance", "namespace": "x", "to": "there"},
            ],
            "moved and whole both write c on there",
        ),
        (
            [
                {"name": "whole", "scope": "instance", "to": "there"},
                {"name": "moved", "namespace": "a", "target_namespace": "c", "to": "there"},
            ],
            "whole and moved both write c on there",
        ),
        (
            [
                {"name": "moved", "namespace": "a", "target_namespace": "c", "to": "there"},
                {"name": "whole", "scope": "instance", "to": "there"},
            ],
            "moved and whole both write c on there",
        ),
        ([RULE, {"name": "again", "namespace": "prod", "to": "third"}], "prod and again take prod to there and to thi"),
    ],
)
def test_what_cannot_be_reversed_is_named(rules: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(AcrError, match=words):
        ways(hosts(*rules), ["here"])


@pytest.mark.parametrize(
    "rules",
    [
        # The same images by two rules, which differ by their tags.
        [{**RULE, "tag_filter": "^v"}, {**RULE, "name": "latest", "tag_filter": "^latest$"}],
        [RULE, {"name": "whole", "scope": "instance", "to": "there"}],
        [
            {"name": "moved", "namespace": "a", "target_namespace": "c", "to": "there"},
            {"name": "whole", "scope": "instance", "namespace_filter": "^p", "to": "there"},
        ],
        # What arrives in the repository site comes from site, which the filter leaves out.
        [
            {
                "name": "web",
                "namespace": "team",
                "target_namespace": "prod",
                "repository_filter": "^web",
                "to": "there",
            },
            {**WEB, "name": "site", "repository": "shop", "target_repository": "site"},
        ],
        [{"name": "one", **WEB, "repository": "a"}, {"name": "two", **WEB, "repository": "b"}],
        # One namespace goes to two of the same instance, and comes back from both.
        [{**RULE, "name": "one", "target_namespace": "a"}, {**RULE, "name": "two", "target_namespace": "b"}],
        [RULE, {"name": "gone", "namespace": "prod", "to": "third", "state": "absent"}],
        [RULE, {"name": "else", "namespace": "team", "to": "third"}],
    ],
)
def test_what_can_be_reversed(rules: list[dict[str, Any]]) -> None:
    assert len(ways(hosts(*rules), ["here"])) == 2 - (rules[1]["name"] == "gone")


def test_two_sources_of_one_place_are_refused() -> None:
    found = {**hosts(RULE), "more": {**hosts({**RULE, "name": "more"})["here"], "acr_instance_id": "cri-m"}}
    with pytest.raises(AcrError, match="prod and more both write prod on there"):
        ways(found, ["here", "more"])


def test_what_is_named_one_way_stays() -> None:
    again = {"name": "again", "namespace": "prod", "to": "third"}
    found = hosts(RULE, again, direction="reversed", acr_one_way_rules=["again"])
    assert [way.forward["name"] for way in ways(found, ["here"])] == ["prod"]
    assert outbound_rules([RULE, again], found, GROUPS, "here") == [{"name": "prod", "state": "absent"}, again]
    assert sides(found, GROUPS, "here") == ["destination", "source"]
    assert sides(found, GROUPS, "third") == ["destination"]


def test_another_word_is_no_direction() -> None:
    with pytest.raises(AcrError, match="acr_direction of here is 'backward'"):
        ways(hosts(RULE, direction="backward"), ["here"])


@pytest.mark.parametrize(
    ("direction", "here", "there", "outbound_here", "outbound_there", "arriving"),
    [
        (None, ["source"], ["destination"], [("prod", None)], [], [("here", None)]),
        (
            "forward",
            ["destination", "source"],
            ["destination"],
            [("prod", None)],
            [("prod-reversed", "absent")],
            [("there", "here"), ("here", "there")],
        ),
        (
            "reversed",
            ["destination"],
            ["source"],
            [("prod", "absent")],
            [("prod-reversed", None)],
            [("there", "here")],
        ),
    ],
)
def test_who_keeps_what(
    direction: str | None,
    here: list[str],
    there: list[str],
    outbound_here: list[tuple[str, str | None]],
    outbound_there: list[tuple[str, str | None]],
    arriving: list[tuple[str, str | None]],
) -> None:
    found = hosts(RULE, direction=direction)

    def kept(own: list[dict[str, Any]], name: str) -> list[tuple[str, str | None]]:
        return [(rule["name"], rule.get("state")) for rule in outbound_rules(own, found, GROUPS, name)]

    assert (sides(found, GROUPS, "here"), sides(found, GROUPS, "there")) == (here, there)
    assert (kept([RULE], "here"), kept([], "there")) == (outbound_here, outbound_there)
    assert [(begin, end) for begin, end, _rule in kept_inbound(found, ["here"])] == arriving
    assert sides(found, GROUPS, "third") == ["destination"]


def test_a_way_has_two_ends_and_two_rules() -> None:
    (way,) = ways(hosts({**RULE, "to": None, "target_instance_id": "cri-b", "target_account_id": "2"}), ["here"])
    assert (way.destination, way.forward["to"]) == ("there", "there")
    assert [(way.begin(direction), way.end(direction)) for direction in (FORWARD, REVERSED)] == [
        ("here", "there"),
        ("there", "here"),
    ]
    assert [way.rule(direction)["name"] for direction in (FORWARD, REVERSED)] == ["prod", "prod-reversed"]
    assert way.other == REVERSED
    (back,) = ways(hosts(RULE, direction="reversed"), ["here"])
    assert back.other == FORWARD


@pytest.mark.parametrize("crossing", [{"to": "there"}, {"target_instance_id": "cri-b", "target_account_id": "2"}])
def test_the_account_is_needed_where_a_rule_crosses_accounts(crossing: dict[str, Any]) -> None:
    with pytest.raises(AcrError, match="prod cannot be reversed, since here has no acr_account_id"):
        ways(hosts({"name": "prod", "namespace": "prod", **crossing}, acr_account_id=None), ["here"])


def test_within_an_account_its_id_is_not_needed() -> None:
    rule = {"name": "prod", "namespace": "prod", "target_instance_id": "cri-b"}
    assert len(ways(hosts(rule, acr_account_id=None), ["here"])) == 1


def test_the_first_host_of_several_is_told_where_to_name_rules() -> None:
    found = {**hosts(RULE), "more": {**hosts({**RULE, "name": "more"})["here"], "acr_instance_id": "cri-m"}}
    with pytest.raises(AcrError, match="in acr_one_way_rules of here;"):
        ways(found, ["here", "more"])


def test_a_direction_means_nothing_at_a_host_that_is_no_source() -> None:
    found = hosts(RULE)
    own = {"name": "own", "namespace": "own", "to": "third"}
    found["there"] |= {"acr_direction": "reversed", "acr_sync_rules": [own]}
    assert outbound_rules([own], found, GROUPS, "there")[0] == own


STAYING = {"name": "stays", "namespace": "team"}


@pytest.mark.parametrize(
    ("direction", "stays", "source", "destination"),
    [
        (None, None, ["here"], ["there", "third"]),
        ("forward", None, ["here"], ["there", "third"]),
        ("reversed", None, ["there"], ["here", "third"]),
        # Rules that are never reversed still feed their destination.
        ("reversed", {**STAYING, "to": "there"}, ["here", "there"], ["here", "there", "third"]),
        ("reversed", {**STAYING, "target_instance_id": "cri-b"}, ["here", "there"], ["here", "there", "third"]),
        ("reversed", {**STAYING, "to": "third"}, ["here", "there"], ["here", "third"]),
    ],
)
def test_who_sends_and_who_gets_images_now(
    direction: str | None, stays: dict[str, Any] | None, source: list[str], destination: list[str]
) -> None:
    found = hosts(RULE, *([stays] if stays else []), direction=direction, acr_one_way_rules=["stays"])
    assert hosts_by_side(found, GROUPS) == {"source": source, "destination": destination}


def test_without_destinations_nobody_gets_images() -> None:
    assert hosts_by_side(hosts(), {"acr_source": ["here"]}) == {"source": ["here"], "destination": []}

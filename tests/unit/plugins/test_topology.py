# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find and draw who feeds whom."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from ansible_collections.registryops.alicloud.plugins.filter.acr_topology import whole
from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.drawing import drawing

REGIONS: dict[str, str | None] = {
    "a": "cn-hangzhou",
    "b": "eu-central-1",
    "c": "us-west-1",
    "d": "cn-hangzhou",
    "f": "cn-shanghai-finance-1",  # an industry cloud
    "n": None,  # nobody knows where it is
}


def ruled(source: str, target: str, **more: Any) -> dict[str, Any]:
    """Return a rule for namespace prod, as acr_sync_rule_info does."""
    known = {
        "name": f"{source}-{target}",
        "instance_id": f"cri-{source}",
        "target_instance_id": f"cri-{target}",
        "target_region": REGIONS[target],
        "namespace": "prod",
        "target_namespace": "prod",
        "trigger": "automatic",
        "direction": "outbound",
    }
    return {**known, **more}


def estate(*rules: dict[str, Any], fed: str = "", refused: dict[str, list[str]] | None = None, blind: str = "") -> Any:
    """Return the topology of the instances a to d.

    Only those that rules or options name are hosts.
    """
    ends = {rule["instance_id"].removeprefix("cri-") for rule in rules}
    ends |= {rule["target_instance_id"].removeprefix("cri-") for rule in rules}
    hosts: dict[str, Any] = {}
    for name in sorted(ends | {*fed}):
        own = [rule for rule in rules if rule["instance_id"] == f"cri-{name}"]
        hosts[name] = {"acr_instance_id": f"cri-{name}", "acr_region": REGIONS[name], "acr_account_id": f"uid-{name}"}
        if name not in blind:
            hosts[name]["report_sync_rules"] = {"sync_rules": own}
        lacking = [{"check": "missing_grant", "subject": subject} for subject in (refused or {}).get(name, [])]
        hosts[name]["audit_sync_result"] = {"findings": lacking, "grants": []}
    sources = [name for name in hosts if name not in fed]
    return whole(hosts, sources, [*fed])


def checks(found: Any) -> list[tuple[str, str, bool]]:
    return [(finding["check"], finding["severity"], finding["hangs_on_replication"]) for finding in found["findings"]]


NARROW = {"namespace": "web", "target_namespace": "web"}


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([ruled("a", "b")], []),
        ([ruled("a", "b"), ruled("b", "a")], [("circle", "warning", True)]),
        ([ruled("a", "b"), ruled("b", "a", trigger="manual")], []),
        ([ruled("a", "b"), ruled("b", "a", **NARROW)], [("chain_ends", "warning", False)] * 2),
        ([ruled("a", "b"), ruled("b", "c")], [("chain", "warning", True)]),
        ([ruled("a", "b"), ruled("b", "c", **NARROW)], [("chain_ends", "warning", False)]),
        (
            [ruled("a", "b"), ruled("b", "c", namespace=None, namespace_filter="^web$")],
            [("chain_ends", "warning", False)],
        ),
        ([ruled("a", "b"), ruled("b", "c", namespace=None, namespace_filter="^p")], [("chain", "warning", True)]),
        ([ruled("a", "c"), ruled("b", "c")], [("two_sources", "warning", False)]),
        ([ruled("a", "c"), ruled("b", "c", target_namespace="mirror")], []),
        (
            [ruled("a", "c", target_repository="web"), ruled("b", "c", target_repository="web")],
            [("two_sources", "error", False)],
        ),
        ([ruled("a", "c", target_repository="web"), ruled("b", "c", target_repository="api")], []),
        ([ruled("a", "b", target_region="us-west-1")], [("region", "error", False)]),
        ([ruled("a", "b", link_id="l"), ruled("d", "b", target_namespace="d")], [("link", "warning", False)]),
    ],
)
def test_mistakes_in_who_feeds_whom_are_found(rules: list[dict[str, Any]], found: list[tuple[str, str, bool]]) -> None:
    assert checks(estate(*rules)) == found


WHOLE = {"namespace": None, "target_namespace": None, "scope": "instance"}
OVERWRITE = "images with the same tag overwrite each other"
ONLY_IF = "that happens only if what arrives by replication fires rules"


@pytest.mark.parametrize(
    ("rules", "problems"),
    [
        ([ruled("a", "c"), ruled("b", "c")], [f"a (rule a-c) and b (rule b-c) both write prod of c; {OVERWRITE}"]),
        (
            [ruled("a", "c", **WHOLE), ruled("b", "c")],
            [f"a (rule a-c) and b (rule b-c) both write prod of c; {OVERWRITE}"],
        ),
        (
            [ruled("a", "c"), ruled("b", "c", **WHOLE)],
            [f"a (rule a-c) and b (rule b-c) both write prod of c; {OVERWRITE}"],
        ),
        ([ruled("a", "c"), ruled("a", "c", name="again")], []),
        (
            [ruled("a", "f", target_region=None)],
            ["rule a-f goes from public cloud (cn-hangzhou) to Finance or Gov Cloud (cn-shanghai-finance-1)"],
        ),
        ([ruled("n", "f")], []),
        (
            [ruled("a", "b", target_region="us-west-1")],
            ["rule a-b looks for b in us-west-1, and it is in eu-central-1"],
        ),
        ([ruled("a", "b", link_id="l"), ruled("d", "b", target_namespace="d", link_id="l")], []),
        ([ruled("n", "b", link_id="l"), ruled("n", "b", name="bare", target_namespace="d")], []),
        (
            [ruled("a", "b", link_id="l"), ruled("d", "b", target_namespace="d")],
            ["from cn-hangzhou to eu-central-1, d-b goes without a custom link, and a-b takes one"],
        ),
        ([ruled("a", "b"), ruled("b", "c")], [f"rule a-b brings prod to b, and b-c can pass it on to c; {ONLY_IF}"]),
        (
            [ruled("a", "b"), ruled("a", "b", name="web", **NARROW), ruled("b", "c", **WHOLE)],
            [f"the rules a-b, web bring prod, web to b, and b-c can pass it on to c; {ONLY_IF}"],
        ),
        (
            [ruled("a", "b"), ruled("b", "c", **NARROW)],
            ["rule a-b brings prod to b, which feeds other instances, but none of its automatic rules passes that on"],
        ),
    ],
)
def test_each_problem_is_said_with_its_rules_and_instances(rules: list[dict[str, Any]], problems: list[str]) -> None:
    assert [finding["problem"] for finding in estate(*rules)["findings"]] == problems


def test_only_the_rules_into_a_closed_instance_are_named() -> None:
    found = estate(ruled("a", "b"), ruled("a", "c"), refused={"c": ["uid-a"]})
    assert [finding["problem"] for finding in found["findings"]] == [
        "nobody may write to c any more: no grant lets uid-a replicate into it, and a-c should"
    ]


def test_a_circle_of_three_is_told_once_with_its_rules() -> None:
    found = estate(ruled("a", "b"), ruled("b", "c"), ruled("c", "a"))
    [circle] = [finding for finding in found["findings"] if finding["check"] == "circle"]
    around = re.search(r"go round from (\w) to (\w) to (\w) to (\w), by the rules", circle["problem"])
    assert around
    assert around.groups() in (("a", "b", "c", "a"), ("b", "c", "a", "b"), ("c", "a", "b", "c"))
    assert found["unknown"].startswith("Whether what arrives by replication fires")


def test_a_rule_that_only_its_destination_lists_is_known() -> None:
    inbound = {**ruled("b", "a"), "name": "a-b", "direction": "inbound"}
    found = estate(inbound)
    assert [(way["source"], way["target"]) for way in found["ways"]] == [("cri-a", "cri-b")]
    both = estate(ruled("a", "b"), inbound)
    assert [len(way["rules"]) for way in both["ways"]] == [1]


def test_destinations_that_no_rule_feeds_are_named_if_all_sources_were_looked_at() -> None:
    [finding] = estate(ruled("a", "b"), fed="bcd")["findings"]
    assert finding["problem"] == "c, d are destinations of the inventory, and no rule feeds them"
    assert checks(estate(ruled("a", "b"), fed="bc", blind="a")) == []


@pytest.mark.parametrize(
    ("refused", "wrong"),
    [
        ([], False),
        (["account uid-a"], True),
        (["account uid-x"], False),
        (["instance cri-b"], True),
        (["role aliyuncontainerregistrycrossaccoutsyncrole"], True),
    ],
)
def test_a_destination_that_nobody_may_write_to_is_an_error(refused: list[str], wrong: bool) -> None:
    found = estate(ruled("a", "b"), fed="b", refused={"b": refused})
    assert checks(found) == [("nobody_may_write", "error", False)] * wrong
    assert found["ways"][0]["state"] == ("bad" if wrong else "good")


def test_a_destination_that_one_of_two_may_write_to_is_for_the_audit() -> None:
    rules = [ruled("a", "b"), ruled("d", "b", target_namespace="d")]
    assert checks(estate(*rules, fed="b", refused={"b": ["account uid-a"]})) == []


def test_layers_grow_from_source_to_destination_also_around_a_circle() -> None:
    found = estate(ruled("a", "b"), ruled("b", "c"), ruled("a", "c", **NARROW), ruled("c", "b", **NARROW))
    of = {instance["name"]: instance["layer"] for instance in found["instances"]}
    assert of["a"] == 0  # the only one that nothing should feed
    assert {of["b"], of["c"]} == {1, 2}


def test_the_drawing_is_well_formed_and_what_others_wrote_is_text() -> None:
    found = estate(ruled("a", "b", name="<script>&\"'"), ruled("b", "a"))
    picture = ElementTree.fromstring(drawing(found))
    titles = [title.text or "" for title in picture.iter("title")]
    assert any("<script>&\"'" in title for title in titles)
    assert len([path for path in picture.iter("path") if "way" in path.get("class", "")]) == len(found["ways"])


def test_labels_of_lines_that_cross_are_not_drawn_on_each_other() -> None:
    found = estate(ruled("a", "c"), ruled("a", "d"), ruled("b", "c"), ruled("b", "d"))
    labels = ElementTree.fromstring(drawing(found)).findall(".//text[@class='label']")
    places = sorted((float(label.attrib["x"]), float(label.attrib["y"])) for label in labels)
    assert len(places) == 4
    assert all(beyond[1] - place[1] >= 12 for place, beyond in pairwise(places) if beyond[0] == place[0])


@pytest.mark.parametrize("count", [2, 12, 40])
def test_no_two_instances_are_drawn_on_each_other(count: int) -> None:
    names = [f"host-{number}" for number in range(count)]
    hosts: dict[str, Any] = {
        name: {"acr_instance_id": f"cri-{name}", "acr_region": "cn-hangzhou", "report_sync_rules": {"sync_rules": []}}
        for name in names
    }
    hosts[names[0]]["report_sync_rules"]["sync_rules"] = [
        {"name": name, "instance_id": f"cri-{names[0]}", "target_instance_id": f"cri-{name}", "namespace": "prod"}
        for name in names[1:]
    ]
    picture = ElementTree.fromstring(drawing(whole(hosts, names, [])))
    boxes = sorted(
        (float(box.get("x", 0)), float(box.get("y", 0)), float(box.get("height", 0))) for box in picture.iter("rect")
    )
    assert len(boxes) == count
    for (column, top, height), (next_column, next_top, _height) in pairwise(boxes):
        assert column != next_column or top + height <= next_top


@pytest.mark.parametrize(
    ("there", "words"),
    [
        (["a-b"], "a and b: forward holds"),
        (["b-a-reversed"], "a and b: reversed holds, as acr_direction says"),
        (
            ["a-b", "b-a-reversed"],
            "a and b: both directions hold, so that images may go round",
        ),
    ],
)
def test_it_says_which_direction_holds(there: list[str], words: str) -> None:
    rules = {"a-b": ruled("a", "b"), "b-a-reversed": ruled("b", "a", name="a-b-reversed")}
    hosts: dict[str, Any] = {
        name: {
            "acr_instance_id": f"cri-{name}",
            "acr_region": REGIONS[name],
            "acr_account_id": f"uid-{name}",
            "report_sync_rules": {"sync_rules": [rules[rule] for rule in there if rule.startswith(name)]},
        }
        for name in ("a", "b")
    }
    hosts["a"] |= {"acr_direction": "reversed", "acr_sync_rules": [{"name": "a-b", "namespace": "prod", "to": "b"}]}
    assert whole(hosts, ["b"], ["a"])["directions"][0].removesuffix(", and acr_direction says reversed") == words

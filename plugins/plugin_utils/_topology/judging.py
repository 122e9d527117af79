# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge which instance feeds which: find circles, chains, places with two sources, and ways that cannot work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, combinations
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.commands import grant_command
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import error, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._core.regions import is_industry_cloud
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import first_of
from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.estate import (
    Estate,
    finding_of,
    names_of,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.flows import Flow
from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.passing_on import chains_of, circles_of


def judge(estate: Estate) -> list[dict[str, Any]]:
    """Return what is wrong, errors first.

    A finding has the `ways` that it is about, as pairs of instances. `hangs_on_replication` is true if it only holds if
    what arrives by replication fires rules.
    """
    checks: tuple[Callable[[Estate], Iterator[dict[str, Any]]], ...]
    checks = (circles_of, chains_of, _two_sources, _nobody_may, _unfed, _regions, _links)
    found = chain.from_iterable(check(estate) for check in checks)
    # "error" comes before "warning" in the alphabet too. The sort is stable, so each check keeps its order.
    return sorted(found, key=lambda finding: finding["severity"])


def _two_sources(estate: Estate) -> Iterator[dict[str, Any]]:
    """Find places that two instances write; two rules of one instance are found by its audit."""
    by_target: dict[str, list[Flow]] = {}
    for flow in estate.flows:
        by_target.setdefault(flow.target.instance_id, []).append(flow)
    told: set[tuple[str, str, str]] = set()
    for target, several in by_target.items():
        for flow, other in combinations(several, 2):
            pair = (flow.source.instance_id, other.source.instance_id, target)
            # One finding for two sources is enough, however many of their rules meet.
            if pair[0] == pair[1] or pair in told or not flow.target.meets(other.target):
                continue
            told.add(pair)
            # Unless both name the same repository, the same tag may never come from both.
            certain = flow.target.repository is not None and flow.target.repository == other.target.repository
            sources = f"{estate.name(pair[0])} (rule {flow.name}) and {estate.name(pair[1])} (rule {other.name})"
            where = other.target if flow.target.namespace is None else flow.target
            problem = (
                f"{sources} both write {where} of {estate.name(target)}; images with the same tag overwrite each other"
            )
            remedy = "Give each source a target namespace of its own."
            say = error if certain else warning
            yield finding_of(say("two_sources", f"instance {estate.name(target)}", problem, remedy), flow, other)


def _nobody_may(estate: Estate) -> Iterator[dict[str, Any]]:
    for identity, instance in estate.instances.items():
        into: list[tuple[Flow, str]] = []
        for flow in estate.flows:
            account = estate.instances[flow.source.instance_id].account_id
            if flow.target.instance_id == identity and account not in (None, instance.account_id):
                into.append((flow, str(account)))
        # If some accounts may still write, the audit tells of the others.
        if not into or not all(instance.refuses(account) for _flow, account in into):
            continue
        accounts = sorted({account for _flow, account in into})
        problem = (
            f"nobody may write to {instance.name} any more: no grant lets {' or '.join(accounts)} replicate into it,"
            f" and {names_of([flow for flow, _account in into])} should"
        )
        remedy = f"Run {grant_command(accounts, identity, instance.region)}, or delete the rules."
        finding = error("nobody_may_write", f"instance {instance.name}", problem, remedy)
        yield finding_of(finding, *(flow for flow, _account in into))


def _unfed(estate: Estate) -> Iterator[dict[str, Any]]:
    """Find destinations that no rule feeds."""
    instances = estate.instances.values()
    # A source that was not looked at may feed any of them.
    if any(instance.in_inventory and not (instance.looked_at or instance.should_be_fed) for instance in instances):
        return
    fed = {flow.target.instance_id for flow in estate.flows}
    names = [place.name for place in instances if place.should_be_fed and place.instance_id not in fed]
    if names:
        is_one = len(names) == 1
        are = "is a destination" if is_one else "are destinations"
        problem = f"{first_of(names)} {are} of the inventory, and no rule feeds {'it' if is_one else 'them'}"
        remedy = (
            "Add rules with registryops.alicloud.configure_sync, or take what is not needed out of acr_destination."
        )
        yield finding_of(warning("nothing_feeds", f"instance {names[0]}", problem, remedy))


def _regions(estate: Estate) -> Iterator[dict[str, Any]]:
    for flow in estate.flows:
        source, target = (estate.instances[place.instance_id] for place in (flow.source, flow.target))
        if flow.region and target.region and flow.region != target.region:
            problem = f"rule {flow.name} looks for {target.name} in {flow.region}, and it is in {target.region}"
            remedy = "Correct the rule's target_region, or acr_region in the inventory."
            yield finding_of(error("region", f"rule {flow.name}", problem, remedy), flow)
        ends = (str(source.region), str(flow.region or target.region))
        if is_industry_cloud(ends[1]) and source.region and not is_industry_cloud(ends[0]):
            problem = f"rule {flow.name} goes from public cloud ({ends[0]}) to Finance or Gov Cloud ({ends[1]})"
            remedy = "This is not supported; choose a destination in a public region."
            yield finding_of(error("region", f"rule {flow.name}", problem, remedy), flow)


def _links(estate: Estate) -> Iterator[dict[str, Any]]:
    """Find rules without a custom link, where others between the same regions have one."""
    by_regions: dict[tuple[str | None, str | None], list[Flow]] = {}
    for flow in estate.flows:
        source, target = (estate.instances[place.instance_id].region for place in (flow.source, flow.target))
        if source and target:
            by_regions.setdefault((source, target), []).append(flow)
    for (source, target), several in by_regions.items():
        linked = [flow for flow in several if flow.link_id]
        # That some rules between two regions have a link is the only sign that one is needed.
        if linked and len(linked) < len(several):
            bare = [flow for flow in several if not flow.link_id]
            problem = (
                f"from {source} to {target}, {names_of(bare)} goes without a custom link,"
                f" and {names_of(linked)} takes one"
            )
            remedy = "Some regions need a link, and no list says which. If images fail on this way, set link_id."
            yield finding_of(warning("link", f"rule {bare[0].name}", problem, remedy), *bare)

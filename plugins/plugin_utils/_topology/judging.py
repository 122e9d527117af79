# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge who feeds whom.

It finds circles, chains, places with two sources, and ways that cannot work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._core.regions import is_industry_cloud
from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.flows import Flow
from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.graph import circles

_IF = "if what arrives by replication fires rules"

_NAMED = 5  # of what a sentence is about; a person looks up the rest


@dataclass(frozen=True)
class Instance:
    """One instance, as far as it is known.

    Attributes:
        instance_id: its ID.
        name: its host in the inventory, or its ID.
        region: where it is; None if that is not known.
        account_id: its account; None if that is not known.
        looked_at: whether its rules were read.
        in_inventory: whether it is a host of the inventory.
        should_be_fed: whether the inventory has it as a destination.
        refused: who may not replicate into it, as the audit says: accounts, or the role or the instance for all.
    """

    instance_id: str
    name: str
    region: str | None
    account_id: str | None
    looked_at: bool
    in_inventory: bool
    should_be_fed: bool
    refused: frozenset[str]

    def shown(self) -> dict[str, Any]:
        """Return what data and drawing show of it."""
        shown = ("instance_id", "name", "region", "account_id", "looked_at")
        return {name: getattr(self, name) for name in shown}

    def refuses(self, account_id: str) -> bool:
        """Tell whether the audit found that an account may not replicate into it."""
        return any(not subject.startswith("account ") for subject in self.refused) or (
            f"account {account_id}" in self.refused
        )


@dataclass(frozen=True)
class Estate:
    """All instances by ID, and all flows."""

    instances: Mapping[str, Instance]
    flows: Sequence[Flow]

    def name(self, instance_id: str) -> str:
        """Return what people call an instance."""
        return self.instances[instance_id].name


def judge(estate: Estate) -> list[dict[str, Any]]:
    """Return what is wrong, errors first.

    Each finding tells by `hangs_on_replication` whether it holds only if what arrives by replication fires rules, and
    has the `ways` that it is about, as pairs of instances.
    """
    checks: tuple[Callable[[Estate], Iterator[dict[str, Any]]], ...]
    checks = (_circles, _chains, _two_sources, _nobody_may, _unfed, _regions, _links)
    found = chain.from_iterable(check(estate) for check in checks)
    # "error" comes before "warning" in the alphabet too. The sort is stable, so each check keeps its order.
    return sorted(found, key=lambda finding: finding["severity"])


def _of(finding: Finding, *flows: Flow, hangs: bool = False) -> dict[str, Any]:
    ways = [(flow.source.instance_id, flow.target.instance_id) for flow in flows]
    return {**finding, "hangs_on_replication": hangs, "ways": ways}


def _next(estate: Estate) -> dict[Flow, list[Flow]]:
    """Return the automatic flows that each flow can go on in."""
    by_source: dict[str, list[Flow]] = {}
    for flow in estate.flows:
        if flow.automatic:
            by_source.setdefault(flow.source.instance_id, []).append(flow)
    return {
        flow: [other for other in by_source.get(flow.target.instance_id, ()) if flow.goes_on_in(other)]
        for flow in estate.flows
    }


def _circles(estate: Estate) -> Iterator[dict[str, Any]]:
    told: set[frozenset[str]] = set()
    for way in circles(_next(estate)):
        around = frozenset(flow.source.instance_id for flow in way)
        # One circle is found once from each of its instances.
        if around in told:
            continue
        told.add(around)
        names = " to ".join(estate.name(flow.source.instance_id) for flow in (*way, way[0]))
        problem = f"images can go round from {names}, by the rules {_names(way)}; {_IF}, they do so for ever"
        remedy = "Give one of these rules another target namespace, or a filter that leaves out what comes back."
        yield _of(warning("circle", names, problem, remedy), *way, hangs=True)


def _chains(estate: Estate) -> Iterator[dict[str, Any]]:
    """Find instances in the middle of a way.

    They pass on what they get if that fires rules, or do not.
    """
    following = _next(estate)
    outbound = {flow.source.instance_id for flow in estate.flows if flow.automatic}
    passing: dict[tuple[str, str], dict[Flow, list[Flow]]] = {}
    ending: dict[tuple[str, str], list[Flow]] = {}
    for flow in estate.flows:
        way = (flow.source.instance_id, flow.target.instance_id)
        # A flow straight back is a circle, and no chain.
        ends = [other for other in following[flow] if other.target.instance_id != flow.source.instance_id]
        if ends:
            passing.setdefault(way, {})[flow] = ends
        # An instance that feeds nobody is the end of the way, where images may stay.
        elif not following[flow] and flow.target.instance_id in outbound:
            ending.setdefault(way, []).append(flow)
    for flows in passing.values():
        yield _chain(estate, flows)
    for several in ending.values():
        problem = (
            f"{_brings(estate, several)}, which feeds other instances, but none of its automatic rules passes that on"
        )
        remedy = "If the others are to have it, add a rule for it; replicating it from where it is pushed is safer."
        yield _of(warning("chain_ends", f"rule {several[0].name}", problem, remedy), *several)


def _chain(estate: Estate, flows: Mapping[Flow, Sequence[Flow]]) -> dict[str, Any]:
    ends = list(dict.fromkeys(chain.from_iterable(flows.values())))
    to = _listed(sorted({estate.name(other.target.instance_id) for other in ends}))
    problem = f"{_brings(estate, list(flows))}, and {_names(ends)} can pass it on to {to}; that happens only {_IF}"
    remedy = f"Unless it was seen to work, replicate to {to} from where the images are pushed."
    first = next(iter(flows))
    return _of(warning("chain", f"rule {first.name}", problem, remedy), *flows, *ends, hangs=True)


def _brings(estate: Estate, flows: Sequence[Flow]) -> str:
    """Say what rules of one instance bring to another."""
    places = _listed(list(dict.fromkeys(str(flow.target) for flow in flows)))
    rules = f"rule {flows[0].name} brings" if len(flows) == 1 else f"the rules {_names(flows)} bring"
    return f"{rules} {places} to {estate.name(flows[0].target.instance_id)}"


def _two_sources(estate: Estate) -> Iterator[dict[str, Any]]:
    """Find places that two instances write.

    Two rules of one instance are for its audit.
    """
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
            # With filters alone, nobody knows whether the same tags ever come from both.
            certain = flow.target.repository is not None and flow.target.repository == other.target.repository
            sources = f"{estate.name(pair[0])} (rule {flow.name}) and {estate.name(pair[1])} (rule {other.name})"
            where = other.target if flow.target.namespace is None else flow.target
            problem = (
                f"{sources} both write {where} of {estate.name(target)}; images with the same tag overwrite each other"
            )
            remedy = "Give each source a target namespace of its own."
            say = error if certain else warning
            yield _of(say("two_sources", f"instance {estate.name(target)}", problem, remedy), flow, other)


def _nobody_may(estate: Estate) -> Iterator[dict[str, Any]]:
    for identity, instance in estate.instances.items():
        into = [
            (flow, account)
            for flow in estate.flows
            if flow.target.instance_id == identity
            and (account := estate.instances[flow.source.instance_id].account_id) not in (None, instance.account_id)
        ]
        # One account that may still write is found by its own audit.
        if not into or not all(instance.refuses(str(account)) for _flow, account in into):
            continue
        accounts = sorted({str(account) for _flow, account in into})
        problem = (
            f"nobody may write to {instance.name} any more: no grant lets {' or '.join(accounts)} replicate into it,"
            f" and {_names([flow for flow, _account in into])} should"
        )
        remedy = "Run registryops.alicloud.grant_access for its account, or delete the rules."
        finding = error("nobody_may_write", f"instance {instance.name}", problem, remedy)
        yield _of(finding, *(flow for flow, _account in into))


def _unfed(estate: Estate) -> Iterator[dict[str, Any]]:
    """Find destinations that no rule feeds.

    Where a source was not looked at, that is not known.
    """
    instances = estate.instances.values()
    # A source that was not read may feed any of them.
    if any(instance.in_inventory and not (instance.looked_at or instance.should_be_fed) for instance in instances):
        return
    fed = {flow.target.instance_id for flow in estate.flows}
    names = [place.name for place in instances if place.should_be_fed and place.instance_id not in fed]
    if names:
        is_one = len(names) == 1
        are = "is a destination" if is_one else "are destinations"
        problem = f"{_listed(names)} {are} of the inventory, and no rule feeds {'it' if is_one else 'them'}"
        remedy = (
            "Add rules with registryops.alicloud.configure_sync, or take what is not needed out of acr_destination."
        )
        yield _of(warning("nothing_feeds", f"instance {names[0]}", problem, remedy))


def _regions(estate: Estate) -> Iterator[dict[str, Any]]:
    for flow in estate.flows:
        source, target = (estate.instances[place.instance_id] for place in (flow.source, flow.target))
        if flow.region and target.region and flow.region != target.region:
            problem = f"rule {flow.name} looks for {target.name} in {flow.region}, and it is in {target.region}"
            remedy = "Correct the rule's target_region, or acr_region in the inventory."
            yield _of(error("region", f"rule {flow.name}", problem, remedy), flow)
        ends = (str(source.region), str(flow.region or target.region))
        if is_industry_cloud(ends[1]) and source.region and not is_industry_cloud(ends[0]):
            problem = f"rule {flow.name} goes from public cloud ({ends[0]}) to Finance or Gov Cloud ({ends[1]})"
            remedy = "This is not supported; choose a destination in a public region."
            yield _of(error("region", f"rule {flow.name}", problem, remedy), flow)


def _links(estate: Estate) -> Iterator[dict[str, Any]]:
    """Find rules without a custom link that others have.

    Only rules between the same regions are compared.
    """
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
                f"from {source} to {target}, {_names(bare)} goes without a custom link, and {_names(linked)} takes one"
            )
            remedy = "Some regions need a link, and no list says which. If images fail on this way, set link_id."
            yield _of(warning("link", f"rule {bare[0].name}", problem, remedy), *bare)


def _names(flows: Sequence[Flow]) -> str:
    """Return the names of some rules, and the number of more."""
    return _listed([flow.name for flow in flows])


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")

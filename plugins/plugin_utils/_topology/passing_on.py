# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find circles and chains: what instances pass on of what they get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import warning
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import first_of
from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.estate import (
    Estate,
    finding_of,
    names_of,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.flows import Flow
from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.graph import circles

# Not documented, so that findings about circles and chains say it.
_IF = "if what arrives by replication fires rules"


def _next(estate: Estate) -> dict[Flow, list[Flow]]:
    """Return the automatic flows that each flow can go on in."""
    by_source: dict[str, list[Flow]] = {}
    for flow in estate.flows:
        if flow.automatic:
            by_source.setdefault(flow.source.instance_id, []).append(flow)
    following = {}
    for flow in estate.flows:
        onward = by_source.get(flow.target.instance_id, ())
        following[flow] = [other for other in onward if flow.goes_on_in(other)]
    return following


def circles_of(estate: Estate) -> Iterator[dict[str, Any]]:
    told: set[frozenset[str]] = set()
    for way in circles(_next(estate)):
        around = frozenset(flow.source.instance_id for flow in way)
        # One circle is found once from each of its instances.
        if around in told:
            continue
        told.add(around)
        names = " to ".join(estate.name(flow.source.instance_id) for flow in (*way, way[0]))
        problem = f"images can go round from {names}, by the rules {names_of(way)}; {_IF}, they do so for ever"
        remedy = "Give one of these rules another target namespace, or a filter that leaves out what comes back."
        yield finding_of(warning("circle", names, problem, remedy), *way, hangs=True)


def chains_of(estate: Estate) -> Iterator[dict[str, Any]]:
    """Find instances in the middle of a way, which pass on what they get, or do not."""
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
        # An instance that feeds no other is meant to be the end.
        elif not following[flow] and flow.target.instance_id in outbound:
            ending.setdefault(way, []).append(flow)
    for flows in passing.values():
        yield _chain(estate, flows)
    for several in ending.values():
        problem = (
            f"{_brings(estate, several)}, which feeds other instances, but none of its automatic rules passes that on"
        )
        remedy = "If the others are to have it, add a rule for it; replicating it from where it is pushed is safer."
        yield finding_of(warning("chain_ends", f"rule {several[0].name}", problem, remedy), *several)


def _chain(estate: Estate, flows: Mapping[Flow, Sequence[Flow]]) -> dict[str, Any]:
    ends = list(dict.fromkeys(chain.from_iterable(flows.values())))
    to = first_of(sorted({estate.name(other.target.instance_id) for other in ends}))
    problem = f"{_brings(estate, list(flows))}, and {names_of(ends)} can pass it on to {to}; that happens only {_IF}"
    remedy = f"Unless it was seen to work, replicate to {to} from where the images are pushed."
    first = next(iter(flows))
    return finding_of(warning("chain", f"rule {first.name}", problem, remedy), *flows, *ends, hangs=True)


def _brings(estate: Estate, flows: Sequence[Flow]) -> str:
    """Return in words what rules of one instance bring to another."""
    places = first_of(list(dict.fromkeys(str(flow.target) for flow in flows)))
    rules = f"rule {flows[0].name} brings" if len(flows) == 1 else f"the rules {names_of(flows)} bring"
    return f"{rules} {places} to {estate.name(flows[0].target.instance_id)}"

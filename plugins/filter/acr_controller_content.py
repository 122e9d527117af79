# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_controller_content
short_description: Choose what the role controller_content keeps
version_added: 1.0.0
description:
  - Takes the tables of the role, which hold something for each side and each purpose, and returns the lists that a
    controller needs for some instances.
  - It is made for the role C(controller_content). Its tables are in the role's variables.
positional: sources, destinations
options:
  _input:
    description: The tables of the role.
    type: dict
    required: true
  sources:
    description: Variables of each source by its name.
    type: dict
    required: true
  destinations:
    description: Variables of each destination by its name.
    type: dict
    required: true
  shares:
    description:
      - Hosts that stand for shares of the sources' images, as P(registryops.alicloud.acr_shares#filter) makes them.
    type: list
    elements: dict
    default: []
  prune:
    description: Whether there is a job that deletes images.
    type: bool
    default: false
  events:
    description: Whether there is a job for Event-Driven Ansible.
    type: bool
    default: false
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show the job templates that the role would keep
  ansible.builtin.debug:
    msg: "{{ (tables | registryops.alicloud.acr_controller_content(sources, {})).job_templates }}"
  vars:
    tables:
      name: ACR image sync
      credential_types: {}
      credentials: {}
      inventories: {}
      groups: {}
      job_template: {diff_mode: true}
      job_templates:
        source:
          - name: "ACR image sync: verify sync"
            playbook: playbooks/verify_sync.yml
      surveys: {}
      schedules: {}
      workflow: {}
    sources:
      prod-sh:
        acr_instance_id: cri-sourcesource0001
"""

RETURN = r"""
_value:
  description:
    - The C(sides) of the instances, and the lists C(credential_types), C(credentials), C(inventories), C(hosts),
      C(groups), C(job_templates), C(schedules) and C(workflows).
    - C(names) tells what each step of the role keeps.
  type: dict
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

Hosts = Mapping[str, Mapping[str, Any]]
Item = dict[str, Any]


@dataclass(frozen=True)
class ContentRequest:
    """What is asked for.

    Attributes:
        sources: variables of each source.
        destinations: variables of each destination.
        prune: whether images may be deleted by a job.
        events: whether events launch a job.
    """

    sources: Hosts
    destinations: Hosts
    prune: bool
    events: bool

    @property
    def sides(self) -> list[str]:
        """Return the sides that there are instances of."""
        found = (("destination", self.destinations), ("source", self.sources))
        return [side for side, hosts in found if hosts]

    @property
    def directed(self) -> bool:
        """Return whether source and destination can be exchanged."""
        return any("acr_direction" in host for host in self.sources.values())

    @property
    def purposes(self) -> list[str]:
        """Return the keys of the job templates to keep."""
        found = self.sides
        if len(found) == 2:
            # No API tells which bucket an instance has. So without acr_bucket there is nothing to copy from.
            buckets = any("acr_bucket" in host for host in (*self.sources.values(), *self.destinations.values()))
            asked = (("both", True), ("prune", self.prune), ("storage", buckets))
            found += [purpose for purpose, is_asked in asked if is_asked]
        found += ["switch"] if self.directed else []
        # Events tell of failed copies, which a source sends again.
        found += ["events"] if self.sources and self.events else []
        return [*found, "all"]


def controller_content(
    tables: Mapping[str, Any],
    sources: Hosts,
    destinations: Hosts,
    shares: Sequence[Item] = (),
    prune: bool = False,
    events: bool = False,
) -> dict[str, Any]:
    """Return the lists to keep; see DOCUMENTATION."""
    request = ContentRequest(sources, destinations, prune, events)
    hosts = {"sources": [*sources], "destinations": [*destinations], "shares": [share["name"] for share in shares]}
    kept: dict[str, Any] = {
        "credential_types": _of(tables["credential_types"], request.sides),
        "credentials": [_filled(credential) for credential in _of(tables["credentials"], request.sides)],
        "inventories": _of(tables["inventories"], ["all", *request.sides]),
        "hosts": [*_hosts(tables["name"], request, shares)],
        "groups": [{**group, "hosts": hosts[group["hosts"]]} for group in _of(tables["groups"], request.sides)],
        "job_templates": [*_job_templates(tables, request)],
        "schedules": _of(tables["schedules"], [*request.sides, "all"]),
        # It goes from one account to the other, so it takes both.
        "workflows": [dict(tables["workflow"])] if len(request.sides) == 2 else [],
    }
    return {"sides": request.sides, **kept, "names": _names(kept)}


def _of(table: Mapping[str, Sequence[Item]], keys: Sequence[str]) -> list[Item]:
    """Return a table's items of some keys, in the order of the keys."""
    return list(chain.from_iterable(table.get(key) or () for key in keys))


def _filled(credential: Item) -> Item:
    """Return a credential with the inputs that it has; an empty one would take away what the controller knows."""
    return {**credential, "inputs": {name: value for name, value in credential["inputs"].items() if value}}


def _hosts(name: str, request: ContentRequest, shares: Sequence[Item]) -> Iterator[Item]:
    # An instance may be on both sides. It is one host then, with what the source says of it.
    for host, variables in {**request.destinations, **request.sources}.items():
        yield {"name": host, "variables": variables, "inventory": name}
    for share in shares:
        yield {**share, "inventory": f"{name}: shares"}


def _job_templates(tables: Mapping[str, Any], request: ContentRequest) -> Iterator[Item]:
    for template in _of(tables["job_templates"], request.purposes):
        kept: Item = dict(tables["job_template"])
        for key, value in template.items():
            if key == "accounts":
                kept["credentials"] = [*_credentials(tables, request, value)]
            elif key == "survey":
                kept |= _survey(tables["surveys"], request, value)
            else:
                kept[key] = value
        yield kept


def _credentials(tables: Mapping[str, Any], request: ContentRequest, accounts: Sequence[str]) -> Iterator[str]:
    """Yield the names of the credentials that a job takes."""
    for side in request.sides:
        # With a direction, each account is the other side as well: it grants, or has rules, for when that is exchanged.
        if request.directed or side in accounts:
            yield from (credential["name"] for credential in tables["credentials"][side])


def _survey(surveys: Mapping[str, Item], request: ContentRequest, name: str) -> Item:
    survey = surveys.get(name) or {}
    asked = {question["variable"] for question in survey.get("spec") or ()}
    # An answer, even an empty one, would hide which accounts the hosts name.
    if "acr_source_account_ids" in asked and any(
        "acr_source_account_ids" in host for host in request.destinations.values()
    ):
        survey = {}
    return {"survey_enabled": bool(survey), "survey_spec": survey}


def _names(kept: Mapping[str, Sequence[Item]]) -> dict[str, list[str]]:
    """Return what each step of the role keeps, for a check that cannot look."""
    nodes = chain.from_iterable(workflow["simplified_workflow_nodes"] for workflow in kept["workflows"])
    return {
        "accounts": [],  # the first step always looks
        "inventories": [item["name"] for item in (*kept["credentials"], *kept["hosts"])],
        "templates": [item["name"] for item in kept["job_templates"]],
        "workflows": [item["name"] for item in (*kept["schedules"], *kept["workflows"])],
        "nodes": [node["identifier"] for node in nodes],
    }


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_controller_content": controller_content}

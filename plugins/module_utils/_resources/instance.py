# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read Enterprise Edition instances; this collection neither buys nor changes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import ApiError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Resource
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute


@dataclass(frozen=True)
class Instance(State):
    instance_id: str | None = attribute("InstanceId")
    name: str | None = attribute("InstanceName")
    edition: str | None = attribute("InstanceSpecification")
    status: str | None = attribute("InstanceStatus")
    issue: str | None = attribute("InstanceIssue")
    region: str | None = attribute("RegionId")
    resource_group_id: str | None = attribute("ResourceGroupId")
    create_time: int | None = attribute("CreateTime")
    modified_time: int | None = attribute("ModifiedTime")


class Instances(Resource[Instance]):
    kind = "instance"
    state_type = Instance

    def name(self, state: Instance) -> str:
        return f"instance {state.instance_id}"

    def find(self) -> Iterator[Instance]:
        wanted = self.params.get("instance_id")
        if wanted:
            # One call, and no right to list all instances.
            yield self.get(wanted)
            return
        yield from self._listed({"InstanceName": self.params.get("name")})

    def get(self, instance_id: str) -> Instance:
        with attempt(f"look at instance {instance_id}"):
            found = self.client.call("cr", "GetInstance", {"InstanceId": instance_id})
        # GetInstance does not tell the region. An endpoint only knows the instances of its own region.
        return Instance.from_api({"RegionId": self.params.get("region"), **found})

    def get_with_region(self, instance_id: str) -> Instance:
        """Return an instance with the region that the service has for it, if that can be known.

        The list says it, and takes a right that no other look at an instance takes.
        """
        found = None
        with suppress(ApiError):
            found = next((instance for instance in self._listed({}) if instance.instance_id == instance_id), None)
        self.client.without("ListInstance")
        if found is None:
            return self.get(instance_id)
        # The right to the look that does for everybody else.
        self.client.needs("GetInstance", {"InstanceId": instance_id})
        return found

    def _listed(self, selected: dict[str, Any]) -> Iterator[Instance]:
        for found in self.client.pages("cr", "ListInstance", selected, "Instances"):
            # ListInstance writes times as text, GetInstance as numbers.
            times = {name: _number(found, name) for name in ("CreateTime", "ModifiedTime")}
            yield Instance.from_api({**found, **times})


def _number(found: dict[str, Any], name: str) -> int | None:
    """Return a time as a number, None if there is none."""
    return int(found[name]) if found.get(name) else None

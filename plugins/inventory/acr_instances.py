# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_instances
short_description: Instances of Container Registry as hosts
version_added: 1.0.0
description:
  - Makes a host of each Enterprise Edition instance of the accounts in the regions. With O(host_kind) it makes a host
    of each namespace, or of each share of the images, instead.
  - The source is a file whose name ends in C(acr_instances.yml) or C(acr_instances.yaml).
  - A host has the name of its instance, or the ID if two instances have the same name. C(-) and the namespace or the
    number of the share follow.
  - Each host is in the groups C(account_<UID>), C(region_<region>) and C(edition_<edition>), with C(_) for each
    character that a group's name cannot have. With O(rules), an instance whose sync rules end elsewhere is in
    C(acr_source), and one at which rules end is in C(acr_destination).
  - The hosts have the variables C(acr_instance_id), C(acr_instance_name), C(acr_region), C(acr_edition), C(acr_status)
    and C(acr_account_id), which the roles of this collection read. C(acr_feeds) holds the IDs of the instances that
    the rules end at.
  - The O(accounts[].profile), the endpoints and the other options without secrets become C(acr_profile) and so on.
    Keys never become variables; put them into a vault for the group C(account_<UID>).
extends_documentation_fragment:
  - constructed
  - inventory_cache
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [registryops.alicloud.acr_instances]
  accounts:
    description:
      - The connection to each account, with the connection options that all modules of this collection have.
      - If unset, one account, whose connection comes from the environment, as it does for modules.
    type: list
    elements: dict
    suboptions:
      access_key_id: {type: str, description: ID of an access key.}
      access_key_secret: {type: str, description: Secret of that access key.}
      security_token: {type: str, description: The token of a temporary key.}
      profile: {type: str, description: Name of a profile of the Alibaba Cloud CLI.}
      profile_file: {type: path, description: The file of the profiles.}
      assume_role_arn: {type: str, description: ARN of a role to assume.}
      account_id: {type: str, description: UID that the account must have; any other one is an error.}
      cr_endpoint: {type: str, description: Endpoint of Container Registry.}
      sts_endpoint: {type: str, description: Endpoint of STS.}
  regions:
    description: The regions to look in, at least one. A misspelt region is an error.
    type: list
    elements: str
    required: true
  instance_ids:
    description: The only instances to take. One that is not found is an error. If unset, all.
    type: list
    elements: str
    default: []
  host_kind:
    description:
      - What a host stands for. C(acr_namespace) is the namespace of a V(namespace).
      - Of V(share)s, each host has the variables C(backfill_images_shard_index) and C(backfill_images_shard_count), so
        that job slices of AWX and Automation Platform divide the images of an instance among them.
    type: str
    choices: [instance, namespace, share]
    default: instance
  shards:
    description: How many shares each instance has, if O(host_kind=share).
    type: int
    default: 4
  rules:
    description:
      - Whether to read the sync rules of the instances, which needs the permission C(cr:ListSyncRule). Without them no
        host is in C(acr_source) or C(acr_destination).
    type: bool
    default: true
requirements:
  - python >= 3.11
  - alibabacloud-cr20181201 >= 2.2.3
  - alibabacloud-credentials >= 1.0.11
  - alibabacloud-ram20150501 >= 1.0.2
  - alibabacloud-tea >= 0.4.1
  - alibabacloud-tea-openapi >= 0.4.5
  - darabonba-core >= 1.0.8
  - urllib3 >= 1.26.16
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
# Two accounts in one source.
plugin: registryops.alicloud.acr_instances
accounts:
  - profile: account-a
  - profile: account-b
regions: [cn-hangzhou, eu-central-1]
---
# Eight shares of each instance, for a sliced job template.
plugin: registryops.alicloud.acr_instances
regions: [cn-hangzhou]
host_kind: share
shards: 8
---
# Only what runs, grouped by the beginning of the name.
plugin: registryops.alicloud.acr_instances
regions: [cn-hangzhou]
strict: true
compose:
  acr_is_running: acr_status == 'RUNNING'
keyed_groups:
  - key: acr_instance_name.split('-')[0]
    prefix: stage
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.plugin_utils._estate import FoundInstance, Wanted, read_estate

ENDINGS = ("acr_instances.yml", "acr_instances.yaml")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]
    NAME = "registryops.alicloud.acr_instances"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(ENDINGS)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        instances = self._cached(self.get_cache_key(path), cache)
        # Names of instances may repeat in several accounts and regions, and names of hosts may not.
        same_names = Counter(instance.name for instance in instances)
        for instance in instances:
            name = instance.name if same_names[instance.name] == 1 else instance.instance_id
            for host, variables in self._hosts(name, instance):
                self._add(host, instance, variables)

    def _cached(self, key: str, cache: bool) -> list[FoundInstance]:
        """Return the instances, from the cache if it is used."""
        kept = self.get_option("cache")
        if kept and cache:
            try:
                return [FoundInstance(**found) for found in self._cache[key]]
            except KeyError:
                pass  # it is empty, or too old
        instances = self._read()
        if kept:
            self._cache[key] = [instance.to_cache() for instance in instances]
        return instances

    def _read(self) -> list[FoundInstance]:
        wanted = Wanted(
            regions=self.get_option("regions"),
            instance_ids=self.get_option("instance_ids"),
            rules=self.get_option("rules"),
            namespaces=self.get_option("host_kind") == "namespace",
        )
        try:
            return read_estate(self.get_option("accounts") or [{}], wanted)
        except AcrError as error:
            raise AnsibleParserError(str(error)) from error

    def _hosts(self, name: str, instance: FoundInstance) -> Iterator[tuple[str, dict[str, Any]]]:
        """Return an instance's hosts, each with its own variables."""
        kind = self.get_option("host_kind")
        if kind == "instance":
            yield name, {}
        elif kind == "namespace":
            for namespace in instance.namespaces:
                yield f"{name}-{namespace}", {"acr_namespace": namespace}
        else:
            count = self.get_option("shards")
            if count < 1:
                raise AnsibleParserError(f"shards is {count}; an instance has at least one share.")
            for index in range(count):
                shard = {"backfill_images_shard_index": index, "backfill_images_shard_count": count}
                yield f"{name}-{index}", shard

    def _add(self, host: str, instance: FoundInstance, variables: Mapping[str, Any]) -> None:
        self.inventory.add_host(host)
        for name, value in {**_variables(instance), **variables}.items():
            self.inventory.set_variable(host, name, value)
        for group in _groups(instance):
            group_name = self.inventory.add_group(self._sanitize_group_name(group))
            self.inventory.add_child(group_name, host)
        strict = self.get_option("strict")
        # Read before composing and again afterwards, since groups may use composed variables.
        all_variables = self.inventory.get_host(host).get_vars()
        self._set_composite_vars(self.get_option("compose"), all_variables, host, strict=strict)
        all_variables = self.inventory.get_host(host).get_vars()
        self._add_host_to_composed_groups(self.get_option("groups"), all_variables, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), all_variables, host, strict=strict)


def _variables(instance: FoundInstance) -> dict[str, Any]:
    return {
        "acr_account_id": instance.account_id,
        "acr_region": instance.region,
        "acr_instance_id": instance.instance_id,
        "acr_instance_name": instance.name,
        "acr_edition": instance.edition,
        "acr_status": instance.status,
        "acr_feeds": list(instance.feeds),
        **{f"acr_{name}": value for name, value in instance.connection.items()},
    }


def _groups(instance: FoundInstance) -> Iterable[str]:
    # With a word before the value, since a group's name may not begin with a digit.
    yield f"account_{instance.account_id}"
    yield f"region_{instance.region}"
    yield f"edition_{instance.edition}"
    if instance.feeds:
        yield "acr_source"
    if instance.is_fed:
        yield "acr_destination"

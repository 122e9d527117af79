# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_registry_login
short_description: Get a temporary login for the registry of an instance
version_added: 1.0.0
description:
  - Asks for a temporary user and password of an instance's registry, as podman, skopeo and docker take them.
  - Each lookup asks for a new password. A variable that holds the lookup asks each time it is used. If several tasks
    need the same password, set a fact.
  - The user of these credentials needs C(cr:GetAuthorizationToken) and C(cr:ListInstanceEndpoint).
options:
  _terms:
    description: IDs of instances, which begin with C(cri-). If there is none, the variable C(acr_instance_id).
    type: list
    elements: str
  endpoint_type:
    description: Which address of the registry to return, the public one or that of the VPC.
    type: str
    choices: [internet, vpc]
    default: internet
  hours:
    description:
      - Number of hours that the password is valid, from 1 to 24. With temporary keys it ends with them at the latest.
      - If unset, the service decides, which is one hour.
    type: int
extends_documentation_fragment:
  - registryops.alicloud.connection.plugin
seealso:
  - plugin: registryops.alicloud.acr_newest_tag
    plugin_type: lookup
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Copy an image out of the registry
  hosts: acr_source
  gather_facts: false
  tasks:
    - name: Obtain a login
      ansible.builtin.set_fact:
        login: "{{ lookup('registryops.alicloud.acr_registry_login', acr_instance_id) }}"
      no_log: true

    - name: Log in
      ansible.builtin.command:
        argv: [skopeo, login, --username, "{{ login.username }}", --password-stdin, "{{ login.registry }}"]
        stdin: "{{ login.password }}"
      delegate_to: localhost
      changed_when: false
      no_log: true

    - name: Copy the image
      ansible.builtin.command:
        argv: [skopeo, copy, "docker://{{ login.registry }}/prod/web:1.1", "oci:/tmp/web:1.1"]
      delegate_to: localhost
      changed_when: true
"""

RETURN = r"""
_list:
  description: The login of each instance. Tasks that use one need C(no_log), since the password is in it.
  type: list
  elements: dict
  contains:
    instance_id:
      description: ID of the instance.
      type: str
    registry:
      description: Host of the registry, as it stands before the first C(/) of an image.
      type: str
      sample: prod-registry.cn-hangzhou.cr.aliyuncs.com
    username:
      description: Name to log in with.
      type: str
      sample: cr_temp_user
    password:
      description: Password to log in with.
      type: str
    expire_time:
      description: When the password ends, in epoch milliseconds.
      type: int
    expire_time_iso:
      description: The same time in ISO 8601 format.
      type: str
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.plugins.lookup import LookupBase

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.registry_login import registry_login
from ansible_collections.registryops.alicloud.plugins.plugin_utils._controller import (
    as_lookup_errors,
    instances_of,
    options_of,
    reader,
)

OPTIONS: dict[str, dict[str, Any]] = {
    "endpoint_type": {"type": "str", "choices": ["internet", "vpc"], "default": "internet"},
    "hours": {"type": "int"},
}


class LookupModule(LookupBase):  # type: ignore[misc]
    def run(
        self, terms: Sequence[str], variables: Mapping[str, Any] | None = None, **given: Any
    ) -> list[dict[str, Any]]:
        with as_lookup_errors():
            options = options_of(given, OPTIONS, variables or {}, self._templar)
            hours = options["hours"]
            # The service's own limits, told before a call.
            if hours is not None and not 1 <= hours <= 24:
                raise AcrError(f"hours is {hours}", "Give a number from 1 to 24.")
            instances = instances_of(terms, variables or {}, self._templar)
            # One client for all of them, so that keys are obtained once.
            client = reader(options)
            return [registry_login(client, instance, options["endpoint_type"], hours) for instance in instances]

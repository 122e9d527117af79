# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_newest_tag
short_description: Find the newest version in a repository, with its digest
version_added: 1.0.0
description:
  - Returns the tag of the highest version in a repository that fits a range, as C(select.versions) of
    M(registryops.alicloud.acr_image_sync) understands it.
  - A version has two or three numbers, with or without a C(v), and is ordered as U(https://semver.org) says. If two
    tags are the same version, such as C(v1.2) and C(1.2.0), the one that was pushed last is returned.
  - The user of these credentials needs C(cr:GetRepository) and C(cr:ListRepositoryTag).
options:
  _terms:
    description: Repositories with their namespaces, such as V(prod/web).
    type: list
    elements: str
    required: true
  versions:
    description:
      - The range, such as V(>=1.2,<2). Pre-releases fit only if the range names one, such as V(>=1.2.0-0).
    type: str
    default: ">=0"
  instance_id:
    description: ID of the instance, which begins with C(cri-). If unset, the variable C(acr_instance_id).
    type: str
    vars: [{name: acr_instance_id}]
extends_documentation_fragment:
  - registryops.alicloud.connection.plugin
seealso:
  - module: registryops.alicloud.acr_image_info
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show what would be deployed
  hosts: acr_source
  gather_facts: false
  tasks:
    - name: Show the newest 1.x, by its digest
      ansible.builtin.debug:
        msg: "{{ found.tag }} is {{ found.reference }}"
      vars:
        found: "{{ lookup('registryops.alicloud.acr_newest_tag', 'prod/web', versions='>=1.0,<2') }}"
"""

RETURN = r"""
_list:
  description: One entry for each repository. The lookup fails if no tag fits.
  type: list
  elements: dict
  contains:
    repository:
      description: The repository with its namespace.
      type: str
      sample: prod/web
    tag:
      description: The tag.
      type: str
      sample: v1.4.0
    digest:
      description: The digest that it points to.
      type: str
    reference:
      description: Repository and digest, to pull just that; the host of the registry goes before it.
      type: str
      sample: prod/web@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    update_time:
      description: When the tag was last pushed, in epoch milliseconds.
      type: int
    update_time_iso:
      description: The same time in ISO 8601 format.
      type: str
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.plugins.lookup import LookupBase

from ansible_collections.registryops.alicloud.plugins.module_utils._sending.newest import newest_tag
from ansible_collections.registryops.alicloud.plugins.plugin_utils._controller import (
    as_lookup_errors,
    instances_of,
    options_of,
    reader,
)

OPTIONS: dict[str, dict[str, Any]] = {
    "versions": {"type": "str", "default": ">=0"},
    "instance_id": {"type": "str"},
}


class LookupModule(LookupBase):  # type: ignore[misc]
    def run(
        self, terms: Sequence[str], variables: Mapping[str, Any] | None = None, **given: Any
    ) -> list[dict[str, Any]]:
        with as_lookup_errors():
            options = options_of(given, OPTIONS, variables or {}, self._templar)
            said = [options["instance_id"]] if options["instance_id"] else []
            # One instance: a tag is newest in one place.
            (instance,) = instances_of(said, variables or {}, self._templar)
            client = reader(options)
            return [newest_tag(client, instance, path, options["versions"]) for path in terms]

#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_repository_info
version_added: 0.1.0
short_description: List the repositories of an instance
description:
  - Reads the repositories of a Container Registry Enterprise Edition instance.
options:
  instance_id:
    description:
      - ID of the instance, which begins with C(cri-).
    type: str
    required: true
  namespace:
    description:
      - Name of the namespace to look in. If unset, all namespaces are looked in.
    type: str
  name:
    description:
      - Exact name of the only repository to return. If unset, all are returned.
    type: str
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
seealso:
  - module: registryops.alicloud.acr_repository
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: List the repositories of a namespace
  registryops.alicloud.acr_repository_info:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    namespace: prod
"""

RETURN = r"""
repositories:
  description: The repositories; an empty list if none fits.
  type: list
  elements: dict
  returned: success
  contains:
    instance_id:
      description: ID of the instance.
      type: str
      returned: always
    namespace:
      description: Name of the namespace.
      type: str
      returned: always
      sample: prod
    name:
      description: Name of the repository.
      type: str
      returned: always
      sample: web
    repository_type:
      description: Whether images can be pulled without credentials. V(public) allows it.
      type: str
      returned: always
      sample: private
    summary:
      description: Summary of the repository, in one line.
      type: str
      returned: when there is one
    description:
      description: Longer description of the repository.
      type: str
      returned: when there is one, and a single repository was asked for
    tag_immutability:
      description: Whether its tags cannot be overwritten.
      type: bool
      returned: always
    repository_id:
      description: ID of the repository.
      type: str
      returned: when it exists
      sample: crr-abcdefgh12345678
    create_time:
      description: When it was created, in epoch milliseconds.
      type: int
      returned: when it exists
    create_time_iso:
      description: The same time in ISO 8601 format.
      type: str
      returned: when it exists
    modified_time:
      description: When it was last changed, in epoch milliseconds.
      type: int
      returned: when it exists
    modified_time_iso:
      description: The same time in ISO 8601 format.
      type: str
      returned: when it exists
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module, inform
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.repository import Repositories

MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        "namespace": {"type": "str"},
        "name": {"type": "str"},
    },
    work=inform(Repositories, "repositories"),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()

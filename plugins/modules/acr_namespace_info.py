#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_namespace_info
version_added: 0.1.0
short_description: List the namespaces of an instance
description:
  - Reads the namespaces of a Container Registry Enterprise Edition instance.
options:
  instance_id:
    description:
      - ID of the instance, which begins with C(cri-).
    type: str
    required: true
  name:
    description:
      - Exact name of the only namespace to return. If unset, all are returned.
    type: str
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
seealso:
  - module: registryops.alicloud.acr_namespace
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: List all namespaces
  registryops.alicloud.acr_namespace_info:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
"""

RETURN = r"""
namespaces:
  description: The namespaces; an empty list if none fits.
  type: list
  elements: dict
  returned: success
  contains:
    instance_id:
      description: ID of the instance.
      type: str
      returned: always
    name:
      description: Name of the namespace.
      type: str
      returned: always
      sample: prod
    auto_create_repositories:
      description: Whether a push creates the repository it names.
      type: bool
      returned: always
    repository_type:
      description: Type of repositories that are created automatically.
      type: str
      returned: always
      sample: private
    tag_immutability:
      description: Whether tags of such repositories cannot be overwritten.
      type: bool
      returned: when the service tells
    namespace_id:
      description: ID of the namespace.
      type: str
      returned: when it exists
      sample: crn-abcdefgh12345678
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module, inform
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.namespace import Namespaces

MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        "name": {"type": "str"},
    },
    work=inform(Namespaces, "namespaces"),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_namespace
version_added: 0.1.0
short_description: Keep a namespace of an instance
description:
  - Creates, changes and deletes namespaces of a Container Registry Enterprise Edition instance.
  - A sync rule for a namespace needs it at the source. At the destination it needs its target namespace, with
    O(auto_create_repositories).
options:
  instance_id:
    description:
      - ID of the instance, which begins with C(cri-).
    type: str
    required: true
  name:
    description:
      - Name of the namespace.
    type: str
    required: true
  state:
    description:
      - Whether the namespace should exist. V(absent) is refused while it holds images, unless O(force) is V(true).
    type: str
    choices: [present, absent]
    default: present
  auto_create_repositories:
    description:
      - Whether a push creates the repository it names. If unset, a new namespace gets V(false) and an existing one is
        left as it is.
    type: bool
  repository_type:
    description:
      - Type of repositories that are created automatically. If unset, a new namespace gets V(private) and an existing
        one is left as it is.
    type: str
    choices: [private, public]
  tag_immutability:
    description:
      - Whether tags of repositories that are created automatically cannot be overwritten. If unset, it is left as it
        is.
    type: bool
  force:
    description:
      - Whether to delete the namespace with all repositories and images in it.
    type: bool
    default: false
extends_documentation_fragment:
  - registryops.alicloud.attributes
  - registryops.alicloud.connection
  - registryops.alicloud.wait.deletion
seealso:
  - module: registryops.alicloud.acr_namespace_info
  - module: registryops.alicloud.acr_repository
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Have a namespace that takes whatever is replicated into it
  registryops.alicloud.acr_namespace:
    region: eu-central-1
    instance_id: cri-targettarget0001
    name: prod
    auto_create_repositories: true

- name: Delete a namespace that holds no images
  registryops.alicloud.acr_namespace:
    region: eu-central-1
    instance_id: cri-targettarget0001
    name: prod
    state: absent
"""

RETURN = r"""
namespace:
  description: The namespace; empty if it is absent.
  type: dict
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

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import (
    DELETION_OPTIONS,
    STATE_OPTION,
    Module,
    manage,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.namespace import (
    NAMESPACE_OPTIONS,
    Namespaces,
)

MODULE = Module(
    options={
        **STATE_OPTION,
        **DELETION_OPTIONS,
        "instance_id": {"type": "str", "required": True},
        **NAMESPACE_OPTIONS,
    },
    work=manage(Namespaces),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_repository
version_added: 0.1.0
short_description: Keep a repository of an instance
description:
  - Creates, changes and deletes repositories of a Container Registry Enterprise Edition instance.
  - A sync rule for a repository needs it at the source, and its target repository at the destination.
options:
  instance_id:
    description:
      - ID of the instance, which begins with C(cri-).
    type: str
    required: true
  namespace:
    description:
      - Name of the namespace that the repository is in.
    type: str
    required: true
  name:
    description:
      - Name of the repository, without the namespace.
    type: str
    required: true
  state:
    description:
      - Whether the repository should exist. V(absent) is refused while it holds images, unless O(force) is V(true).
    type: str
    choices: [present, absent]
    default: present
  repository_type:
    description:
      - Whether images can be pulled without credentials. V(public) allows it. If unset, a new repository gets
        V(private) and an existing one is left as it is.
    type: str
    choices: [private, public]
  summary:
    description:
      - Summary of the repository, in one line. If unset, a new repository gets its name, since the service demands a
        summary, and an existing one is left as it is.
    type: str
  description:
    description:
      - Longer description of the repository. If unset, it is left as it is.
    type: str
  tag_immutability:
    description:
      - Whether its tags cannot be overwritten. If unset, a new repository gets V(false) and an existing one is left as
        it is.
    type: bool
  force:
    description:
      - Whether to delete the repository with all images in it.
    type: bool
    default: false
extends_documentation_fragment:
  - registryops.alicloud.attributes
  - registryops.alicloud.connection
  - registryops.alicloud.wait.deletion
seealso:
  - module: registryops.alicloud.acr_repository_info
  - module: registryops.alicloud.acr_namespace
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Have a repository whose tags never change
  registryops.alicloud.acr_repository:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    namespace: prod
    name: api
    summary: The API of the shop
    tag_immutability: true

- name: Delete a repository with all its images
  registryops.alicloud.acr_repository:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    namespace: prod
    name: api
    state: absent
    force: true
"""

RETURN = r"""
repository:
  description: The repository; empty if it is absent.
  type: dict
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

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import (
    DELETION_OPTIONS,
    STATE_OPTION,
    Module,
    manage,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.repository import (
    REPOSITORY_OPTIONS,
    Repositories,
)

MODULE = Module(
    options={
        **STATE_OPTION,
        **DELETION_OPTIONS,
        "instance_id": {"type": "str", "required": True},
        **REPOSITORY_OPTIONS,
    },
    work=manage(Repositories),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()

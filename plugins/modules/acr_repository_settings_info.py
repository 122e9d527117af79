#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_repository_settings_info
version_added: 1.0.0
short_description: Read which settings the repositories at destinations should have
description:
  - Returns type, immutability of tags, summary and description of the source's repositories that outbound sync rules
    cover, by the destination and the name that the rules bring them to. It asks the source's account alone.
  - M(registryops.alicloud.acr_repository_settings) keeps them at a destination.
options:
  instance_id:
    description:
      - ID of the source instance, which begins with C(cri-).
    type: str
    required: true
  settings:
    description:
      - Which settings are read. V(description) is in no list that the service gives, and takes a call for each
        repository.
    type: list
    elements: str
    choices: [repository_type, tag_immutability, summary, description]
    default: [repository_type, tag_immutability, summary, description]
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
  - registryops.alicloud.select.repositories
seealso:
  - module: registryops.alicloud.acr_repository_settings
  - module: registryops.alicloud.acr_sync_verify
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Read what one rule's repositories should be like at its destination
  registryops.alicloud.acr_repository_settings_info:
    profile: account-a
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    settings: [repository_type, tag_immutability]
    select:
      namespaces: [prod]
"""

RETURN = r"""
instance_id:
  description: The source instance.
  type: str
  returned: success
targets:
  description: Each destination that rules bring repositories to.
  type: list
  elements: dict
  returned: success
  contains:
    target_instance_id:
      description: ID of the destination instance.
      type: str
      returned: always
    target_region:
      description: Its region.
      type: str
      returned: always
    repositories:
      description:
        - Its repositories with the settings of their sources, as
          O(registryops.alicloud.acr_repository_settings#module:repositories) takes them. What a source lacks is left
          out.
      type: list
      elements: dict
      returned: always
conflicts:
  description:
    - Repositories of destinations that get images of several sources whose settings differ, and that are in no list
      for that reason; each with its C(target), its C(sources) and a C(sentence).
  type: list
  elements: dict
  returned: success
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.repository_settings import SETTINGS
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.routes import SELECT_REPOSITORIES
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.wanted_settings import wanted_settings

MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        # All of them by default, as the module that keeps them has it.
        "settings": {"type": "list", "elements": "str", "choices": list(SETTINGS), "default": list(SETTINGS)},
        "select": {"type": "dict", "options": SELECT_REPOSITORIES},
    },
    work=wanted_settings,
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()

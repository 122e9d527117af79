# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_image_names
short_description: Name images so that those of two instances can be compared
version_added: 1.0.0
description:
  - Returns one text for each image, C(namespace repository tag digest). Two instances have the same image under the
    same name if both lists have the text.
positional: namespaces
options:
  _input:
    description: Images, as M(registryops.alicloud.acr_image_info) returns them.
    type: list
    elements: dict
    required: true
  namespaces:
    description: Namespaces whose images are named. An empty list stands for all.
    type: list
    elements: str
    default: []
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show which images of the source the destination lacks
  ansible.builtin.debug:
    msg: >-
      {{ source.images | registryops.alicloud.acr_image_names
         | difference(destination.images | registryops.alicloud.acr_image_names) }}
"""

RETURN = r"""
_value:
  description: The names, in the order of the images.
  type: list
  elements: str
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.values import names_of

_PARTS = ("namespace", "repository", "tag", "digest")


def image_names(images: Sequence[Mapping[str, Any]], namespaces: Collection[str] = ()) -> list[str]:
    """Return the names of images; see DOCUMENTATION."""
    names = names_of(namespaces)
    chosen = (image for image in images if not names or image["namespace"] in names)
    return [" ".join(str(image[part]) for part in _PARTS) for image in chosen]


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_image_names": image_names}

#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_image_info
version_added: 0.1.0
short_description: List images of an instance
description:
  - Reads the tags of repositories with digest, size and time.
options:
  instance_id:
    description:
      - ID of the instance, which begins with C(cri-).
    type: str
    required: true
  namespace:
    description:
      - Namespace to look in. Required with O(repository). If unset, all namespaces are looked in.
    type: str
  repository:
    description:
      - Repository to look in, without the namespace; it is an error if it does not exist. If unset, all are looked in.
    type: str
  tags:
    description:
      - Tags to return. If unset, all.
    type: list
    elements: str
  tag_filter:
    description:
      - Regular expression that must match a part of the tag. If unset, all tags are returned.
    type: str
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
seealso:
  - module: registryops.alicloud.acr_image_sync
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: List the images of a repository
  registryops.alicloud.acr_image_info:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    namespace: prod
    repository: web
"""

RETURN = r"""
images:
  description: The images; an empty list if none fits.
  type: list
  elements: dict
  returned: success
  contains:
    namespace:
      description: Namespace of the image.
      type: str
      returned: always
    repository:
      description: Repository of the image.
      type: str
      returned: always
    tag:
      description: Tag of the image.
      type: str
      returned: always
    digest:
      description: Digest of the image's manifest.
      type: str
      returned: always
      sample: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
    image_id:
      description: ID of the image.
      type: str
      returned: when the service tells
    size:
      description: Size in bytes.
      type: int
      returned: always
    status:
      description: Status of the image.
      type: str
      returned: when the service tells
    create_time:
      description: When the image was made, in epoch milliseconds.
      type: int
      returned: always
    create_time_iso:
      description: The same time in ISO 8601 format.
      type: str
      returned: always
    update_time:
      description: When the tag was last pushed, in epoch milliseconds.
      type: int
      returned: always
    update_time_iso:
      description: The same time in ISO 8601 format.
      type: str
      returned: always
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module, inform
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Images

MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        "namespace": {"type": "str"},
        "repository": {"type": "str"},
        "tags": {"type": "list", "elements": "str"},
        "tag_filter": {"type": "str"},
    },
    # A repository's name alone may be in several namespaces.
    rules={"required_by": {"repository": ["namespace"]}},
    work=inform(Images, "images"),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()

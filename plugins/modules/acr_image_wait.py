#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_image_wait
version_added: 1.0.0
short_description: Wait until a pushed image is wherever the sync rules send it
description:
  - Waits until an image has arrived at each destination that the sync rules of the source instance send it to. Use it
    in pipelines that push an image and then deploy it elsewhere. Run it with the credentials of the source account.
  - It fails at once, with the service's reason, if a sync task of the image has failed. It also fails at once if no
    rule covers the image, and if a rule covers it but does not send it, since the rule is manual or was created after
    the push.
  - If a destination in O(to) or O(destinations) can be read, the module compares the digest of its tag. Otherwise it
    relies on the sync records of the source.
  - With O(send) it sends the image where no rule does, or where the rule's task failed.
  - The longer it has waited, the longer it pauses between two looks, up to 0.9 seconds. Each look takes one or two
    calls. The module does not wait for what is attached to the image, such as its signature. Wait for that tag in
    another task.
  - The credentials need the permissions in C(docs/policies/account_a_wait_for_image.json) of this collection, and those
    of a destination the permissions in C(docs/policies/account_b_verify_sync.json). C(cr:CreateRepositorySync) is only
    needed with O(send).
options:
  instance_id:
    description:
      - ID of the source instance, which begins with C(cri-).
    type: str
    required: true
  image:
    description:
      - Namespace, repository and tag, such as V(prod/web:1.0), instead of O(namespace), O(repository) and O(tag). One
        of O(image) and O(tag) is required.
    type: str
  namespace:
    description:
      - Namespace of the image. Required if O(image) is not set.
    type: str
  repository:
    description:
      - Repository of the image, without the namespace. Required if O(image) is not set.
    type: str
  tag:
    description:
      - Tag of the image. Required if O(image) is not set. Write it in quotes, since YAML reads V(1.10) as V(1.1).
    type: str
  digest:
    description:
      - Digest that the push printed. The module waits up to 30 seconds until the tag points to it, and then fails if
        the tag points to another image. If unset, the module waits for the image that the tag points to now.
    type: str
  to:
    description:
      - Inventory hosts of destination instances, such as C(groups['acr_destination']). Each one is added to
        O(destinations), with its variables C(acr_instance_id) and C(acr_account_id), and with its connection if it has
        credentials. If unset, no host is looked up. Hosts that no rule sends the image to are ignored.
    type: list
    elements: str
  send:
    description:
      - Whether to send the image if the rule's task failed, if the rule is manual or was created after the push, or if
        the rule has not begun after 10 seconds. The tag at the target is overwritten, as the rule would. It is also
        sent if it had arrived and a look into the destination shows that the tag was deleted there. A tag that was
        moved there to another image after the arrival is left, and the task fails. If no rule covers the image, it is
        not sent, since its target is unknown.
    type: bool
    default: false
  wait_timeout:
    description:
      - Maximum number of seconds to wait. After that the task fails, and sync tasks that are in flight go on. In check
        mode the module does not wait.
    type: int
    default: 600
extends_documentation_fragment:
  - registryops.alicloud.attributes
  - registryops.alicloud.connection
  - registryops.alicloud.peers.waited
seealso:
  - module: registryops.alicloud.acr_image_sync
  - module: registryops.alicloud.acr_sync_rule
  - module: registryops.alicloud.acr_sync_verify
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Go on when the image that was just pushed is everywhere
  registryops.alicloud.acr_image_wait:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    namespace: prod
    repository: web
    tag: "1.0"
    send: true
    destinations:
      - instance_id: cri-targettarget0001
        account_id: "5222000022220002"

- name: The same, by the digest of the push and at the destinations of the inventory
  registryops.alicloud.acr_image_wait:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    image: prod/web:1.0
    digest: "{{ pushed_digest | default(omit) }}"
    to: "{{ groups['acr_destination'] | default([]) }}"
    wait_timeout: 300
"""

RETURN = r"""
instance_id:
  description: ID of the source instance.
  type: str
  returned: unless it failed before it knew the image
  sample: cri-sourcesource0001
covered:
  description: V(false), since the instance does not have the image, or no rule covers it. Another instance may.
  type: bool
  returned: when it failed for that reason
digest:
  description: Digest of the image.
  type: str
  returned: unless it failed before it knew the image
targets:
  description: One entry for each target that the rules send the image to.
  type: list
  elements: dict
  returned: unless it failed before it knew the image
  contains:
    target:
      description: Instance, namespace, repository and tag.
      type: str
      returned: always
      sample: cri-targettarget0001/prod/web:1.0
    target_instance_id:
      description: ID of the destination instance.
      type: str
      returned: always
      sample: cri-targettarget0001
    rules:
      description: Names of the rules that send it there.
      type: list
      elements: str
      returned: always
    state:
      description: >-
        V(arrived), V(under_way) (a sync task is in flight), V(expected) (the rule has not begun yet), V(to_send) (in
        check mode, with O(send)) or V(failed).
      type: str
      returned: always
      sample: arrived
    by:
      description: What shows that it has arrived, V(digest) or V(record).
      type: str
      returned: when it has arrived
      sample: digest
    sent:
      description: Whether this task has sent it.
      type: bool
      returned: when it has
    sync_task_id:
      description: ID of the sync task.
      type: str
      returned: when there is one
    issue:
      description: Why it failed, in the service's words if it gave a reason.
      type: str
      returned: when it failed
    seconds:
      description: Duration of its sync task in seconds, by the service's own times.
      type: float
      returned: when the task has ended
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module, perform
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import OTHER_CONNECTION_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.image_wait import ImageWait

NAMES = ("namespace", "repository", "tag")
DESTINATION_OPTIONS = {
    "instance_id": {"type": "str", "required": True},
    "name": {"type": "str"},
    **OTHER_CONNECTION_OPTIONS,
}

MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        **{name: {"type": "str"} for name in ("image", *NAMES, "digest")},
        "to": {"type": "list", "elements": "str"},
        "destinations": {"type": "list", "elements": "dict", "default": [], "options": DESTINATION_OPTIONS},
        "send": {"type": "bool", "default": False},
        # Seconds, as for every other wait of this collection.
        "wait_timeout": {"type": "int", "default": 600},
    },
    rules={
        "required_one_of": [("image", "tag")],
        "required_together": [NAMES],
        "mutually_exclusive": [("image", name) for name in NAMES],
    },
    work=perform(ImageWait),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()

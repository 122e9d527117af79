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
  - For pipelines that push an image and then deploy it elsewhere. It returns when the image has arrived at each
    destination that the sync rules of the source instance send it to. Run it with the credentials of the source
    account.
  - It fails at once, with the service's reason, when a sync task of the image has failed, and when no rule covers the
    image. It also does when a rule covers it and will not send it, since the rule is manual or was made after the push.
  - A destination in O(to) or O(destinations) that can be read is judged by the digest of the tag there. Elsewhere the
    sync records of the source tell what has arrived.
  - With O(send) it sends what no rule sends, and what failed.
  - It looks again after a twentieth of the time that it has waited, and at least every 0.9 seconds, which takes a call
    or two. What is attached to an image, such as its signature, is an image of its own here.
  - The credentials need what C(docs/policies/account_a_wait_for_image.json) of this collection allows, and those of a
    destination C(docs/policies/account_b_verify_sync.json). C(cr:CreateRepositorySync) is needed with O(send) only.
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
      - Digest that the push printed. The push is waited for, for half a minute at most, and it is an error if the tag
        is another image after that. If unset, whatever the tag is now is waited for.
    type: str
  to:
    description:
      - Names of inventory hosts that are destinations, such as C(groups['acr_destination']). Each is one of
        O(destinations), with its C(acr_instance_id), C(acr_account_id) and, where it has credentials, its connection.
        If unset, no host is looked up. Those that no rule sends the image to are left out.
    type: list
    elements: str
  destinations:
    description:
      - Destination instances, with their accounts, and the connections to look into them. Nothing is written with
        those, and credentials are never taken from the environment.
    type: list
    elements: dict
    default: []
    suboptions:
      instance_id:
        description: ID of the destination instance.
        type: str
        required: true
      name:
        description: What it is called in messages. If unset, its ID.
        type: str
      access_key_id:
        description: ID of an access key.
        type: str
      access_key_secret:
        description: Its secret.
        type: str
      security_token:
        description: Token that belongs to a temporary key.
        type: str
      profile:
        description: Name of a profile, instead of keys.
        type: str
      profile_file:
        description: The file that holds it.
        type: path
      assume_role_arn:
        description: ARN of a RAM role that the keys are traded for.
        type: str
      assume_role_session_name:
        description: Name of the role's session.
        type: str
      assume_role_external_id:
        description: External ID that the role's trust policy may demand.
        type: str
      assume_role_policy:
        description: Policy document that narrows what the role's session may do.
        type: json
      assume_role_duration:
        description: Life of the role's session in seconds.
        type: int
      region:
        description: Region of the destination instance.
        type: str
      account_id:
        description: UID of the account that owns it. Needed to send an image into another account.
        type: str
      cr_endpoint:
        description: Endpoint of Container Registry.
        type: str
      sts_endpoint:
        description: Endpoint of STS.
        type: str
  send:
    description:
      - Whether to send the image by tasks of its own where no rule does, that is where the rule's task failed, where
        the rule is manual or was made after the push, and where the rule has not begun after 10 seconds. The tag at the
        target is overwritten, as a rule would. Where no rule covers the image, there is nowhere to send it to.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds to wait. What is under way then goes on, and the task fails. In check mode nothing is waited for.
    type: int
    default: 600
extends_documentation_fragment:
  - registryops.alicloud.attributes
  - registryops.alicloud.connection
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
digest:
  description: Digest of the image.
  type: str
  returned: unless it failed before it knew the image
targets:
  description: Each place that the rules send the image to.
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
        V(arrived), V(under_way) (a task carries it), V(expected) (its rule has not begun with it), V(to_send) (in check
        mode, with O(send)) or V(failed).
      type: str
      returned: always
      sample: arrived
    by:
      description: What tells that it has arrived, V(digest) or V(record).
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
      description: Why it failed, in the service's words where it has any.
      type: str
      returned: when it failed
    seconds:
      description: How long its task took, by the service's own times.
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

#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_image_sync
version_added: 0.1.0
short_description: Send existing images to another instance
description:
  - Has the service copy images of an instance to another one, in the same or in another account, by sync tasks. No
    image data goes through the controller. Run it with the credentials of the source account.
  - It reads the sync records first. It does not send an image again if its newest push has reached the target, and it
    waits for a sync task that is in flight instead of starting a second one.
  - The credentials of the source alone cannot show whether the records are true. If an image was deleted at the target
    after it arrived, set O(force=true), or set O(destination_auth), which compares by digest instead. Check mode cannot
    see either what the target lacks, such as a repository in a namespace that creates none.
  - Several runs at the same time share the images. Each run reads the newest records before it sends the next images,
    starts at a different place, and waits for images that another run or a rule has sent.
  - If something would make all images fail, such as a missing right, an expired token or an outage, sending ends after
    a few images. The others are V(left), and the result says what was done.
  - It works as a queue. It keeps some images in flight, makes calls as fast as the service allows, and if a run is cut
    short, the next run continues. Every ten seconds, and when an image fails, a line shows the progress, unless the
    variable C(acr_progress) is false. A module that runs in a process of its own shows no such lines.
  - Every image has its own result. The task fails at the end if any image failed. Use O(retry) to send those again.
options:
  instance_id:
    description:
      - ID of the source instance, which begins with C(cri-).
    type: str
    required: true
  namespace:
    description:
      - Namespace of the image, if you send only one. Required if O(images) is not set.
    type: str
  repository:
    description:
      - Repository of the image, without the namespace. Required if O(images) is not set.
    type: str
  tag:
    description:
      - Tag of the image. Required if O(images) is not set.
    type: str
  images:
    description:
      - List of images, instead of O(namespace), O(repository) and O(tag). An image that is listed twice is sent once.
      - Two images with the same target are refused before anything is sent, here and with O(select).
      - One of O(images), O(tag), O(select), O(from_rule) and O(retry) is required.
    type: list
    elements: dict
    suboptions:
      namespace:
        description: Namespace of the image.
        type: str
        required: true
      repository:
        description: Repository of the image, without the namespace.
        type: str
        required: true
      tag:
        description: Tag of the image.
        type: str
        required: true
      target_namespace:
        description: Namespace at the target. If unset, O(target_namespace) or O(images[].namespace).
        type: str
      target_repository:
        description: Repository at the target. If unset, O(target_repository) or O(images[].repository).
        type: str
      target_tag:
        description: Tag at the target. If unset, O(target_tag) or O(images[].tag).
        type: str
  from_rule:
    description:
      - Name of an outbound sync rule. The images that it covers are sent to the rule's target, as if they were pushed
        again. Its filters need to match only a part of a name, since the service does not document how it matches.
      - The service does not return the rule's target account. Set O(target_account_id) if it is not the source's.
    type: str
  retry:
    description:
      - Sends again, to the same targets, images that an earlier run of this module could not send. V(failed) selects
        the images that failed, V(unfinished) also those that were V(left). Images that were sent without O(wait) are in
        neither. If unset, nothing is retried.
      - The present state is read again. So an image that has arrived in the meantime is V(unchanged), and one that is
        in flight is waited for.
      - Target options of this task win over the earlier targets. Other options of the earlier run are not used.
    type: str
    choices: [failed, unfinished]
  retry_from:
    description:
      - The earlier result, as a registered variable, or the path of a JSON file with it, on the host that the module
        runs on. A file is quicker for very many images. It may be the result of a loop, or a list of results. An image
        that occurs twice is retried once.
      - All images must have the same target instance, and the result must be of O(instance_id). Required with
        O(retry). If unset, nothing is retried.
    type: raw
  to:
    version_added: 1.0.0
    description:
      - Inventory host of the destination instance. Target options that are unset are taken from its variables
        C(acr_region), C(acr_instance_id) and C(acr_account_id). If unset, no host is looked up.
      - If that host has credentials (C(acr_profile), or C(acr_access_key_id) and its secret), they become
        O(destination_auth), so that images are compared by digest.
    type: str
  target_account_id:
    description:
      - UID of the account that owns the target instance. If unset, that of the earlier result with O(retry), otherwise
        the account of the source.
    type: str
  target_region:
    description:
      - Region of the target instance. If unset, that of the rule or the earlier result. Required without O(from_rule)
        and O(retry).
    type: str
  target_instance_id:
    description:
      - ID of the target instance. If unset, that of the rule or the earlier result. Required without O(from_rule) and
        O(retry).
    type: str
  target_namespace:
    description:
      - Namespace at the target. If unset, that of the earlier result with O(retry), otherwise that of the source.
    type: str
  target_repository:
    description:
      - Repository at the target. If unset, that of the earlier result with O(retry), otherwise that of the source.
    type: str
  target_tag:
    description:
      - Tag at the target. If unset, that of the earlier result with O(retry), otherwise that of the source.
    type: str
extends_documentation_fragment:
  - registryops.alicloud.attributes
  - registryops.alicloud.connection
  - registryops.alicloud.peers.compared
  - registryops.alicloud.sending
  - registryops.alicloud.sending.selected
  - registryops.alicloud.wait
seealso:
  - module: registryops.alicloud.acr_sync_rule
  - module: registryops.alicloud.acr_sync_task_info
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Send one image to another account
  registryops.alicloud.acr_image_sync:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    namespace: prod
    repository: web
    tag: "1.0"
    target_account_id: "5222000022220002"
    target_region: eu-central-1
    target_instance_id: cri-targettarget0001

- name: Send two images, and do not wait for them
  registryops.alicloud.acr_image_sync:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    images:
      - {namespace: prod, repository: web, tag: "1.0"}
      - {namespace: prod, repository: web, tag: "1.1"}
    target_account_id: "5222000022220002"
    target_region: eu-central-1
    target_instance_id: cri-targettarget0001
    wait: false

- name: Send what was there before the rule, at most the ten newest of each repository
  registryops.alicloud.acr_image_sync:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    from_rule: prod-to-eu
    select:
      newest: 10
    target_account_id: "5222000022220002"

- name: Send the releases of a version that are not there or are other images there, at most 100 at a time
  registryops.alicloud.acr_image_sync:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    select:
      namespaces: [prod]
      versions: ">=1.0,<2"
    target_account_id: "5222000022220002"
    target_region: eu-central-1
    target_instance_id: cri-targettarget0001
    destination_auth:
      profile: account-b
    override: true
    max_in_flight: 100
    max_failures: 20
    wait_timeout: 7200
    cancel_on_timeout: true

- name: Send the second quarter of all releases of a namespace
  registryops.alicloud.acr_image_sync:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    select:
      namespaces: [prod]
      tag_filter: ^v[0-9]
    shard_index: 1
    shard_count: 4
    target_account_id: "5222000022220002"
    target_region: eu-central-1
    target_instance_id: cri-targettarget0001

- name: Send a namespace, and go on unless more than five images failed
  registryops.alicloud.acr_image_sync:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    select:
      namespaces: [prod]
    target_account_id: "5222000022220002"
    target_region: eu-central-1
    target_instance_id: cri-targettarget0001
  register: sent
  failed_when: sent.counts is undefined or sent.counts.failed > 5

- name: Send again what failed
  registryops.alicloud.acr_image_sync:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    retry: failed
    retry_from: "{{ sent }}"

- name: Keep the result for another day
  ansible.builtin.copy:
    content: "{{ sent | to_json }}"
    dest: /var/tmp/sent.json
    mode: "0600"

- name: Send again what failed or was left on that day
  registryops.alicloud.acr_image_sync:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    retry: unfinished
    retry_from: /var/tmp/sent.json
"""

RETURN = r"""
instance_id:
  description: ID of the source instance. This and the target are what O(retry) needs to know of an earlier run.
  type: str
  returned: unless it failed before it knew the images
  sample: cri-sourcesource0001
target_region:
  description: Region of the target instance; null if there was nothing to retry.
  type: str
  returned: unless it failed before it knew the images
  sample: eu-central-1
target_instance_id:
  description: ID of the target instance; null if there was nothing to retry.
  type: str
  returned: unless it failed before it knew the images
  sample: cri-targettarget0001
target_account_id:
  description: UID of the account that owns the target instance; null if the source's account does.
  type: str
  returned: unless it failed before it knew the images
  sample: "5222000022220002"
images:
  description: >-
    One entry for each image, in the order they were given, or by the name of their repository. The result of a task
    that failed has them too, and is what O(retry_from) takes.
  type: list
  elements: dict
  returned: unless it failed before it knew the images
  contains:
    source:
      description: Namespace, repository and tag.
      type: str
      returned: always
      sample: prod/web:1.0
    target:
      description: Instance, namespace, repository and tag.
      type: str
      returned: always
      sample: cri-targettarget0001/prod/web:1.0
    attached_to:
      description: The image that this is a signature, an attestation or an SBOM of; it goes along with it.
      type: str
      returned: when it goes along with an image
      sample: prod/web:1.0
    digest:
      description: Digest of the image at the source.
      type: str
      returned: when the image exists
    size:
      description: Size of the image in bytes.
      type: int
      returned: when the image exists
    action:
      description: >-
        V(sent), V(joined) (a task was in flight already), V(unchanged) (the newest push had arrived already),
        V(to_send) (in check mode), V(different) or V(immutable) (the target's tag is another image, and stays so),
        V(left) (not sent, since the run ended before) or V(failed).
      type: str
      returned: always
    sync_task_id:
      description: ID of the sync task.
      type: str
      returned: when there is one
    status:
      description: Status of the task when it was last looked at, or V(failed) if there is no task since it failed.
      type: str
      returned: when there is a task, or it failed
      sample: success
    issue:
      description: Why it failed or was left, in the service's words if it gave a reason.
      type: str
      returned: when it failed or was left
    remedy:
      description: What moves the tag at the target.
      type: str
      returned: when it is different or immutable
      sample: "override: true moves the tag."
    seconds:
      description: Duration of its sync task in seconds, by the service's own times.
      type: float
      returned: when the task has ended
counts:
  description: >-
    How many images ended each way. They add up to the images, so an image that was sent and whose task failed is
    counted as failed only. What is attached to an image is counted too.
  type: dict
  returned: unless it failed before it knew the images
  sample:
    {"to_send": 0, "sent": 2, "joined": 0, "unchanged": 1, "different": 0, "immutable": 0, "left": 0, "failed": 0}
bytes:
  description: >-
    Total size of the images that were sent, or would be in check mode. What the service moves may be less, since it
    need not copy layers that are there. Images that failed are not counted.
  type: int
  returned: unless it failed before it knew the images
traffic:
  description:
    - What was sent between which regions, or in check mode would be, for price lists that tell regions apart. Prices
      are not known here.
    - C(bytes) are sums of the sizes that the service lists of images. C(distinct_bytes) count each digest once for a
      pair of regions, and are null if one is not known. Whether the service sends a layer that is there already is not
      documented, so that less than either may cross.
    - The vendor documents that replication has no traffic costs in OSS
      (U(https://www.alibabacloud.com/help/en/container-registry/latest/billing)). A link of your own, such as one of
      Cloud Enterprise Network, has its own costs.
  type: dict
  returned: unless it failed before it knew the images
  contains:
    pairs:
      description:
        - For each pair of regions its C(source_region) and C(target_region), the C(border) between them, and the number
          of C(images), their C(bytes) and C(distinct_bytes). A region is null if it is not known.
        - A border is V(same_region), V(within_mainland) (both are in the mainland of China), V(outside_mainland)
          (neither is; China (Hong Kong) is outside), V(cross_border) (one is), V(industry_cloud) (Finance or Gov Cloud,
          which have price lists of their own) or V(unknown) (a region is newer than this collection, or not known).
      type: list
      elements: dict
      returned: always
    cross_border:
      description: C(images), C(bytes) and C(distinct_bytes) of all pairs with the border V(cross_border).
      type: dict
      returned: always
    unknown:
      description: The same of all pairs with the border V(unknown).
      type: dict
      returned: always
    summary:
      description: A sentence for each pair.
      type: list
      elements: str
      returned: always
      sample: ["cn-hangzhou to eu-central-1, cross-border: 3 images, 1.25 GB"]
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import WAIT_OPTIONS, Module, perform
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import OTHER_CONNECTION_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.backfill import Backfill
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import SELECT_OPTIONS

IMAGE = {name: {"type": "str", "required": True} for name in ("namespace", "repository", "tag")}
TARGET = {name: {"type": "str"} for name in ("target_namespace", "target_repository", "target_tag")}
WHERE = ("target_account_id", "target_region", "target_instance_id")
SHARD = ("shard_index", "shard_count")

MODULE = Module(
    options={
        **WAIT_OPTIONS,
        **TARGET,
        "instance_id": {"type": "str", "required": True},
        **{name: {"type": "str"} for name in (*IMAGE, *WHERE, "to", "from_rule")},
        "images": {"type": "list", "elements": "dict", "options": {**IMAGE, **TARGET}},
        "select": {"type": "dict", "options": SELECT_OPTIONS},
        "retry": {"type": "str", "choices": ["failed", "unfinished"]},
        "retry_from": {"type": "raw"},
        **{name: {"type": "int"} for name in (*SHARD, "priority", "max_failures")},
        "override": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
        "destination_auth": {"type": "dict", "options": OTHER_CONNECTION_OPTIONS},
        # Enough to keep the calls busy where a task takes some seconds, and few enough to wait for after a stop.
        "max_in_flight": {"type": "int", "default": 1000},
        # Many failures are passing, and what fails twice mostly fails again.
        "retries": {"type": "int", "default": 1},
        "cancel_on_timeout": {"type": "bool", "default": False},
        "attached": {"type": "bool", "default": True},
    },
    rules={
        "required_together": [
            ("namespace", "repository", "tag"),
            ("target_region", "target_instance_id"),
            ("retry", "retry_from"),
            SHARD,
        ],
        "required_one_of": [("images", "tag", "select", "from_rule", "retry"), ("target_region", "from_rule", "retry")],
        # A rule says its target itself, and which images it covers.
        "mutually_exclusive": [
            ("images", "tag", "select", "retry"),
            *((given, "from_rule") for given in ("images", "tag", "retry", "target_region", *TARGET)),
            *((given, "shard_count") for given in ("images", "tag", "retry")),
        ],
    },
    work=perform(Backfill),
    # The whole result of an earlier run, with its own way to be read.
    apart="retry_from",
    connections=("destination_auth",),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()

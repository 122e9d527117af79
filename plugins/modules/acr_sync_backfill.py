#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_sync_backfill
version_added: 1.0.0
short_description: Send the images that sync rules cover and have not carried
description:
  - Has the service copy the images that the sync rules of an inventory cover and that are not at the destination yet,
    such as those that were pushed before the rules were created. No image data goes through the controller. Run it with
    the credentials of the source account.
  - It plans all rules before it sends the first image. It refuses two sources that would end at one tag.
  - It reads the sync records first. Images that have arrived are not sent again, and the module waits for images that
    are already in flight instead of sending them twice. If a run is cut short, the next run continues.
  - Every ten seconds, and when an image fails, a line shows the progress, unless the variable C(acr_progress) is false.
    A module that runs in a process of its own shows no such lines.
  - M(registryops.alicloud.acr_image_sync) does the same for images that are listed one by one.
  - The name of a listed rule selects it; what it covers and where it ends is read from the instance. Listed rules with
    C(state=absent) are left out.
  - An image that several rules bring to one place is sent once, and counts for the first of them.
  - A rule that is not on the instance, or whose images cannot be listed, does not stop the others. The task fails at
    the end, unless O(assume_rules) says otherwise.
  - A rule that ends at another instance than O(rules) says is refused, since its images would go where nobody wants
    them any more.
options:
  instance_id:
    description:
      - ID of the source instance, which begins with C(cri-).
    type: str
    required: true
  only:
    description:
      - Names of the rules to send images for. If unset or empty, all of O(rules). A name that O(rules) does not list is
        ignored.
    type: list
    elements: str
    default: []
  assume_rules:
    description:
      - Whether a listed rule that is not on the instance is taken as O(rules) has it. So what it would carry can be
        sent before it is made, or after it was deleted. If V(false), such a rule fails.
    type: bool
    default: false
  retry:
    description:
      - V(failed) sends only the images whose newest sync task failed or was canceled, by the sync records. An image
        that was refused before it had a task has no record. A run without O(retry) sends it.
      - V(unfinished) sends all images that are not at the destination yet, as if the option were unset.
    type: str
    choices: [failed, unfinished]
  max_images:
    description:
      - Maximum number of images in RV(images). All images are counted.
    type: int
    default: 100
  images_file:
    description:
      - Path of a JSON file that gets all of these images. It can be used as
        O(registryops.alicloud.acr_image_sync#module:retry_from). A missing folder is created. An earlier file is
        replaced when the new one is complete. If unset, and in check mode, no file is written.
    type: path
extends_documentation_fragment:
  - registryops.alicloud.attributes
  - registryops.alicloud.connection
  - registryops.alicloud.peers.filled
  - registryops.alicloud.sending
  - registryops.alicloud.sending.covered
  - registryops.alicloud.wait
  - registryops.alicloud.rules
seealso:
  - module: registryops.alicloud.acr_image_sync
  - module: registryops.alicloud.acr_sync_rules
  - module: registryops.alicloud.acr_sync_verify
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Send what was there before the rules, and compare it by digest
  registryops.alicloud.acr_sync_backfill:
    profile: account-a
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    rules:
      - name: prod-to-eu
        target_account_id: "5222000022220002"
    destinations:
      - name: prod-eu
        instance_id: cri-targettarget0001
        profile: account-b
        region: eu-central-1

- name: Send the ten newest images of each repository, of one rule
  registryops.alicloud.acr_sync_backfill:
    profile: account-a
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    rules:
      - name: prod-to-eu
        target_account_id: "5222000022220002"
    only: [prod-to-eu]
    select:
      newest: 10

- name: Send again what failed
  registryops.alicloud.acr_sync_backfill:
    profile: account-a
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    rules:
      - name: prod-to-eu
        target_account_id: "5222000022220002"
    retry: failed
"""

RETURN = r"""
instance_id:
  description: ID of the source instance.
  type: str
  returned: unless it failed before it knew the images
  sample: cri-sourcesource0001
rules:
  description: One entry for each rule, with what happened to its images.
  type: list
  elements: dict
  returned: unless it failed before it knew the images
  contains:
    name:
      description: Name of the rule.
      type: str
      returned: always
    target_region:
      description: Region of the target instance; null if the rule could not be read.
      type: str
      returned: always
    target_instance_id:
      description: ID of the target instance; null if the rule could not be read.
      type: str
      returned: always
    target_account_id:
      description: UID of the account that owns the target instance; null if the source's account does.
      type: str
      returned: always
    counts:
      description: How many of its images ended each way, as in RV(counts). They add up to its images.
      type: dict
      returned: always
    bytes:
      description: Total size of the images that were sent for it, or would be in check mode.
      type: int
      returned: always
    sentence:
      description: The same in one sentence.
      type: str
      returned: always
      sample: "prod-to-eu: 3 sent, 2 unchanged (1.25 GB)"
    msg:
      description: Why no image of the rule could be planned.
      type: str
      returned: when its images could not be planned
counts:
  description: >-
    How many images ended each way; each is counted once, whichever rules cover it. V(to_send) is in check mode what
    V(sent) is in a run, V(joined) was in flight already, V(unchanged) had arrived, V(different) and V(immutable) are
    other images at the target that stay so, V(left) was not sent since the run ended before, and V(failed) failed.
  type: dict
  returned: unless it failed before it knew the images
  sample:
    {"to_send": 0, "sent": 2, "joined": 0, "unchanged": 1, "different": 0, "immutable": 0, "left": 0, "failed": 0}
bytes:
  description: Total size of the images that were sent, or would be in check mode. Images that failed are not counted.
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
images:
  description: >-
    Images that failed, that were left, or whose tag is another image at the target, in the form that
    M(registryops.alicloud.acr_image_sync) returns. At most O(max_images) of them.
  type: list
  elements: dict
  returned: unless it failed before it knew the images
images_file:
  description: Path of the file that was written; null if there is none.
  type: str
  returned: unless it failed before it knew the images
summary:
  description: The sentence of each rule.
  type: list
  elements: str
  returned: unless it failed before it knew the images
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import (
    STATE_OPTION,
    WAIT_OPTIONS,
    Module,
    perform,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import OTHER_CONNECTION_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import RULE_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import SELECT_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.sync_backfill import SyncBackfill

DESTINATION_OPTIONS = {
    "instance_id": {"type": "str", "required": True},
    "name": {"type": "str"},
    **OTHER_CONNECTION_OPTIONS,
}
SHARD = ("shard_index", "shard_count")

MODULE = Module(
    options={
        **WAIT_OPTIONS,
        "instance_id": {"type": "str", "required": True},
        "rules": {"type": "list", "elements": "dict", "required": True, "options": {**STATE_OPTION, **RULE_OPTIONS}},
        "only": {"type": "list", "elements": "str", "default": []},
        "destinations": {"type": "list", "elements": "dict", "default": [], "options": DESTINATION_OPTIONS},
        "select": {"type": "dict", "options": SELECT_OPTIONS},
        "retry": {"type": "str", "choices": ["failed", "unfinished"]},
        # Off, since a rule that is listed and not there is mostly a mistake.
        "assume_rules": {"type": "bool", "default": False},
        # Only failures and the like are returned one by one, as many as people read.
        "max_images": {"type": "int", "default": 100},
        "images_file": {"type": "path"},
        **{name: {"type": "int"} for name in (*SHARD, "priority", "max_failures")},
        "override": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
        "attached": {"type": "bool", "default": True},
        "max_in_flight": {"type": "int", "default": 1000},
        "retries": {"type": "int", "default": 1},
        "cancel_on_timeout": {"type": "bool", "default": False},
    },
    rules={"required_together": [SHARD]},
    work=perform(SyncBackfill),
    apart="rules",
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_sync_prune
version_added: 1.0.0
short_description: Delete images that sync rules carried and that no source has any more
description:
  - Rules carry pushes and no deletions, so that a destination keeps what its source has long deleted. This deletes it
    there. Run it with the credentials of the destination account, in check mode first.
  - What the sources have, and what rules carried, comes from O(sources), which are looked into, or from O(lists), which
    M(registryops.alicloud.acr_gone_image_info) has written with the credentials of the source account. It fails before
    it deletes anything if a source cannot be listed whole.
  - An image goes only if a rule of today covers it, no source has its tag, and a sync record says that a task of a rule
    wrote the tag when it was last written. Whatever was pushed by hand stays, and so does what the service keeps no
    record of any more; RV(reasons) says which.
  - An image stays if another tag that stays is the same image. Whether the service deletes only the tag, or the image
    with all its tags, is not documented. A tag such as C(1.0-arm64) stays while C(1.0) does, since no API tells which
    images an index names.
  - What is attached to an image by a tag, such as its signature, goes with it and never without it. It stays where a
    source still has it.
  - Just before each deletion, both sides are looked at once more. What was pushed in the meantime stays. The service
    has no deletion that depends on a digest, so that a moment remains between that look and the deletion. With O(lists)
    alone, only the destination can be looked at.
  - Ctrl-C ends it between two images, and a further run goes on.
  - The credentials need what C(docs/policies/account_b_prune_destination.json) of this collection allows, and those of
    a source C(docs/policies/account_a_prune_destination.json).
options:
  instance_id:
    description:
      - ID of the destination instance, which begins with C(cri-).
    type: str
    required: true
  source_hosts:
    description:
      - Names of inventory hosts that are sources, such as C(groups['acr_source']). Each that has credentials of its own
        is one of O(sources), with its C(acr_instance_id) and its connection. If unset, no host is looked up.
    type: list
    elements: str
  lists:
    description:
      - Files that M(registryops.alicloud.acr_gone_image_info) has written, one for each source.
    type: list
    elements: path
    default: []
  list_max_age:
    description:
      - Seconds that a list may be old. An older one is refused, since too much may have been pushed since.
    type: int
    default: 86400
  keep:
    description:
      - What is never deleted, by its names at the destination. An image stays if any of these names it. If unset, none
        is named.
    type: dict
    suboptions:
      namespaces:
        description: Namespaces. If unset, none.
        type: list
        elements: str
      repositories:
        description: Repositories, without their namespace. If unset, none.
        type: list
        elements: str
      tags:
        description: Tags. If unset, none.
        type: list
        elements: str
      tag_filter:
        description:
          - Regular expression that is searched for in tags. Begin it with C(^) and end it with C($) where the whole tag
            must match. If unset, none.
        type: str
  carried_by:
    description:
      - V(rule) takes only what a task of a rule carried. V(task) also takes what a backfill or somebody sent by a sync
        task to where a rule of today would have brought it.
    type: str
    choices: [rule, task]
    default: rule
  immutable:
    description:
      - Whether to delete from repositories whose tags are immutable, too. If not, RV(reasons) names their images.
    type: bool
    default: false
  max_deletions:
    description:
      - How many images may be deleted, with their signatures. If there are more, none is, and the task fails, in check
        mode too.
    type: int
    default: 100
  max_share:
    description:
      - How many of a hundred images that a rule has at the destination may be deleted. If there are more of any rule,
        none is, and the task fails, in check mode too.
    type: int
    default: 10
  max_images:
    description:
      - How many images that are kept are returned one by one. All of them are counted in RV(reasons).
    type: int
    default: 100
extends_documentation_fragment:
  - registryops.alicloud.attributes
  - registryops.alicloud.connection
  - registryops.alicloud.select
  - registryops.alicloud.peers.sources
seealso:
  - module: registryops.alicloud.acr_gone_image_info
  - module: registryops.alicloud.acr_sync_verify
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Delete at the destination what its source has deleted
  registryops.alicloud.acr_sync_prune:
    profile: account-b
    region: eu-central-1
    instance_id: cri-targettarget0001
    sources:
      - name: prod-sh
        instance_id: cri-sourcesource0001
        profile: account-a-reader
        region: cn-hangzhou
    keep:
      tag_filter: ^release-
    max_deletions: 50

- name: The same by the list of a team whose keys nobody here has
  registryops.alicloud.acr_sync_prune:
    profile: account-b
    region: eu-central-1
    instance_id: cri-targettarget0001
    lists: [/tmp/acr_gone/prod-sh.json]
    select:
      namespaces: [prod]
"""

RETURN = r"""
instance_id:
  description: The destination instance.
  type: str
  returned: success
source_instance_ids:
  description: The source instances that were looked into, or whose lists were read.
  type: list
  elements: str
  returned: success
counts:
  description:
    - For each state, the number of C(images) and their C(bytes). Images share layers, so that less is freed than their
      bytes add up to.
    - V(to_delete) (in check mode) would be deleted, and V(deleted) was. V(left) was not reached, since the run ended
      before. V(kept) stays. V(gone) was deleted by somebody else in the meantime.
  type: dict
  returned: success
images:
  description:
    - What only the destination has, where rules of today would put it. Of those that are kept there are O(max_images)
      at most, of all others there is each.
  type: list
  elements: dict
  returned: success
  contains:
    rule:
      description: The rule that would put it there.
      type: str
      returned: always
    source:
      description: Where it would come from, with the instance in front.
      type: str
      returned: always
      sample: cri-sourcesource0001/prod/web:1.0
    target:
      description: Where it is, with the instance in front.
      type: str
      returned: always
      sample: cri-targettarget0001/prod/web:1.0
    namespace:
      description: Its namespace.
      type: str
      returned: always
    repository:
      description: Its repository.
      type: str
      returned: always
    tag:
      description: Its tag.
      type: str
      returned: always
    digest:
      description: Its digest.
      type: str
      returned: always
    size:
      description: Its size in bytes.
      type: int
      returned: always
    pushed:
      description: When the tag was last written there, in epoch milliseconds.
      type: int
      returned: always
    state:
      description: Its state, as in RV(counts).
      type: str
      returned: always
      sample: deleted
    reason:
      description: Why it is kept. Empty if it is not.
      type: str
      returned: always
reasons:
  description:
    - Why images are kept, the most frequent C(reason) first, each with the number of C(images), their C(bytes) and an
      C(example).
  type: list
  elements: dict
  returned: success
summary:
  description: The same for people, a line for all and a line for each reason.
  type: list
  elements: str
  returned: success
going:
  description: A line for people for each image that is not kept, with its state.
  type: list
  elements: str
  returned: success
  sample: ["cri-targettarget0001/prod/web:1.0: deleted"]
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module, perform
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import OTHER_CONNECTION_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.prune import Prune
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.routes import SELECT_IMAGES

SOURCE_OPTIONS = {
    "instance_id": {"type": "str", "required": True},
    "name": {"type": "str"},
    **OTHER_CONNECTION_OPTIONS,
}
NAMES = {name: {"type": "list", "elements": "str"} for name in ("namespaces", "repositories", "tags")}
MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        "source_hosts": {"type": "list", "elements": "str"},
        "sources": {"type": "list", "elements": "dict", "default": [], "options": SOURCE_OPTIONS},
        "lists": {"type": "list", "elements": "path", "default": []},
        # A day in seconds: long enough for two teams, and short enough that a list is not forgotten.
        "list_max_age": {"type": "int", "default": 86400},
        "select": {"type": "dict", "options": SELECT_IMAGES},
        "keep": {"type": "dict", "options": {**NAMES, "tag_filter": {"type": "str"}}},
        "carried_by": {"type": "str", "choices": ["rule", "task"], "default": "rule"},
        "immutable": {"type": "bool", "default": False},
        # Both limits are as small as a usual day's work. Whoever wants more says so.
        "max_deletions": {"type": "int", "default": 100},
        "max_share": {"type": "int", "default": 10},
        "max_images": {"type": "int", "default": 100},
    },
    work=perform(Prune),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()

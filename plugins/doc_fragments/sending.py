# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules that send images."""

from __future__ import annotations

# Ansible merges fragments by whole options, so the suboptions are joined to each `select` here. The annotations below
# are for the yamllint of ansible-test, as in peers.py.
_SELECTION = r"""
    type: dict
    suboptions:
      namespaces:
        description: Names of namespaces.
        type: list
        elements: str
      namespace_filter:
        description: Regular expression that must match a part of the namespace's name.
        type: str
      repositories:
        description: Names of repositories, without the namespace.
        type: list
        elements: str
      repository_filter:
        description: Regular expression that must match a part of the repository's name.
        type: str
      tags:
        description: Tags.
        type: list
        elements: str
      tag_filter:
        description: Regular expression that must match a part of the tag.
        type: str
      since:
        description: >-
          Only images that were pushed since this time, such as V(2026-01-31T12:00:00Z), epoch seconds, or an age such
          as V(90m), V(24h) or V(7d).
        type: str
      newest:
        description: >-
          How many images of each repository to send, the newest first. Signatures and other attachments do not count,
          see O(attached). If unset, all images are sent.
        type: int
      versions:
        description: >-
          Only tags that are versions in this range, such as V(>=1.2,<2). A version has two or three numbers, such as
          V(1.4) or V(v1.4.0-rc.1). A C(v) may come before it, and after a C(v) one number is enough. Missing numbers
          are zeros. In a tag C(_) stands for the C(+) before build metadata, which is not compared. A bare number such
          as V(2024) and a date such as V(2024-12-31), V(2024.12.31) or V(v20241231) are no versions. Pre-releases
          are left out unless the range names one.
        type: str
"""


class ModuleDocFragment:
    # What both modules take, whatever the images are chosen by.
    DOCUMENTATION = r"""
options:
  shard_index:
    description:
      - Number of the share to send, from V(0). Jobs with the same O(shard_count) and all the different numbers together
        send every selected image once. They need not know of each other.
    type: int
  shard_count:
    description:
      - Number of shares. An image's share depends only on its name. If unset, there is one share.
    type: int
  override:
    description:
      - Whether to move a tag that points to another image at the target. If V(false), the tag stays. What the service
        then does is not documented; the sync task may fail or do nothing. With a connection to the target's
        account, such an image is not sent at all.
      - If V(true), and such a connection shows that the tag is immutable at the target, the task sends the other images
        and fails.
    type: bool
    default: false
  force:
    description:
      - Whether to send images again although the records say that they have arrived.
    type: bool
    default: false
  attached:
    version_added: 1.0.0
    description:
      - Whether to send an image's signature, attestation and SBOM with it. These are the tags C(sha256-<digest>) with
        an ending such as C(.sig), C(.att) and C(.sbom), or with none, and what is attached to those. An admission
        policy at the target may refuse an image without its signature.
      - Filters do not apply to these tags. If V(false), they are sent only if they are named.
    type: bool
    default: true
  priority:
    description:
      - Priority from 1 to 5; 5 is the highest. If unset, the service chooses.
    type: int
  max_in_flight:
    description:
      - Number of images that may be in flight at a time. Without O(wait), there is no limit.
    type: int
    default: 1000
  max_failures:
    description:
      - Number of images that may fail before sending stops. Those that are under way by then go on, and may fail too;
        O(max_in_flight) limits their number. If unset, all images are tried.
    type: int
  retries:
    description:
      - How often the same run sends an image again after its sync task failed. It does not if the service's reason is a
        lasting one, such as something that does not exist or is not permitted. Only with O(wait).
    type: int
    default: 1
  cancel_on_timeout:
    description:
      - Whether to cancel sync tasks that have not begun after O(wait_timeout). The others go on, and the next run waits
        for them.
      - The permission for this is not documented. A task that the credentials may not cancel goes on.
    type: bool
    default: false
"""

    # For a module that sends images of an instance.
    SELECTED: str = (
        r"""
options:
  select:
    description:
      - Selects images of the instance, instead of a list. An unset option selects everything, so C({}) sends the whole
        instance. With O(from_rule), only images that the rule covers as well are sent.
      - A named namespace, repository or tag that does not exist is an error. With O(from_rule) it is only a warning,
        since one selection may be used for several rules. Write tags in quotes, since YAML reads V(1.10) as V(1.1).
      - The repositories are listed once, and the tags of each selected repository once.
      - An empty list is refused, since leaving the list out selects everything."""
        + _SELECTION
    )

    # For a module that sends what rules cover.
    COVERED: str = (
        r"""
options:
  select:
    description:
      - Selects some of the images that the rules cover. If unset, all of them are sent.
      - A rule whose filter matches nothing of what is there causes a warning, if nothing is selected by name or filter.
      - A named repository or tag that a rule does not cover causes a warning. Write tags in quotes, since YAML reads
        V(1.10) as V(1.1).
      - An empty list is refused, since leaving the list out selects everything."""
        + _SELECTION
    )

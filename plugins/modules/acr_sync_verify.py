#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_sync_verify
version_added: 1.0.0
short_description: Verify that what sync rules should carry has arrived
description:
  - Compares the outbound sync rules of an instance with O(rules), and the images of both sides by digest. It returns
    counts, the lag, every finding with its remedy, and the images that are not as they should be.
  - It lists and compares a few repositories at a time, so it needs little memory for any number of images. Findings do
    not make it fail, so that you can show all of them at once.
  - Every ten seconds a line shows the progress, unless the variable C(acr_progress) is false. A module that runs in a
    process of its own shows no such lines.
  - It reports rules that are listed with C(state=absent) and still exist, and rules of the instance that are not
    listed. It does not compare the images of the latter.
  - It looks whether the grants are in force that rules need, where O(destinations) have keys that may read the role
    C(aliyuncontainerregistrycrossaccoutsyncrole) of their account. Where they do not, C(summary.grants) says so, and
    M(registryops.alicloud.acr_sync_audit) looks at the grant with that account's keys. In a preview, a missing grant
    is no finding.
options:
  instance_id:
    description:
      - ID of the source instance, which begins with C(cri-).
    type: str
    required: true
  wait_timeout:
    description:
      - Maximum number of seconds to wait for images that are in flight. Those that are still in flight are then counted
        as V(waiting). In check mode the module does not wait.
    type: int
    default: 60
  max_images:
    description:
      - Maximum number of images in RV(images). All images are counted.
    type: int
    default: 100
  images_file:
    description:
      - Path of a file that gets every compared image. If its name ends in C(.csv), it has comma-separated values,
        otherwise one line of JSON for each image. A missing folder is created. An earlier file is replaced when the new
        one is complete. Writing it does not count as a change. If unset, and in check mode, no file is written.
      - A spreadsheet can open the CSV file safely, since no cell is a formula, not even one with a reason that the
        service gave.
    type: path
  audit:
    description:
      - Whether to audit the rules as well, as M(registryops.alicloud.acr_sync_audit) does with C(side=source). The
        audit uses the records and images of the verification, so that they are listed only once.
      - Cannot be combined with O(select).
    type: bool
    default: false
  settings:
    description:
      - Which settings of repositories are compared with those of their source; RV(settings) tells what differs, and a
        warning among RV(findings). It takes one more list of repositories on each side. V(description) is in no list,
        and takes a call for each repository on each side.
      - Repositories are compared with what rules bring them to, by the names there, where the destination can be
        looked into.
    type: list
    elements: str
    choices: [repository_type, tag_immutability, summary, description]
    default: []
  fail_on:
    description:
      - Least severity of the findings that RV(summary) names as a reason to fail. V(warning) names errors and warnings.
        The task itself does not fail.
    type: str
    choices: [error, warning]
    default: error
  preview:
    description:
      - Whether this comes after a preview of M(registryops.alicloud.acr_sync_rules) in check mode. Rules that it would
        make, replace or delete are then no errors but V(to_verify), which says what would be verified of them.
    type: bool
    default: false
    version_added: 1.0.0
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
  - registryops.alicloud.select
  - registryops.alicloud.peers.verified
  - registryops.alicloud.rules
seealso:
  - module: registryops.alicloud.acr_sync_rules
  - module: registryops.alicloud.acr_sync_audit
  - module: registryops.alicloud.acr_image_sync
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Verify what is replicated to the other account
  registryops.alicloud.acr_sync_verify:
    profile: account-a
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    rules:
      - name: releases-to-eu
        namespace: prod
        target_region: eu-central-1
        target_instance_id: cri-targettarget0001
        target_account_id: "5222000022220002"
    destinations:
      - name: prod-eu
        instance_id: cri-targettarget0001
        profile: account-b
        region: eu-central-1
  register: verified
  failed_when: verified.state == 'bad'

- name: Look at one namespace, and keep every image of it
  registryops.alicloud.acr_sync_verify:
    profile: account-a
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    rules: []
    select:
      namespaces: [prod]
    images_file: /tmp/images.csv
"""

RETURN = r"""
instance_id:
  description: The source instance.
  type: str
  returned: success
state:
  description: V(bad) if an error is among the findings, V(warning) if a warning is, and V(good) if there is none.
  type: str
  returned: success
  sample: good
counts:
  description:
    - For each state, the number of C(images) and their C(bytes). An image counts once for each repository that rules
      bring it to, and is in one state, so that the counts add up.
    - V(same) (the digests are equal), V(carried) (by the records, where the destination was not looked into) and
      V(unsigned) (it arrived, and what is attached to it by a tag, such as its signature, did not) have arrived.
    - V(failed) (the newest push failed), V(missing) (the rule should have carried it) and V(different) (the tag is
      there and is another image) are wrong. V(waiting) is on its way.
    - V(older) was pushed before its rule was made, or the rule is manual, so that a backfill has to send it. Once it
      had arrived and is gone, it is V(missing).
    - V(extra) is at the destination alone, where a rule would have put it; it is not among those that should arrive.
  type: dict
  returned: success
lag:
  description:
    - Seconds from push to arrival by the service's own times, of C(count) images that rules carried - C(median), C(p95)
      and C(worst), and these in C(over_time), by the time of the push. Null where none is known.
  type: dict
  returned: success
findings:
  description: What is wrong, errors first; an empty list if nothing is.
  type: list
  elements: dict
  returned: success
  contains:
    check:
      description:
        - What was found. Of rules V(missing_rule), V(different_rule), V(refused_rule), V(unwanted_rule),
          V(unlisted_rule), V(unknown_scope), V(dead_rule) (the source lacks its namespace or repository, or a filter
          matches nothing of what is there) and, after a preview, V(to_verify). Of the grants that rules need
          V(missing_grant) and V(doubtful_grant).
        - Of images V(failed_image), V(missing_image), V(different_image), V(unsigned_image) and V(never_sent). Of
          destinations V(unreadable_destination), V(gone_destination) and V(missing_namespace). Of repositories
          V(different_settings) and V(unread_settings).
      type: str
      returned: always
    severity:
      description: V(error) if something is not as it should be, V(warning) if that may be intended.
      type: str
      returned: always
    subject:
      description: What it was found at.
      type: str
      returned: always
    problem:
      description: What is wrong.
      type: str
      returned: always
    remedy:
      description: What to do about it.
      type: str
      returned: always
images:
  description: Images that are not as they should be, O(max_images) of them at most.
  type: list
  elements: dict
  returned: success
  contains:
    rule:
      description: The rule that should have carried it.
      type: str
      returned: always
    rules:
      description: All rules that send it to the same target.
      type: list
      elements: str
      returned: always
    source:
      description: Its namespace, repository and tag.
      type: str
      returned: always
      sample: prod/web:1.0
    namespace:
      description: Its namespace at the source.
      type: str
      returned: always
    repository:
      description: Its repository at the source.
      type: str
      returned: always
    tag:
      description: Its tag.
      type: str
      returned: always
    size:
      description: Its size in bytes.
      type: int
      returned: always
    digest:
      description: Its digest at the source.
      type: str
      returned: always
    target:
      description: Where it should be, as instance, namespace, repository and tag.
      type: str
      returned: always
      sample: cri-targettarget0001/prod/web:1.0
    target_instance_id:
      description: The instance where it should be.
      type: str
      returned: always
    target_digest:
      description: Digest of the tag at the target; null if the tag does not exist there, or the target was not read.
      type: str
      returned: always
    state:
      description: Its state, as in RV(counts).
      type: str
      returned: always
    reason:
      description: Why, in words.
      type: str
      returned: always
    issue:
      description: Why it failed, in the service's words; null if it did not fail.
      type: str
      returned: always
    failed_at:
      description: When the attempt that failed began, in epoch milliseconds; null if it did not fail.
      type: int
      returned: always
    pushed:
      description: When it was pushed, in epoch milliseconds.
      type: int
      returned: always
    arrived:
      description: When it arrived, in epoch milliseconds; null if it did not.
      type: int
      returned: always
    lag:
      description: Seconds from push to arrival; null if no rule carried it.
      type: float
      returned: always
    sentence:
      description: The same in one sentence.
      type: str
      returned: always
rules:
  description: The listed rules, and the rules of the instance that are not listed. A rule that is listed with
    C(state=absent) is only here if it still exists.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: Name of the rule.
      type: str
      returned: always
    standing:
      description: V(as wanted), V(missing), V(different), V(refused), V(unwanted) or V(unlisted).
      type: str
      returned: always
    why:
      description: What is different, or why the rule is refused. Otherwise empty.
      type: str
      returned: always
    renamed_to:
      description: Name of the listed rule that does the same under another name; null if there is none.
      type: str
      returned: always
    sync_rule:
      description: The rule as it is, or as it should be if it is missing; see M(registryops.alicloud.acr_sync_rule).
      type: dict
      returned: always
    states:
      description: Number of its images in each state. An image that several rules send to one target counts for each
        rule.
      type: dict
      returned: always
namespaces:
  description:
    - Each namespace of the source with each C(target_instance_id) that rules bring it to and the C(states) of its
      images; those that no rule covers have none.
  type: list
  elements: dict
  returned: success
troubles:
  description:
    - What should be there and is not, by C(repository), C(rule), C(target_instance_id), C(state) and C(reason), the
      worst 200 of them; each with the number of C(images), their C(bytes), the newest C(tags), when the newest was
      C(pushed), when the C(oldest) was, and when the last that failed had begun (C(failed_at)).
  type: list
  elements: dict
  returned: success
reasons:
  description: Why images have not arrived, by target, the most frequent reason first. Each has an C(example), and
    C(failed_at) tells when the last that failed had begun.
  type: list
  elements: dict
  returned: success
others:
  description: Images that are in flight, older than their rule, or only at the destination, by C(namespace), target and
    reason.
  type: list
  elements: dict
  returned: success
images_file:
  description: Path of the file that was written; null if there is none.
  type: str
  returned: success
audit:
  description: The findings of the audit, as RV(registryops.alicloud.acr_sync_audit#module:findings), errors first.
  type: list
  elements: dict
  returned: if O(audit)
records:
  description: How many sync records were read.
  type: int
  returned: success
traffic:
  description:
    - What is not there yet, in the states V(failed), V(missing), V(different) and V(older), by pair of regions, as
      RV(registryops.alicloud.acr_sync_backfill#module:traffic) tells what it sends. C(distinct_bytes) are null, since
      digests are not kept.
  type: dict
  returned: success
settings:
  description:
    - What O(settings) found to differ, the first 200 of it, by C(source) and C(target) repository,
      C(target_instance_id) and C(field); C(source_value) and C(target_value) are null if they are empty.
    - M(registryops.alicloud.acr_repository_settings) keeps them equal.
  type: list
  elements: dict
  returned: success
by_records:
  description:
    - Destinations that were not looked into, so that the records of the source alone tell what arrived there. What was
      deleted there since, or a destination that is gone, is not seen then.
  type: list
  elements: dict
  returned: success
  contains:
    instance_id:
      description: The instance.
      type: str
      returned: always
    name:
      description: What O(destinations) call it; null if they do not.
      type: str
      returned: always
    images:
      description: How many images were judged by the records.
      type: int
      returned: always
    reason:
      description: Why it was not looked into.
      type: str
      returned: always
    doubt:
      description: What the newest record says against the instance; null if nothing.
      type: str
      returned: always
unreadable:
  description: Destinations that could not be read, each with its C(host) and the C(reason).
  type: list
  elements: dict
  returned: success
summary:
  description:
    - The same as text for people. C(rules), C(images), C(grants) and C(lag) are one line each. C(findings) lists the
      first twenty findings. C(failure) is one sentence with the findings that O(fail_on) selects, and empty if there
      are none.
  type: dict
  returned: success
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.verified import verify
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import STATE_OPTION, Module
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import OTHER_CONNECTION_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.repository_settings import SETTINGS
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import RULE_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.routes import SELECT_IMAGES

DESTINATION_OPTIONS = {
    "instance_id": {"type": "str", "required": True},
    "name": {"type": "str"},
    **OTHER_CONNECTION_OPTIONS,
}
MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        "rules": {"type": "list", "elements": "dict", "required": True, "options": {**STATE_OPTION, **RULE_OPTIONS}},
        "destinations": {"type": "list", "elements": "dict", "default": [], "options": DESTINATION_OPTIONS},
        "select": {"type": "dict", "options": SELECT_IMAGES},
        # Seconds. Most tasks take a few, so that a minute lets all of the last pushes arrive.
        "wait_timeout": {"type": "int", "default": 60},
        "max_images": {"type": "int", "default": 100},
        "images_file": {"type": "path"},
        "settings": {"type": "list", "elements": "str", "choices": list(SETTINGS), "default": []},
        # The source's audit takes what is listed here anyway.
        "audit": {"type": "bool", "default": False},
        "fail_on": {"type": "str", "choices": ["error", "warning"], "default": "error"},
        "preview": {"type": "bool", "default": False},
    },
    work=verify,
    apart="rules",
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()

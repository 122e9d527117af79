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
  - Compares the outbound sync rules of an instance with those that should be there, and the images of both sides by
    digest. It returns counts, the lag, every finding with its remedy, and the images that are not as they should be.
  - It lists and compares a few repositories at a time, so that it needs little memory for any number of images. It does
    not fail because of findings, so that all can be shown at once.
  - Every ten seconds a line shows the progress, unless the variable C(acr_progress) is false. A module that runs in a
    process of its own shows no such lines.
  - Listed rules with C(state=absent) should be gone. Rules of the instance that are not listed are reported, and their
    images are not compared.
options:
  instance_id:
    description:
      - ID of the source instance, which begins with C(cri-).
    type: str
    required: true
  destinations:
    description:
      - Instances that rules end at, with the connection to their account, with which nothing is written. Its
        credentials are never taken from the environment. Elsewhere, and where one could not be looked into, the
        source's sync records alone are judged by.
      - If unset, they are the hosts that rules name in O(rules[].to) and that have credentials of their own.
    type: list
    elements: dict
    default: []
    suboptions:
      instance_id:
        description: ID of the destination instance.
        type: str
        required: true
      name:
        description: What it is called in findings. If unset, its ID.
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
        description: UID of the account that it must be.
        type: str
      cr_endpoint:
        description: Endpoint of Container Registry.
        type: str
      sts_endpoint:
        description: Endpoint of STS.
        type: str
  select:
    description:
      - What is looked at. If unset, everything.
      - An empty list in it is refused, since leaving it out means all.
    type: dict
    suboptions:
      rules:
        description: Names of rules. If unset, all.
        type: list
        elements: str
      namespaces:
        description: Namespaces of the source. If unset, all.
        type: list
        elements: str
      repositories:
        description: Repositories, without their namespace. If unset, all.
        type: list
        elements: str
      tags:
        description: Tags. If unset, all.
        type: list
        elements: str
  wait_timeout:
    description:
      - Seconds to wait for images that are on their way. What still is after that is counted as such. In check mode
        nothing is waited for.
    type: int
    default: 60
  max_images:
    description:
      - How many images that are not as they should be are returned one by one. All of them are counted.
    type: int
    default: 100
  images_file:
    description:
      - Path of a file that gets every compared image, as comma-separated values if it ends in C(.csv), and as a line of
        JSON each if not. Its folder is made if it is missing, and an earlier file is replaced when all is written. That
        does not count as a change. If unset, and in check mode, none is written.
      - No cell of the CSV is a formula, whatever the service says of a failure, so that a spreadsheet can open it
        safely.
    type: path
  audit:
    description:
      - Whether the rules are audited too, as by M(registryops.alicloud.acr_sync_audit) with C(side=source). The audit
        takes the records and images that are listed for the verification, so that none is listed twice.
      - Cannot be combined with O(select).
    type: bool
    default: false
  fail_on:
    description:
      - Which findings RV(summary) names as a reason to fail; V(warning) is for both. The task itself does not fail.
    type: str
    choices: [error, warning]
    default: error
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
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
    - V(older) was pushed before its rule was made, or the rule is manual, so that a backfill has to send it.
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
          V(unlisted_rule) and V(unknown_scope).
        - Of images V(failed_image), V(missing_image), V(different_image), V(unsigned_image) and V(never_sent). Of
          destinations V(unreadable_destination).
      type: str
      returned: always
    severity:
      description: V(error) if something is not as it should be, V(warning) if it may be meant.
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
      description: All rules that bring it to the same place.
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
      description: Where it should be, with the instance in front.
      type: str
      returned: always
      sample: cri-targettarget0001/prod/web:1.0
    target_instance_id:
      description: The instance where it should be.
      type: str
      returned: always
    target_digest:
      description: What the tag points to there. Null if it is not there, or was not looked at.
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
      description: Why it failed, in the service's words. Null if it did not.
      type: str
      returned: always
    pushed:
      description: When it was pushed, in epoch milliseconds.
      type: int
      returned: always
    arrived:
      description: When it arrived, likewise. Null if it did not.
      type: int
      returned: always
    lag:
      description: Seconds from push to arrival, where a rule carried it. Null elsewhere.
      type: float
      returned: always
    sentence:
      description: All of that in a sentence.
      type: str
      returned: always
rules:
  description: The rules that should be there, that should be gone and are not, and that are there without being listed.
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
      description: What is different, or why it is refused. Empty for others.
      type: str
      returned: always
    renamed_to:
      description: The listed rule that does the same under another name. Null if there is none.
      type: str
      returned: always
    sync_rule:
      description: The rule as it is, or as it should be where it is missing; see M(registryops.alicloud.acr_sync_rule).
      type: dict
      returned: always
    states:
      description: The number of its images by state. An image that several rules bring to one place is in each of them.
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
      C(pushed), and when the C(oldest) was.
  type: list
  elements: dict
  returned: success
reasons:
  description: Why images are not there, by target, the most frequent reason first; each with an C(example).
  type: list
  elements: dict
  returned: success
others:
  description: What is on its way, older than its rule, or at the destination alone, by C(namespace), target and reason.
  type: list
  elements: dict
  returned: success
images_file:
  description: The file that was written. Null if none was.
  type: str
  returned: success
audit:
  description: What RV(registryops.alicloud.acr_sync_audit#module:findings) are of the source, errors first.
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
unreadable:
  description: Destinations that could not be looked into, each with its C(host) and the C(reason).
  type: list
  elements: dict
  returned: success
summary:
  description:
    - The same for people. C(rules), C(images) and C(lag) are a line each, C(findings) a list of the first twenty, and
      C(failure) a sentence that names those that O(fail_on) says, empty if there are none.
  type: dict
  returned: success
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.verified import verify
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import STATE_OPTION, Module
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import OTHER_CONNECTION_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import RULE_OPTIONS

DESTINATION_OPTIONS = {
    "instance_id": {"type": "str", "required": True},
    "name": {"type": "str"},
    **OTHER_CONNECTION_OPTIONS,
}
SELECT_OPTIONS = {name: {"type": "list", "elements": "str"} for name in ("rules", "namespaces", "repositories", "tags")}
MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        "rules": {"type": "list", "elements": "dict", "required": True, "options": {**STATE_OPTION, **RULE_OPTIONS}},
        "destinations": {"type": "list", "elements": "dict", "default": [], "options": DESTINATION_OPTIONS},
        "select": {"type": "dict", "options": SELECT_OPTIONS},
        "wait_timeout": {"type": "int", "default": 60},
        "max_images": {"type": "int", "default": 100},
        "images_file": {"type": "path"},
        "audit": {"type": "bool", "default": False},
        "fail_on": {"type": "str", "choices": ["error", "warning"], "default": "error"},
    },
    work=verify,
    apart="rules",
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_resource_actions
type: aggregate
short_description: The least RAM policy that a playbook needs
version_added: 1.0.0
description:
  - Collects the C(resource_actions) of all results. At the end it prints, for each account, the least RAM policy that
    is enough for what was run.
  - Results have them if C(report_actions) is true, which C(-e acr_report_actions=true) says for a whole run. Those of
    tasks with C(no_log) are not seen.
  - A run in check mode only reads, so its policy only allows reading. The policy holds only what the run needed. So run
    everything that the policy is for, and begin where nothing exists yet, so that things are created.
  - A resource is as narrow as the call shows. Images are listed by the ID of their repository, so their resource is the
    whole instance.
  - If a role is assumed, the policy is for the role.
requirements:
  - enable it in C(callbacks_enabled), or in E(ANSIBLE_CALLBACKS_ENABLED)
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
# It is enabled in the environment, or in ansible.cfg:
#   ANSIBLE_CALLBACKS_ENABLED=registryops.alicloud.acr_resource_actions ansible-playbook site.yml
- name: Learn what a playbook needs
  hosts: acr_source
  gather_facts: false
  vars:
    acr_report_actions: true
  tasks:
    - name: Keep a namespace
      registryops.alicloud.acr_namespace:
        instance_id: "{{ acr_instance_id }}"
        name: prod
"""

from collections.abc import Mapping
from typing import Any

from ansible.plugins.callback import CallbackBase

from ansible_collections.registryops.alicloud.plugins.plugin_utils._policy import least_policies, policy_text


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "registryops.alicloud.acr_resource_actions"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._uses: set[tuple[str, str, str]] = set()

    def v2_runner_on_ok(self, result: Any) -> None:
        self._add(result._result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._add(result._result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        if not self._uses:
            self._display.display("RAM POLICY: no result has resource_actions; set acr_report_actions to true.")
        # An account each, since a policy is attached within one.
        for account, policy in least_policies(self._uses).items():
            self._display.display(f"RAM POLICY of account {account}, the least that this run needed:")
            self._display.display(policy_text(policy))

    def _add(self, result: Mapping[str, Any]) -> None:
        # A task with a loop has the results of its items in its own.
        for part in (result, *(result.get("results") or ())):
            if isinstance(part, Mapping):
                for use in part.get("resource_actions") or ():
                    self._uses.add((use["account_id"], use["action"], use["resource"]))

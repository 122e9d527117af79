# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send what was pushed while no rule was in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import covers
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Image, Images
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.readiness import Readiness
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule, SyncRules
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule_set import SyncRuleSet
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.image_sync import ImageSync


def _covered(client: Client, rule: SyncRule) -> Iterator[Image]:
    """Yield the source's images that a rule covers."""
    selected = {"instance_id": rule.instance_id, "namespace": rule.namespace, "repository": rule.repository}
    for image in Images(client, selected).find():
        if covers(rule.to_result(), image.to_result()):
            yield image


def catch_up(client: Client, rule: SyncRule, since: int) -> list[dict[str, Any]]:
    """Send what a rule covers and was pushed since a time, in epoch milliseconds, without waiting for it.

    Return what ImageSync says of each image.
    """
    with attempt(f"sync what was pushed while sync rule {rule.name} was replaced (the new rule is in force)"):
        late = [image for image in _covered(client, rule) if (image.update_time or 0) >= since]
        if not late:
            return []
        images = [
            {
                "namespace": image.namespace,
                "repository": image.repository,
                "tag": image.tag,
                "target_namespace": rule.target_namespace,
                "target_repository": rule.target_repository,
            }
            for image in late
        ]
        # `override`, since a rule would have moved the tag at the target as well.
        target = {name: getattr(rule, f"target_{name}") for name in ("region", "instance_id", "account_id")}
        params = {"instance_id": rule.instance_id, "images": images, "override": True, "priority": rule.priority}
        sync = ImageSync(Task(client, {**params, **{f"target_{name}": value for name, value in target.items()}}))
        try:
            sync.prepare()
            sync.run()
            return list(sync.to_result()["images"])
        except AcrError as error:
            error.hint += " Send them with registryops.alicloud.acr_image_sync."
            raise


def kept_rules(client: Client, params: Mapping[str, Any]) -> SyncRules:
    """Return an instance's rules, ready for replacement without loss."""
    return SyncRules(client, params, catch_up)


def kept_rule_set(task: Task) -> SyncRuleSet:
    return SyncRuleSet(task, catch_up, Readiness(task))

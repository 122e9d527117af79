# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find rules for a namespace or a repository that the source does not have."""

from __future__ import annotations

from collections.abc import Collection

from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import there_are
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Origin

CORRECT_OR_DELETE = "Correct it, or delete it with registryops.alicloud.acr_sync_rule and state: absent."


def dead_scope(
    rule: Rule, instance_id: str, namespaces: Collection[str] | None, origins: Collection[Origin]
) -> Finding | None:
    """Return that the source lacks what a rule is for; None if it has it.

    Args:
        rule: the rule.
        instance_id: the source.
        namespaces: its namespaces; None if they could not be listed.
        origins: all its repositories.
    """
    namespace, repository, subject = rule.get("namespace"), rule.get("repository"), f"sync rule {rule['name']}"
    within = [name for place, name in origins if place == namespace]
    if not namespace or (within and not repository):
        return None
    if namespaces is None and not within:
        problem = (
            f"{subject} is for namespace {namespace}, in which {instance_id} has no repository; whether there is such a"
            " namespace is not known, since the keys may not list namespaces (cr:ListNamespace)"
        )
        return warning("dead_rule", subject, problem, f"If the namespace was deleted: {CORRECT_OR_DELETE}")
    if namespaces is not None and namespace not in namespaces:
        missing, near = f"namespace {namespace}", there_are(namespace, namespaces)
    elif repository and repository not in within:
        missing, near = f"repository {namespace}/{repository}", there_are(repository, within)
    else:
        return None
    problem = f"{subject} is for {missing}, which {instance_id} does not have"
    return error("dead_rule", subject, problem, f"{CORRECT_OR_DELETE} {near}")

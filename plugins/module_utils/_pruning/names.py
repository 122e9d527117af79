# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse names that select or keep nothing, since a misspelt one would delete too much or seem to have nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.carried import Carried
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.choice import Choice
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Place
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.names import (
    check_namespaces,
    check_repositories,
    check_rules,
)

_SELECT = "(prune_destination_select in the role)"
_KEEP = "(prune_destination_keep in the role)"


def check_names(client: Client, choice: Choice, sources: Iterable[Carried], places: Collection[Place]) -> None:
    """Refuse rules that end at no destination, and namespaces and repositories that the destination does not have.

    Tags may be named that are nowhere: an earlier run may have deleted them.

    Args:
        client: the services of the destination's account.
        choice: the task's options.
        sources: what the sources tell.
        places: the destination's repositories.
    """
    instance_id, select, kept = choice.instance_id, choice.select, choice.kept
    rules = {str(rule["name"]) for source in sources for rule in source.rules}
    check_rules(select.rules or (), rules, f" that ends at {instance_id}", f"select.rules {_SELECT}")
    there = {place.namespace for place in places}
    check_namespaces(client, instance_id, select.namespaces or (), there, f"select.namespaces {_SELECT}")
    check_namespaces(client, instance_id, kept.namespaces, there, f"keep.namespaces {_KEEP}")
    selected = [place for place in places if select.namespaces is None or place.namespace in select.namespaces]
    check_repositories(select.repositories or (), selected, instance_id, f"select.repositories {_SELECT}")
    check_repositories(kept.repositories, places, instance_id, f"keep.repositories {_KEEP}")

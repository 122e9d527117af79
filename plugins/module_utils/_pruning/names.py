# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse names that select or keep nothing, since a misspelt one would delete too much or seem to have nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.carried import Carried
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.choice import PruneOptions
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import ListedRepository
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.names import (
    check_namespaces,
    check_repositories,
    check_rules,
)

_SELECT = "(prune_destination_select in the role)"
_KEEP = "(prune_destination_keep in the role)"


def check_names(
    client: Client, choice: PruneOptions, sources: Sequence[Carried], there: Iterable[ListedRepository]
) -> None:
    """Refuse rules that do not end at the destination, and namespaces and repositories that nothing arrives in.

    Tags may be named that are nowhere: an earlier run may have deleted them.

    Args:
        client: the services of the destination's account.
        choice: the task's options.
        sources: what the sources tell.
        there: the destination's repositories.
    """
    instance_id, select, kept = choice.instance_id, choice.select, choice.kept
    names = {str(rule["name"]) for rule in chain.from_iterable(source.rules for source in sources)}
    check_rules(select.rules or (), names, f" that ends at {instance_id}", f"select.rules {_SELECT}")
    places = [*there, *_to_come(sources)]
    namespaces = {place.namespace for place in places}
    # Listed only where a name is in doubt, since it takes a call and a right.
    if not namespaces.issuperset([*(select.namespaces or ()), *kept.namespaces]):
        namespaces |= _empty_ones(client, instance_id)
    check_namespaces(client, instance_id, select.namespaces or (), namespaces, f"select.namespaces {_SELECT}")
    check_namespaces(client, instance_id, kept.namespaces, namespaces, f"keep.namespaces {_KEEP}")
    selected = [place for place in places if select.namespaces is None or place.namespace in select.namespaces]
    check_repositories(select.repositories or (), selected, instance_id, f"select.repositories {_SELECT}")
    check_repositories(kept.repositories, places, instance_id, f"keep.repositories {_KEEP}")


def _empty_ones(client: Client, instance_id: str) -> set[str]:
    """Return the instance's namespaces, of which some have no repository; none if they cannot be listed."""
    try:
        found = client.pages("cr", "ListNamespace", {"InstanceId": instance_id}, "Namespaces")
        return {str(item.get("NamespaceName")) for item in found}
    except AcrError:
        return set()


def _to_come(sources: Iterable[Carried]) -> Iterator[ListedRepository]:
    """Yield the repositories that rules would bring images to; a new destination has none of them yet."""
    for source in sources:
        for origin in source.images:
            for target in source.routes.of(*origin):
                yield ListedRepository(target.namespace, target.repository, "")

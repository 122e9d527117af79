# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which item of a list has a wrong option; Ansible names only the list, which may have hundreds of items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import nearest

Spec = Mapping[str, Mapping[str, Any]]

# How messages call an item of each option.
KINDS = {
    "rules": "sync rule",
    "sync_rules": "sync rule",
    "inbound_rules": "sync rule",
    "namespaces": "namespace",
    "repositories": "repository",
    "images": "image",
    "destinations": "destination",
    "destination_instances": "instance",
}
_NAMES = ("name", "instance_id", "repository", "tag")


def check_lists(options: Spec, arguments: Mapping[str, Any]) -> None:
    """Check all lists of a task's arguments.

    Raises:
        AcrError: as `check_items` does.
    """
    for option, spec in options.items():
        if spec.get("options") and isinstance(arguments.get(option), list):
            check_items(KINDS.get(option, option), arguments[option], spec["options"])


def check_items(kind: str, items: list[Any], options: Spec) -> None:
    """Check the options of each item, where Ansible's own message would not be clear.

    Raises:
        AcrError: an item has an unknown option, lacks a required one, or has a value that is none of the choices.
    """
    known = set(options)
    for spec in options.values():
        known.update(spec.get("aliases", ()))
    # Most options have neither, and a list may hold hundreds of items, whose values Ansible templates as they are read.
    judged = {option: spec for option, spec in options.items() if spec.get("required") or spec.get("choices")}
    for place, item in enumerate(items, 1):
        if isinstance(item, Mapping):
            problem = next(_problems(item, judged, known), None)
            if problem:
                reason, advice = problem
                raise AcrError(f"{kind} {_called(item) or f'{place} of {len(items)}'} {reason}", advice)


def check_names(kind: str, items: list[Any]) -> None:
    """Refuse two rules with the same name, before anything is written.

    Raises:
        AcrError: two rules have the same name.
    """
    if kind != "sync rule":  # namespaces and repositories are kept one after the other
        return
    seen = set()
    for name in (str(item["name"]) for item in items if isinstance(item, Mapping) and item.get("name")):
        if name in seen:
            raise AcrError(f"sync rule {name} is in the list more than once", "Give each rule another name.")
        seen.add(name)


def _called(item: Mapping[str, Any]) -> str:
    return next((str(item[name]) for name in _NAMES if item.get(name)), "")


def _problems(item: Mapping[str, Any], judged: Spec, known: set[str]) -> Iterator[tuple[str, str]]:
    for name in (name for name in item if name not in known):
        meant = nearest(str(name), known)
        advice = f"Perhaps {meant} is meant." if meant else f"Choose from {', '.join(sorted(known))}."
        yield f"has no option {name}", advice
    for option, spec in judged.items():
        value, choices = item.get(option), spec.get("choices")
        if spec.get("required") and not any(item.get(name) for name in (option, *spec.get("aliases", ()))):
            yield f"lacks {option}", f"Add {option} to it."
        if choices and isinstance(value, str) and value and value not in choices:
            meant = nearest(value, map(str, choices))
            reason = f"has {option} {value}, which is none of {', '.join(map(str, choices))}"
            yield reason, f"Perhaps {meant} is meant." if meant else "Choose one of them."

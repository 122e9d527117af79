# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which sync rules were created, replaced and deleted, and what of them changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import described
from ansible_collections.registryops.alicloud.plugins.plugin_utils._outcome.lines import (
    Outcome,
    Result,
    named,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._outcome.places import place_lines

# What the service gives a rule, and nobody asks for.
_GIVEN = {"sync_rule_id", "create_time", "create_time_iso", "modified_time", "modified_time_iso", "direction"}


def kept_rules(result: Result, host: str, places: Sequence[Result]) -> Outcome:
    """Say what became of the rules of an instance.

    Args:
        result: what acr_sync_rules returned.
        host: the inventory's name of the instance.
        places: results for the namespaces and repositories that were kept before.
    """
    rules = result.get("sync_rules") or []
    failed = [rule for rule in rules if rule["action"] == "failed"]
    diff = result.get("diff") or {}
    changes = place_lines(places)
    changes += [_line(rule, diff) for rule in rules if rule["action"] not in ("unchanged", "failed")]
    changes += _failed_lines(failed)
    remarks = [str(rule["sentence"]) for rule in result.get("unlisted") or ()]
    # The task failed before it listed any.
    if "sync_rules" not in result:
        return Outcome(changes, f"The sync rules of {host} could not be looked at.")
    counts = {action: count for action, count in (result.get("counts") or {}).items() if count}
    words = [f"{count} {action}" for action, count in counts.items()] or ["the inventory asks for none"]
    words += [f"{len(remarks)} left that the inventory does not list"] if remarks else []
    done = f"sync rules of {host}: {', '.join(words)}."
    return Outcome(changes, done if changes else f"Nothing to change: {done}", remarks)


def _line(rule: Mapping[str, Any], diff: Mapping[str, Any]) -> str:
    name, action = rule["name"], rule["action"]
    before, after = (diff.get("before") or {}).get(name), (diff.get("after") or {}).get(name)
    words = f"sync rule {name}: {action}"
    if before and after:
        changed = _changed(before, after)
        return f"{words}, {changed}" if changed else words
    if after:
        return f"{words}, it replicates {_where(after)}"
    return f"{words}, it replicated {_where(before)}" if before else words


def _failed_lines(failed: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line for each reason, with the rules that failed for it."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for rule in failed:
        # The first sentence is the reason; what follows differs by the request's ID at least.
        reason = str(rule["msg"]).split(". ", maxsplit=1)[0].replace(str(rule["name"]), "")
        groups.setdefault(reason, []).append(rule)
    lines: list[str] = []
    for rules in groups.values():
        words = (
            f"{'sync rule' if len(rules) == 1 else 'sync rules'} {named(str(rule['name']) for rule in rules)}: failed"
        )
        # The first reason is that of the task, which follows.
        lines.append(f"{words}. {rules[0]['msg']}" if lines else f"{words}, as told below")
    return lines


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    names = [name for name in {**before, **after} if name not in _GIVEN and name in after]
    return ", ".join(
        f"{name} {before.get(name)!r} -> {after[name]!r}" for name in names if before.get(name) != after[name]
    )


def _where(rule: Mapping[str, Any]) -> str:
    return f"{described(rule)} to {rule.get('target_instance_id')} ({rule.get('target_region')})"

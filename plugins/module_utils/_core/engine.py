# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan, then carry the plan out: the engine of managed modules."""

from __future__ import annotations

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    ApiError,
    CredentialsError,
    ImmutableError,
    NoPermissionError,
    attempt,
    preferring,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.plan import (
    CREATE,
    DELETE,
    NOTHING,
    REPLACE,
    UPDATE,
    Plan,
    S,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Extras, Resource


def plan(resource: Resource[S], state: str, desired: S, current: S | None) -> Plan[S]:
    """Decide what to do, without writing.

    Raises:
        AcrError: the wanted state cannot be reached, or the resource refuses it.
    """
    if state == "absent":
        goal = resource.absent(current) if current else None
        if current is None:
            return Plan(NOTHING, None, None, {})
        if goal is None:
            return Plan(DELETE, current, None, {}, resource.surplus(current, None))
    else:
        goal = resource.present(desired, current)
        if current is None:
            return Plan(CREATE, None, goal, {})
    changes, surplus = current.changes(goal), resource.surplus(current, goal)
    fixed = [name for name in changes if current.attributes()[name].metadata["fixed"]]
    if not fixed:
        action = UPDATE if changes or surplus else NOTHING
        return Plan(action, current, goal if changes or surplus else current, changes, surplus)
    if not resource.replaceable:
        raise ImmutableError(
            f"{', '.join(fixed)} of {resource.name(current)} cannot be changed",
            "Delete it first (state: absent), or leave that option as it is.",
        )
    resource.check_replacement(current, goal)
    return Plan(REPLACE, current, goal, changes, surplus)


def apply(resource: Resource[S], planned: Plan[S]) -> Extras:
    """Carry the plan out.

    Raises:
        AcrError: it could not be done; its text says what was attempted.
    """
    before, after = planned.before, planned.after
    if planned.action == CREATE and after is not None:
        return _create(resource, after)
    if planned.action == DELETE and before is not None:
        with attempt(f"delete {resource.name(before)}"):
            return resource.delete(before)
    if before is not None and after is not None and planned.action in (UPDATE, REPLACE):
        deed = resource.update if planned.action == UPDATE else resource.replace
        with attempt(f"{planned.action} {resource.name(before)}"):
            return deed(before, after)
    return {}


def _create(resource: Resource[S], goal: S) -> Extras:
    """Create a thing, and look whether it is there before trying again.

    The codes of 'already exists' are not documented. So any refusal counts as done if the thing is there as wanted.
    """
    with attempt(f"create {resource.name(goal)}"):
        # Three attempts: an outage that outlives them is longer than a task should hide.
        for attempts_left in (2, 1, 0):
            try:
                return resource.create(goal)
            # These refusals come before any work, so there is nothing to look for.
            except (NoPermissionError, CredentialsError):
                raise
            except ApiError as error:
                with preferring(error, "whether it was made all the same"):
                    found = resource.read(goal)
                if found is not None and not found.changes(goal):
                    return {}
                if found is not None or not error.uncertain or not attempts_left:
                    raise
                # A second: a short outage or a restart of the endpoint is over by then.
                resource.client.sleep(1.0)
        raise AssertionError("unreachable")

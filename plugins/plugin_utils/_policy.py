# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write RAM policies of the permissions that were needed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any


def least_policies(uses: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, Any]]:
    """Return for each account the policy that is just enough.

    Args:
        uses: account, action and resource of each permission.
    """
    accounts: dict[str, dict[str, set[str]]] = {}
    for account, action, resource in uses:
        accounts.setdefault(account, {}).setdefault(action, set()).add(resource)
    return {account: _policy(actions) for account, actions in sorted(accounts.items())}


def policy_text(policy: dict[str, Any]) -> str:
    """Return a policy as console and CLI take it."""
    return json.dumps(policy, indent=2)


def _policy(actions: dict[str, set[str]]) -> dict[str, Any]:
    """Return a policy with a statement for each set of resources; one statement for all would allow more."""
    statements: dict[tuple[str, ...], list[str]] = {}
    for action, resources in actions.items():
        statements.setdefault(_without_covered(resources), []).append(action)
    return {
        "Version": "1",
        "Statement": [
            {"Effect": "Allow", "Action": sorted(together), "Resource": list(resources)}
            for resources, together in sorted(statements.items())
        ],
    }


def _without_covered(resources: set[str]) -> tuple[str, ...]:
    """Return the resources that no other one with a star covers."""
    covered: set[str] = set()
    for star in resources:
        if star.endswith("*"):
            covered |= {resource for resource in resources if resource != star and resource.startswith(star[:-1])}
    return tuple(sorted(resources - covered))

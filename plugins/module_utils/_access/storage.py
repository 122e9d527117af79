# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say in policies who may replicate from a bucket and into one.

Both forms are those of OSS's documentation: a RAM policy of the role in the source's account, and a bucket policy of
the destination that names the role's sessions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._access.policy import Document, statements
from ansible_collections.registryops.alicloud.plugins.module_utils._access.statement import (
    ASSUME_ROLE,
    Statement,
    allows,
    is_about,
    principals,
    texts,
)

OSS_SERVICE = "oss.aliyuncs.com"
READING = ("oss:ReplicateGet", "oss:ReplicateList")
WRITING = (*READING, "oss:ReplicatePut")
DELETING = "oss:ReplicateDelete"
# OSS's documentation can be read as if whoever makes a rule needed this right, too, and not only the rule's role.
MAKING = "oss:ReplicateGet"


# In the source's account: the role.


def trusts_oss(document: Mapping[str, Any] | None) -> bool:
    """Return whether OSS may act with the role, without a condition."""
    return any(
        allows(statement)
        and not statement.get("Condition")
        and is_about(statement, ASSUME_ROLE)
        and ("Service", OSS_SERVICE) in principals(statement)
        for statement in statements(document)
    )


def with_oss(document: Mapping[str, Any] | None) -> Document:
    """Return a trust policy that lets OSS act with the role as well."""
    trust = {"Action": ASSUME_ROLE, "Effect": "Allow", "Principal": {"Service": [OSS_SERVICE]}}
    kept = statements(document)
    return {"Version": "1", "Statement": kept if trusts_oss(document) else [*kept, trust]}


def buckets_read(document: Mapping[str, Any] | None) -> list[str]:
    """Return the buckets that a role's policy lets replicate from."""
    found: set[str] = set()
    for statement in filter(_is_reading, statements(document)):
        resources = texts(statement, "Resource")
        names = {resource.rpartition(":")[2] for resource in resources}
        found |= {name for name in names if "/" not in name and f"{name}/*" in names}
    return sorted(found)


def reading(document: Mapping[str, Any] | None, buckets: Collection[str]) -> Document:
    """Return a role's policy that allows replication from just these buckets; its other statements stay."""
    others = [statement for statement in statements(document) if not _is_reading(statement)]
    resources = list(chain.from_iterable(map(_of_role, sorted(buckets))))
    mine = {"Effect": "Allow", "Action": list(READING), "Resource": resources}
    return {"Version": "1", "Statement": [*others, mine] if buckets else others}


def _of_role(bucket: str) -> tuple[str, str]:
    # A RAM policy is about its own account's buckets only, so that no account has to be named.
    return f"acs:oss:*:*:{bucket}", f"acs:oss:*:*:{bucket}/*"


def _is_reading(statement: Statement) -> bool:
    plain = set(statement) <= {"Action", "Effect", "Resource"} and allows(statement)
    return plain and _actions(statement) == {action.lower() for action in READING}


# In the destination's account: the bucket's policy.


def session(account_id: str, role: str) -> str:
    """Return the principal of a role's sessions, which a bucket's policy has in small letters."""
    return f"arn:sts::{account_id}:assumed-role/{role.lower()}/*"


def granted(document: Mapping[str, Any] | None, principal: str) -> set[str]:
    """Return the actions of replication that a bucket's policy allows a principal, in small letters."""
    found: set[str] = set()
    for statement in statements(document):
        if _is_grant(statement) and principal in texts(statement, "Principal"):
            found |= _actions(statement)
    return found


def grants(document: Mapping[str, Any] | None) -> list[tuple[str, set[str]]]:
    """Return each principal with the actions of replication that it is allowed."""
    named: dict[str, set[str]] = {}
    for statement in filter(_is_grant, statements(document)):
        for principal in texts(statement, "Principal"):
            named.setdefault(principal, set()).update(_actions(statement))
    return sorted(named.items())


def with_grant(
    document: Mapping[str, Any] | None, owner: str, bucket: str, who: str, actions: Iterable[str]
) -> Document:
    """Return a bucket's policy with the grant of one principal replaced.

    The principal is allowed these actions of replication and no others; without actions, none. All other statements
    stay.
    """
    kept: list[dict[str, Any]] = []
    for statement in statements(document):
        left = [name for name in texts(statement, "Principal") if name != who]
        if not (_is_grant(statement) and who in texts(statement, "Principal")):
            kept.append(statement)
        elif left:
            kept.append({**statement, "Principal": left})
    place = f"acs:oss:*:{owner}:{bucket}"
    allowed = sorted(actions)
    mine = {"Effect": "Allow", "Action": allowed, "Principal": [who], "Resource": [place, f"{place}/*"]}
    return {"Version": "1", "Statement": [*kept, mine] if allowed else kept}


def _is_grant(statement: Statement) -> bool:
    """Return whether a statement of a bucket's policy allows replication and nothing else."""
    plain = set(statement) <= {"Action", "Effect", "Principal", "Resource"} and allows(statement)
    known = {action.lower() for action in (*WRITING, DELETING)}
    return plain and bool(_actions(statement)) and _actions(statement) <= known


def _actions(statement: Statement) -> set[str]:
    return {action.lower() for action in texts(statement, "Action")}

"""Decide what a caller, or a replication's role, may do with a bucket.

RAM policies count within the owner's account. The bucket's policy counts for everybody whom it names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from .. import policy
from ..policy import Decision, Document
from .bucket import Bucket
from .errors import OssError

ROLE_PRINCIPAL = re.compile(r"arn:sts::\d+:assumed-role/[^/]+/.+")
OSS_SERVICE = "oss.aliyuncs.com"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: an account, the names that a bucket's policy may have for it, and its RAM policies."""

    account_id: str
    names: tuple[str, ...]
    layers: Sequence[Sequence[Document]]
    is_root: bool = False


def may(bucket: Bucket, principal: Principal, action: str, name: str = "") -> bool:
    """Return whether the principal may do the action; a Deny wins in either kind of policy."""
    resource = bucket.resource(name)
    by_bucket = policy.decide(bucket_documents(bucket, principal.names), action, resource)
    if by_bucket is Decision.EXPLICIT_DENY:
        return False
    # Of another account, only the bucket's policy lets anybody in.
    if principal.account_id != bucket.account_id:
        return by_bucket is Decision.ALLOW
    if principal.is_root:
        return True
    decisions = [policy.decide(layer, action, resource) for layer in principal.layers]
    if Decision.EXPLICIT_DENY in decisions:
        return False
    return by_bucket is Decision.ALLOW or all(decision is Decision.ALLOW for decision in decisions)


def bucket_documents(bucket: Bucket, names: Iterable[str]) -> tuple[Document, ...]:
    """Return the statements of the bucket's policy that name the principal."""
    if not bucket.policy:
        return ()
    names = tuple(names)
    return tuple(
        document
        for principals, document in parse_bucket_policy(bucket.policy)
        if any(policy.match(pattern, name) for pattern, name in product(principals, names))
    )


def parse_bucket_policy(text: str) -> list[tuple[tuple[str, ...], Document]]:
    """Return each statement with its principals: UIDs, sessions of roles, or a star."""
    try:
        data = json.loads(text)
        statements: list[Any] = data["Statement"]
        return [_statement(statement) for statement in statements]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise OssError("InvalidPolicyDocument", 400, f"The policy document is invalid: {error}") from error


def _statement(statement: dict[str, Any]) -> tuple[tuple[str, ...], Document]:
    principals = statement["Principal"]
    named = [principals] if isinstance(principals, str) else principals
    if not isinstance(named, list) or not named:
        raise ValueError("Principal must be a list")
    for name in named:
        if name != "*" and not str(name).isdigit() and not ROLE_PRINCIPAL.fullmatch(str(name)):
            raise ValueError(f"Principal {name} is neither a UID nor a role's session")
    rest = {key: value for key, value in statement.items() if key != "Principal"}
    return tuple(named), policy.parse(json.dumps({"Version": "1", "Statement": [rest]}))

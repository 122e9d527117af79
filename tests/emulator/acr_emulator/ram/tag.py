"""Tags of roles and policies."""

from __future__ import annotations

from collections.abc import Mapping

from ..actions import Answer, Call, action
from ..errors import ApiError, invalid, missing
from ..identity import Policy, Role
from .lookup import has_tags, read_tags

# A request names 50 resources at most, as RAM documents it.
NAMES_LIMIT = 50


def _resources(call: Call) -> tuple[str, Mapping[str, Role] | Mapping[str, Policy]]:
    kind = call.choice("ResourceType", "role", "policy")
    return kind, call.account.roles if kind == "role" else call.account.policies


def _tagged(call: Call) -> list[Role] | list[Policy]:
    """Return the named roles or policies.

    All of them have to exist.
    """
    kind, known = _resources(call)
    names = _names(call)
    if not names:
        raise missing("ResourceNames")
    for name in names:
        if name not in known:
            raise ApiError(f"EntityNotExist.{kind.title()}", 404, f"The {kind} does not exist: {name}.")
    return [known[name] for name in names]  # type: ignore[return-value]


def _names(call: Call) -> list[str]:
    names = call.strings("ResourceNames")
    if len(names) > NAMES_LIMIT:
        raise invalid("ResourceNames", f"it may name {NAMES_LIMIT}")
    return names


@action("ram:TagResources")
def tag_resources(call: Call) -> Answer:
    tags = read_tags(call)
    if not tags:
        raise missing("Tag")
    for resource in _tagged(call):
        resource.tags.update(tags)
    return {}


@action("ram:UntagResources")
def untag_resources(call: Call) -> Answer:
    keys = call.strings("TagKeys")
    for resource in _tagged(call):
        for key in list(resource.tags) if call.flag("All") else keys:
            resource.tags.pop(key, None)
    return {}


@action("ram:ListTagResources")
def list_tag_resources(call: Call) -> Answer:
    """List the tags of the named resources, or of all.

    A name that does not exist has no tags.
    """
    kind, known = _resources(call)
    wanted = read_tags(call)
    shown = []
    for name in _names(call) or known:
        if name in known and has_tags(known[name].tags, wanted):
            shown += [
                {"ResourceType": kind, "ResourceName": name, "TagKey": key, "TagValue": value}
                for key, value in known[name].tags.items()
            ]
    size = call.integer("PageSize", 50, 1, 100)
    first = call.integer("NextToken", 0, 0, 10**9)
    more = {"NextToken": str(first + size)} if first + size < len(shown) else {}
    return {"TagResources": shown[first : first + size]} | more

"""Serve an instance's domains and temporary passwords."""

from __future__ import annotations

import secrets
from typing import Any

from ..actions import Answer, Call, action
from ..catalogue import Instance
from ..errors import invalid
from ..ids import now_ms
from .lookup import find_instance, instance_arn

TEMP_USERNAME = "cr_temp_user"
HOUR_MS = 3_600_000  # milliseconds of an hour


def domain(instance: Instance) -> str:
    """Return where docker pulls from.

    That is the local registry if there is one, else the name that the service would give.
    """
    return instance.host or f"{instance.name}-registry.{instance.region}.cr.aliyuncs.com"


def _internet(instance: Instance) -> dict[str, Any]:
    return {
        "Enable": True,
        "Status": "RUNNING",
        "AclEnable": False,
        "AclEntries": [],
        "Domains": [{"Domain": domain(instance), "Type": "SYSTEM"}],
    }


@action("cr:ListInstanceEndpoint", instance_arn)
def list_instance_endpoint(call: Call) -> Answer:
    instance = find_instance(call)
    call.choice("ModuleName", "Registry", "Chart", default="Registry")
    return {"Endpoints": [_internet(instance) | {"EndpointType": "internet", "LinkedVpcs": []}]}


@action("cr:GetInstanceEndpoint", instance_arn)
def get_instance_endpoint(call: Call) -> Answer:
    instance = find_instance(call)
    if call.text("EndpointType") != "internet":
        raise invalid("EndpointType", "it must be internet")
    call.choice("ModuleName", "Registry", "Chart", default="Registry")
    return _internet(instance)


@action("cr:GetInstanceVpcEndpoint", instance_arn)
def get_instance_vpc_endpoint(call: Call) -> Answer:
    """Return an empty endpoint: no instance here has a VPC."""
    find_instance(call)
    module = call.choice("ModuleName", "Registry", "Chart", default="Registry")
    return {"Enable": False, "ModuleName": module, "Domains": [], "LinkedVpcs": []}


@action("cr:GetAuthorizationToken")
def get_authorization_token(call: Call) -> Answer:
    """Return a password, which ends with the caller's temporary keys at the latest."""
    instance = find_instance(call)
    now = now_ms()
    # One hour unless the request says otherwise, and a day at most.
    expires = now + call.integer("ExpiresInHours", 1, 1, 24) * HOUR_MS
    if call.caller.session:
        expires = min(expires, call.caller.session.expire_time)
    # Tokens that expired an hour ago are forgotten, so that they do not pile up.
    for token in [token for token, until in instance.tokens.items() if until <= now - HOUR_MS]:
        del instance.tokens[token]
    # Nobody should guess it, since real registries stand behind it.
    token = secrets.token_urlsafe(48)
    instance.tokens[token] = expires
    return {"TempUsername": TEMP_USERNAME, "AuthorizationToken": token, "ExpireTime": expires}

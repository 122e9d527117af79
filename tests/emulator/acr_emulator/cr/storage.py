"""Serve storage domain routing: which OSS domain serves an instance's domain. Replication does not use it.

These actions answer with `Success`, all others with `IsSuccess`.
"""

from __future__ import annotations

from typing import Any

from ..actions import Answer, Call, action
from ..catalogue import Instance
from ..errors import ApiError, invalid
from ..ids import now_ms
from ..schema import WorldError, dump, load
from ..storage import StorageRoute, StorageRule
from .lookup import find_instance, instance_arn


def _routes(call: Call) -> list[StorageRoute]:
    call.text("Routes")
    routes: list[dict[str, Any]] = call.objects("Routes")
    if not routes:
        raise invalid("Routes", "it must name at least one")
    try:
        return [load(StorageRoute, route) for route in routes]
    except WorldError as error:
        raise invalid("Routes", str(error)) from error


def _find_rule(instance: Instance, identifier: str) -> StorageRule:
    if identifier not in instance.storage_rules:
        message = f"{instance.id} has no storage domain routing rule {identifier}".strip()
        raise ApiError("InvalidInstanceStorageDomainRoutingRule.NotFound", 404, f"{message}.")
    return instance.storage_rules[identifier]


@action("cr:CreateStorageDomainRoutingRule", instance_arn, methods=("POST",), marker="Success")
def create_storage_domain_routing_rule(call: Call) -> Answer:
    instance = find_instance(call)
    rule = StorageRule(_routes(call))
    instance.storage_rules[rule.id] = rule
    return {"RuleId": rule.id}


@action("cr:GetStorageDomainRoutingRule", instance_arn, marker="Success")
def get_storage_domain_routing_rule(call: Call) -> Answer:
    """Return a rule; without RuleId the first, which is a guess."""
    instance = find_instance(call)
    rule = _find_rule(instance, call.optional("RuleId") or next(iter(instance.storage_rules), ""))
    times = {"CreateTime": rule.create_time, "ModifyTime": rule.update_time}
    return {"RuleId": rule.id, "Routes": dump(rule.routes)} | times


@action("cr:UpdateStorageDomainRoutingRule", instance_arn, methods=("POST",), marker="Success")
def update_storage_domain_routing_rule(call: Call) -> Answer:
    rule = _find_rule(find_instance(call), call.text("RuleId"))
    rule.routes, rule.update_time = _routes(call), now_ms()
    return {}


@action("cr:DeleteStorageDomainRoutingRule", instance_arn, methods=("POST",), marker="Success")
def delete_storage_domain_routing_rule(call: Call) -> Answer:
    instance = find_instance(call)
    del instance.storage_rules[_find_rule(instance, call.text("RuleId")).id]
    return {}

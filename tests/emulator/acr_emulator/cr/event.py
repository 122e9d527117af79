"""Serve the event centre; its rules come from the world file, since no API makes them."""

from __future__ import annotations

from typing import Any

from ..actions import Answer, Call, action
from ..catalogue import Instance
from ..errors import BusinessError, invalid
from ..events import EventRule
from ..schema import WorldError, dump, load
from .lookup import find_instance, instance_arn, page

TEXTS = ("RuleName", "EventType", "EventScope", "EventChannel", "EventConfig", "RepoTagFilterPattern")
LISTS = ("Namespaces", "RepoNames")


def _find_rule(call: Call, instance: Instance) -> EventRule:
    rule = instance.event_rules.get(call.text("RuleId"))
    if rule is None:
        raise BusinessError("EVENT_RULE_NOT_EXIST", f"{instance.id} has no event rule {call.text('RuleId')}.")
    return rule


@action("cr:ListEventCenterRuleName", instance_arn, methods=("GET",))
def list_event_center_rule_name(call: Call) -> Answer:
    rules = find_instance(call).event_rules.values()
    return {"RuleNames": [{"RuleId": rule.id, "RuleName": rule.name} for rule in rules]}


@action("cr:ListEventCenterRecord", instance_arn, methods=("GET",))
def list_event_center_record(call: Call) -> Answer:
    """List them, the newest first."""
    instance = find_instance(call)
    names = {"EventType": "EventType", "RuleId": "RuleId", "RepoNamespaceName": "Namespace", "RepoName": "RepoName"}
    wanted = {field: call.optional(parameter) for parameter, field in names.items()}
    shown: list[dict[str, Any]] = dump(instance.event_records[::-1])
    found = [record for record in shown if all(value in ("", record[name]) for name, value in wanted.items())]
    chosen, fields = page(call, found)
    return fields | {"Records": [record | {"InstanceId": instance.id} for record in chosen]}


@action("cr:UpdateEventCenterRule", instance_arn, methods=("POST",), marker="")
def update_event_center_rule(call: Call) -> Answer:
    """Change what is given and leave the rest; the answer's Code is a number in this call only."""
    instance = find_instance(call)
    rule = _find_rule(call, instance)
    given: dict[str, Any] = {name: call.text(name) for name in TEXTS if call.optional(name)}
    given |= {name: call.strings(name) for name in LISTS if call.optional(name)}
    try:
        instance.event_rules[rule.id] = load(EventRule, given, base=rule)
    except WorldError as error:
        raise invalid("EventRule", str(error)) from error
    return {"Code": 200, "RuleId": rule.id}


@action("cr:DeleteEventCenterRule", instance_arn, methods=("POST",), marker="")
def delete_event_center_rule(call: Call) -> Answer:
    instance = find_instance(call)
    del instance.event_rules[_find_rule(call, instance).id]
    return {}

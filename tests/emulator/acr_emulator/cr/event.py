"""The event centre. Event rules are made in the console only, so here there are none, and no records of them."""

from __future__ import annotations

from ..actions import Answer, Call, action
from .lookup import find_instance, instance_arn, page


@action("cr:ListEventCenterRuleName", instance_arn, methods=("GET",))
def list_event_center_rule_name(call: Call) -> Answer:
    find_instance(call)
    return {"RuleNames": []}


@action("cr:ListEventCenterRecord", instance_arn, methods=("GET",))
def list_event_center_record(call: Call) -> Answer:
    find_instance(call)
    _, fields = page(call, [])
    return fields | {"Records": []}

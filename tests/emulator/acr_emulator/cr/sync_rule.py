"""Serve sync rules, which have no update and no get; TargetUserId is written and never read."""

from __future__ import annotations

from typing import Any

from ..actions import Answer, Call, action
from ..catalogue import NAMESPACE_NAME, REPOSITORY_NAME, Instance
from ..errors import BusinessError, invalid
from ..replication import SyncRule
from ..schema import WorldError, load
from .lookup import content_arn, find_instance, find_namespace, page
from .target import check_name, check_target, target_account

SCOPES = ("REPO", "NAMESPACE", "INSTANCE")
# The parameters that each scope needs, and those that do not go with it.
NEEDED = {
    "REPO": ("NamespaceName", "RepoName", "TargetNamespaceName", "TargetRepoName"),
    "NAMESPACE": ("NamespaceName", "TargetNamespaceName"),
    "INSTANCE": (),
}
MISPLACED = {
    "REPO": ("NamespaceNameFilter", "RepoNameFilter"),
    "NAMESPACE": ("RepoName", "TargetRepoName", "NamespaceNameFilter"),
    "INSTANCE": ("NamespaceName", "RepoName", "TargetRepoName"),
}
TEXTS = (
    "SyncRuleName",
    "TagFilter",
    "NamespaceName",
    "RepoName",
    "NamespaceNameFilter",
    "RepoNameFilter",
    "TargetRegionId",
    "TargetInstanceId",
    "TargetNamespaceName",
    "TargetRepoName",
    "LinkId",
)


@action("cr:CreateRepoSyncRule", content_arn, authority="cr:CreateSyncRule")
def create_repo_sync_rule(call: Call) -> Answer:
    instance = find_instance(call)
    rule = _read_rule(call)
    if rule.namespace:
        namespace = find_namespace(instance, rule.namespace)
        if rule.repository and rule.repository not in namespace.repositories:
            raise BusinessError("REPO_NOT_EXIST", f"The repository {rule.namespace}/{rule.repository} does not exist.")
    check_target(call, instance)
    _check_duplicates(call, instance, rule)
    instance.sync_rules[rule.id] = rule
    return {"SyncRuleId": rule.id}


def _read_rule(call: Call) -> SyncRule:
    scope = call.choice("SyncScope", *SCOPES)
    for name in ("SyncRuleName", "TagFilter", "TargetRegionId", "TargetInstanceId", *NEEDED[scope]):
        call.text(name)
    given: dict[str, Any] = {name: call.optional(name) for name in TEXTS}
    given["SyncScope"] = scope
    given["SyncTrigger"] = call.choice("SyncTrigger", "PASSIVE", "INITIATIVE", default="PASSIVE")
    # 3 is the default.
    given["Priority"] = call.integer("Priority", 3, 1, 5)
    given["TargetUserId"] = target_account(call)
    check_name("TargetNamespaceName", given["TargetNamespaceName"], NAMESPACE_NAME)
    check_name("TargetRepoName", given["TargetRepoName"], REPOSITORY_NAME)
    # The documentation says which parameters go with which scope, but not what happens to others.
    for name in MISPLACED[scope]:
        if given.get(name) not in ("", None):
            raise invalid(name, f"it does not go with the scope {scope}")
    try:
        return load(SyncRule, given)
    except WorldError as error:
        raise invalid("TagFilter, RepoNameFilter or NamespaceNameFilter", str(error)) from error


def _check_duplicates(call: Call, instance: Instance, rule: SyncRule) -> None:
    behaviour = call.state.behaviour
    for other in instance.sync_rules.values():
        same_name = other.name == rule.name
        if (same_name and behaviour.duplicate_rule_name == "reject") or (
            _route(other) == _route(rule) and behaviour.duplicate_rule_route == "reject"
        ):
            raise BusinessError("SYNC_RULE_ALREADY_EXIST", f"The sync rule {other.name} ({other.id}) exists already.")


def _route(rule: SyncRule) -> tuple[str, ...]:
    source = (rule.namespace, rule.repository)
    return (rule.scope, *source, rule.target_instance, rule.target_namespace, rule.target_repository)


@action("cr:ListRepoSyncRule", content_arn, authority="cr:ListSyncRule")
def list_repo_sync_rule(call: Call) -> Answer:
    """Return outbound rules, and inbound ones if the behaviour says so."""
    instance = find_instance(call)
    shown = [_outbound(call, instance, rule) for rule in instance.sync_rules.values()]
    if call.state.behaviour.destination_lists_inbound_rules:
        shown += [_inbound(source, rule, instance) for source, rule in call.state.inbound_rules(instance.id)]
    filters = {
        "LocalNamespaceName": call.optional("NamespaceName"),
        "LocalRepoName": call.optional("RepoName"),
        "TargetInstanceId": call.optional("TargetInstanceId"),
        "TargetRegionId": call.optional("TargetRegionId"),
    }
    found = [rule for rule in shown if all(value in ("", rule[name]) for name, value in filters.items())]
    chosen, fields = page(call, found)
    return fields | {"SyncRules": chosen}


def _outbound(call: Call, instance: Instance, rule: SyncRule) -> dict[str, Any]:
    target = call.state.instances.get(rule.target_instance)
    # A rule says whether it crosses accounts, but never into which one.
    crosses = bool(rule.target_account) or (target is not None and target.account_id != instance.account_id)
    near = (instance.region, instance.id, rule.namespace, rule.repository)
    far = (rule.target_region, rule.target_instance, rule.target_namespace, rule.target_repository)
    return _common(rule, crosses) | {"SyncDirection": "FROM"} | _ends(near, far)


def _inbound(source: Instance, rule: SyncRule, instance: Instance) -> dict[str, Any]:
    """Return a rule as its destination sees it; Local... is always the instance that was asked."""
    near = (instance.region, instance.id, rule.target_namespace, rule.target_repository)
    far = (source.region, source.id, rule.namespace, rule.repository)
    return _common(rule, source.account_id != instance.account_id) | {"SyncDirection": "TO"} | _ends(near, far)


def _ends(near: tuple[str, ...], far: tuple[str, ...]) -> dict[str, str]:
    names = ("RegionId", "InstanceId", "NamespaceName", "RepoName")
    local = {f"Local{name}": value for name, value in zip(names, near, strict=True)}
    return local | {f"Target{name}": value for name, value in zip(names, far, strict=True)}


def _common(rule: SyncRule, crosses: bool) -> dict[str, Any]:
    return {
        "SyncRuleId": rule.id,
        "SyncRuleName": rule.name,
        "SyncScope": rule.scope,
        "SyncTrigger": rule.trigger,
        "TagFilter": rule.tag_filter,
        "RepoNameFilter": rule.repository_filter,
        "NamespaceNameFilter": rule.namespace_filter,
        "Priority": rule.priority,
        "LinkId": rule.link_id,
        "CrossUser": crosses,
        "CreateTime": rule.create_time,
        "ModifiedTime": rule.create_time,
    }


@action("cr:DeleteRepoSyncRule", content_arn, authority="cr:DeleteSyncRule")
def delete_repo_sync_rule(call: Call) -> Answer:
    """Delete a rule at its source; a destination cannot delete the rules that it is shown."""
    instance = find_instance(call)
    if instance.sync_rules.pop(call.text("SyncRuleId"), None) is None:
        raise BusinessError("SYNC_RULE_NOT_EXIST", f"{instance.id} has no sync rule {call.text('SyncRuleId')}.")
    return {}

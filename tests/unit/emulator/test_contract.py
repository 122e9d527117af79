"""Compare the emulator with contract.yml, action by action."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from acr_emulator import cr, ram, sts
from acr_emulator.actions import ACTIONS, Action
from acr_emulator.policy import match
from acr_emulator.testing import PACKAGE_PARENT, running

from .contract_walk import Step, Walk, walk_world
from .kit import ACCOUNT_A, SOURCE, allow, world

assert cr and ram and sts, "importing the products registers their actions"
FACTS: dict[str, Any] = yaml.safe_load(Path(PACKAGE_PARENT, "contract.yml").read_text(encoding="utf-8"))
SERVED: dict[str, Action] = {":".join(key): action for key, action in ACTIONS.items()}
ENVELOPES = {
    "cr": {"RequestId": "string", "Code": "string", "IsSuccess": "boolean"},
    "ram": {"RequestId": "string"},
    "sts": {"RequestId": "string"},
}
TYPES = {str: "string", bool: "boolean", int: "integer"}
# What the emulator has none of: VPC links, access control lists, RAM groups, tasks that delete service-linked roles.
NEVER_FILLED = ("LinkedVpcs", "AclEntries", "Groups.Group", "Role.LatestDeletionTask")
# GetInstanceVpcEndpoint answers for an instance without VPC links, hence without domains.
NEVER_FILLED_IN = {"cr:GetInstanceVpcEndpoint": ("Domains",)}
# How to provoke each documented error, as far as one request with a wrong parameter does.
WRONG: dict[str, dict[str, Any]] = {
    "INSTANCE_NOT_EXIST": {"InstanceId": "cri-nothing"},
    "NAMESPACE_NOT_EXIST": {"NamespaceName": "nothing", "RepoNamespaceName": "nothing"},
    "REPO_NOT_EXIST": {"RepoId": "crr-nothing", "RepoName": "nothing"},
    "InvalidInstanceStorageDomainRoutingRule.NotFound": {"RuleId": "crsdr-nothing"},
    "EntityNotExist.Role": {"RoleName": "nothing", "RoleArn": f"acs:ram::{ACCOUNT_A}:role/nothing"},
    "EntityNotExist.Policy": {"PolicyName": "nothing"},
    "EntityNotExist.Policy.Version": {"VersionId": "v99"},
    "InvalidParameter.RoleName.InvalidChars": {"RoleName": "a_b"},
    "InvalidParameter.RoleName.Length": {"RoleName": "a" * 65},
    "InvalidParameter.PolicyName.InvalidChars": {"PolicyName": "a_b"},
    "InvalidParameter.PolicyName.Length": {"PolicyName": "a" * 129},
    "InvalidParameter.PolicyType": {"PolicyType": "Own"},
    "InvalidParameter.VersionId.Format": {"VersionId": "first"},
    "InvalidParameter.Description.Length": {"Description": "d" * 1025},
    "InvalidParameter.PolicyDocument.Length": {"PolicyDocument": " " * 6145},
    "InvalidParameter.AssumeRolePolicyDocument.Length": {"AssumeRolePolicyDocument": " " * 6145},
    "InvalidParameter.NewAssumeRolePolicyDocument.Length": {"NewAssumeRolePolicyDocument": " " * 6145},
    "MalformedPolicyDocument": {
        "PolicyDocument": "{}",
        "AssumeRolePolicyDocument": "{}",
        "NewAssumeRolePolicyDocument": "{}",
    },
    "InvalidParameter.DurationSeconds": {"DurationSeconds": 1},
    "InvalidParameter.ExternalId": {"ExternalId": "a b"},
    "InvalidParameter.RoleArn": {"RoleArn": "walker"},
    "InvalidParameter.RoleSessionName": {"RoleSessionName": "a b"},
    "InvalidParameter.PolicyGrammar": {"Policy": "{}"},
    "InvalidParameter.PolicySize": {"Policy": " " * 2049},
}
# These take more than that; other tests provoke them, or nothing here can.
ELSEWHERE = {
    *(
        "INSTANCE_STATUS_NOT_SUPPORT",
        "NoPrivilege",
        "NoPermission",
        "InvalidAccessKeyId.NotFound",
        "SignatureDoesNotMatch",
    ),
    *("InvalidSecurityToken.Expired", "EntityAlreadyExists.Role", "EntityAlreadyExists.Policy"),
    *("EntityAlreadyExists.Role.Policy", "EntityNotExist.Role.Policy", "LimitExceeded.Role", "LimitExceeded.Policy"),
    *("LimitExceeded.Policy.Version", "LimitExceeded.Role.Policy", "DeleteConflict.Role.Policy"),
    *("DeleteConflict.Policy.User", "DeleteConflict.Policy.Version", "DeleteConflict.Policy.Version.Default"),
}
NOT_SERVED = {
    "SystemError": "the fault error_500 says InternalError for all products",
    "InternalError": "a fault",
    "DeleteConflict.Policy.Group": "there are no groups",
    "DeleteConflict.Policy.Role": "a conflict with a role is called DeleteConflict.Role.Policy",
}


@pytest.fixture(scope="module")
def steps() -> Iterator[Mapping[str, list[Step]]]:
    with running(walk_world(world(user_policies=[allow("sts:AssumeRole")]))) as emulator:
        emulator.post("/_emulator/tasks", {"seconds": 0.02})
        yield Walk(emulator, FACTS, WRONG).run()


def test_what_is_known_is_served_and_what_is_served_is_known() -> None:
    assert set(SERVED) == set(FACTS), "describe each action in tests/emulator/contract.yml"
    documented = set(chain.from_iterable(facts.get("errors", {}) for facts in FACTS.values()))
    assert documented == set(WRONG) | ELSEWHERE | set(NOT_SERVED)


@pytest.mark.parametrize("name", FACTS)
def test_methods_and_authority(name: str) -> None:
    facts = FACTS[name]
    assert list(SERVED[name].methods) == facts.get("methods", ["POST", "GET"])
    if "action" in facts["authority"]:
        assert SERVED[name].authority == facts["authority"]["action"], "name its right in the decorator"


def leaves(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Return every scalar by a path such as `Images[].Tag`."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, f"{where}.{name}" if where else name)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, f"{where}[]")
    else:
        yield where, value


def differences(value: Any, shape: Any, optional: Sequence[str] = (), where: str = "") -> Iterator[str]:
    """List missing and unknown fields, and other types."""
    if isinstance(shape, dict) and isinstance(value, dict):
        if where not in NEVER_FILLED:
            yield from (f"{where}.{name} is missing" for name in shape.keys() - value.keys() - set(optional))
        yield from (f"{where}.{name} is not known" for name in value.keys() - shape.keys())
        for name in shape.keys() & value.keys():
            yield from differences(value[name], shape[name], (), f"{where}.{name}".lstrip("."))
    elif isinstance(shape, list) and isinstance(value, list):
        for item in value:
            yield from differences(item, shape[0], (), f"{where}[]")
    elif shape != TYPES.get(type(value)):
        yield f"{where} is {value!r}, not {shape}"


@pytest.mark.parametrize("name", FACTS)
def test_fields_and_types_of_the_answers(name: str, steps: Mapping[str, list[Step]]) -> None:
    envelope = {} if FACTS[name].get("envelope") is False else ENVELOPES[name.split(":")[0]]
    shape = envelope | FACTS[name].get("answer", {})
    seen: set[str] = set()
    for step in steps[name]:
        assert not list(differences(step.answer, shape, FACTS[name].get("optional", [])))
        seen |= dict(leaves(step.answer)).keys()
    unseen = dict(leaves(shape)).keys() - seen
    holes = (*NEVER_FILLED, *NEVER_FILLED_IN.get(name, ()))
    assert not [path for path in unseen if not any(hole in path for hole in holes)], "the walk has to show these too"


@pytest.mark.parametrize("name", [name for name in FACTS if FACTS[name].get("required")])
def test_parameters_that_are_required(name: str, steps: Mapping[str, list[Step]]) -> None:
    variants = steps[name][0].variants
    refused = {left_out: variants[f"without {left_out}"][:2] for left_out in FACTS[name]["required"]}
    assert refused == dict.fromkeys(FACTS[name]["required"], ("MissingParameter", 400))


@pytest.mark.parametrize("name", [name for name in FACTS if SERVED[name].authority])
def test_who_may_do_nothing_is_refused_on_the_documented_resource(name: str, steps: Mapping[str, list[Step]]) -> None:
    step = steps[name][0]
    code, status, body = step.variants["nobody"]
    assert (code, status) == ("NoPrivilege" if name.startswith("cr:") else "NoPermission", 403)
    assert body["AccessDeniedDetail"]["AuthAction"] == SERVED[name].authority
    if "resource" in FACTS[name]["authority"]:
        resource = body["Message"].rpartition("resource: ")[2]
        assert match(documented_arn(name, step), resource), (documented_arn(name, step), resource)


def documented_arn(name: str, step: Step) -> str:
    """Return the first documented resource, with the step's parameters."""
    given = {"NamespaceName": step.parameters.get("RepoNamespaceName", "prod"), "RepoName": "web", "PolicyName": "*"}
    given |= {"region": "cn-hangzhou", "uid": ACCOUNT_A, "InstanceId": SOURCE, "RoleName": "walker"}
    given |= {key: value for key, value in step.parameters.items() if isinstance(value, str)}
    resource = FACTS[name]["authority"]["resource"]
    text = resource if isinstance(resource, str) else resource[0]
    return str(text.replace("{uid|system}", "{uid}").format_map(given))


def wrong_requests() -> Iterator[tuple[str, str]]:
    """Yield each action with each documented parameter error."""
    for name, facts in FACTS.items():
        for code in facts.get("errors", {}):
            if code in WRONG:
                yield name, code


@pytest.mark.parametrize(("name", "code"), list(wrong_requests()))
def test_documented_errors(name: str, code: str, steps: Mapping[str, list[Step]]) -> None:
    status = int(FACTS[name]["errors"][code].split()[0])
    answered, http, body = steps[name][0].variants[code]
    assert (answered, http) == (code, status)
    assert status != 200 or body["IsSuccess"] is False

"""Accept and refuse world files, and write one back."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.schema import WorldError
from acr_emulator.testing import PACKAGE_PARENT, running, start
from acr_emulator.world import build_state, plain_state, read_world

from .kit import ACCOUNT_A, ROOT_A, SOURCE, USER_A, Client, allow, push, trust, world

Change = Callable[[dict[str, Any]], None]


def instance(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = data["accounts"][0]["instances"][0]
    return found


def setting(path: str, value: object) -> Change:
    """Set the value at a path like accounts.0.uid."""

    def change(data: dict[str, Any]) -> None:
        *way, last = path.split(".")
        place: Any = data
        for step in way:
            place = place[int(step)] if step.isdigit() else place[step]
        place[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("latencyms", 1, "latencyms: unknown key; expected one of accounts, latency_ms,"),
        ("latency_ms", "1", "latency_ms: expected an integer, not '1'"),
        ("latency_ms", True, "latency_ms: expected an integer, not True"),
        ("rate_limits", {"ecs": 1}, "rate_limits.ecs: unknown key; expected one of cr, ram, sts, oss"),
        ("behaviour", {"max_page_size": 0}, "behaviour: max_page_size 0 is below 1"),
        ("behaviour", {"namespace_filter": "fuzzy"}, "behaviour.namespace_filter: expected one of exact, prefix, not"),
        ("behaviour", {"ungranted": {"at": "noon"}}, "behaviour.ungranted.at: expected one of create, task"),
        ("behaviour", {"ungranted": {"http": 302}}, "behaviour.ungranted: http 302 is neither"),
        ("accounts", [], "accounts: expected at least one account"),
        ("accounts", {}, "accounts: expected a list, not a mapping"),
        ("accounts.0.uid", 125, "accounts[0].uid: expected a string (quote it), not 125"),
        ("accounts.0.uid", "12x", "accounts[0]: uid '12x' must be digits"),
        ("accounts.1.uid", "1252879610640001", "accounts[1]: uid '1252879610640001' is there twice"),
        (
            "accounts.0.instances.0.edtion",
            "x",
            "accounts[0].instances[0].edtion: unknown key; expected one of id, name",
        ),
        ("accounts.0.instances.0.edition", "Premium", "accounts[0].instances[0].edition: expected one of Enterprise_"),
        ("accounts.1.instances.0.id", SOURCE, f"two accounts have an instance {SOURCE}"),
        ("accounts.0.identities.0.type", "root", "accounts[0].identities[0].type: expected one of account, user"),
        ("accounts.0.identities.1.access_key_id", "LTAIaaaa", "the access key LTAIaaaa is there twice"),
        ("accounts.0.identities.1.policies", ["Nothing"], "operator has the policy 'Nothing', which does not exist"),
        ("accounts.0.identities.1.policies", [{"Version": "1", "Statement": []}], "no Statement list"),
        ("accounts.0.policies", [{"name": "p"}], "accounts[0].policies[0]: policy p needs either document or versions"),
        ("accounts.0.roles", [{"name": "r"}], "accounts[0].roles[0].trust_policy: missing; it is required"),
        (
            "accounts.0.roles",
            [{"name": "r", "trust_policy": 1}],
            "accounts[0].roles[0].trust_policy: expected a policy",
        ),
        ("accounts.0.instances.0.namespaces.0.name", "Prod", "namespaces[0]: 'Prod' cannot be the name of a namespace"),
        (
            "accounts.0.instances.0.namespaces.0.repositories.0.images",
            [{"tag": "a/b"}],
            "repositories[0].images[0]: 'a/b' cannot be a tag",
        ),
        (
            "accounts.0.instances.0.namespaces.0.repositories.0.images",
            [{"tag": "a", "digest": "sha256:00"}],
            "images[0]: digest 'sha256:00' is not sha256: and 64",
        ),
        ("accounts.0.instances.0.sync_rules", [{"SyncRuleName": "x"}], "sync_rules[0].SyncScope: missing"),
    ],
)
def test_the_message_names_the_wrong_key(path: str, value: object, message: str) -> None:
    data = copy.deepcopy(world())
    setting(path, value)(data)
    with pytest.raises(WorldError) as caught:
        build_state(data)
    assert message in str(caught.value)


def test_a_broken_filter_in_a_rule_is_refused() -> None:
    data = world()
    rule = {"SyncRuleName": "x", "SyncScope": "INSTANCE", "TargetRegionId": "x", "TargetInstanceId": "x"}
    instance(data)["sync_rules"] = [{**rule, "TagFilter": "("}]
    with pytest.raises(WorldError, match="sync_rules\\[0\\]: '\\(' is not a regular expression"):
        build_state(data)


def test_state_is_a_world_file_again() -> None:
    data = world(rate_limits={"cr": 5}, user_policies=["AliyunRAMReadOnlyAccess"])
    rule = {"SyncRuleName": "x", "SyncScope": "INSTANCE", "TargetRegionId": "x", "TargetInstanceId": "x"}
    instance(data)["sync_rules"] = [{**rule, "TagFilter": ".*"}]
    plain = json.loads(json.dumps(plain_state(build_state(data))))
    assert plain_state(build_state(plain)) == plain


def test_digests_agree_between_worlds() -> None:
    first, other = (plain_state(build_state(world())) for _time in range(2))
    images = [instance(data)["namespaces"][0]["repositories"][0]["images"] for data in (first, other)]
    assert [image["digest"] for image in images[0]] == [image["digest"] for image in images[1]]


def test_generated_images() -> None:
    data = world()
    instance(data)["namespaces"][0]["repositories"][0]["generated"] = {"prefix": "v", "count": 3}
    state = build_state(data)
    assert list(state.instances[SOURCE].namespaces["prod"].repositories["web"].images) == [
        "1.0",
        "1.1",
        "v1",
        "v2",
        "v3",
    ]


def test_the_example_world_loads() -> None:
    state = build_state(read_world(PACKAGE_PARENT / "worlds" / "two_accounts.yml"))
    assert state.instances[SOURCE].edition == "Enterprise_Advanced"


def refused(*arguments: str) -> str:
    """Return the standard error of a start that fails.

    It must fail with 2 and without a traceback.
    """
    command = [sys.executable, "-m", "acr_emulator", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=PACKAGE_PARENT, timeout=30, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_bad_starts_say_why(tmp_path: Path) -> None:
    good = tmp_path / "world.json"
    good.write_text(json.dumps(world()))
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("accounts: [{uid: '1', nmae: x}]")
    assert "accounts[0].nmae: unknown key" in refused("--world", str(wrong))
    wrong.write_text("accounts: [")
    assert "is not YAML" in refused("--world", str(wrong))
    assert "cannot read the world file" in refused("--world", str(tmp_path / "none.yml"))
    assert "0.0.0.0 is not a loopback address" in refused("--world", str(good), "--listen", "0.0.0.0:0")
    assert "not address:port" in refused("--world", str(good), "--listen", "somewhere")


def test_a_missing_docker_registry_is_named(tmp_path: Path) -> None:
    good = tmp_path / "world.json"
    good.write_text(json.dumps(world(registry=True)))
    command = [sys.executable, "-m", "acr_emulator", "--world", str(good), "--listen", "127.0.0.1:0"]
    environment = {**os.environ, "PATH": str(tmp_path), "PYTHONPATH": str(PACKAGE_PARENT)}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=30, check=False)
    assert ended.returncode == 2
    assert "apt install docker-registry" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    file = tmp_path / "world.json"
    file.write_text(json.dumps(world()))
    process = start(file)
    with process:
        assert process.stdout is not None
        assert set(json.loads(process.stdout.readline())) == {"endpoint", "registries"}
        process.send_signal(number)
        assert process.wait(10) == 0
        assert process.stdout.read() == ""


def test_state_survives_a_restart(tmp_path: Path) -> None:
    """Keep what the API made, what it hides, and what is in flight."""
    file = str(tmp_path / "state.json")
    with running(world(user_policies=[allow("sts:AssumeRole")]), "--state", file) as emulator:
        client = Client(emulator, ROOT_A)
        client.create_rule()
        client.ram("CreateRole", RoleName="r", AssumeRolePolicyDocument=trust(RAM=[f"acs:ram::{ACCOUNT_A}:root"]))
        client.ram("TagResources", ResourceType="role", ResourceNames=["r"], Tag=[{"Key": "k", "Value": "v"}])
        route = {"EndpointType": "Internet", "InstanceDomain": "a.example", "StorageDomain": "b.example"}
        client.cr("CreateStorageDomainRoutingRule", Routes=[route])
        client.cr("GetAuthorizationToken")
        role = {"RoleArn": f"acs:ram::{ACCOUNT_A}:role/r", "RoleSessionName": "session"}
        keys = Client(emulator, USER_A).sts("AssumeRole", **role)["Credentials"]
        emulator.post("/_emulator/tasks", {"seconds": 1})
        emulator.post("/_emulator/behaviour", {"propagation_ms": 5, "rate_limits": {"ram": 500}, "max_page_size": 50})
        push(emulator, "2.0")
        before = emulator.state()
    with running(world(), "--state", file) as emulator:
        assert emulator.state() == before
        # What was under way goes on, and the temporary keys still open.
        assert Client(emulator, ROOT_A).tasks()[0]["TaskStatus"] == "SUCCESS"
        session = Client(emulator, (keys["AccessKeyId"], keys["AccessKeySecret"], keys["SecurityToken"]))
        assert session.sts("GetCallerIdentity")["IdentityType"] == "AssumedRoleUser"

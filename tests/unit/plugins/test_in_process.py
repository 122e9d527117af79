# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare a module's result in the controller's worker with that in a process of its own."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from importlib.metadata import PackageNotFoundError
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.testing import Emulator
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action.normal import ActionModule as OrdinaryAction

from ansible_collections.registryops.alicloud.plugins.action import acr
from ansible_collections.registryops.alicloud.plugins.module_utils._core import module as module_edge
from ansible_collections.registryops.alicloud.plugins.module_utils._core import sdk
from ansible_collections.registryops.alicloud.plugins.plugin_utils import _in_process

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, run_module
from .test_lives import GRANT, LIVES, TARGET_OPTIONS

Run = Callable[[str, dict[str, Any], bool], dict[str, Any]]
Step = tuple[str, str, dict[str, Any]]

KEYS = {
    "a": {"access_key_id": "LTAIaaaa", "access_key_secret": "secretA", "region": "cn-hangzhou"},
    "b": {"access_key_id": "LTAIbbbb", "access_key_secret": "secretB", "region": "eu-central-1"},
    "wrong": {"access_key_id": "LTAIaaaa", "access_key_secret": "not-the-secret", "region": "cn-hangzhou"},
    "nobody": {},
}
IMAGE = {"instance_id": SOURCE, "images": [{"namespace": "prod", "repository": "web", "tag": "1.0"}], **TARGET_OPTIONS}
EARLIER = {
    "instance_id": SOURCE,
    **TARGET_OPTIONS,
    "images": [{"source": "prod/web:1.0", "target": f"{TARGET}/prod/web:1.0", "action": "failed", "issue": "no"}],
}
RETRY = {"instance_id": SOURCE, "retry": "failed"}
RULE = {"name": "to-eu", "namespace": "prod", **TARGET_OPTIONS}
RULES = {"instance_id": SOURCE}
OWNED = {"instance_id": TARGET, "account_id": ACCOUNT_B}
PREPARED: list[Step] = [
    ("b", "acr_cross_account_role", GRANT),
    ("b", "acr_namespace", {"instance_id": TARGET, "name": "prod", "auto_create_repositories": True}),
]
WEB = {"namespace": "prod", "name": "web"}
BUCKETS = {"source_bucket": "images-of-source", "destination_bucket": "images-of-target"}
STORAGE: list[Step] = [
    ("b", "oss_bucket_grant", {"bucket": "images-of-target", "source_account_id": ACCOUNT_A}),
    ("b", "oss_bucket_grant_info", {"bucket": "images-of-target"}),
    ("a", "oss_replication_role", {"source_buckets": ["images-of-source"]}),
    ("a", "oss_replication_role_info", {}),
    ("a", "oss_bucket_replication", {**BUCKETS, "destination_region": "eu-central-1", "wait": False}),
    ("a", "oss_bucket_replication_info", {"source_bucket": "images-of-source"}),
]
DEEDS: dict[str, list[Step]] = {
    "image sync": [
        *PREPARED,
        ("a", "acr_image_sync", IMAGE),
        ("a", "acr_image_sync", IMAGE),
        ("a", "acr_image_sync", {**RETRY, "retry_from": EARLIER}),
        ("a", "acr_sync_task_info", {"instance_id": SOURCE}),
        ("a", "acr_image_info", {"instance_id": SOURCE, "namespace": "prod"}),
        ("a", "acr_instance_info", {"instance_id": SOURCE}),
        ("b", "acr_sync_preflight", {"side": "destination", "instance_id": TARGET}),
        ("b", "acr_sync_audit", {"side": "destination", "instance_id": TARGET, "inbound_rules": [{"name": "to-eu"}]}),
    ],
    "rules": [
        *PREPARED,
        ("a", "acr_sync_rules", {**RULES, "rules": [RULE]}),
        ("a", "acr_sync_rules", {**RULES, "rules": [RULE]}),
        ("a", "acr_sync_audit", {**RULES, "side": "source"}),
        ("a", "acr_repository_settings_info", RULES),
        (
            "a",
            "acr_repository_settings",
            {**RULES, "repositories": [{**WEB, "summary": "The shop"}, {**WEB, "name": "no"}]},
        ),
        ("a", "acr_sync_verify", {**RULES, "rules": [RULE], "destinations": [{"instance_id": TARGET}]}),
        ("a", "acr_gone_image_info", RULES),
        ("b", "acr_sync_prune", {"instance_id": TARGET, "lists": ["/no/such/list.json"]}),
        ("a", "acr_image_wait", {**RULES, "image": "prod/web:1.0"}),
        ("a", "acr_image_wait", {**RULES, "image": "prod/web:1.0", "send": True, "destinations": [OWNED]}),
        ("a", "acr_sync_backfill", {**RULES, "rules": [RULE, {**RULE, "name": "gone"}]}),
        ("a", "acr_sync_rules", {**RULES, "rules": [{**RULE, "tag_filter": "("}]}),
        ("a", "acr_sync_rules", {**RULES, "rules": [], "purge": True}),
    ],
    "failures": [
        ("wrong", "acr_namespace", {"instance_id": SOURCE, "name": "shop"}),
        ("nobody", "acr_namespace", {"instance_id": SOURCE, "name": "shop"}),
        ("a", "acr_namespace", {"instance_id": SOURCE}),
        ("a", "acr_namespace", {"instance_id": SOURCE, "name": "shop", "nam": "x", "state": "gone"}),
        ("a", "acr_namespace", {"instance_id": SOURCE, "name": "Shop!"}),
        ("a", "acr_sync_rule", {**RULES, **RULE, "target_region": None}),
        ("a", "acr_sync_rule", {**RULES, **RULE, "priority": "much"}),
        ("a", "acr_image_sync", {**IMAGE, "images": [{"tag": "1.0", "name": "x"}]}),
        ("a", "acr_image_sync", {**RETRY, "retry_from": {"item": {"tag": 1.0}}}),
        ("a", "acr_image_sync", {**RETRY, "retry_from": "/no/such/file.json"}),
    ],
    # What is masked in one must be masked in the other.
    "a secret that shows up": [("a", "acr_namespace", {"instance_id": SOURCE, "name": "secretA"})],
}


def lives() -> dict[str, list[Step]]:
    """Return each module's life, from its creation to its end."""
    found = dict(DEEDS)
    for life in LIVES:
        changed = {**life.create, **life.change}
        steps = [life.create, life.create, changed, {**life.create, "state": "absent"}, {"state": "absent"}]
        needed = PREPARED if life.module == "acr_sync_rule" else []
        whole = [(life.owner, life.module, dict(step)) for step in steps]
        found[life.module] = [*needed, *whole, (life.owner, f"{life.module}_info", dict(life.info))]
    return found


def run_in_process(module: str, params: dict[str, Any], check: bool) -> dict[str, Any]:
    settings = {"_ansible_check_mode": check, "_ansible_inject_invocation": True}
    return _in_process.run_module(module, {**params, **settings})


def live(run: Run, cloud: Emulator, steps: list[Step]) -> list[Any]:
    """Return each step's result, first in check mode, without what is never twice the same."""
    cloud.reset()
    url = f"http://{cloud.endpoint}"
    endpoints = {f"{product}_endpoint": url for product in ("cr", "ram", "sts")}
    results = []
    for who, module, params in steps:
        given = {name: value for name, value in {**KEYS[who], **endpoints, **params}.items() if value is not None}
        results += [run(module, given, check) for check in (True, False)]
    found: list[Any] = json.loads(json.dumps(results), object_hook=_without_what_is_new_each_time)
    return found


def _without_what_is_new_each_time(found: dict[str, Any]) -> dict[str, Any]:
    new = re.compile(
        r"(sync_task|sync_record|sync_rule|namespace|repository|request)_id|.*_time(_iso)?|seconds|pushed|oldest"
    )
    kept = {name: "new" if new.fullmatch(name) else value for name, value in found.items()}
    if isinstance(kept.get("tags"), list):
        kept["tags"] = sorted(kept["tags"])  # the newest first, which were pushed at about the same moment
    if isinstance(kept.get("msg"), str):
        kept["msg"] = re.sub("request [0-9A-F-]{36}", "request new", kept["msg"])
    return kept


@pytest.fixture(autouse=True)
def no_kept_clients() -> Iterator[None]:
    yield
    _in_process._clients.clear()


@pytest.mark.parametrize("name", lives())
def test_it_returns_the_same_both_ways(name: str, cloud: Emulator) -> None:
    steps = lives()[name]
    in_process, ordinary = (live(way, cloud, steps) for way in (run_in_process, run_module))
    whose = chain.from_iterable((step, step) for step in steps)  # each in check mode, too
    for step, here, there in zip(whose, in_process, ordinary, strict=True):
        assert here == there, step


def test_every_module_is_run_both_ways() -> None:
    modules = {path.stem for path in (Path(acr.__file__).parents[1] / "modules").glob("acr_*.py")}
    run = {module for _who, module, _params in chain.from_iterable(lives().values())}
    assert run == modules, "add a step with the module to DEEDS, or a Life"


def test_the_client_is_kept_for_the_same_connection_only(cloud: Emulator) -> None:
    url = f"http://{cloud.endpoint}"
    params = {"instance_id": SOURCE, "name": "prod", "account_id": "1252879610640001", **KEYS["a"]}
    params |= {"cr_endpoint": url, "sts_endpoint": url}
    for name in ("one", "two", "three"):
        assert run_in_process("acr_namespace", {**params, "name": name}, False)["changed"]
    assert len(cloud.calls("GetCallerIdentity")) == 1
    assert len(_in_process._clients) == 1
    assert "failed" in run_in_process("acr_namespace", {**params, **KEYS["wrong"]}, False)
    run_in_process("acr_namespace", params, True)
    assert len(_in_process._clients) == 3


def test_an_option_that_is_given_twice_is_warned_of(cloud: Emulator) -> None:
    params = {"instance_id": SOURCE, "name": "shop", "alicloud_region": "eu-central-1", **KEYS["a"]}
    result = run_in_process("acr_namespace", {**params, "cr_endpoint": f"http://{cloud.endpoint}"}, True)
    assert result["warnings"] == ["Both option region and its alias alicloud_region are set."]


def test_a_bug_is_raised(cloud: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_edge, "check", lambda params: len(params) / 0)
    with pytest.raises(ZeroDivisionError):
        run_in_process("acr_namespace", {"instance_id": SOURCE, "name": "x", **KEYS["a"]}, False)


def test_the_tasks_environment_is_there_and_gone_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "as it was")
    before = dict(os.environ)
    with _in_process.environment_of({"KEPT": "changed", "NEW": 1}):
        assert (os.environ["KEPT"], os.environ["NEW"]) == ("changed", "1")
        del os.environ["KEPT"]
    assert dict(os.environ) == before


def test_arguments_are_made_plain() -> None:
    class Text(str):
        """As ansible-core's own kinds of text."""

    class Vaulted:
        def __str__(self) -> str:
            return "decrypted"

    plain = _in_process.plain({"a": Text("b"), "c": (1, None), "d": date(2026, 1, 31), "e": Vaulted(), "f": os.environ})
    assert plain == {"a": "b", "c": [1, None], "d": "2026-01-31", "e": "decrypted", "f": dict(os.environ)}
    assert plain["a"].__class__ is str


def test_what_json_cannot_carry_is_left_to_ansible_to_refuse() -> None:
    assert _in_process.is_plain({"a": ["b", None, 1]})
    for odd in (b"prod", {"prod"}):
        assert not _in_process.is_plain({"name": odd})


class Surroundings:
    """A task's surroundings as the action plugin asks for them."""

    def __init__(self, **changed: Any) -> None:
        self.async_val = 0
        self.become: Any = None
        self.transport = "local"
        self.args: dict[str, Any] = {}
        self.__dict__.update(changed)

    def template(self, value: Any) -> Any:
        return value


@pytest.mark.parametrize(
    ("changed", "variables", "environment", "here"),
    [
        ({}, {}, {}, True),
        ({}, {"acr_in_process": True}, {"GOOD_NAME": "1"}, True),
        ({}, {"acr_in_process": None}, {}, True),
        ({}, {"acr_in_process": ""}, {}, True),
        ({}, {"acr_in_process": "no"}, {}, False),
        ({"async_val": 60}, {}, {}, False),
        ({"become": object()}, {}, {}, False),
        ({"transport": "ssh"}, {}, {}, False),
        ({"args": {"name": b"prod"}}, {}, {}, False),
        ({}, {}, {"MY-NAME": "1"}, False),
        ({}, {}, {"A=B": "1"}, False),
        ({}, {}, {1: "1"}, False),
        ({}, {}, {"GOOD_NAME": "a\0b"}, False),
    ],
)
def test_the_ordinary_way_is_taken_where_it_must(
    changed: dict[str, Any], variables: dict[str, Any], environment: dict[Any, Any], here: bool
) -> None:
    assert action(**changed)._runs_here(variables, environment) is here


def test_a_variable_that_is_neither_true_nor_false_is_named() -> None:
    with pytest.raises(AnsibleActionFail, match="acr_in_process is 'maybe', which is neither true nor false"):
        action()._runs_here({"acr_in_process": "maybe"}, {})


@pytest.mark.parametrize(("variables", "end"), [({"acr_instance_id": SOURCE}, acr._NO_MACHINE), ({}, "no such name.")])
def test_who_logs_in_to_an_instance_is_told_what_to_say(
    variables: dict[str, Any], end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_args: Any) -> None:
        raise AnsibleConnectionFailure("no such name.")

    monkeypatch.setattr(OrdinaryAction, "run", run)
    with pytest.raises(AnsibleConnectionFailure) as failed:
        action(transport="ssh")._run_apart(None, variables)
    assert str(failed.value).endswith(end)
    assert str(failed.value).startswith("no such name.")


@pytest.fixture
def sdk_is_looked_at_anew() -> Iterator[None]:
    sdk.sdk_problem.cache_clear()
    yield
    sdk.sdk_problem.cache_clear()


@pytest.mark.usefixtures("sdk_is_looked_at_anew")
@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (None, "alibabacloud-cr20181201 is not installed for "),
        ("2.2.2", "alibabacloud-cr20181201 2.2.2 is too old (2.2.3 is the oldest that will do) for "),
    ],
)
def test_without_a_good_sdk_the_ordinary_way_is_taken(
    found: str | None, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(package: str) -> str:
        if package != "alibabacloud-cr20181201":
            return "99"
        if found is None:
            raise PackageNotFoundError(package)
        return found

    monkeypatch.setattr(sdk, "version", version)
    assert action()._runs_here({}, {}) is False
    result = run_module("acr_namespace", {"instance_id": SOURCE, "name": "x", **KEYS["a"]})
    assert result["msg"].startswith(f"Cannot use the SDK: {problem}{sys.executable}. ")
    assert f"{sys.executable} -m pip install 'alibabacloud-cr20181201>=2.2.3' 'alibabacloud-cred" in result["msg"]
    assert "ansible_python_interpreter" in result["msg"]


def test_the_sdk_that_is_asked_for_is_that_of_the_requirements() -> None:
    lines = (Path(acr.__file__).parents[2] / "meta/ee-requirements.txt").read_text().split()
    assert lines == [f"{package}>={least}" for package, least in sdk.REQUIRED.items()]


def action(**changed: Any) -> acr.ActionModule:
    there = Surroundings(**changed)
    return acr.ActionModule(there, there, None, None, there, None)

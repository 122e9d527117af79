# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare every module's documentation with what it does."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core import permissions
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import CONNECTION_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._resources import namespace, repository, sync_rule

from .conftest import ACCOUNT_A, ACCOUNT_B, OF_OSS, PLUGINS, SOURCE, TARGET, WITH_OSS_SDK, Account, run_module

ROOT = Path(__file__).parents[3]
MODULES = sorted(file.stem for file in (ROOT / "plugins" / "modules").glob("*.py"))
MANAGED = [name for name in MODULES if "state" in importlib.import_module(f"{PLUGINS}.modules.{name}").MODULE.options]
SPEC_KEYS = ("type", "elements", "default", "choices", "aliases")
SECRETS = ("secretA", "secretB")


def definition(name: str) -> Module:
    found: Module = importlib.import_module(f"{PLUGINS}.modules.{name}").MODULE
    return found


def text(name: str, part: str) -> Any:
    return yaml.safe_load(getattr(importlib.import_module(f"{PLUGINS}.modules.{name}"), part))


def examples(name: str) -> list[dict[str, Any]]:
    """Return the tasks of the module in its examples."""
    return [task for task in text(name, "EXAMPLES") if f"registryops.alicloud.{name}" in task]


def documented_options(name: str) -> dict[str, Any]:
    documentation = text(name, "DOCUMENTATION")
    options = dict(documentation["options"])
    for fragment in documentation["extends_documentation_fragment"]:
        *_collection, file, part = [*fragment.split("."), "documentation"][:4]
        plugin = importlib.import_module(f"{PLUGINS}.doc_fragments.{file}").ModuleDocFragment
        options |= yaml.safe_load(getattr(plugin, part.upper()))["options"]
    return options


@pytest.mark.parametrize("name", MODULES)
def test_the_documented_options_are_the_options(name: str) -> None:
    documented, taken = normal(documented_options(name)), normal(definition(name).argument_spec)
    assert documented == taken, "describe each option in DOCUMENTATION, or extend the fragment that does"


def normal(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as documentation and argument spec write them."""
    return {
        option: {
            **{key: spec[key] for key in SPEC_KEYS if spec.get(key) not in (None, [])},
            "required": bool(spec.get("required")),
            "options": normal(spec.get("suboptions") or spec.get("options") or {}),
        }
        for option, spec in options.items()
    }


@pytest.mark.parametrize("name", MANAGED)
def test_what_is_kept_in_a_state_has_an_info_twin(name: str) -> None:
    assert f"{name}_info" in MODULES, "add the module's twin, with work=inform(...)"


def test_every_module_is_in_the_action_group_and_has_the_action_plugin() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
    assert sorted(runtime["action_groups"]["acr"]) == MODULES, "name it in the action group of meta/runtime.yml"
    assert runtime["plugin_routing"]["modules"] == {
        module: {"action_plugin": "registryops.alicloud.acr"} for module in MODULES
    }, "name it with the action plugin in plugin_routing of meta/runtime.yml"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_documentation_and_a_few_lines(name: str) -> None:
    source = (ROOT / "plugins" / "modules" / f"{name}.py").read_text()
    code = source.split('RETURN = r"""')[1].split('"""')[1]
    lines = [line for line in code.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    statements = [line for line in lines if not line.startswith(("from", "import"))]
    assert len(statements) <= 45


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=WITH_OSS_SDK) if name in OF_OSS else name for name in MODULES]
)
def test_examples_run_and_return_what_is_documented(
    name: str, cloud: Emulator, account_a: Account, granted: Account, tmp_path: Path
) -> None:
    accounts = {"b": granted, "a": account_a}
    registered: dict[str, Any] = {}
    for task in examples(name):
        params = task[f"registryops.alicloud.{name}"]
        sends_for = params["rules"][0]["name"] if name == "acr_sync_backfill" else params.get("from_rule")
        if name == "acr_image_wait":
            sends_for = "to-eu"
            params.pop("digest", None)  # a template
        if sends_for:
            rule: dict[str, Any] = {"name": sends_for, "namespace": "prod", "target_region": "eu-central-1"}
            rule |= {"target_instance_id": TARGET, "target_account_id": ACCOUNT_B}
            account_a.run("acr_sync_rule", instance_id=params["instance_id"], **rule)
        if name.startswith("oss_bucket_replication"):
            granted.run("oss_bucket_grant", bucket="images-of-target", source_account_id=ACCOUNT_A)
            account_a.run("oss_replication_role", source_buckets=["images-of-source"])
        if "destination_auth" in params:
            params["destination_auth"] = {**granted.keys, "cr_endpoint": f"http://{cloud.endpoint}"}
        for destination in params.get("destinations") or []:
            destination.pop("profile", None)
            destination.update({**granted.keys, "cr_endpoint": f"http://{cloud.endpoint}"})
        for source in params.get("sources") or []:
            source.pop("profile")
            source.update({**account_a.keys, "cr_endpoint": f"http://{cloud.endpoint}"})
        if "lists" in params:
            params["lists"] = [str(tmp_path / "gone.json")]
            account_a.run("acr_gone_image_info", instance_id=SOURCE, list_file=params["lists"][0])
        if "retry_from" in params:
            kept = tmp_path / "kept.json"
            kept.write_text(json.dumps(registered))
            params["retry_from"] = registered if "{{" in params["retry_from"] else str(kept)
        side = "b" if params.pop("profile", "") == "account-b" or params.get("instance_id") == TARGET else "a"
        result = accounts[side].run(name, **params)
        registered = result if "register" in task else registered
        undocumented = list(unknown_keys(result, text(name, "RETURN"), name))
        assert undocumented == []
        assert list(wrongly_present(result, text(name, "RETURN"), name)) == []
        if params.get("state", "present") == "present" and name in MANAGED:
            assert accounts[side].run(name, **params)["changed"] is False


def unknown_keys(result: Mapping[str, Any], documented: Mapping[str, Any], path: str) -> Iterator[str]:
    for key, value in result.items():
        if key in ("changed", "diff", "invocation", "warnings"):
            continue
        if key not in documented:
            yield f"{path}.{key}"
            continue
        inner = documented[key].get("contains")
        for item in value if isinstance(value, list) else [value]:
            if inner and isinstance(item, dict):
                yield from unknown_keys(item, inner, f"{path}.{key}")


def wrongly_present(result: Mapping[str, Any], documented: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield keys that are missing, unexpected or empty.

    `selectattr('issue', 'defined')` selects what failed only if nothing else has the key.
    """
    for key, entry in documented.items():
        returned = entry["returned"]
        if returned.startswith(("always", "success")):
            if key not in result:
                yield f"{path}.{key} is not there"
        elif key in result and returned.startswith("when") and (result[key] is None or returned == "when it failed"):
            yield f"{path}.{key} is there with {result[key]!r}, and is documented as returned {returned}"
        inner, value = entry.get("contains"), result.get(key)
        for part in value if isinstance(value, list) else [value]:
            # An empty dictionary is what does not exist.
            if inner and isinstance(part, dict) and part:
                yield from wrongly_present(part, inner, f"{path}.{key}")


def test_every_wire_name_is_known_to_the_sdk() -> None:
    """Find misspelt parameters, which the SDK drops in silence."""
    models = importlib.import_module("alibabacloud_cr20181201.models")
    for state_type, action in (
        (namespace.Namespace, "CreateNamespace"),
        (namespace.Namespace, "UpdateNamespace"),
        (repository.Repository, "CreateRepository"),
        (repository.Repository, "UpdateRepository"),
        (sync_rule.SyncRule, "CreateRepoSyncRule"),
    ):
        everything = {
            attribute.metadata["wire"].split(".")[0]: {} if "." in attribute.metadata["wire"] else "x"
            for attribute in state_type.attributes().values()
            if not attribute.metadata["read_only"] and attribute.metadata["wire"] != "CrossUser"
        }
        known = set(getattr(models, f"{action}Request")().from_map(everything).to_map())
        assert known == set(everything)


@WITH_OSS_SDK
def test_permissions_are_of_actions_that_exist() -> None:
    cr = importlib.import_module("alibabacloud_cr20181201.models")
    ram = importlib.import_module("alibabacloud_ram20150501.models")
    oss = importlib.import_module("alibabacloud_oss_v2.models")
    unknown = [
        action
        for action in permissions.PERMISSIONS
        if not any(hasattr(sdk, f"{action}Request") for sdk in (cr, ram, oss))
    ]
    assert unknown == ["AssumeRole"]


@pytest.mark.parametrize("name", MODULES)
def test_no_secret_is_ever_shown(name: str, cloud: Emulator, account_a: Account, granted: Account) -> None:
    """Search results, diffs and failures, with whatever goes wrong.

    What the emulator was sent as a parameter is searched, too.
    """
    for task in examples(name):
        params = {**task[f"registryops.alicloud.{name}"]}
        params.pop("profile", None)
        url = f"http://{cloud.endpoint}"
        services = ("cr", "ram", "sts", *(("oss",) if name in OF_OSS else ()))
        base = {**params, "region": "cn-hangzhou", **{f"{service}_endpoint": url for service in services}}
        for keys in (
            {"access_key_id": "LTAIaaaa", "access_key_secret": "secretA"},
            {"access_key_id": "LTAIaaaa", "access_key_secret": "secretB"},
            {"access_key_id": "LTAIaaaa", "access_key_secret": "secretA", "security_token": "tokenC"},
            {"access_key_id": "LTAIaaaa", "access_key_secret": "secretA", "account_id": ACCOUNT_B},
        ):
            printed = repr(run_module(name, {**base, **keys}))
            assert [secret for secret in (*SECRETS, "tokenC") if secret in printed] == []


def test_secret_options_are_marked() -> None:
    marked = {option for option, spec in CONNECTION_OPTIONS.items() if spec.get("no_log")}
    assert marked == {"access_key_secret", "assume_role_external_id", "security_token"}

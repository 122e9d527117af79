# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the lookups with a host's variables."""

from __future__ import annotations

import importlib
import time
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from acr_emulator.testing import Emulator
from ansible import template
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import CONNECTION_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.registry_login import registry_login

from .conftest import ACCOUNT_B, PLUGINS, SOURCE, Account
from .test_modules import ROOT, documented_options, normal

# From ansible-core 2.19 on, only what comes from a playbook or an inventory is a template.
TRUST = getattr(template, "trust_as_template", str)
LOOKUPS = sorted(file.stem for file in (ROOT / "plugins/lookup").glob("acr_*.py"))


@pytest.fixture
def variables(cloud: Emulator) -> dict[str, Any]:
    """Return those of the source's host."""
    endpoints = {f"acr_{product}_endpoint": f"http://{cloud.endpoint}" for product in ("cr", "sts")}
    keys = {"acr_access_key_id": "LTAIaaaa", "acr_access_key_secret": TRUST("{{ secret }}"), "secret": "secretA"}
    return {"acr_region": "cn-hangzhou", "acr_instance_id": SOURCE, **endpoints, **keys}


def look(name: str, variables: dict[str, Any], *terms: str, **options: Any) -> list[dict[str, Any]]:
    loader = DataLoader()
    plugin = importlib.import_module(f"{PLUGINS}.lookup.{name}").LookupModule(loader, Templar(loader, variables))
    found: list[dict[str, Any]] = plugin.run(list(terms), variables=variables, **options)
    return found


def with_json(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of plugins as modules have them.

    The documentation of plugins knows no JSON.
    """
    return {name: {**option, "type": option["type"].replace("raw", "json")} for name, option in options.items()}


@pytest.mark.parametrize("name", LOOKUPS)
def test_the_documented_options_are_the_options(name: str) -> None:
    plugin = importlib.import_module(f"{PLUGINS}.lookup.{name}")
    documented = yaml.safe_load(plugin.DOCUMENTATION)["options"]
    connection = importlib.import_module(f"{PLUGINS}.doc_fragments.connection").ModuleDocFragment.PLUGIN
    common = with_json(yaml.safe_load(connection)["options"])
    own = {option: entry for option, entry in documented.items() if option != "_terms"}
    taken = normal({**CONNECTION_OPTIONS, **plugin.OPTIONS})
    assert normal({**common, **own}) == taken, (
        "describe it in DOCUMENTATION, or in PLUGIN of doc_fragments/connection.py"
    )
    assert {option: entry["vars"] for option, entry in common.items()} == {
        option: [{"name": f"acr_{option}"}] for option in CONNECTION_OPTIONS
    }


def test_plugins_and_modules_document_the_same_connection() -> None:
    fragment = importlib.import_module(f"{PLUGINS}.doc_fragments.connection").ModuleDocFragment
    of_modules, of_plugins = (yaml.safe_load(text) for text in (fragment.DOCUMENTATION, fragment.PLUGIN))
    asked_of_modules = of_modules["options"].pop("report_actions")
    assert normal(with_json(of_plugins["options"])) == normal(of_modules["options"])
    assert asked_of_modules["default"] is False
    assert of_plugins["requirements"] == of_modules["requirements"]
    assert documented_options("acr_namespace").keys() > of_modules["options"].keys()


def test_a_login_is_of_the_instance_and_lasts_as_long_as_asked(cloud: Emulator, variables: dict[str, Any]) -> None:
    before = time.time()
    (found,) = look("acr_registry_login", variables, hours=3)
    assert found["instance_id"] == SOURCE
    assert found["registry"] == "source-registry.cn-hangzhou.cr.aliyuncs.com"
    assert found["username"] == "cr_temp_user"
    assert found["password"] in cloud.state()["accounts"][0]["instances"][0]["tokens"]
    # The service counts whole milliseconds.
    assert before - 1 <= found["expire_time"] / 1000 - 3 * 3600 <= time.time() + 1
    assert found["expire_time_iso"].startswith(time.strftime("%Y-", time.gmtime(found["expire_time"] / 1000)))
    assert {call["action"] for call in cloud.calls()} == {"ListInstanceEndpoint", "GetAuthorizationToken"}


def test_options_win_over_the_host(account_b: Account, cloud: Emulator, variables: dict[str, Any]) -> None:
    found = look("acr_registry_login", variables, "cri-targettarget0001", region="eu-central-1", **account_b.keys)
    assert [login["instance_id"] for login in found] == ["cri-targettarget0001"]
    assert {call["account"] for call in cloud.calls()} == {ACCOUNT_B}


def test_the_password_of_a_host_of_a_narrow_user_is_refused_with_what_it_needs(
    cloud: Emulator, variables: dict[str, Any]
) -> None:
    world = cloud.state()
    document = {
        "Version": "1",
        "Statement": [{"Effect": "Allow", "Action": "cr:ListInstanceEndpoint", "Resource": "*"}],
    }
    world["accounts"][0]["identities"][1]["policies"] = [document]
    cloud.reset(world)
    variables |= {"acr_access_key_id": "LTAIaaab", "secret": "secretAop"}
    with pytest.raises(AnsibleLookupError, match=r"needs cr:GetAuthorizationToken on \*"):
        look("acr_registry_login", variables)


REFUSED: list[tuple[str, tuple[str, ...], dict[str, Any], str]] = [
    ("acr_registry_login", (), {"endpoint_type": "vpc"}, "has no vpc endpoint"),
    ("acr_registry_login", (), {"endpoint_type": "lan"}, "endpoint_type must be one of"),
    ("acr_registry_login", (), {"hours": 25}, "from 1 to 24"),
    ("acr_registry_login", (), {"hourz": 2}, "no option hourz"),
    ("acr_registry_login", ("source",), {}, "is not an instance ID"),
    ("acr_registry_login", (), {"account_id": ACCOUNT_B}, "These credentials belong to account"),
    ("acr_newest_tag", ("prod",), {}, "is not a repository with its namespace"),
    ("acr_newest_tag", ("prod/web",), {"versions": ">=2"}, "None of the 2 tags of prod/web"),
    ("acr_newest_tag", ("prod/web",), {"versions": "new"}, "is not a range of versions"),
    ("acr_newest_tag", ("prod/wbe",), {}, "Cannot find repository prod/wbe on cri-sourcesource0001"),
]


@pytest.mark.parametrize(("name", "terms", "options", "message"), REFUSED)
def test_a_refusal_says_why_and_shows_no_secret(
    variables: dict[str, Any], name: str, terms: tuple[str, ...], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(AnsibleLookupError, match=message) as refused:
        look(name, variables, *terms, **options)
    assert "secretA" not in str(refused.value)


def test_an_instance_must_be_named(variables: dict[str, Any]) -> None:
    del variables["acr_instance_id"]
    for name, terms in (("acr_registry_login", ()), ("acr_newest_tag", ("prod/web",))):
        with pytest.raises(AnsibleLookupError, match="No instance is given"):
            look(name, variables, *terms)


def test_an_endpoint_that_is_closed_is_told() -> None:
    def send(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        endpoint = {"EndpointType": "internet", "Enable": False, "Domains": [{"Domain": "host", "Type": "SYSTEM"}]}
        return {"IsSuccess": True, "Code": "success", "Endpoints": [endpoint]}

    with pytest.raises(AcrError, match="its internet endpoint is not open"):
        registry_login(Client(send, read_only=True), SOURCE, "internet", None)


TAGS = ["1.9.9", "v1.10.0", "1.10.0", "1.2.0", "2.0.0-rc.1", "2024.01.31", "latest", "sha256-" + "a" * 64 + ".sig"]


@pytest.mark.parametrize(
    ("versions", "tag"), [(None, "1.10.0"), ("<1.10", "1.9.9"), (">=2.0.0-0", "2.0.0-rc.1"), ("1.2", "1.2.0")]
)
def test_the_newest_tag_is_the_highest_version(
    cloud: Emulator, variables: dict[str, Any], versions: str | None, tag: str
) -> None:
    image = {"instance_id": SOURCE, "namespace": "prod", "repository": "app"}
    for pushed in TAGS:
        cloud.post("/_emulator/images", {**image, "tags": [pushed]})
        time.sleep(0.002)  # so that no two are of one millisecond
    (found,) = look("acr_newest_tag", variables, "prod/app", **({"versions": versions} if versions else {}))
    kept = next(
        repository
        for repository in cloud.state()["accounts"][0]["instances"][0]["namespaces"][0]["repositories"]
        if repository["name"] == "app"
    )
    digests = {image["tag"]: image["digest"] for image in kept["images"]}
    assert (found["tag"], found["digest"]) == (tag, digests[tag])
    assert found["reference"] == f"prod/app@{digests[tag]}"

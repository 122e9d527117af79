# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the lists for infra.aap_configuration with the role's own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from ansible.release import __version__

from ansible_collections.registryops.alicloud.tests.awx.store import Store

from .conftest import Stories
from .playing import ROOT

FOLDER = ROOT / "docs/examples/aap_configuration"
FILE = FOLDER / "controller.yml"
CORE = tuple(map(int, __version__.split(".")[:2]))


class Loader(yaml.SafeLoader):
    """Reads !unsafe as text."""


def _text(loader: Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


Loader.add_constructor("!unsafe", _text)


@pytest.fixture(scope="module")
def lists() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(FILE.read_text(encoding="utf-8"), Loader)
    return found


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.skipif(CORE < (2, 19), reason="this ansible-core makes texts of the numbers in lists")
def test_the_file_is_what_the_role_would_make(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import aap_configuration

    assert FILE.read_text(encoding="utf-8") == aap_configuration.rendered(), (
        f"Run {Path(sys.executable).name} tools/aap_configuration.py"
    )


def test_the_file_has_the_form_of_the_schema(lists: dict[str, Any], validator: jsonschema.Draft202012Validator) -> None:
    assert [error.message for error in validator.iter_errors(lists)] == []


def _without(name: str) -> Callable[[dict[str, Any]], None]:
    def change(lists: dict[str, Any]) -> None:
        del lists["controller_templates"][0][name]

    return change


def _misspelt(lists: dict[str, Any]) -> None:
    lists["controller_templates"][0]["survey_specs"] = {}


def _boolean_question(lists: dict[str, Any]) -> None:
    lists["controller_templates"][0]["survey_spec"]["spec"][0]["type"] = "boolean"


def _endless_rule(lists: dict[str, Any]) -> None:
    lists["controller_schedules"][0]["rrule"] = "DTSTART:20270101T030000Z RRULE:FREQ=DAILY"


def _two_in_one_node(lists: dict[str, Any]) -> None:
    lists["controller_workflows"][0]["simplified_workflow_nodes"][0]["approval_node"] = {"name": "ok?"}


WRONG = [_without("playbook"), _misspelt, _boolean_question, _endless_rule, _two_in_one_node]


@pytest.mark.parametrize("change", WRONG, ids=lambda change: change.__name__)
def test_the_schema_refuses(
    lists: dict[str, Any], validator: jsonschema.Draft202012Validator, change: Callable[[dict[str, Any]], None]
) -> None:
    wrong = json.loads(json.dumps(lists))
    change(wrong)
    assert not validator.is_valid(wrong)


def test_the_file_names_what_the_role_has_made(lists: dict[str, Any], stories: Stories) -> None:
    store = stories.both_accounts.content
    kinds = {
        "controller_templates": "job_templates",
        "controller_schedules": "schedules",
        "controller_credential_types": "credential_types",
        "controller_hosts": "hosts",
    }
    for name, kind in kinds.items():
        assert sorted(item["name"] for item in lists[name]) == _names(store, kind)


def _names(store: Store, kind: str) -> list[str]:
    return sorted(thing["name"] for thing in store.things[kind].values())

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the stand-in's refusals with those of AWX 24.6.1."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.tests.awx import credentials, launching, surveys
from ansible_collections.registryops.alicloud.tests.awx.errors import RefusedError
from ansible_collections.registryops.alicloud.tests.awx.kinds import KINDS
from ansible_collections.registryops.alicloud.tests.awx.store import Store, Thing

TRIALS = json.loads(Path(__file__).with_name("trials.json").read_text(encoding="utf-8"))
PLAYBOOK = {"playbook": "site.yml"}
NIGHTLY = "DTSTART:20270101T030000Z RRULE:FREQ=DAILY;INTERVAL=1"
TYPE_INPUTS = {
    "fields": [
        {"id": "access_key", "label": "Access key"},
        {"id": "secret_key", "label": "Secret key", "secret": True},
        {"id": "region", "label": "Region", "choices": ["r1", "r2"], "default": "r1"},
        {"id": "flag", "label": "Flag", "type": "boolean", "default": True},
    ],
    "required": ["access_key", "secret_key"],
}
QUESTIONS = [
    {"type": "text", "question_name": "I", "variable": "inst", "required": True, "max": 64},
    {
        "type": "multiplechoice",
        "question_name": "M",
        "variable": "mode",
        "required": True,
        "choices": ["plan", "apply"],
        "default": "plan",
    },
    {"type": "integer", "question_name": "W", "variable": "wait_s", "required": False, "default": 30, "max": 900},
    {"type": "multiselect", "question_name": "L", "variable": "many", "required": False, "choices": ["a", "b"]},
]


class World:
    """Hold a controller with what the trials refer to."""

    def __init__(self) -> None:
        self.store = Store(["site.yml"])
        self.names: dict[str, int] = {}
        organization = self.make("organization", "organizations", name="zzOrg")
        kind = self.make("type", "credential_types", name="zzCloud", kind="cloud", inputs=TYPE_INPUTS)
        inputs = {"access_key": "a", "secret_key": "b"}
        self.make(
            "credential", "credentials", name="zzcred1", organization=organization, credential_type=kind, inputs=inputs
        )
        self.make("environment", "execution_environments", name="zzEE", image="a/b")
        inventory = self.make("inventory", "inventories", name="zzInv", organization=organization)
        self.make("host", "hosts", name="zzh1", inventory=inventory)
        self.make("group", "groups", name="zzg", inventory=inventory)
        git = {"organization": organization, "scm_type": "git", "scm_url": "https://127.0.0.1/x.git"}
        project = self.make("project", "projects", name="zzProject", **git)
        new = self.make("new project", "projects", name="zzNew", **git)
        del self.store.get("projects", new)["playbook_files"]
        ready = {"inventory": inventory, "project": project, **PLAYBOOK}
        self.make("plain template", "job_templates", name="zzPlain", **ready)
        template = self.make("template", "job_templates", name="zzJT", **ready, **ASKING)
        self.store.surveys[template] = {"name": "", "description": "", "spec": QUESTIONS}
        workflow = self.make("workflow", "workflow_job_templates", name="zzWF", organization=organization)
        self.store.get("workflow_job_templates", workflow)["ask_variables_on_launch"] = True
        node = {"workflow_job_template": workflow, "unified_job_template": template}
        self.make("node", "workflow_job_template_nodes", identifier="plan", **node)
        self.make("approval", "workflow_approval_templates", name="ok?")
        answers = {"inst": "i", "mode": "plan"}
        schedule = {"unified_job_template": template, "extra_data": answers, "rrule": NIGHTLY}
        self.make("schedule", "schedules", name="zzSched", **schedule)

    def make(self, label: str, plural: str, **fields: Any) -> int:
        identity: int = self.store.create(KINDS[plural], fields)["id"]
        self.names[label] = identity
        return identity

    def resolved(self, sent: Mapping[str, Any]) -> Thing:
        """Replace each name that begins with @ by its ID."""
        return {
            name: self.names[value[1:]] if isinstance(value, str) and value.startswith("@") else value
            for name, value in sent.items()
        }


ASKING = {
    "survey_enabled": True,
    **{
        f"ask_{name}_on_launch": True
        for name in ("variables", "limit", "job_type", "inventory", "job_slice_count", "verbosity", "scm_branch")
    },
}


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial["try"])
def test_a_trial_ends_as_it_did_on_awx(trial: dict[str, Any]) -> None:
    world = World()
    try:
        if trial["kind"] == "survey_spec":
            surveys.check(trial["sent"])
        else:
            world.store.create(KINDS[trial["kind"]], world.resolved(trial["sent"]))
    except RefusedError as error:
        assert (error.status, sorted(error.body)) == (trial["status"], trial.get("refused"))
    else:
        assert trial["status"] in (200, 201)


# What no trial was made of: names that the server's source refuses, and numbers beyond its columns.
REFUSED = [
    *(
        ("credential_types", {"name": "zz", "kind": "cloud", "injectors": {"env": {name: "x"}}}, "injectors")
        for name in ("JOB_CALLBACK_DEBUG", "INVENTORY_HOSTVARS", "PROJECT_REVISION", "SUPERVISOR_CONFIG_PATH")
    ),
    ("workflow_approval_templates", {"name": "ok?", "timeout": 2**31}, "timeout"),
    ("workflow_approval_templates", {"timeout": 1}, "name"),
    ("job_templates", {**PLAYBOOK, "name": "zz", "job_slice_count": 2**31}, "job_slice_count"),
]


@pytest.mark.parametrize(("kind", "sent", "field"), REFUSED)
def test_what_is_refused_without_a_trial(kind: str, sent: dict[str, Any], field: str) -> None:
    with pytest.raises(RefusedError) as refused:
        World().store.create(KINDS[kind], sent)
    assert (refused.value.status, sorted(refused.value.body)) == (400, [field])


IN_USE = [
    ({"name": "other"}, None),
    ({"injectors": {"env": {"ZZ": "{{ region }}"}}}, None),
    ({"inputs": {**TYPE_INPUTS, "required": []}}, 403),
]


@pytest.mark.parametrize(("sent", "status"), IN_USE)
def test_inputs_of_a_type_in_use_do_not_change(sent: dict[str, Any], status: int | None) -> None:
    world = World()
    kind = KINDS["credential_types"]
    thing = world.store.get(kind.name, world.names["type"])
    if status is None:
        world.store.change(kind, thing, sent)
        return
    with pytest.raises(RefusedError) as refused:
        world.store.change(kind, thing, sent)
    assert refused.value.status == status
    with pytest.raises(RefusedError) as refused:
        world.store.delete(kind, thing)
    assert refused.value.status == 403


def test_an_input_that_was_left_out_arrives_empty() -> None:
    kind = {
        "inputs": {"fields": [{"id": "a", "type": "string", "default": "x"}, {"id": "g", "type": "boolean"}]},
        "injectors": {"env": {"A": "{{ a }}", "G": "{{ g }}"}},
    }
    assert credentials.environment(kind, {}) == {"A": "", "G": "False"}


def test_new_inputs_take_the_place_of_all() -> None:
    world = World()
    credential = world.store.get("credentials", world.names["credential"])
    world.store.change(KINDS["credentials"], credential, {"inputs": {"secret_key": credentials.ENCRYPTED}})
    assert credential["inputs"] == {"secret_key": "b"}


def test_a_template_takes_one_credential_of_a_type() -> None:
    world = World()
    kind = KINDS["job_templates"]
    other = {**world.store.get("credentials", world.names["credential"]), "name": "second", "inputs": {}}
    second = world.store.create(KINDS["credentials"], other)
    template = world.store.get(kind.name, world.names["template"])
    world.store.associate(kind, template, "credentials", {"id": world.names["credential"]})
    with pytest.raises(RefusedError, match="Cannot assign multiple zzCloud"):
        world.store.associate(kind, template, "credentials", {"id": second["id"]})


def test_edges_between_nodes() -> None:
    world = World()
    kind = KINDS["workflow_job_template_nodes"]
    first = world.store.get(kind.name, world.names["node"])
    other = {"workflow_job_template": world.names["workflow"], "identifier": "second"}
    second = world.store.create(kind, other)
    world.store.associate(kind, first, "success_nodes", {"id": second["id"]})
    with pytest.raises(RefusedError, match="not allowed"):
        world.store.associate(kind, first, "failure_nodes", {"id": second["id"]})
    for node in (second, first):
        with pytest.raises(RefusedError, match="Cycle"):
            world.store.associate(kind, node, "always_nodes", {"id": first["id"]})


LAUNCHES: list[tuple[dict[str, Any], dict[str, Any] | None]] = [
    ({"mode": "plan"}, None),
    ({"inst": "i", "mode": "plan", "wait_s": 1000}, None),
    ({"inst": "i", "mode": "plan", "wait_s": "30"}, None),
    ({"inst": "i", "mode": "zz"}, None),
    ({"inst": "i", "mode": "plan", "many": "a"}, None),
    ({"inst": "i" * 65, "mode": "plan"}, None),
    ({"inst": "i", "mode": "plan", "many": ["a"]}, {"inst": "i", "mode": "plan", "many": ["a"], "wait_s": 30}),
    ({"inst": "i", "mode": "plan", "other": 1}, {"inst": "i", "mode": "plan", "other": 1, "wait_s": 30}),
]


@pytest.mark.parametrize(("answers", "variables"), LAUNCHES)
def test_answers_of_a_launch(answers: dict[str, Any], variables: dict[str, Any] | None) -> None:
    store = World().store
    if variables is None:
        with pytest.raises(RefusedError):
            launching.launch(store, "zzJT", answers)
    else:
        (job,) = launching.launch(store, "zzJT", answers)
        assert job.variables == variables


def test_variables_that_no_template_asks_for_are_dropped() -> None:
    (job,) = launching.launch(World().store, "zzPlain", {"x": 1}, artifacts={"from": "an earlier node"})
    assert job.variables == {"from": "an earlier node"}


def test_an_inventory_stays_listed_until_it_is_deleted() -> None:
    world = World()
    kind = KINDS["inventories"]
    inventory = world.store.get(kind.name, world.names["inventory"])
    assert world.store.delete(kind, inventory) == 202
    assert inventory in list(world.store.listed(kind.name))
    while inventory in list(world.store.listed(kind.name)):
        pass
    assert world.store.things["hosts"] == world.store.things["groups"] == {}

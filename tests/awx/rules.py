"""Check what depends on several fields or things."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from . import credentials, rrules, surveys
from .errors import RefusedError, invalid

if TYPE_CHECKING:
    from .store import Store, Thing

# What goes when a thing goes, by the field that names it.
PARTS = {
    "inventories": (("hosts", "inventory"), ("groups", "inventory")),
    "job_templates": (("schedules", "unified_job_template"),),
    "workflow_job_templates": (
        ("workflow_job_template_nodes", "workflow_job_template"),
        ("schedules", "unified_job_template"),
    ),
}
_EDGES = ("success_nodes", "failure_nodes", "always_nodes")
# What a node or a schedule may say of a launch, and the field of the template that allows it.
PROMPTS = {
    "inventory": "ask_inventory_on_launch",
    "limit": "ask_limit_on_launch",
    "job_type": "ask_job_type_on_launch",
    "verbosity": "ask_verbosity_on_launch",
    "diff_mode": "ask_diff_mode_on_launch",
    "scm_branch": "ask_scm_branch_on_launch",
    "job_tags": "ask_tags_on_launch",
    "skip_tags": "ask_skip_tags_on_launch",
    "job_slice_count": "ask_job_slice_count_on_launch",
    "forks": "ask_forks_on_launch",
    "timeout": "ask_timeout_on_launch",
}
_IMAGE = re.compile(r"(?!\w+://)[A-Za-z0-9][\w.:/@-]*")


def check(store: Store, kind: str, thing: Thing, before: Mapping[str, Any]) -> None:
    """Refuse what the server refuses, and normalise the rest."""
    if kind in _CHECKS:
        _CHECKS[kind](store, thing, before)


def _credential_type(store: Store, thing: Thing, before: Mapping[str, Any]) -> None:
    used = any(other["credential_type"] == thing.get("id") for other in store.things["credentials"].values())
    credentials.check_type(thing)
    if used and thing["inputs"] != before["inputs"]:
        raise RefusedError(403, {"detail": "Modifications to inputs are not allowed for types in use."})


def _credential(store: Store, thing: Thing, before: Mapping[str, Any]) -> None:
    if not before and not any(thing.get(owner) for owner in ("organization", "user", "team")):
        raise invalid("detail", "Missing 'user', 'team', or 'organization'.")
    kind = store.get("credential_types", thing["credential_type"])
    thing["inputs"] = credentials.check_inputs(kind, thing["inputs"], before.get("inputs", {}))


def _project(store: Store, thing: Thing, before: Mapping[str, Any]) -> None:
    del store, before
    if thing["scm_type"] and not thing["scm_url"]:
        raise invalid("scm_url", "SCM URL is required.")
    if not thing["scm_type"] and thing["local_path"]:
        raise invalid("local_path", "This path is already being used by another manual project.")


def _execution_environment(store: Store, thing: Thing, before: Mapping[str, Any]) -> None:
    del store, before
    if not _IMAGE.fullmatch(thing["image"]):
        raise invalid("image", f"The container image name {thing['image']} is not valid")


def _group(store: Store, thing: Thing, before: Mapping[str, Any]) -> None:
    del store, before
    if thing["name"] in ("all", "_meta"):
        raise invalid("name", "Invalid group name.")


def _job_template(store: Store, thing: Thing, before: Mapping[str, Any]) -> None:
    del before
    if not thing["project"]:
        raise invalid("project", "Job Templates must have a project assigned.")
    if not thing["inventory"] and not thing["ask_inventory_on_launch"]:
        raise invalid("inventory", "You must either set a default value or ask to prompt on launch.")
    if not thing["playbook"]:
        raise invalid("playbook", "Must select playbook for project.")
    project = store.get("projects", thing["project"])
    known = project.get("playbook_files")
    if known is not None and not project["allow_override"] and thing["playbook"] not in known:
        raise invalid("playbook", "Playbook not found for project.")
    if thing["scm_branch"] and not project["allow_override"]:
        raise invalid("scm_branch", "Project does not allow overriding branch.")
    thing["organization"] = project["organization"]


def _node(store: Store, thing: Thing, before: Mapping[str, Any]) -> None:
    del before
    if not thing["identifier"]:
        raise invalid("identifier", "This field cannot be blank.")
    template = store.find("unified_job_templates", thing["unified_job_template"])
    if template:
        _check_prompts(store, template, thing, missing=False)


def _schedule(store: Store, thing: Thing, before: Mapping[str, Any]) -> None:
    del before
    thing["rrule"] = rrules.kept(thing["rrule"])
    template = store.get("unified_job_templates", thing["unified_job_template"])
    if template["type"] == "workflow_approval_template":
        raise invalid("unified_job_template", f'Invalid pk "{template["id"]}" - object does not exist.')
    _check_prompts(store, template, thing, missing=True)


def _check_prompts(store: Store, template: Thing, thing: Mapping[str, Any], *, missing: bool) -> None:
    for name, asked in PROMPTS.items():
        if thing.get(name) and not template.get(asked):
            raise invalid(name, "Field is not configured to prompt on launch.")
    survey = store.surveys.get(template["id"], {}) if template.get("survey_enabled") else {}
    wrong = surveys.complaints(survey, thing["extra_data"], missing=missing)
    if wrong:
        raise invalid("variables_needed_to_start", *wrong)
    asked_for = {question["variable"] for question in survey.get("spec", [])}
    others = sorted(set(thing["extra_data"]) - asked_for)
    if others and not template.get("ask_variables_on_launch"):
        raise invalid("extra_data", f"Variables {', '.join(others)} are not allowed on launch.")


_CHECKS: dict[str, Callable[[Store, Thing, Mapping[str, Any]], None]] = {
    "credential_types": _credential_type,
    "credentials": _credential,
    "projects": _project,
    "execution_environments": _execution_environment,
    "groups": _group,
    "job_templates": _job_template,
    "workflow_job_template_nodes": _node,
    "schedules": _schedule,
}


def check_deletion(store: Store, kind: str, thing: Thing) -> None:
    users = (other["credential_type"] for other in store.things["credentials"].values())
    if kind == "credential_types" and thing["id"] in users:
        raise RefusedError(403, {"detail": "Credential types that are in use cannot be deleted"})


def check_association(store: Store, kind: str, thing: Thing, association: str, identity: int) -> None:
    if kind == "job_templates" and association == "credentials":
        _be_of_another_type(store, thing, identity)
    if kind == "workflow_job_template_nodes" and association in _EDGES:
        _be_a_new_edge(store, thing, association, identity)


def _be_of_another_type(store: Store, thing: Thing, identity: int) -> None:
    wanted = store.get("credentials", identity)["credential_type"]
    for other in thing["associations"].get("credentials", []):
        if store.get("credentials", other)["credential_type"] == wanted:
            name = store.get("credential_types", wanted)["name"]
            raise RefusedError(400, {"error": f"Cannot assign multiple {name} credentials."})


def _be_a_new_edge(store: Store, thing: Thing, association: str, identity: int) -> None:
    """Refuse a circle and a second kind of edge."""
    if any(identity in thing["associations"].get(edge, []) for edge in _EDGES if edge != association):
        raise RefusedError(400, {"Error": "Relationship not allowed."})
    waiting = [identity]
    while waiting:
        node = store.get("workflow_job_template_nodes", waiting.pop())
        if node["id"] == thing["id"]:
            raise RefusedError(400, {"Error": "Cycle detected."})
        for edge in _EDGES:
            waiting += node["associations"].get(edge, [])

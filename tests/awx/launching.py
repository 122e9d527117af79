"""Launch a template, and make its jobs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import credentials, surveys
from .errors import invalid
from .fields import parsed
from .store import Store, Thing


@dataclass(frozen=True)
class Job:
    """Hold what ansible-runner gets for one job or slice."""

    name: str
    playbook: str
    inventory: dict[str, Any]
    environment: dict[str, str] = field(repr=False)
    variables: dict[str, Any]
    limit: str
    check: bool
    diff: bool


def launch(
    store: Store,
    template: str,
    answers: Mapping[str, Any] | None = None,
    *,
    limit: str = "",
    job_type: str = "",
    artifacts: Mapping[str, Any] | None = None,
) -> list[Job]:
    """Return the jobs of a launch: one, or one for each slice.

    Args:
        answers: of the survey; other variables are dropped, as the template does not ask for any.
        artifacts: what earlier nodes of a workflow set by set_stats, which no survey has to allow.

    Raises:
        RefusedError: the server would refuse it.
    """
    thing = store.named("job_templates", template)
    _check_prompts(thing, limit=limit, job_type=job_type)
    variables = {**_variables(store, thing, answers or {}), **(artifacts or {})}
    environment = _environment(store, thing)
    count = min(thing["job_slice_count"], len(_hosts(store, thing["inventory"])))
    return [
        Job(
            name=template if count < 2 else f"{template} {number + 1} of {count}",
            playbook=thing["playbook"],
            inventory=_inventory(store, thing["inventory"], number, max(count, 1)),
            environment=environment,
            variables=variables,
            limit=limit or thing["limit"],
            check=(job_type or thing["job_type"]) == "check",
            diff=thing["diff_mode"],
        )
        for number in range(max(count, 1))
    ]


def _check_prompts(thing: Thing, **said: str) -> None:
    """Refuse what is said at a launch and is not asked for."""
    for name, value in said.items():
        if value and not thing[f"ask_{name}_on_launch"]:
            raise invalid(name, "Field is not configured to prompt on launch.")


def _variables(store: Store, thing: Thing, answers: Mapping[str, Any]) -> dict[str, Any]:
    survey = store.surveys.get(thing["id"], {}) if thing["survey_enabled"] else {}
    wrong = surveys.complaints(survey, answers)
    if wrong:
        raise invalid("variables_needed_to_start", *wrong)
    asked = {question["variable"] for question in survey.get("spec", [])}
    kept = {name: answer for name, answer in answers.items() if name in asked or thing["ask_variables_on_launch"]}
    return {**parsed("extra_vars", thing["extra_vars"] or "{}"), **surveys.filled(survey, kept)}


def _environment(store: Store, thing: Thing) -> dict[str, str]:
    found: dict[str, str] = {}
    for identity in thing["associations"].get("credentials", []):
        credential = store.get("credentials", identity)
        kind = store.get("credential_types", credential["credential_type"])
        found |= credentials.environment(kind, credential["inputs"])
    return found


def _hosts(store: Store, inventory: int) -> list[Thing]:
    return sorted(_parts(store, "hosts", inventory), key=lambda host: str(host["name"]))


def _parts(store: Store, kind: str, inventory: int) -> Iterator[Thing]:
    yield from (part for part in store.things[kind].values() if part["inventory"] == inventory)


def _inventory(store: Store, inventory: int, number: int, count: int) -> dict[str, Any]:
    """Return a slice's inventory: each count-th host and its groups."""
    hosts = {host["id"]: host for host in _hosts(store, inventory)[number::count]}
    groups = {}
    for group in _parts(store, "groups", inventory):
        names = [hosts[identity]["name"] for identity in group["associations"].get("hosts", []) if identity in hosts]
        groups[group["name"]] = {"hosts": names, "vars": json.loads(group["variables"] or "{}")}
    variables = {host["name"]: json.loads(host["variables"] or "{}") for host in hosts.values()}
    return {"_meta": {"hostvars": variables}, "all": {"hosts": list(variables)}, **groups}

"""Go through the nodes of a workflow as AWX does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import chain, product
from typing import Any

from . import jobs
from .launching import launch
from .store import Store, Thing

NODES = "workflow_job_template_nodes"
_EDGES = ("success_nodes", "failure_nodes", "always_nodes")


@dataclass
class Course:
    """Hold the `statuses` of nodes that ran."""

    statuses: dict[str, str] = field(default_factory=dict)
    finished: dict[str, jobs.Finished] = field(default_factory=dict)
    artifacts: dict[str, Any] = field(default_factory=dict)
    unhandled: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        """Return `failed` if a failed node has no follower."""
        return "failed" if self.unhandled else "successful"


def go_through(store: Store, workflow: str, approve: Callable[[], bool], settings: Mapping[str, str]) -> Course:
    """Run a workflow to its end.

    Each node here has one way in at a time, so that it runs when one parent asks.
    """
    identity = store.named("workflow_job_templates", workflow)["id"]
    nodes = {thing["id"]: thing for thing in store.things[NODES].values() if thing["workflow_job_template"] == identity}
    followers = set(chain.from_iterable(_after(node, edge) for node, edge in product(nodes.values(), _EDGES)))
    course = Course()
    waiting = [node for node in nodes if node not in followers]
    while waiting:
        node = nodes[waiting.pop(0)]
        succeeded = _run_node(store, node, approve, course, settings)
        course.statuses[node["identifier"]] = "successful" if succeeded else "failed"
        following = _after(node, "success_nodes" if succeeded else "failure_nodes") + _after(node, "always_nodes")
        if not succeeded and not following:
            course.unhandled.append(node["identifier"])
        waiting += [follower for follower in following if follower not in waiting]
    return course


def _after(node: Thing, edge: str) -> list[int]:
    found: list[int] = node["associations"].get(edge, [])
    return found


def _run_node(
    store: Store, node: Thing, approve: Callable[[], bool], course: Course, settings: Mapping[str, str]
) -> bool:
    template = store.get("unified_job_templates", node["unified_job_template"])
    if template["type"] == "workflow_approval_template":
        return approve()
    (job,) = launch(store, template["name"], node["extra_data"], artifacts=course.artifacts)
    finished = jobs.run(job, settings)
    course.finished[node["identifier"]] = finished
    course.artifacts |= finished.artifacts
    return finished.status == "successful"

"""Serve /_emulator/, where tests look behind the API and change what it does."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from . import page
from .catalogue import Image, Instance, Repository
from .cloud import Cloud
from .oss.store import images_in
from .schema import dump, load
from .server import json_response
from .state import Behaviour, RateLimits, TaskSettings, refuse_negative
from .traffic import Fault
from .world import build_state, plain_state


class SideDoorError(Exception):
    """Answered with 400 and the message."""


def _cloud(request: Request) -> Cloud:
    cloud: Cloud = request.app.state.cloud
    return cloud


async def _body(request: Request) -> Any:
    content = await request.body()
    try:
        return json.loads(content) if content.strip() else {}
    except ValueError as error:
        raise SideDoorError(f"the body is not JSON: {error}") from error


async def refuse(_request: Request, error: Exception) -> Response:
    return json_response({"error": str(error)}, 400)


async def health(_request: Request) -> Response:
    return json_response({"status": "ok"})


async def state(request: Request) -> Response:
    return json_response(plain_state(_cloud(request).state))


async def reset(request: Request) -> Response:
    """Reset to the first world, or the body's."""
    cloud = _cloud(request)
    body = await _body(request)
    await cloud.reset(build_state(request.app.state.world if body == {} else body))
    return json_response({"registries": cloud.registries.addresses})


async def calls(request: Request) -> Response:
    journal = _cloud(request).journal
    if request.method == "DELETE":
        journal.clear()
    return json_response([dataclasses.asdict(record) for record in journal.records])


def _read_tags(value: object, path: str) -> list[Image]:
    if not isinstance(value, list):
        raise SideDoorError(f"{path}: expected a list of tags")
    return [load(Image, {"tag": tag} if isinstance(tag, str) else tag, path) for tag in value]


@dataclass(slots=True)
class Push:
    """What to push; `tags` are names, or whole images."""

    instance_id: str
    namespace: str
    repository: str
    tags: list[Image] = field(metadata={"read": _read_tags})


async def images(request: Request) -> Response:
    cloud = _cloud(request)
    push = load(Push, await _body(request))
    instance = cloud.state.instances.get(push.instance_id)
    if instance is None:
        raise SideDoorError(f"instance_id: there is no instance {push.instance_id}")
    repository = _repository(instance, push)
    for image in push.tags:
        if image.tag in repository.images and repository.tag_immutability:
            raise SideDoorError(f"tags: {repository.path}:{image.tag} is there and immutable")
        if image.digest and instance.registry:
            raise SideDoorError(f"tags: {instance.id} has a registry, whose images get their digest by being made")
    for image in push.tags:
        await cloud.push(instance, repository, image)
    return json_response([dump(repository.images[image.tag]) for image in push.tags])


def _repository(instance: Instance, push: Push) -> Repository:
    namespace = instance.namespaces.get(push.namespace)
    if namespace is None:
        raise SideDoorError(f"namespace: {instance.id} has no namespace {push.namespace}")
    if push.repository in namespace.repositories:
        return namespace.repositories[push.repository]
    if not namespace.auto_create_repositories:
        raise SideDoorError(f"repository: {push.namespace} has no repository {push.repository} and does not create any")
    return instance.create_repository(push.namespace, push.repository)


@dataclass(slots=True)
class Import:
    """The console's import rule of an instance, with the bucket that it reads."""

    instance_id: str
    bucket: str


async def imports(request: Request) -> Response:
    """Import a bucket's images into an instance, as the console does; no API can.

    A tag is left out if its content is not there yet, or if it has no repository to go to.
    """
    cloud = _cloud(request)
    wanted = load(Import, await _body(request))
    instance, bucket = cloud.state.instances.get(wanted.instance_id), cloud.state.buckets.get(wanted.bucket)
    if instance is None or instance.registry:
        raise SideDoorError(f"instance_id: there is no instance {wanted.instance_id} without a registry")
    if bucket is None or bucket.account_id != instance.account_id:
        raise SideDoorError(f"bucket: the account of {instance.id} has no bucket {wanted.bucket}")
    imported, left_out = [], []
    for namespace, name, image in images_in(bucket):
        try:
            repository = _repository(instance, Push(instance.id, namespace, name, []))
        except SideDoorError as error:
            left_out.append({"image": f"{namespace}/{name}:{image.tag}", "reason": str(error)})
            continue
        repository.put(image)
        imported.append(f"{repository.path}:{image.tag}")
    return json_response({"imported": imported, "left_out": left_out})


async def faults(request: Request) -> Response:
    cloud = _cloud(request)
    if request.method == "POST":
        cloud.faults.append(load(Fault, await _body(request)))
    if request.method == "DELETE":
        cloud.faults.clear()
    return json_response(dump(cloud.faults))


@dataclass(slots=True)
class Settings:
    """What may change while the emulator runs."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    latency_ms: int = 0
    rate_limits: RateLimits = field(default_factory=RateLimits)
    propagation_ms: int = 0

    def __post_init__(self) -> None:
        refuse_negative("latency_ms", self.latency_ms)
        refuse_negative("propagation_ms", self.propagation_ms)


async def behaviour(request: Request) -> Response:
    """Change what is given and leave the rest; the keys of `behaviour` may also be given at the top."""
    state = _cloud(request).state
    body = await _body(request)
    own = {item.name for item in dataclasses.fields(Settings)}
    if isinstance(body, dict):
        inner = {name: value for name, value in body.items() if name not in own}
        outer = {name: value for name, value in body.items() if name in own}
        given = outer.get("behaviour", {})
        merged = inner and isinstance(given, dict)
        body = outer | {"behaviour": {**given, **inner}} if merged else outer
    current = Settings(state.behaviour, state.latency_ms, state.rate_limits, state.propagation_ms)
    changed = load(Settings, body, "", current)
    state.behaviour, state.latency_ms = changed.behaviour, changed.latency_ms
    state.rate_limits, state.propagation_ms = changed.rate_limits, changed.propagation_ms
    return json_response(dump(changed))


async def tasks(request: Request) -> Response:
    state = _cloud(request).state
    if request.method == "POST":
        state.task_settings = load(TaskSettings, await _body(request))
    return json_response(dump(state.task_settings))


ROUTES: list[BaseRoute] = [
    Route("/", page.show),
    Route("/health", health),
    Route("/state", state),
    Route("/reset", reset, methods=["POST"]),
    Route("/calls", calls, methods=["GET", "DELETE"]),
    Route("/images", images, methods=["POST"]),
    Route("/imports", imports, methods=["POST"]),
    Route("/faults", faults, methods=["GET", "POST", "DELETE"]),
    Route("/behaviour", behaviour, methods=["GET", "POST"]),
    Route("/tasks", tasks, methods=["GET", "POST"]),
]

"""Guard a registry: check passwords, note pushes, and pass everything else on as a stream.

Errors have the format of the OCI distribution specification.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import httpx
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ..catalogue import Image, Instance, Namespace, Repository
from ..ids import digest_of, now_ms
from ..oci import MalformedManifestError, Manifest
from .backend import Backend

if TYPE_CHECKING:
    from .fleet import Registry

# The name that the service gives with each temporary password.
USERNAME = "cr_temp_user"
# The OCI distribution specification asks registries to take manifests of 4 MiB at least.
MANIFEST_LIMIT = 4 << 20
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
_PATH = re.compile(r"/v2/(?P<path>.+)/(?P<kind>manifests|blobs|tags)/(?P<reference>.*)")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_HOP_BY_HOP = frozenset((b"connection", b"keep-alive", b"transfer-encoding", b"te", b"trailer", b"upgrade"))
_NOT_PASSED_ON = _HOP_BY_HOP | {b"host", b"authorization"}

Pushed = Callable[[Instance, Repository, Image], Awaitable[None]]


class RefusalError(Exception):
    """An error in the registry's own format."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def build_guard(registry: Registry) -> Starlette:
    app = Starlette(
        routes=[
            Route("/token", issue_token, methods=["GET"]),
            Route("/v2/", base, methods=["GET", "HEAD"]),
            Route("/v2/{rest:path}", content, methods=METHODS),
        ],
        exception_handlers={RefusalError: refuse},
    )
    app.state.registry = registry
    return app


async def refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusalError)
    body = {"errors": [{"code": error.code, "message": str(error), "detail": None}]}
    headers = {"docker-distribution-api-version": "registry/2.0"}
    if error.status == 401:
        registry = _registry(request)
        realm = f'Bearer realm="http://{registry.address}/token",service="{registry.instance.id}"'
        matched = _PATH.fullmatch(request.url.path)
        actions = "pull" if request.method in ("GET", "HEAD") else "pull,push"
        headers["www-authenticate"] = realm + (f',scope="repository:{matched["path"]}:{actions}"' if matched else "")
    return JSONResponse(body, error.status, headers)


def _registry(request: Request) -> Registry:
    registry: Registry = request.app.state.registry
    return registry


def check_access(request: Request) -> str:
    """Return the request's password, given as Basic or Bearer; refuse none, a wrong and an expired one alike."""
    scheme, _space, value = request.headers.get("authorization", "").partition(" ")
    password = value.strip() if scheme.lower() == "bearer" else _basic_password(value)
    # An unknown password counts as one that ended in 1970.
    if _registry(request).instance.tokens.get(password, 0) <= now_ms():
        raise RefusalError(401, "UNAUTHORIZED", "authentication required")
    return password


def _basic_password(value: str) -> str:
    try:
        name, _colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return password if name == USERNAME else ""


async def issue_token(request: Request) -> Response:
    """Answer with the temporary password as the bearer token, which has the same end."""
    password = check_access(request)
    left = (_registry(request).instance.tokens[password] - now_ms()) // 1000
    return JSONResponse({"token": password, "access_token": password, "expires_in": max(1, left)})


async def base(request: Request) -> Response:
    check_access(request)
    return JSONResponse({}, headers={"docker-distribution-api-version": "registry/2.0"})


async def content(request: Request) -> Response:
    check_access(request)
    matched = _PATH.fullmatch(request.url.path)
    if not matched:
        raise RefusalError(404, "UNSUPPORTED", "the operation is not supported")
    path, kind, reference = matched.group("path", "kind", "reference")
    if request.method in ("GET", "HEAD"):
        _readable(_registry(request).instance, path)
    elif request.method == "DELETE" and not reference.startswith("uploads/"):
        # Otherwise the catalogue would still list what the registry has lost.
        raise RefusalError(405, "UNSUPPORTED", "images are deleted through the API")
    else:
        _writable(_registry(request).instance, path)
    if kind == "manifests" and request.method == "PUT":
        return await _put_manifest(request, path, reference)
    return await _pass_on(request)


def _split(path: str) -> tuple[str, str]:
    namespace, _slash, name = path.partition("/")
    return namespace, name


def _readable(instance: Instance, path: str) -> None:
    if instance.repository(*_split(path)) is None:
        raise RefusalError(404, "NAME_UNKNOWN", f"repository {path} does not exist")


def _writable(instance: Instance, path: str) -> Namespace:
    """Return the namespace of a repository that exists, or may be created."""
    namespace = instance.namespaces.get(_split(path)[0])
    if namespace is None or not _split(path)[1]:
        raise RefusalError(404, "NAME_UNKNOWN", f"namespace {_split(path)[0]} does not exist")
    if _split(path)[1] not in namespace.repositories and not namespace.auto_create_repositories:
        raise RefusalError(403, "DENIED", f"repository {path} does not exist and {namespace.name} does not create any")
    return namespace


async def _put_manifest(request: Request, path: str, reference: str) -> Response:
    registry = _registry(request)
    manifest = Manifest(await _limited_body(request), request.headers.get("content-type", ""))
    # A manifest by digest belongs to an index that comes later, and is no push of a tag.
    if _DIGEST.fullmatch(reference):
        return await _pass_on(request, manifest.content)
    _check_immutability(registry.instance.repository(*_split(path)), reference, manifest)
    response = await _pass_on(request, manifest.content)
    # Only what the registry has really stored may fire rules.
    if response.status_code == 201:
        await _record(registry, path, reference, manifest)
    return response


async def _limited_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        # While reading, so that an endless body fills no memory.
        if len(body) > MANIFEST_LIMIT:
            raise RefusalError(413, "MANIFEST_INVALID", f"a manifest may have {MANIFEST_LIMIT} bytes")
    return bytes(body)


def _check_immutability(repository: Repository | None, tag: str, manifest: Manifest) -> None:
    existing = repository.images.get(tag) if repository and repository.tag_immutability else None
    if existing and existing.digest != digest_of(manifest.content):
        raise RefusalError(403, "DENIED", f"tag {tag} is immutable and cannot be overwritten")


async def _record(registry: Registry, path: str, tag: str, manifest: Manifest) -> None:
    namespace, name = _split(path)
    instance = registry.instance
    repository = instance.repository(namespace, name) or instance.create_repository(namespace, name)
    try:
        size, image_id = await registry.backend.size(path, manifest), manifest.image_id
    except MalformedManifestError:
        # Another kind of artifact. It is stored and listed all the same.
        size, image_id = len(manifest.content), manifest.digest.removeprefix("sha256:")
    await registry.pushed(instance, repository, Image(tag, manifest.digest, size, image_id))


async def _pass_on(request: Request, body: bytes | None = None) -> Response:
    backend: Backend = _registry(request).backend
    headers = [(name, value) for name, value in request.headers.raw if name not in _NOT_PASSED_ON]
    query = request.scope["query_string"].decode("latin-1")
    # Raw, since decoding and encoding again may change a path.
    url = request.scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
    has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
    stream = request.stream() if has_body and body is None else body
    sent = backend.client.build_request(request.method, url, headers=headers, content=stream)
    try:
        answer = await backend.client.send(sent, stream=True)
    except httpx.HTTPError as error:
        raise RefusalError(502, "UNKNOWN", f"the registry did not answer: {error!r}") from error
    # As a stream, since layers may be larger than memory.
    response = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose))
    response.raw_headers = [
        (name.lower(), value) for name, value in answer.headers.raw if name.lower() not in _HOP_BY_HOP
    ]
    return response

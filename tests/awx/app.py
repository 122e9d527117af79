"""Serve the REST API, as far as modules use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acr_emulator.server import json_response
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import credentials, surveys
from .errors import RefusedError
from .kinds import KINDS, Kind
from .store import Store, Thing

ROOT = "/api/v2"
VERSION = {"X-API-Product-Name": "AWX", "X-API-Product-Version": "24.6.1"}
_NO_FILTERS = ("page", "page_size", "order_by")


class Api:
    """Answers requests that bring the token."""

    def __init__(self, store: Store, token: str) -> None:
        self._store = store
        self._token = token
        paths = {
            "/{kind}/": self._collection,
            "/{kind}/{id:int}/": self._detail,
            "/{kind}/{id:int}/survey_spec/": self._survey,
            "/workflow_job_template_nodes/{id:int}/create_approval_template/": self._approval,
            "/{kind}/{id:int}/{association}/": self._association,
        }
        methods = ["GET", "POST", "PATCH", "DELETE"]
        routes = [Route(f"{ROOT}{path}", self._answer(handler), methods=methods) for path, handler in paths.items()]
        self.app = Starlette(routes=routes)

    def _answer(self, handler: Any) -> Any:
        async def answer(request: Request) -> Response:
            try:
                if request.headers.get("authorization") != f"Bearer {self._token}":
                    raise RefusedError(401, {"detail": "Authentication credentials were not provided."})
                sent = await request.json() if request.method in ("POST", "PATCH") else {}
                status, body = handler(request, sent)
            except RefusedError as error:
                status, body = error.status, error.body
            if status in (202, 204):
                return Response(status_code=status, headers=VERSION)
            return json_response(body, status, VERSION)

        return answer

    def _collection(self, request: Request, sent: Thing) -> tuple[int, Any]:
        name = request.path_params["kind"]
        if name not in KINDS and name != "unified_job_templates":
            raise RefusedError(404, {"detail": "Not found."})
        if request.method == "POST":
            return 201, self._shown(self._store.create(KINDS[name], sent))
        found = [self._shown(thing) for thing in self._store.listed(name) if _matches(thing, request.query_params)]
        return 200, _page(found)

    def _detail(self, request: Request, sent: Thing) -> tuple[int, Any]:
        kind = _kind(request)
        thing = self._store.get(kind.name, request.path_params["id"])
        if request.method == "DELETE":
            return self._store.delete(kind, thing), {}
        if request.method == "PATCH":
            self._store.change(kind, thing, sent)
        return 200, self._shown(thing)

    def _survey(self, request: Request, sent: Thing) -> tuple[int, Any]:
        identity = self._store.get(_kind(request).name, request.path_params["id"])["id"]
        if request.method == "POST":
            surveys.check(sent)
            self._store.surveys[identity] = sent
            self._store.writes.append(f"POST survey_spec {identity}")
        elif request.method == "DELETE":
            self._store.surveys.pop(identity, None)
            self._store.writes.append(f"DELETE survey_spec {identity}")
        return 200, self._store.surveys.get(identity, {})

    def _approval(self, request: Request, sent: Thing) -> tuple[int, Any]:
        node = self._store.get("workflow_job_template_nodes", request.path_params["id"])
        approval = self._store.create(KINDS["workflow_approval_templates"], sent)
        self._store.things["workflow_approval_templates"].pop(node["unified_job_template"], None)
        node["unified_job_template"] = approval["id"]
        return 201, self._shown(approval)

    def _association(self, request: Request, sent: Thing) -> tuple[int, Any]:
        kind, association = _kind(request), request.path_params["association"]
        thing = self._store.get(kind.name, request.path_params["id"])
        if association not in kind.associations:
            raise RefusedError(404, {"detail": "Not found."})
        if request.method == "POST":
            self._store.associate(kind, thing, association, sent)
            return 204, {}
        target = {"children": "groups"}.get(association, association)
        target = kind.name if association.endswith("_nodes") else target
        associated = thing["associations"].get(association, [])
        return 200, _page([self._shown(self._store.get(target, identity)) for identity in associated])

    def _shown(self, thing: Thing) -> Thing:
        """Return a thing as it is read, without its secrets."""
        kind = next(kind for kind in KINDS.values() if kind.type == thing["type"])
        url = f"{ROOT}/{kind.name}/{thing['id']}/"
        related = {name: f"{url}{name}/" for name in (*kind.associations, "survey_spec")}
        shown = {name: value for name, value in thing.items() if name not in ("associations", "still_listed")}
        template = self._store.find("unified_job_templates", thing.get("unified_job_template"))
        if template:
            folder = next(name for name, kind in KINDS.items() if kind.type == template["type"])
            related["unified_job_template"] = f"{ROOT}/{folder}/{template['id']}/"
        if kind.name == "credentials":
            shown["inputs"] = credentials.hidden(
                self._store.get("credential_types", thing["credential_type"]), thing["inputs"]
            )
        if kind.name == "projects":
            shown["scm_revision"] = "0" * 40
        return {**shown, "url": url, "related": related, "summary_fields": {}}


def _kind(request: Request) -> Kind:
    kind = KINDS.get(request.path_params["kind"])
    if kind is None:
        raise RefusedError(404, {"detail": "Not found."})
    return kind


def _matches(thing: Thing, filters: Mapping[str, str]) -> bool:
    """Return whether a list's filters select a thing."""
    demanded = {name: value for name, value in filters.items() if name not in _NO_FILTERS}
    either = {name.removeprefix("or__"): value for name, value in demanded.items() if name.startswith("or__")}
    both = {name: value for name, value in demanded.items() if not name.startswith("or__")}
    if either and not any(str(thing.get(name)) == value for name, value in either.items()):
        return False
    return all(str(thing.get(name)) == value for name, value in both.items())


def _page(found: list[Thing]) -> Thing:
    return {"count": len(found), "next": None, "previous": None, "results": found}

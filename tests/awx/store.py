"""Keep everything that the controller keeps, and change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from . import fields, rules
from .errors import RefusedError, invalid
from .kinds import KINDS, UNIFIED, Kind

Thing = dict[str, Any]
PLAYBOOKS = "playbook_files"
# How often a thing that is being deleted is still listed. The real one needs some seconds for an inventory.
STILL_LISTED = 2


class Store:
    """Keep all things.

    `writes` counts what was created, changed or deleted; `playbooks` is what an update of a project finds.
    """

    def __init__(self, playbooks: list[str]) -> None:
        self.things: dict[str, dict[int, Thing]] = {name: {} for name in KINDS}
        self.surveys: dict[int, Thing] = {}
        self.writes: list[str] = []
        self.playbooks = playbooks
        self._last_id = 0
        self._put(KINDS["organizations"], {"name": "Default", "description": "", "max_hosts": 0})

    def create(self, kind: Kind, sent: Mapping[str, Any]) -> Thing:
        for name, spec in kind.fields.items():
            if spec.get("required") and sent.get(name) is None:
                raise invalid(name, "This field is required.")
        thing = {name: spec.get("default") for name, spec in kind.fields.items()}
        thing |= self._checked(kind, sent)
        rules.check(self, kind.name, thing, {})
        self._be_unique(kind, thing)
        self.writes.append(f"POST {kind.name} {thing.get('name') or thing.get('identifier')}")
        return self._put(kind, thing)

    def change(self, kind: Kind, thing: Thing, sent: Mapping[str, Any]) -> Thing:
        checked = self._checked(kind, {name: value for name, value in sent.items() if name not in kind.fixed})
        changed = {**thing, **checked}
        rules.check(self, kind.name, changed, thing)
        self._be_unique(kind, changed)
        self.writes.append(f"PATCH {kind.name} {thing.get('name') or thing.get('identifier')}")
        thing.update(changed)
        return thing

    def delete(self, kind: Kind, thing: Thing) -> int:
        """Delete a thing with its parts; return the status."""
        rules.check_deletion(self, kind.name, thing)
        self.writes.append(f"DELETE {kind.name} {thing.get('name') or thing.get('identifier')}")
        if kind.name == "inventories":
            thing["pending_deletion"] = True
            thing["still_listed"] = STILL_LISTED
            return 202
        self._remove(kind.name, thing)
        return 204

    def listed(self, kind: str) -> Iterator[Thing]:
        """Yield all things of a kind, or all launchable ones."""
        for name in UNIFIED if kind == "unified_job_templates" else (kind,):
            for thing in list(self.things[name].values()):
                if thing.get("pending_deletion"):
                    thing["still_listed"] -= 1
                    if thing["still_listed"] < 0:
                        self._remove(name, thing)
                        continue
                yield thing

    def find(self, kind: str, identity: int | None) -> Thing | None:
        for name in (*UNIFIED, "workflow_approval_templates") if kind == "unified_job_templates" else (kind,):
            if identity in self.things.get(name, {}):
                return self.things[name][identity]
        return None

    def get(self, kind: str, identity: int) -> Thing:
        found = self.find(kind, identity)
        if found is None:
            raise RefusedError(404, {"detail": "Not found."})
        return found

    def named(self, kind: str, name: str) -> Thing:
        return next(thing for thing in self.things[kind].values() if thing.get("name") == name)

    def associate(self, kind: Kind, thing: Thing, association: str, sent: Mapping[str, Any]) -> None:
        associated: list[int] = thing["associations"].setdefault(association, [])
        identity = int(sent["id"])
        if sent.get("disassociate"):
            associated.remove(identity)
        elif identity not in associated:
            rules.check_association(self, kind.name, thing, association, identity)
            associated.append(identity)
        self.writes.append(f"POST {kind.name} {thing['id']} {association} {identity}")

    def _checked(self, kind: Kind, sent: Mapping[str, Any]) -> Thing:
        """Return the known fields; the others are ignored."""
        found = {name: fields.check(name, sent[name], spec) for name, spec in kind.fields.items() if name in sent}
        for name, spec in kind.fields.items():
            if found.get(name) and "refers" in spec and self.find(spec["refers"], found[name]) is None:
                raise invalid(name, f'Invalid pk "{found[name]}" - object does not exist.')
        return found

    def _be_unique(self, kind: Kind, thing: Thing) -> None:
        for names in kind.unique:
            for other in self.things[kind.name].values():
                if other["id"] != thing.get("id") and all(other.get(name) == thing.get(name) for name in names):
                    field = names[0] if len(names) == 1 else "__all__"
                    raise invalid(field, f"{kind.type} with this {', '.join(names)} already exists.")

    def _put(self, kind: Kind, thing: Thing) -> Thing:
        self._last_id += 1
        thing |= {"id": self._last_id, "type": kind.type, "associations": {}}
        self.things[kind.name][self._last_id] = thing
        if kind.name in ("credential_types", "credentials", "execution_environments"):
            thing["managed"] = False
        if kind.name == "projects" and thing["scm_type"]:
            thing[PLAYBOOKS] = self.playbooks  # what the update finds, which the modules wait for
        return thing

    def _remove(self, kind: str, thing: Thing) -> None:
        del self.things[kind][thing["id"]]
        self.surveys.pop(thing["id"], None)
        if kind == "workflow_job_template_nodes":  # an approval is part of its node
            self.things["workflow_approval_templates"].pop(thing["unified_job_template"], None)
        for name, field in rules.PARTS.get(kind, ()):
            for part in [part for part in self.things[name].values() if part.get(field) == thing["id"]]:
                self._remove(name, part)
        for other in list(chain.from_iterable(things.values() for things in self.things.values())):
            for identities in other["associations"].values():
                if thing["id"] in identities:
                    identities.remove(thing["id"])

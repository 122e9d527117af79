# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the settings of repositories with those of their sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.repository import Repository
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.repository_settings import (
    Name,
    read_settings,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import TargetRepository
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.routes import Routes
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.side import Side

# Repositories of one destination that have a finding each. More of them are one finding, with an example.
_NAMED = 3
# Rows in the result. A report shows fewer, and follow_settings shows all.
_MOST = 200
# Characters of a value in a sentence, of which two still fit into a line.
_SHOWN = 60
_REMEDY = "registryops.alicloud.follow_settings keeps them equal, or leave them out of settings (verify_sync_settings)."


class Drift(NamedTuple):
    """One setting that differs from the source's."""

    source: Name
    target: TargetRepository
    field: str
    wanted: Any
    found: Any

    def to_result(self) -> dict[str, Any]:
        return {
            "source": "/".join(self.source),
            "target": f"{self.target.namespace}/{self.target.repository}",
            "target_instance_id": self.target.instance_id,
            "field": self.field,
            "source_value": self.wanted,
            "target_value": self.found,
        }


class SettingsFound(NamedTuple):
    """What differs, and what could not be read."""

    drifts: Sequence[Drift] = ()
    unread: Sequence[Finding] = ()

    def rows(self) -> list[dict[str, Any]]:
        return [drift.to_result() for drift in self.drifts[:_MOST]]

    def findings(self, names: Mapping[str, str]) -> list[Finding]:
        """Return a warning for each repository, or one for all if there are many.

        `names` are the destinations' hosts, by instance ID.
        """
        found = list(self.unread)
        by_target: dict[str, dict[TargetRepository, list[Drift]]] = {}
        for drift in self.drifts:
            by_target.setdefault(drift.target.instance_id, {}).setdefault(drift.target, []).append(drift)
        for instance_id, repositories in by_target.items():
            where = names.get(instance_id) or instance_id
            sentences = [_sentence(drifts, where) for drifts in repositories.values()]
            if len(sentences) > _NAMED:
                more = f"{len(sentences):,} repositories at {where} differ from their sources, such as {sentences[0]}"
                found.append(warning("different_settings", where, more, _REMEDY))
            else:
                found += [warning("different_settings", where, sentence, _REMEDY) for sentence in sentences]
        return found


def compare_settings(
    source: Side, destinations: Iterable[Side], routes: Routes, settings: Sequence[str]
) -> SettingsFound:
    """Read both sides' settings and return what differs.

    A repository that a destination lacks is left out: that its images are missing is told already.
    """
    every = {origin: list(routes.of(*origin)) for origin in source.places}
    ways = {origin: targets for origin, targets in every.items() if targets}
    described = "description" in settings
    try:
        namespaces = routes.select.namespaces
        wanted = read_settings(
            source.client, source.instance_id, namespaces, lambda name: name in ways, described=described
        )
    except AcrError as failure:
        return SettingsFound(unread=[_unread(source, failure)])
    drifts: list[Drift] = []
    unread: list[Finding] = []
    for side in destinations:
        pairs = [(origin, target) for origin, target in _pairs(ways) if target.instance_id == side.instance_id]
        try:
            found = _settings_of(side, [target for _origin, target in pairs], described=described)
        except AcrError as failure:
            # The other destinations can still be compared.
            unread.append(_unread(side, failure))
            continue
        for origin, target in pairs:
            there = found.get((target.namespace, target.repository))
            if origin in wanted and there:
                drifts += _drifts(origin, target, wanted[origin], there, settings)
    return SettingsFound(sorted(drifts), unread)


def _settings_of(side: Side, targets: Iterable[TargetRepository], *, described: bool) -> dict[Name, Repository]:
    """Return the settings of some repositories of a destination."""
    names = {(target.namespace, target.repository) for target in targets}
    # Only their namespaces are listed: a destination may hold a thousand others.
    namespaces = sorted({namespace for namespace, _repository in names})
    return read_settings(side.client, side.instance_id, namespaces, names.__contains__, described=described)


def _pairs(ways: Mapping[Name, Iterable[TargetRepository]]) -> Iterator[tuple[Name, TargetRepository]]:
    for origin, targets in ways.items():
        for target in targets:
            yield origin, target


def _drifts(
    origin: Name, target: TargetRepository, wanted: Repository, found: Repository, settings: Sequence[str]
) -> list[Drift]:
    """Return the settings in which a repository at a destination differs from its source."""
    drifts = []
    for name in settings:
        value, copied = getattr(wanted, name), getattr(found, name)
        # None, an empty text and false are the same, since answers leave out what is not set.
        if (value or None) != (copied or None):
            drifts.append(Drift(origin, target, name, value, copied))
    return drifts


def _sentence(drifts: Sequence[Drift], where: str) -> str:
    target, source = drifts[0].target, "/".join(drifts[0].source)
    words = ", ".join(f"{drift.field} is {_short(drift.found)}, not {_short(drift.wanted)}" for drift in drifts)
    return f"{target.namespace}/{target.repository} at {where} differs from its source {source} ({words})"


def _short(value: Any) -> str:
    """Return a value as an inventory has it, and cut a long text."""
    if isinstance(value, bool):
        return str(value).lower()
    if not value:
        return "empty"
    text = str(value)
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _unread(side: Side, failure: AcrError) -> Finding:
    problem = f"the settings of repositories on {side.instance_id} could not be read: {str(failure).rstrip('. ')}"
    remedy = "Allow what is refused, or leave settings (verify_sync_settings in the role) empty."
    return warning("unread_settings", side.instance_id, problem, remedy)

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe things in the cloud by plain values; metadata says what the API does to each of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import Field, dataclass, field, fields, replace
from datetime import datetime, timezone
from functools import cache
from typing import Any, TypeVar

S = TypeVar("S", bound="State")


def attribute(
    wire: str,
    *,
    read_as: str = "",
    write_only: bool = False,
    read_only: bool = False,
    fixed: bool = False,
    values: Mapping[str, str] | None = None,
    default: Any = None,
) -> Any:
    """Define an attribute of a State; None means not given.

    Args:
        wire: the parameter's name in requests; dots lead into nested objects.
        read_as: the field's name in answers, where it differs.
        write_only: sent, but never returned, so it cannot be compared.
        read_only: returned, but never sent.
        fixed: cannot be changed once the thing exists.
        values: this collection's words mapped to the API's.
        default: what is sent on creation if nothing is said.
    """
    metadata = {
        "wire": wire,
        "read_as": read_as or wire,
        "write_only": write_only,
        "read_only": read_only,
        "fixed": fixed,
        "values": dict(values or {}),
        # Not the dataclass's default: that is None, which means that the task gave nothing.
        "default": default,
    }
    return field(default=None, metadata=metadata)  # pylint: disable=invalid-field-call


@dataclass(frozen=True, slots=True)
class State:
    """The base of all states; an attribute of None is left alone."""

    @classmethod
    def attributes(cls) -> dict[str, Field[Any]]:
        return {definition.name: definition for definition in fields(cls)}

    @classmethod
    @cache  # once for a class, since a long list has 100,000 items
    def _paths(cls) -> list[tuple[str, list[str], dict[str, str]]]:
        """Return each attribute's name, its path in an answer, and our word for each of the API's."""
        found = []
        for name, definition in cls.attributes().items():
            words = {wire: word for word, wire in definition.metadata["values"].items()}
            found.append((name, definition.metadata["read_as"].split("."), words))
        return found

    @classmethod
    def from_params(cls: type[S], params: Mapping[str, Any]) -> S:
        return cls(**{name: params.get(name) for name in cls.attributes()})

    @classmethod
    def from_api(cls: type[S], data: Mapping[str, Any]) -> S:
        found = {}
        for name, path, words in cls._paths():
            value: Any = data
            for step in path:
                value = (value if isinstance(value, dict) else _unpacked(value)).get(step)
            # An attribute that is not set is an empty text in an answer. A word that we do not know is kept as it is.
            found[name] = (words.get(value, value) or None) if isinstance(value, str) else value
        return cls(**found)

    def to_api(self) -> dict[str, Any]:
        """Return the request's parameters for all attributes with values."""
        request: dict[str, Any] = {}
        for name, definition in self.attributes().items():
            value = getattr(self, name)
            if value is not None and not definition.metadata["read_only"]:
                wire = definition.metadata["values"].get(value, value) if isinstance(value, str) else value
                _bury(request, definition.metadata["wire"], wire)
        return request

    def to_result(self) -> dict[str, Any]:
        """Return what users see: our names and words, and times in ISO 8601 as well."""
        result = {name: getattr(self, name) for name in self.attributes() if getattr(self, name) is not None}
        for name in [name for name in result if name.endswith("_time")]:
            result[f"{name}_iso"] = iso_time(result[name])
        return result

    def filled_from(self: S, current: S) -> S:
        """Return a copy whose unset values are the current ones."""
        unsaid = {name: getattr(current, name) for name in self.attributes() if getattr(self, name) is None}
        return replace(self, **unsaid)

    def with_defaults(self: S) -> S:
        unsaid = {
            name: definition.metadata["default"]
            for name, definition in self.attributes().items()
            if getattr(self, name) is None
        }
        return replace(self, **unsaid)

    def echo(self: S, said: S) -> S:
        """Return a copy with write-only attributes from the options, which the diff would else show as changed."""
        definitions = self.attributes().items()
        unread = [name for name, definition in definitions if definition.metadata["write_only"]]
        return replace(self, **{name: getattr(said, name) for name in unread})

    def changes(self: S, goal: S) -> dict[str, tuple[Any, Any]]:
        """Return each attribute that differs, as (now, wanted).

        None, an empty text and false count as the same, since answers leave out what is not set.
        """
        changed = {}
        for name, definition in self.attributes().items():
            now, wanted = getattr(self, name), getattr(goal, name)
            comparable = not (definition.metadata["write_only"] or definition.metadata["read_only"])
            if comparable and wanted is not None and now != wanted and (now or wanted):
                changed[name] = (now, wanted)
        return changed


def iso_time(milliseconds: int | str) -> str:
    """Return epoch milliseconds as 2026-01-31T12:00:00Z."""
    moment = datetime.fromtimestamp(int(milliseconds) / 1000, tz=timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _unpacked(value: Any) -> Mapping[str, Any]:
    """Return an object of an answer, even from JSON text, which is how requests carry it."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = json.loads(value)
    return value if isinstance(value, dict) else {}


def _bury(request: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    for step in way:
        request = request.setdefault(step, {})
    request[last] = value

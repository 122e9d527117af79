# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe things in the cloud by plain values.

Metadata says what the API does to each.
"""

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
        # Not the dataclass's own default: None has to mean that the task gave nothing.
        "default": default,
    }
    return field(default=None, metadata=metadata)  # pylint: disable=invalid-field-call


@dataclass(frozen=True, slots=True)
class State:
    """Base of all states; None means leave it alone."""

    @classmethod
    def attributes(cls) -> dict[str, Field[Any]]:
        return {definition.name: definition for definition in fields(cls)}

    @classmethod
    @cache  # there are very many answers
    def _ways(cls) -> list[tuple[str, list[str], dict[str, str]]]:
        """Return each attribute's name, path and words.

        The path leads to it in an answer; the words replace the API's.
        """
        return [
            (
                name,
                definition.metadata["read_as"].split("."),
                {wire: word for word, wire in definition.metadata["values"].items()},
            )
            for name, definition in cls.attributes().items()
        ]

    @classmethod
    def from_params(cls: type[S], params: Mapping[str, Any]) -> S:
        return cls(**{name: params.get(name) for name in cls.attributes()})

    @classmethod
    def from_api(cls: type[S], data: Mapping[str, Any]) -> S:
        found = {}
        for name, way, words in cls._ways():
            value: Any = data
            for step in way:
                value = (value if isinstance(value, dict) else _unpacked(value)).get(step)
            # Answers write an attribute that is not set as an empty text. A word that this version does not know is
            # shown as it is.
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
        """Return what users see.

        Names are in snake_case, words replace API constants, and times are also in ISO 8601.
        """
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
        """Return a copy with write-only attributes from the options.

        The diff would else show them as changed.
        """
        unread = {
            n: getattr(said, n) for n, definition in self.attributes().items() if definition.metadata["write_only"]
        }
        return replace(self, **unread)

    def changes(self: S, goal: S) -> dict[str, tuple[Any, Any]]:
        """Return each attribute that differs, as (now, wanted).

        Nothing, an empty text and false count as the same.
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
    """Return an object of an answer, even from JSON text.

    The service takes it as JSON text in requests.
    """
    if isinstance(value, str):
        with suppress(ValueError):
            value = json.loads(value)
    return value if isinstance(value, dict) else {}


def _bury(request: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    for step in way:
        request = request.setdefault(step, {})
    request[last] = value

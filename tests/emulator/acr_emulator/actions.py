"""Define an API action: a function of a `Call` that returns the answer's own fields, with the right that it needs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import invalid, missing

if TYPE_CHECKING:
    from .account import Account
    from .cloud import Cloud
    from .identity import Caller
    from .state import State

Answer = dict[str, Any]
# All services share one endpoint here, so the version in a request tells which service is meant.
VERSIONS = {"2018-12-01": "cr", "2015-05-01": "ram", "2015-04-01": "sts"}


@dataclass(slots=True)
class Call:
    """One authenticated request; its methods raise MissingParameter and InvalidParameter."""

    cloud: Cloud
    caller: Caller
    account: Account
    parameters: Mapping[str, str]

    @property
    def state(self) -> State:
        return self.cloud.state

    def given(self, name: str) -> str:
        """Return a required parameter, which may be empty."""
        if name not in self.parameters:
            raise missing(name)
        return self.parameters[name]

    def text(self, name: str) -> str:
        """Return a required parameter that must not be empty."""
        value = self.given(name)
        if not value:
            raise invalid(name, "it is empty")
        return value

    def optional(self, name: str, default: str = "") -> str:
        return self.parameters.get(name) or default

    def choice(self, name: str, *choices: str, default: str | None = None) -> str:
        value = self.text(name) if default is None else self.optional(name, default)
        # An update's default is the present value, which may be none of the choices.
        if value not in choices and value != default:
            raise invalid(name, f"it must be one of {', '.join(choices)}")
        return value

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        value = self.parameters.get(name)
        if not value:
            return default
        # int() alone would also take "1_000" and digits of other scripts.
        if not re.fullmatch(r"-?[0-9]{1,18}", value) or not low <= int(value) <= high:
            raise invalid(name, f"it must be an integer from {low} to {high}")
        return int(value)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.optional(name).lower()
        if value not in ("", "true", "false"):
            raise invalid(name, "it must be true or false")
        return value == "true" if value else default

    def json(self, name: str) -> Any:
        """Return the value of a parameter that carries JSON; None if it is absent."""
        value = self.parameters.get(name)
        if not value:
            return None
        try:
            return json.loads(value)
        except (ValueError, RecursionError) as error:
            raise invalid(name, "it is not JSON") from error

    def strings(self, name: str) -> list[str]:
        """Return a list that is given as JSON, or by older SDKs as Name.1, Name.2."""
        value = self.json(name)
        if value is None:
            numbered = self._numbered(name)
            return [numbered[number][""] for number in sorted(numbered) if "" in numbered[number]]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise invalid(name, "it must be a list of strings")
        return value

    def objects(self, name: str) -> list[dict[str, str]]:
        """Return objects given as JSON or Name.1.Key, Name.1.Value."""
        value = self.json(name)
        if value is None:
            numbered = self._numbered(name)
            return [numbered[number] for number in sorted(numbered)]
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise invalid(name, "it must be a list of objects")
        return value

    def _numbered(self, name: str) -> dict[int, dict[str, str]]:
        found: dict[int, dict[str, str]] = {}
        # At most four digits, so that no number is large enough to cost memory.
        pattern = re.compile(re.escape(name) + r"\.([0-9]{1,4})(?:\.(\w+))?")
        for key, value in self.parameters.items():
            matched = pattern.fullmatch(key)
            if matched:
                found.setdefault(int(matched[1]), {})[matched[2] or ""] = value
        return found


Resources = Callable[[Call], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Action:
    """An action with the right that it needs.

    `authority` is the RAM action that a caller needs on each of `resources`; it is empty if any caller may do it.
    `marker` is the field of CR's answers that says whether it went well.
    """

    product: str
    name: str
    answer: Callable[[Call], Answer]
    authority: str
    resources: Resources
    methods: tuple[str, ...]
    marker: str


# Filled by the decorator below when the modules of the services are imported.
ACTIONS: dict[tuple[str, str], Action] = {}


def any_resource(_call: Call) -> tuple[str, ...]:
    return ("*",)


def action(
    name: str,
    resources: Resources = any_resource,
    *,
    authority: str | None = None,
    methods: tuple[str, ...] = ("POST", "GET"),
    marker: str = "IsSuccess",
) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
    """Register a function as an action, such as `cr:CreateNamespace`; `authority` is its RAM action if that differs."""
    product, _colon, plain = name.partition(":")

    def register(function: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        needed = name if authority is None else authority
        ACTIONS[product, plain] = Action(product, plain, function, needed, resources, methods, marker)
        return function

    return register

"""Check one field's value by the contract."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import yaml

from .errors import invalid

Spec = dict[str, Any]
# Integers are columns of 32 bits.
LARGEST = 2**31 - 1


def check(name: str, value: Any, spec: Spec) -> Any:
    """Return the value as the server keeps it.

    Raises:
        RefusedError: it is not of the field's type, or outside its limits.
    """
    if value is None:
        if spec["type"] == "id" or spec.get("default", "") is None:
            return None
        raise invalid(name, "This field may not be null.")
    return _CHECKS[spec["type"]](name, value, spec)


def _string(name: str, value: Any, spec: Spec) -> str:
    if isinstance(value, dict | list | bool):
        raise invalid(name, "Not a valid string.")
    text = str(value)
    if not text and spec.get("required"):
        raise invalid(name, "This field may not be blank.")
    if len(text) > spec.get("max_length", len(text)):
        raise invalid(name, f"Ensure this field has no more than {spec['max_length']} characters.")
    return text


def _integer(name: str, value: Any, spec: Spec) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise invalid(name, "A valid integer is required.") from error
    least = spec.get("min_value", -LARGEST - 1)
    if number < least:
        raise invalid(name, f"Ensure this value is greater than or equal to {least}.")
    if number > LARGEST:
        raise invalid(name, f"Ensure this value is less than or equal to {LARGEST}.")
    return number


def _boolean(name: str, value: Any, _spec: Spec) -> bool:
    if not isinstance(value, bool):
        raise invalid(name, "Must be a valid boolean.")
    return value


def _choice(name: str, value: Any, spec: Spec) -> Any:
    # The modules hand verbosity on as text.
    for choice in spec["choices"]:
        if value == choice or (isinstance(choice, int) and value == str(choice)):
            return choice
    raise invalid(name, f'"{value}" is not a valid choice.')


def _identity(name: str, value: Any, _spec: Spec) -> int | None:
    if value == "":
        return None
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise invalid(name, "Incorrect type. Expected pk value.") from error


def _json(name: str, value: Any, _spec: Spec) -> Any:
    """Return a mapping; text may hold one, too."""
    return parsed(name, value) if isinstance(value, str) else value


def _mapping_text(name: str, value: Any, _spec: Spec) -> str:
    """Return text that holds a mapping in JSON or YAML.

    A mapping itself is refused.
    """
    text = _string(name, value, {})
    parsed(name, text)
    return text


def parsed(name: str, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        try:
            found = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise invalid(name, f"Cannot parse as JSON or YAML: {error}") from error
    if not isinstance(found or {}, dict):
        raise invalid(name, f"Cannot parse as JSON or YAML: {type(found).__name__} is not a dictionary.")
    return found or {}


_CHECKS: dict[str, Callable[[str, Any, Spec], Any]] = {
    "string": _string,
    "integer": _integer,
    "boolean": _boolean,
    "choice": _choice,
    "id": _identity,
    "json": _json,
    "mapping_text": _mapping_text,
}

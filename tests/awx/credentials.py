"""Check credentials, and give them to jobs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import jinja2
import jsonschema
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .errors import RefusedError, invalid

ENCRYPTED = "$encrypted$"
_FIELD = {
    "type": "object",
    "required": ["id", "label"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string"},
        "label": {"type": "string"},
        "type": {"enum": ["string", "boolean"]},
        "format": {"enum": ["ssh_private_key", "url"]},
        "choices": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string"}},
        "help_text": {"type": "string"},
        "multiline": {"type": "boolean"},
        "secret": {"type": "boolean"},
        "ask_at_runtime": {"type": "boolean"},
        "default": {},
    },
}
_INPUTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "fields": {"type": "array", "items": _FIELD},
        "required": {"type": "array", "items": {"type": "string"}},
    },
}
_VARIABLE = {
    "anyOf": [
        {"type": "string", "pattern": r"^[\x00-\x7f]*$"},
        {"type": "array", "items": {"$ref": "#/$defs/variable"}},
        {"type": "object", "additionalProperties": {"$ref": "#/$defs/variable"}},
    ]
}
_NAME = "^[a-zA-Z_]+[a-zA-Z0-9_]*$"
_INJECTORS = {
    "$defs": {"variable": _VARIABLE},
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "file": {"type": "object", "additionalProperties": False, "patternProperties": {r"^template(\.\w+)?$": {}}},
        "env": {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {_NAME: {"type": "string", "pattern": r"^[\x00-\x7f]*$"}},
        },
        "extra_vars": {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {_NAME: {"$ref": "#/$defs/variable"}},
        },
    },
}
_REFUSED_NAMES = re.compile(
    r"ANSIBLE_.*|VIRTUAL_ENV|PATH|PYTHONPATH|JOB_ID|INVENTORY_ID|INVENTORY_SOURCE_ID|INVENTORY_UPDATE_ID"
    r"|AD_HOC_COMMAND_ID|REST_API_URL|REST_API_TOKEN|MAX_EVENT_RES|CALLBACK_QUEUE|CALLBACK_CONNECTION|CACHE"
    r"|JOB_CALLBACK_DEBUG|INVENTORY_HOSTVARS|AWX_HOST|PROJECT_REVISION|SUPERVISOR_CONFIG_PATH"
)
_NOT_WITH_BOOLEAN = ("choices", "multiline", "format", "secret")


def check_type(thing: Mapping[str, Any]) -> None:
    """Refuse a credential type that the server would refuse."""
    _validate("inputs", thing["inputs"], _INPUTS)
    _validate("injectors", thing["injectors"], _INJECTORS)
    names: list[str] = []
    for field in thing["inputs"].get("fields", []):
        field.setdefault("type", "string")
        _check_field(field, names)
        names.append(field["id"])
    for name in thing["injectors"].get("env", {}):
        if _REFUSED_NAMES.fullmatch(name):
            raise invalid("injectors", f"Environment variable {name} is not allowed to be used in credentials.")
    _check_templates(thing["injectors"], names)


def _check_field(field: Mapping[str, Any], others: list[str]) -> None:
    name, boolean = field["id"], field["type"] == "boolean"
    if not re.fullmatch(_NAME, name) or name == "tower":
        raise invalid("inputs", f"{name} is an invalid variable name")
    if name in others:
        raise invalid("inputs", f"field IDs must be unique ({name})")
    wrong = [key for key in _NOT_WITH_BOOLEAN if boolean and key in field]
    if wrong:
        raise invalid("inputs", f"{wrong[0]} not allowed for boolean type ({name})")
    if "default" in field and isinstance(field["default"], bool) != boolean:
        raise invalid("inputs", f"{field['default']} is not a {field['type']}")
    if "default" in field and not isinstance(field["default"], bool | str):
        raise invalid("inputs", f"{field['default']} is not a string")


def _check_templates(injectors: Mapping[str, Any], names: list[str]) -> None:
    files = [name.partition(".")[2] for name in injectors.get("file", {})]
    values: dict[str, Any] = dict.fromkeys(names, "EXAMPLE")
    if files:
        values["tower"] = {"filename": dict.fromkeys(files, "FILE") if any(files) else "FILE"}
    try:
        _rendered(injectors, values)
    except jinja2.UndefinedError as error:
        raise invalid("injectors", f"uses an undefined field ({error})") from error
    except jinja2.TemplateSyntaxError as error:
        raise invalid("injectors", f"Syntax error rendering template ({error})") from error


def _validate(field: str, value: Any, schema: dict[str, Any]) -> None:
    errors = [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(value)]
    if errors:
        raise invalid(field, *errors)


def check_inputs(kind: Mapping[str, Any], inputs: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return a credential's inputs as they are kept.

    Secrets are kept as they are here, and hidden when read.
    """
    fields = {field["id"]: field for field in kind["inputs"].get("fields", [])}
    kept = {}
    for name, value in inputs.items():
        if name not in fields:
            raise invalid("inputs", f"Additional properties are not allowed ('{name}' was unexpected)")
        wanted = _value(fields[name], value, before.get(name))
        if wanted is not None:
            kept[name] = wanted
    return kept


def _value(field: Mapping[str, Any], value: Any, before: Any) -> Any:
    """Return what is kept of one input; None if nothing is."""
    name = field["id"]
    expected = bool if field["type"] == "boolean" else str
    if not isinstance(value, expected):
        raise RefusedError(400, {"inputs": {name: [f"{value!r} is not of type '{field['type']}'"]}})
    if field.get("choices") and value == "":
        return field.get("default")
    if field.get("choices") and value not in field["choices"]:
        raise RefusedError(400, {"inputs": {name: [f"{value!r} is not one of {field['choices']}"]}})
    if field.get("secret"):
        if value == ENCRYPTED and before is None:
            raise invalid("inputs", f"{ENCRYPTED} is a reserved keyword, and cannot be used for {name}.")
        return before if value == ENCRYPTED else value or None
    return value


def hidden(kind: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs as they are shown."""
    secret = {field["id"] for field in kind["inputs"].get("fields", []) if field.get("secret")}
    return {name: ENCRYPTED if name in secret else value for name, value in inputs.items()}


def environment(kind: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables that a job gets.

    An input that was left out is an empty text, or False.
    """
    values = {field["id"]: field["type"] != "boolean" and "" for field in kind["inputs"].get("fields", [])}
    found: dict[str, str] = _rendered(kind["injectors"].get("env", {}), {**values, **inputs})
    return found


def _rendered(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {name: _rendered(inner, values) for name, inner in value.items()}
    if isinstance(value, list):
        return [_rendered(inner, values) for inner in value]
    sandbox = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)
    return sandbox.from_string(value).render(values)

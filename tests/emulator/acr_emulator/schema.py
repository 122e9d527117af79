"""Convert plain data to dataclasses and back, strictly: an unknown key or a wrong type is an error with its path.

Metadata of fields:
    ``key``: a list in the file is a dictionary by that attribute in memory.
    ``read`` and ``write``: functions that convert the value.
    ``name``: the spelling in the file.
    ``input``: read, but never written.
    ``hidden``: neither read nor written.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, TypeVar

T = TypeVar("T")


class WorldError(ValueError):
    """Data that cannot be served; the message begins with the path of the wrong key."""


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """One key of a dataclass, for reading and writing."""

    attribute: str
    name: str
    hint: Any
    required: bool
    metadata: Mapping[str, Any]


# Once for each class: a world of 100,000 images has only a few.
@cache
def keys_of(kind: Any) -> tuple[Key, ...]:
    hints = typing.get_type_hints(kind)
    return tuple(
        Key(
            field.name,
            field.metadata.get("name", field.name),
            hints[field.name],
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING,
            field.metadata,
        )
        for field in dataclasses.fields(kind)
        if not field.metadata.get("hidden")
    )


def load(kind: type[T], data: object, path: str = "", base: T | None = None) -> T:
    """Make a `kind` from `data`; an absent key keeps its value in `base`, or has its default."""
    if not isinstance(data, Mapping):
        raise WorldError(f"{path or 'world'}: expected a mapping, not {_shown(data)}")
    known = {key.name: key for key in keys_of(typing.cast(Any, kind))}
    for name in data:
        if name not in known:
            raise WorldError(f"{_join(path, name)}: unknown key; expected one of {', '.join(known)}")
    values = {
        key.attribute: _convert(key, data[name], _join(path, name), base) for name, key in known.items() if name in data
    }
    missing = [key.name for key in known.values() if key.required and key.name not in data]
    if missing and base is None:
        raise WorldError(f"{_join(path, missing[0])}: missing; it is required")
    try:
        return kind(**values) if base is None else dataclasses.replace(base, **values)  # type: ignore[type-var]
    except WorldError:
        raise  # it names its path already
    except ValueError as error:
        raise WorldError(f"{path or 'world'}: {error}") from error


def dump(value: Any) -> Any:
    """Return the plain data that `load` reads back."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        written = {}
        for key in keys_of(type(value)):
            item = getattr(value, key.attribute)
            if item is None or key.metadata.get("input"):
                continue
            if "write" in key.metadata:
                written[key.name] = key.metadata["write"](item)
            else:
                written[key.name] = dump(list(item.values()) if "key" in key.metadata else item)
        return written
    if isinstance(value, (list, tuple)):
        return [dump(item) for item in value]
    if isinstance(value, Mapping):
        return {name: dump(item) for name, item in value.items()}
    return value


def _convert(key: Key, value: object, path: str, base: object) -> Any:
    if "read" in key.metadata:
        return key.metadata["read"](value, path)
    if "key" in key.metadata:
        return _index(typing.get_args(key.hint)[1], key.metadata["key"], value, path)
    nested = getattr(base, key.attribute, None)
    if dataclasses.is_dataclass(nested) and isinstance(value, Mapping):
        return load(type(nested), value, path, nested)
    return _value(key.hint, value, path)


def _index(kind: type, attribute: str, value: object, path: str) -> dict[str, Any]:
    indexed: dict[str, Any] = {}
    for number, item in enumerate(_items(value, path)):
        loaded: Any = load(kind, item, f"{path}[{number}]")
        name = getattr(loaded, attribute)
        if name in indexed:
            raise WorldError(f"{path}[{number}]: {attribute} {name!r} is there twice")
        indexed[name] = loaded
    return indexed


def _value(hint: Any, value: object, path: str) -> Any:
    if hint is Any:
        return value
    origin = typing.get_origin(hint)
    if origin is Literal:
        return _choice(typing.get_args(hint), value, path)
    if origin in (typing.Union, types.UnionType):
        wanted = next(kind for kind in typing.get_args(hint) if kind is not types.NoneType)
        return None if value is None else _value(wanted, value, path)
    if origin is list:
        (item,) = typing.get_args(hint)
        return [_value(item, element, f"{path}[{number}]") for number, element in enumerate(_items(value, path))]
    if origin is dict:
        return _mapping(typing.get_args(hint)[1], value, path)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return load(hint, value, path)
    return _scalar(hint, value, path)


def _mapping(item: Any, value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise WorldError(f"{path}: expected a mapping, not {_shown(value)}")
    return {str(name): _value(item, entry, _join(path, name)) for name, entry in value.items()}


def _choice(choices: tuple[Any, ...], value: object, path: str) -> Any:
    if isinstance(value, str) and value in choices:
        return value
    raise WorldError(f"{path}: expected one of {', '.join(map(str, choices))}, not {_shown(value)}")


# The largest number: milliseconds of 30,000 years, which a date can still hold. JSON readers that use floats lose
# digits of much larger numbers.
LARGEST = 10**15
NAMES: dict[type, str] = {
    str: "a string (quote it)",
    int: "an integer",
    float: "a number",
    bool: "true or false",
}


def _scalar(kind: type, value: object, path: str) -> Any:
    accepted: tuple[type, ...] = (int, float) if kind is float else (kind,)
    # In Python True is an int as well.
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
        raise WorldError(f"{path}: expected {NAMES[kind]}, not {_shown(value)}")
    # NaN fails this comparison, too.
    if isinstance(value, (int, float)) and not -LARGEST < value < LARGEST:
        raise WorldError(f"{path}: expected {NAMES[kind]} of less than 16 digits")
    return value


def _items(value: object, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise WorldError(f"{path}: expected a list, not {_shown(value)}")
    return value


def _join(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, (Mapping, list)):
        return "a mapping" if isinstance(value, Mapping) else "a list"
    return repr(value)

"""Read world files, which are YAML, into a `State`, and write them back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from .schema import WorldError, dump, load
from .state import State


def read_world(path: Path) -> dict[str, Any]:
    """Return a world file's plain content."""
    # JSON is YAML, and the C loader is much faster with large worlds.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with path.open(encoding="utf-8") as file:
            data = yaml.load(file, Loader=loader)
    except OSError as error:
        raise WorldError(f"cannot read the world file {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise WorldError(f"{path} is not YAML: {error}") from error
    if not isinstance(data, dict):
        raise WorldError("world: expected a mapping with accounts")
    return data


def build_state(data: object) -> State:
    """Return the state of a world or state file, or raise a WorldError that names the wrong key."""
    state = load(State, data)
    if not state.accounts:
        raise WorldError("accounts: expected at least one account")
    return state


def plain_state(state: State) -> dict[str, Any]:
    """Return the state as a world file has it, for `build_state` to read back."""
    plain: dict[str, Any] = dump(state)
    return plain

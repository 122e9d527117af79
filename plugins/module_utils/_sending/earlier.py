# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what earlier runs did not send."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import ACTIONS, FAILED, LEFT

_WHERE = ("target_region", "target_instance_id", "target_account_id")
_NAMES = ("target_namespace", "target_repository", "target_tag")
# The parts of an image's name in a result, by the names of the options. A repository may hold slashes, so that it is
# everything between namespace and tag.
_FORMS = {
    "source": re.compile(r"(?P<namespace>[^/:]+)/(?P<repository>[^:]+):(?P<tag>[^/:]+)"),
    "target": re.compile(
        r"(?P<target_instance_id>[^/:]+)/(?P<target_namespace>[^/:]+)/(?P<target_repository>[^:]+):(?P<target_tag>[^/:]+)"
    ),
}
_HINT = "Give what acr_image_sync returned, or the path of a file that holds it as JSON."


def retried(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that send the rest of `retry_from` again, to the same targets.

    What the task itself says of the target wins.
    """
    # By all of their names, so that an image of several results is retried once.
    images: dict[tuple[str, ...], dict[str, str]] = {}
    targets: set[tuple[str | None, ...]] = set()
    said = {name: params[name] for name in _NAMES if params.get(name)}
    for result in _results(_read(params["retry_from"])):
        _check_source(result, params["instance_id"])
        for entry in result["images"]:
            if _is_meant(entry, params["retry"]):
                image = {**_names(entry, "source"), **_names(entry, "target"), **said}
                instance_id = image.pop("target_instance_id")
                targets.add((_text(result, "target_region"), instance_id, _text(result, "target_account_id")))
                images[tuple(image.values())] = image
    return {**params, **_where(targets, params), "images": list(images.values())}


def _read(given: Any) -> Any:
    """Return what was registered, or what a file holds."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(Path(given).expanduser().read_text(encoding="utf-8"))
    except ValueError as cause:
        raise AcrError(f"{given!r:.200} is not JSON", f"Correct retry_from. {_HINT}") from cause
    except (OSError, RuntimeError) as cause:
        why = getattr(cause, "strerror", None) or cause
        raise AcrError(f"{given!r:.200} cannot be read: {why}", f"Correct retry_from. {_HINT}") from cause


def _results(found: Any) -> Iterator[Mapping[str, Any]]:
    """Yield each result with images; what a loop has registered holds several."""
    if isinstance(found, list):
        for item in found:
            yield from _results(item)
        return
    result: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    if isinstance(result.get("images"), list):
        yield result
    elif isinstance(result.get("results"), list):
        yield from _results(result["results"])
    elif not result.get("skipped"):
        said = f", and says: {result['msg']}" if result.get("msg") else ""
        raise AcrError(f"the earlier result has no images{said}", _HINT)


def _is_meant(entry: Any, retry: str) -> bool:
    """Return whether an image is to be retried: it failed, or it was left and `retry` asks for those, too."""
    action = entry.get("action") if isinstance(entry, Mapping) else None
    if action not in (*ACTIONS, FAILED):
        raise _strange("action", action)
    if action == LEFT:
        return retry == "unfinished"
    # The action is `sent` even if the image's task failed afterwards; then it has an issue.
    return action == FAILED or (bool(entry.get("issue")) and entry.get("status") != "success")


def _names(entry: Mapping[str, Any], key: str) -> dict[str, str]:
    """Return the names that `source` or `target` consists of."""
    parts = _FORMS[key].fullmatch(str(entry.get(key)))
    if parts:
        return parts.groupdict()
    raise _strange(key, entry.get(key))


def _strange(key: str, value: Any) -> AcrError:
    return AcrError(f"an image of the earlier result cannot be understood, since its {key} is {value!r:.200}", _HINT)


def _check_source(result: Mapping[str, Any], instance_id: str) -> None:
    whose = _text(result, "instance_id")
    if whose not in (None, instance_id):
        raise AcrError(f"the earlier result is of {whose}, not {instance_id}", "Correct instance_id or retry_from.")


def _where(targets: Iterable[tuple[str | None, ...]], params: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the target that all retried images have; empty if there is nothing to retry."""
    said = {name: params[name] for name in _WHERE if params.get(name)}
    found = [{**dict(zip(_WHERE, target, strict=True)), **said} for target in targets]
    if any(place != found[0] for place in found):
        ways = " and ".join(sorted({str(place["target_instance_id"]) for place in found}))
        raise AcrError(f"the earlier results are of several targets, {ways}", "Retry them in a task for each of them.")
    where = found[0] if found else {}
    if where and where["target_region"] is None:
        reason = "the earlier result does not say in which region its target is"
        raise AcrError(reason, "Say target_region and target_instance_id, and target_account_id if it is another one.")
    check(where)
    return where


def _text(result: Mapping[str, Any], key: str) -> str | None:
    return None if result.get(key) is None else str(result[key])

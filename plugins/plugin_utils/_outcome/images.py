# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say where an image is, and which settings follow those of the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._outcome.lines import Outcome, Result, prepared


def waited_for(result: Result, image: str, *, left_out: bool) -> Outcome:
    """Say where an image is, and how that is known.

    Args:
        result: what acr_image_wait returned.
        image: the namespace, repository and tag that were waited for.
        left_out: whether another source sends the image, and this one does not.
    """
    if left_out:
        return Outcome([], f"Left out, since another source has {image}. Of this one: {result.get('msg')}")
    targets = result.get("targets") or []
    lines = [f"{target['target']}: {_state(target)}" for target in targets]
    there = sum(target["state"] == "arrived" for target in targets)
    digest = f" ({result['digest']})" if result.get("digest") else ""
    return Outcome([], f"{image}{digest} has arrived in {there} of {len(targets)} destinations.", lines)


def followed(result: Result, host: str) -> Outcome:
    """Say which repositories of a destination follow their sources now.

    Args:
        result: what acr_repository_settings returned.
        host: the inventory's name of the instance.
    """
    counts, missing = result.get("counts") or {}, result.get("missing") or []
    lines = [f"{name} is not there yet" for name in missing]
    words = [f"{count} {action}" for action, count in counts.items() if count]
    # Settings can only be kept of a repository that exists. An image's arrival makes it.
    words += [f"{len(missing)} not there yet, which a later run sets"] if missing else []
    done = f"settings of repositories at {host}: {', '.join(words) or 'none listed'}."
    return Outcome(prepared(result), done, lines)


def read_settings(result: Result, host: str, list_file: str) -> Outcome:
    """Say which settings were read, and where the list of them is.

    Args:
        result: what acr_repository_settings_info returned.
        host: the inventory's name of the source.
        list_file: the file that was written; empty if none was.
    """
    targets = result.get("targets") or []
    found = [f"{len(target['repositories'])} at {target['target_instance_id']}" for target in targets]
    done = f"Repositories that are to have the settings of {host}: {', '.join(found) or 'none'}."
    remarks = [str(conflict["sentence"]) for conflict in result.get("conflicts") or ()]
    return Outcome([], f"{done} The list is {list_file}." if list_file else done, remarks)


def _state(target: Mapping[str, Any]) -> str:
    words = str(target["state"]).replace("_", " ")
    details = [f"by its {target['by']}"] if target.get("by") else []
    details += ["sent by this run"] if target.get("sent") else []
    details += [f"its task took {target['seconds']:.1f} s"] if target.get("seconds") is not None else []
    return words + (f" ({', '.join(details)})" if details else "")

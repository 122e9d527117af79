# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know the remedy for the issue of each failed sync task.

Only people read it; no decision rests on a code that is not documented.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.commands import ask_for_grant

_TICKET = "If it fails a second time, give Alibaba Cloud's support the ID of the sync task."
_CHANCE = f"It may have failed by chance. {_TICKET}"
_NO_CAUSE = f"The service says no more than that. {_TICKET}"

NO_NAMESPACE = "TARGET_NAMESPACE_NOT_EXIST"
TASKS: dict[str, str] = {
    "NoPrivilege": "{ask}.",
    "NoPermission": "{ask}.",
    "Forbidden": "{ask}.",
    "AccessDenied": "{ask}.",
    "SOURCE_IMAGE_NOT_EXIST": "The image was deleted before it was carried. Push it again if it is needed.",
    "TARGET_INSTANCE_NOT_EXIST": (
        "Instance {target} is gone. If it was built anew, give its new ID in the inventory, and run"
        " registryops.alicloud.cross_account_sync. If not, delete the rule."
    ),
    "TARGET_INSTANCE_STATUS_NOT_SUPPORT": "Have the team that owns instance {target} start or renew it in the console.",
    NO_NAMESPACE: (
        "Have the team that owns {target} make the namespace, with registryops.alicloud.prepare_destination."
    ),
    "TARGET_REPO_NOT_EXIST": (
        "Have the team that owns {target} make the repository, or let its namespace create repositories, with"
        " registryops.alicloud.prepare_destination."
    ),
    "TARGET_TAG_IMMUTABLE": (
        "The tag is immutable in {target} and holds another image. Push under another tag, or have the team that owns"
        " {target} end the immutability of the repository, with registryops.alicloud.acr_repository and"
        " tag_immutability: false; then run registryops.alicloud.backfill_images with -e backfill_images_override=true."
    ),
    "TARGET_TAG_ALREADY_EXIST": (
        "The tag holds another image in {target}. To replace that image, run registryops.alicloud.backfill_images with"
        " -e backfill_images_override=true."
    ),
    "SYNC_FAILED": _CHANCE,
    "COPY_FAILED": _CHANCE,
    "QUOTA_EXCEED": "Have the team that owns {target} raise its quota in the console, or delete something there.",
    "": _NO_CAUSE,
}

# The tag, the image or the rule has to be another one.
_NOT_SENT_AGAIN = (
    *("SOURCE_IMAGE_NOT_EXIST", "TARGET_INSTANCE_NOT_EXIST"),
    *("TARGET_TAG_IMMUTABLE", "TARGET_TAG_ALREADY_EXIST"),
)


def task_remedy(
    issue: str, target: str, region: str | None = None, caller: Callable[[], str] = str, again: str = ""
) -> str:
    """Return what to do about a task that failed.

    Args:
        issue: the task's issue, which begins with a code.
        target: ID of the instance that the image was for.
        region: that instance's; None if it is not known.
        caller: returns the UID of the account that sends, or an empty text.
        again: a sentence that says how to send the image again; it is the last one, where sending again helps.
    """
    text = TASKS[longest(TASKS, issue)]
    ask = ask_for_grant(caller(), target, region) if "{ask}" in text else ""
    cause = text.format_map(Known(target=target, ask=ask))
    return f"{cause} {again}".strip() if sending_helps(issue) else cause


def sending_helps(issue: str) -> bool:
    """Return whether sending again helps once the remedy of a task was followed."""
    return longest(TASKS, issue) not in _NOT_SENT_AGAIN


def longest(table: Mapping[str, str], text: str) -> str:
    """Return the longest code of a table that a text holds; empty if it holds none."""
    return max((code for code in table if code in text), key=len, default="")


class Known(dict[str, Any]):
    """The parameters of a call; a name that it lacks becomes an empty text."""

    def __missing__(self, _name: str) -> str:
        return ""

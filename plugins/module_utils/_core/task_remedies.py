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

TASKS: dict[str, str] = {
    "NoPrivilege": "{ask}; then send it again.",
    "NoPermission": "{ask}; then send it again.",
    "Forbidden": "{ask}; then send it again.",
    "AccessDenied": "{ask}; then send it again.",
    "SOURCE_IMAGE_NOT_EXIST": "The image was deleted before it was carried. Push it again if it is needed.",
    "TARGET_INSTANCE_NOT_EXIST": "Instance {target} is gone. Point the rule at another one, or delete the rule.",
    "TARGET_INSTANCE_STATUS_NOT_SUPPORT": "Have instance {target} started or renewed by its owner; then send it again.",
    "TARGET_NAMESPACE_NOT_EXIST": (
        "Have the namespace made in {target} with registryops.alicloud.prepare_destination; then send it again."
    ),
    "TARGET_REPO_NOT_EXIST": (
        "Have the repository made in {target}, or let its namespace create repositories, with"
        " registryops.alicloud.prepare_destination; then send it again."
    ),
    "TARGET_TAG_IMMUTABLE": "The tag is immutable in {target} and holds another image. Choose another tag.",
    "TARGET_TAG_ALREADY_EXIST": "The tag holds another image in {target}; acr_image_sync moves it with override.",
    "SYNC_FAILED": "Send it again with acr_image_sync; if it fails again, give support the task's ID.",
    "COPY_FAILED": "Send it again with acr_image_sync; if it fails again, give support the task's ID.",
    "QUOTA_EXCEED": "Have the quota of {target} raised, or something deleted there; then send it again.",
    "": "Remove the cause, then send the image with acr_image_sync.",
}

# The tag, the image or the rule has to be another one.
_NOT_SENT_AGAIN = (
    *("SOURCE_IMAGE_NOT_EXIST", "TARGET_INSTANCE_NOT_EXIST"),
    *("TARGET_TAG_IMMUTABLE", "TARGET_TAG_ALREADY_EXIST"),
)


def task_remedy(issue: str, target: str, region: str | None = None, caller: Callable[[], str] = str) -> str:
    """Return what to do about a task that failed.

    Args:
        issue: the task's issue, which begins with a code.
        target: ID of the instance that the image was for.
        region: that instance's; None if it is not known.
        caller: returns the UID of the account that sends, or an empty text.
    """
    text = TASKS[longest(TASKS, issue)]
    ask = ask_for_grant(caller(), target, region, f"the owner of {target}") if "{ask}" in text else ""
    return text.format_map(Known(target=target, ask=ask))


def has_remedy(issue: str) -> bool:
    """Return whether the table knows an issue."""
    return bool(longest(TASKS, issue))


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

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delete what may hold images, and wait for the service, which goes on deleting after the call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, NotFoundError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import wait_until


def look_up(client: Client, action: str, named: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the answer; None if there is no such thing."""
    try:
        return client.call("cr", action, named)
    except NotFoundError as error:
        # A missing instance is a mistake in the options, and not a missing thing of it.
        if "INSTANCE" in error.code:
            raise
        return None


def refuse_with_images(images: int, where: str = "") -> None:
    """Refuse a deletion that takes images along, since the service deletes them without a question."""
    if images:
        raise AcrError(
            f"it holds images ({images}{where}), which would go with it",
            "Nothing was changed. Say force: true to delete them all, for good.",
        )


def delete(client: Client, action: str, named: Mapping[str, Any], await_gone: Callable[[], None]) -> None:
    """Delete and wait; what is gone already is done."""
    try:
        client.call("cr", action, named)
    except NotFoundError:
        return
    await_gone()


def await_gone(
    client: Client, look: Callable[[], Mapping[str, Any] | None], status: str, what: str, timeout: float
) -> None:
    """Wait until a deletion is over, which blocks the name meanwhile.

    Args:
        client: the account's services.
        look: returns the answer about the thing.
        status: the answer's field that says so.
        what: the thing in words.
        timeout: in seconds.
    """

    def gone() -> bool:
        found = look()
        return found is None or found.get(status) != "DELETING"

    wait_until(client, gone, what=f"the deletion of {what}", timeout=timeout)

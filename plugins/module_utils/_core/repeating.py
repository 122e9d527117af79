# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide whether a call may be repeated, and when."""

from __future__ import annotations

from collections.abc import Iterator

from ansible.module_utils.api import generate_jittered_backoff

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    ApiError,
    CredentialsError,
    NoPermissionError,
    NotFoundError,
    ThrottledError,
    UnreachableError,
    UsedNonceError,
)

# A repeated Create might make a second thing, so its caller looks first whether the thing is there.
_REPEATABLE = ("Get", "List", "Update", "Delete", "Attach", "Detach", "Set", "Cancel", "AssumeRole")
# Twelve pauses of up to ten seconds are about a minute, and throttling passes by then. Other refusals hardly ever pass.
_THROTTLED_RETRIES = 12
# A second try has a new nonce. If that is refused, too, something on the way repeats whatever is sent.
_NONCE_RETRIES = 1


def waits_by_kind(retries: int) -> dict[type[ApiError], Iterator[int]]:
    """Return the seconds to wait before each further try.

    They are counted by kind: many throttled calls must not use up the retries of an outage.
    """
    times = {ThrottledError: _THROTTLED_RETRIES, UsedNonceError: _NONCE_RETRIES, ApiError: retries}
    return {kind: _backoff(most) for kind, most in times.items()}


def _backoff(retries: int) -> Iterator[int]:
    # In seconds, doubled from one up to ten, each with a random part, so that many clients do not return at once.
    return iter(generate_jittered_backoff(retries=retries, delay_base=1, delay_threshold=10))


def reads(action: str) -> bool:
    return action.startswith(("Get", "List", "AssumeRole"))


def may_repeat(action: str, error: ApiError) -> bool:
    """Return whether repeating the call can help and harms nothing."""
    if isinstance(error, ThrottledError):
        return True
    # A further try would be answered in the same way.
    if isinstance(error, (CredentialsError, NoPermissionError, NotFoundError)):
        return False
    if isinstance(error, UnreachableError):
        return error.uncertain and action.startswith(_REPEATABLE)
    fails = error.status >= 500 or error.code == "ServiceUnavailable"
    return (fails or isinstance(error, UsedNonceError)) and action.startswith(_REPEATABLE)

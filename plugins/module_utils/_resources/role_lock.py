# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep apart the runs that change the role.

RAM cannot change something only if it is still as it was read. So if two runs merge into the role, the later one would
undo the earlier one. But RAM creates a policy of a name only once, and it numbers a policy's versions. The run that has
created the policy LOCK_NAME holds the lock. If that run was killed, another run takes the lock over by making the next
version. If several try, the lock is held by the run whose version has the next number. The policy is never attached.
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._access import policy
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    ApiError,
    NoPermissionError,
    NotFoundError,
    attempt,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.role_calls import (
    NEW_VERSION,
    ROLE_NAME,
    RoleCalls,
    part,
)

LOCK_NAME = "AcrCrossAccountSync-Lock"
_DESCRIPTION = f"Held while a run of registryops.alicloud changes {ROLE_NAME}. Delete it if none is at work."
# Seconds for which the lock is held. A change takes a second or two. After this time, the holder renews the lock before
# it writes on.
_LEASE = 20.0
# Seconds without a change after which a lock is taken over. That is a lease and the time of a last call.
_STALE = 30.0
# Seconds after which a lock is old by any clock: a request whose clock is 15 minutes off is refused.
_OLD = 20 * 60
# Seconds to wait for the lock. A hundred runs at once would all have had their turn by then.
_PATIENCE = 300.0
_WAITING = (
    f"waiting for another run to be done with role {ROLE_NAME}; if there is none, its lock (policy {LOCK_NAME}) is"
    f" taken over after {_STALE:g} s"
)
_TOKEN = re.compile(r"instance/([0-9a-f]{32})")


@dataclass(frozen=True)
class _Lock:
    """The lock as it was found: the number of its version, its holder's token, and when it was made."""

    number: int
    token: str
    created: str

    def is_old(self) -> bool:
        try:
            created = datetime.strptime(self.created, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        except ValueError:
            return False
        return (datetime.now(timezone.utc) - created).total_seconds() > _OLD


class RoleLock:
    """The lock of the account's role, for one run."""

    def __init__(self, calls: RoleCalls) -> None:
        self.calls = calls
        self.client = calls.client
        self._token = uuid.uuid4().hex
        self._number = 0  # the version by which this run holds the lock; 0 without it
        self._until = 0.0
        self._failures = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for the time of the block."""
        with attempt(f"lock role {ROLE_NAME}"):
            if not self._create():
                with activity.doing(lambda: _WAITING):
                    self._acquire()
        try:
            yield
        except BaseException:
            self._release(certain=False)
            raise
        self._release(certain=True)

    def renew(self) -> None:
        """Extend the lock if its lease is over."""
        if self._number and self.client.clock() > self._until and not self._take(self._number):
            raise AcrError(
                f"another run took over while this one changed role {ROLE_NAME}",
                "Run it again; it takes up what is left.",
            )

    def _acquire(self) -> None:
        started = since = self.client.clock()
        seen: _Lock | None = None
        while True:
            found = self._look()
            if found is None:
                if self._create():
                    return
                found = self._look()
            if found and found.token == self._token and found.number == 1:
                # The call was carried out, and only its answer was lost.
                self._hold(1)
                return
            if found != seen:
                seen, since = found, self.client.clock()
            elif found and (found.is_old() or self.client.clock() - since > _STALE) and self._take(found.number):
                return
            if self.client.clock() - started > _PATIENCE:
                raise AcrError(
                    f"other runs have been changing it for {_PATIENCE:g} seconds",
                    f"If no run is at work, delete the policy {LOCK_NAME}; else run it again later.",
                )
            # At random, so that waiting runs do not ask at the same moment.
            with activity.waiting("since another run changes the role"):
                self.client.sleep(random.uniform(0.1, 0.4))

    def _create(self) -> bool:
        """Create the lock, and return whether that is certain; if not, the next look tells."""
        asked = self.client.clock()
        made = {"PolicyName": LOCK_NAME, "PolicyDocument": self._document(), "Description": _DESCRIPTION}
        try:
            self.client.call("ram", "CreatePolicy", made)
        except ApiError as error:
            self._failures += error.uncertain
            # More than three lost answers are no short outage.
            if "EntityAlreadyExists" not in error.code and (self._failures > 3 or not error.uncertain):
                raise
            return False
        self._hold(1, asked)
        return True

    def _take(self, number: int) -> bool:
        """Make the version after `number`; only one run can."""
        asked = self.client.clock()
        made = {"PolicyName": LOCK_NAME, "PolicyDocument": self._document(), **NEW_VERSION}
        try:
            answer = self.client.call("ram", "CreatePolicyVersion", made)
        except NotFoundError:
            return False
        except ApiError as error:
            if not error.uncertain:
                raise
            found = self._look()
            mine = found is not None and found.token == self._token and found.number == number + 1
        else:
            mine = _number(part("CreatePolicyVersion", answer, "PolicyVersion").get("VersionId")) == number + 1
        if mine:
            self._hold(number + 1, asked)
        return mine

    def _hold(self, number: int, asked: float | None = None) -> None:
        self._number = number
        self._until = (self.client.clock() if asked is None else asked) + _LEASE

    def _release(self, *, certain: bool) -> None:
        """Delete the lock, unless another run has it now."""
        number, self._number = self._number, 0
        try:
            if self.client.clock() > self._until:
                found = self._look()
                if found is None or (found.number, found.token) != (number, self._token):
                    return
            self.calls.delete_policy(LOCK_NAME)
        except AcrError as error:
            # The role is changed by now. A lock that is left behind is taken over by the next run.
            if certain and isinstance(error, NoPermissionError):
                error.attempted = f"unlock role {ROLE_NAME}"
                error.add("The role was changed as asked, and the next run takes the lock over.")
                raise

    def _look(self) -> _Lock | None:
        answer = self.calls.find("GetPolicy", {"PolicyName": LOCK_NAME, "PolicyType": "Custom"})
        if answer is None:
            return None
        version = part("GetPolicy", answer, "DefaultPolicyVersion")
        token = _TOKEN.search(str(version.get("PolicyDocument")))
        number, created = _number(version.get("VersionId")), str(version.get("CreateDate"))
        return _Lock(number, token.group(1) if token else "", created)

    def _document(self) -> str:
        """Return a document that only names this run; it grants nothing, even if somebody attaches it."""
        resource = f"acs:cr:*:*:instance/{self._token}"
        statement = {"Effect": "Deny", "Action": "cr:GetInstance", "Resource": resource}
        return policy.dump({"Version": "1", "Statement": [statement]})


def _number(version: Any) -> int:
    """Return a version's number, such as 2 for v2."""
    digits = str(version or "").removeprefix("v")
    return int(digits) if digits.isdigit() else 0

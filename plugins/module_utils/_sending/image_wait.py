# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until a pushed image is wherever the sync rules send it."""

from __future__ import annotations

import time
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, NotFoundError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.operation import Operation
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity, duration
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import refuse
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import outbound_rules
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.arrival import (
    ARRIVED,
    DELETED,
    EXPECTED,
    FAILED,
    MOVED,
    TO_SEND,
    UNDER_WAY,
    Arrival,
    UncoveredError,
    arrivals_of,
    uncovered,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.at_destination import (
    AtDestination,
    accounts,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.by_record import follow_records
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.pushed_image import (
    NotPushedError,
    PushedImage,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.sender import Sender
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import SENT
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.wait_outcome import (
    SEND_IT,
    failure,
    late,
    result,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.watch import Watch

# Seconds between two looks, each of which takes a call: a twentieth of the time that was waited already, so that long
# waits take few calls, but less than a second, so that nobody waits a second longer than the service takes.
_SHORTEST, _LONGEST, _PART = 0.2, 0.9, 20
# Seconds until this task sends an image, if it may. How long a rule may take to begin with a push is not documented.
_BEGINS = 10.0
# Seconds in which a destination has to list an image after its task has ended. It may list it a little later.
_SHOWS = 30.0
# Seconds after which a task has ended long ago. This machine's clock and the service's may differ by two minutes.
_LONG_AGO = _SHOWS + 120


class ImageWait(Operation):
    """Wait for one image at each target of its rules, and send it there if the task allows that."""

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self._instance_id = str(task.params["instance_id"])
        self._image = PushedImage(task.client, task.params)
        self._digest: str | None = None
        self._arrivals: list[Arrival] = []
        # `override`, since this task sends in the place of a rule, which would move the tag at the target.
        self._sender = Sender(self.client, Sending(self._instance_id, override=True))
        self._watch = Watch(self.client, self._instance_id)
        self._began = self.client.clock()

    def prepare(self) -> None:
        self._arrivals = self._expected()
        self._destinations = AtDestination(self.task, {arrival.instance_id for arrival in self._arrivals})
        for arrival in self._arrivals:
            arrival.transfer.repository_id = self._image.repository_id
        self._destinations.look(self._arrivals)
        self._look()
        for arrival in self._arrivals:
            self._decide(arrival)

    def _expected(self) -> list[Arrival]:
        """Return where the rules send the image.

        Raises:
            AcrError: this instance does not send it; its results say so, since another instance may.
        """
        rules = [rule.to_result() for rule in outbound_rules(self.client, self._instance_id)]
        try:
            image = self._image.find(0 if self.task.check_mode else self.params["wait_timeout"])
            self._digest = image.digest
            arrivals = arrivals_of(image, rules, accounts(self.params))
            if not arrivals:
                raise uncovered(image, rules, self._instance_id)
        except (NotFoundError, NotPushedError, UncoveredError) as error:
            error.results = {**error.results, "covered": False}
            raise
        return arrivals

    def needed(self) -> bool:
        return any(arrival.state == TO_SEND for arrival in self._arrivals)

    def run(self) -> None:
        """Wait for the image, and send it where that is planned.

        Raises:
            AcrError: a task failed, or the time is over; its results tell of every target.
        """
        try:
            with activity.doing(self._words):
                self._wait()
        except AcrError as error:
            error.results = {**error.results, **self._result()}
            raise

    def to_result(self) -> dict[str, Any]:
        found = self._result()
        if failed := self._in(FAILED):  # in check mode; without it run() has raised that
            error = failure(failed, self.client.callers_account, sends=self.params["send"])
            error.results = found
            raise error
        return found

    def _result(self) -> dict[str, Any]:
        return result(self._instance_id, self._arrivals, self._digest)

    def _wait(self) -> None:
        while True:
            for arrival in self._in(TO_SEND):
                self._sender.send(arrival.transfer)
            # At once, although others may still arrive: the pipeline cannot go on anyway.
            if failed := self._in(FAILED):
                raise failure(failed, self.client.callers_account, sends=self.params["send"])
            if len(self._in(ARRIVED)) == len(self._arrivals):
                return
            waited = self._waited()
            if waited >= self.params["wait_timeout"]:
                raise late(self._arrivals, self.params["wait_timeout"])
            self.client.sleep(min(max(waited / _PART, _SHORTEST), _LONGEST))
            self._look_again()
            if self.params["send"]:
                self._send_late(waited)

    def _send_late(self, waited: float) -> None:
        """Decide to send what no rule has begun with, and what was deleted while this task was waiting."""
        for arrival in self._arrivals:
            # Not earlier, since the rule and this task would both send it.
            late = arrival.state == EXPECTED and waited >= _BEGINS
            if late or (arrival.transfer.error == DELETED and arrival.may_be_sent):
                self._decide_to_send(arrival)

    def _look_again(self) -> None:
        try:
            self._look()
        except AcrError as error:
            if any(arrival.transfer.action == SENT for arrival in self._arrivals):
                error.add(f"{self._image} was sent, and goes on its way; run it again to wait for it.")
            raise

    def _look(self) -> None:
        """Look for what has not arrived: at records, and then into destinations.

        A destination is read if the record says that the image has arrived there.
        """
        waiting = self._in(UNDER_WAY, EXPECTED)
        others = [arrival.transfer for arrival in waiting if arrival.transfer.action != SENT]
        with attempt(f"follow {self._image}"):
            self._watch.refresh([arrival.transfer for arrival in waiting if arrival.transfer.action == SENT])
            for transfer in others:
                transfer.begun = -1  # so that a record that was read before counts again, with its present status
            follow_records(self.client, self._instance_id, others)
        done = [arrival for arrival in waiting if arrival.transfer.status == "success"]
        self._destinations.look(done)
        for arrival in done:
            if not arrival.by:
                self._believe(arrival)

    def _believe(self, arrival: Arrival) -> None:
        """Believe the record of an arrival, unless a readable destination goes on showing something else."""
        if not self._destinations.can_read(arrival):
            arrival.by = "record"
            return
        arrival.seen = self._waited() if arrival.seen is None else arrival.seen
        if self._waited() - arrival.seen >= _SHOWS or _ended_long_ago(arrival):
            arrival.transfer.error = MOVED if arrival.held else DELETED

    def _decide(self, arrival: Arrival) -> None:
        """Decide whether this task sends the image; refuse to wait if nothing sends it."""
        obstacle = arrival.obstacle() if arrival.state == EXPECTED else ""
        if self.params["send"] and (obstacle or (arrival.state == FAILED and arrival.may_be_sent)):
            self._decide_to_send(arrival)
        elif obstacle:
            raise AcrError(f"nothing sends {self._image} to {arrival.transfer.target}: {obstacle}", SEND_IT)

    def _decide_to_send(self, arrival: Arrival) -> None:
        refuse(
            arrival.crosses,
            f"{arrival.instance_id} is in another account, and the service does not tell in which",
            "Say its account_id in destinations.",
        )
        arrival.send()

    def _in(self, *states: str) -> list[Arrival]:
        return [arrival for arrival in self._arrivals if arrival.state in states]

    def _waited(self) -> float:
        return self.client.clock() - self._began

    def _words(self) -> str:
        arrived = f"{self._image} has arrived at {len(self._in(ARRIVED))} of {len(self._arrivals)} targets"
        missing = [arrival for arrival in self._arrivals if arrival.state != ARRIVED]
        if not missing:
            return arrived
        left = max(self.params["wait_timeout"] - self._waited(), 0)
        return f"{arrived}; waiting for {missing[0].progress()}, {duration(left)} more at most"


def _ended_long_ago(arrival: Arrival) -> bool:
    """Return whether the image's task ended so long ago that the destination lists what it brought."""
    transfer = arrival.transfer
    if transfer.begun <= 0 or transfer.seconds is None:
        return False
    return time.time() - (transfer.begun / 1000 + transfer.seconds) >= _LONG_AGO

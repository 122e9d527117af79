# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send images, some at a time, and follow them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import PARALLEL, pool
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import Tell, activity
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.course import Course
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.ending import last_line, name_late
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.following import Following
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.outcome import so_far
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.records import NewRecords
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.sender import FEW, Sender
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    JOINED,
    SEND,
    SENT,
    Transfer,
    only_namespace,
)

# Seconds from one look at the records to the next. Nobody needs to know sooner, and a task may take a second.
_SHORTEST, _LONGEST = 1.0, 10.0
# The next look comes sooner if so many images have ended for each call of this one, which is half a page. Fewer are
# enough while images wait for room.
_WORTH, _WORTH_WITHOUT_ROOM = 50, 15
# Images at a time if there is no limit. More would be sent by records that are too old.
_ANY = 1000
# Milliseconds by which the service's clock and this machine's may differ.
_SKEW = 120_000


class SendQueue:
    """Send the transfers, and follow them, and those in flight already, by records.

    Args:
        client: the source account's services.
        options: how images are sent.
        transfers: the plan; what becomes of each image is written to its transfer.
        began: when the records were read, in epoch milliseconds of this machine.
        tell: takes a line on how far the run is.
    """

    def __init__(self, client: Client, options: Sending, transfers: Sequence[Transfer], began: int, tell: Tell) -> None:
        self.client = client
        self.options = options
        self.transfers = [transfer for transfer in transfers if transfer.action in (SEND, JOINED)]
        # At random, so that several runs over the same images begin at different places.
        self._course = Course(transfers, random.Random())
        self._records = NewRecords(client, options.instance_id, only_namespace(transfers), _newest(transfers, began))
        self._sending: dict[Future[None], Transfer] = {}
        # When this call is done, few calls are left, so that the pool gets the next images.
        self._trigger: Future[None] | None = None
        self._sender = Sender(client, options)
        self._following = Following(client, options, self.transfers, tell, self._sender.ended)

    @property
    def obstacle(self) -> AcrError | None:
        """Return what kept all further images from being sent."""
        return self._sender.obstacle

    def run(self) -> None:
        """Send everything; with `wait`, until all tasks have ended or the time is over.

        Raises:
            AcrError: it cannot go on; each transfer tells what became of it.
        """
        with pool() as threads, activity.doing(self._following.line), activity.leaving(self._last_line):
            try:
                if self.options.wait:
                    self._run(threads, self.client.clock() + self.options.wait_timeout)
                else:
                    self._send(threads)
            except AcrError as error:
                self._stop(threads, error)
                raise

    def _last_line(self) -> str:
        # What waits for its turn in the pool was not sent.
        calling = {id(transfer) for future, transfer in list(self._sending.items()) if future.running()}
        return last_line(self.transfers, calling)

    def _send(self, threads: ThreadPoolExecutor) -> None:
        """Send everything without following it."""
        while self._course or self._sending:
            self._pause(threads, self.client.clock() + _LONGEST, _LONGEST)
            self._following.tell()
        self._leave_hindered()

    def _run(self, threads: ThreadPoolExecutor, ends: float) -> None:
        # Images that another run has sent may have arrived already.
        pause = _SHORTEST if self._course else 0.0
        while self._course or self._sending or self._following:
            # As long as nothing depends on a look, its calls are better used for sending.
            idle = (self._sending or self._course) and self._room() and self.options.max_failures is None
            until = self.client.clock() + (_LONGEST if idle else pause)
            was_last = self._pause(threads, min(until, ends), pause)
            ended, calls, again = self._following.look()
            # They wait for their turn again, so that a short trouble can pass meanwhile.
            for transfer in again:
                self._course.again(transfer)
            self._following.tell()
            if self._following.too_many_failed():
                self._leave("more images than max_failures had failed before")
            if self.client.clock() >= ends:
                self._end(threads)
                return
            worth = ended >= calls * (_WORTH_WITHOUT_ROOM if self._course else _WORTH)
            # Pauses shrink faster than they grow, since images that end make room for others.
            changed = pause / 2 if worth else min(pause * 1.5, _LONGEST)
            pause = _SHORTEST if was_last else max(changed, _SHORTEST)

    def _fill(self, threads: ThreadPoolExecutor) -> None:
        """Look what other runs have sent meanwhile, then hand the next images to the pool."""
        if self._trigger and not self._trigger.done():
            return
        room = self._room()
        if not self._course or room < 1:
            return
        if self._sender.obstacle:
            self._leave_hindered()
            return
        for task in self._records.new(self._course.ahead()):
            joined = self._course.see(task, self.client.clock())
            if joined and joined.action == JOINED:
                self._following.add(joined)
        chosen = self._course.take(min(room, self._at_once()), self.client.clock())
        started = [threads.submit(self._sender.send, transfer) for transfer in chosen]
        self._sending.update(zip(started, chosen, strict=True))
        if started:
            self._trigger = started[-PARALLEL if len(started) > PARALLEL else -1]

    def _room(self) -> int:
        """Return how many more images may be in flight, as far as they are followed."""
        if not self.options.wait:
            return _ANY
        return max(self.options.max_in_flight - len(self._following) - len(self._sending), 0)

    def _at_once(self) -> int:
        """Return how many more images may be sent at a time: a few until one is accepted, since all may be refused."""
        # An accepted image shows that the rights are there and the target can be reached.
        if self._sender.accepts:
            return _ANY
        return FEW - sum(not future.done() for future in self._sending)

    def _pause(self, threads: ThreadPoolExecutor, until: float, pause: float) -> bool:
        """Send until a time, and return whether the last image was sent.

        If there is no room or nothing left, end after `pause` seconds.
        """
        was_last = False
        self._fill(threads)
        while not was_last:
            rest = until - self.client.clock()
            if rest <= 0 or self._sender.obstacle or self._following.too_many_failed():
                break
            if self._sending and not self._course:
                wait(self._sending, timeout=rest)
                was_last = all(future.done() for future in self._sending)
            elif self._trigger and not self._trigger.done():
                wait([self._trigger], timeout=rest)
            elif self._course and self._room():
                self.client.sleep(min(rest, _SHORTEST))  # the gap is left to another run for now
            else:
                self.client.sleep(min(rest, pause))
                break
            self._fill(threads)
        self._collect()
        return was_last

    def _collect(self) -> None:
        """Follow what was sent, and leave what the failure of others hinders."""
        for future in [future for future in self._sending if future.done()]:
            transfer = self._sending.pop(future)
            future.result()  # raises what stopped the call
            hindrance = self._sender.hindrance(transfer)
            if transfer.action != SEND:
                self._following.add(transfer)
            elif hindrance:
                transfer.leave(f"sending others failed: {hindrance.sentence()}")

    def _leave(self, reason: str) -> None:
        """Send no more, for a reason."""
        for future in self._sending:
            future.cancel()
        for future in [future for future in self._sending if future.cancelled()]:
            self._sending.pop(future).leave(reason)
        for transfer in self._course.rest():
            transfer.leave(reason)

    def _leave_hindered(self) -> None:
        if self._sender.obstacle:
            self._leave(f"sending others failed: {self._sender.obstacle.sentence()}")

    def _stop(self, threads: ThreadPoolExecutor, error: AcrError) -> None:
        """End because of an error: leave what is not sent, and follow the rest no longer."""
        self._leave(f"the run could not go on: {error.sentence()}")
        # Calls on their way must end first, since each of them may start a task.
        threads.shutdown()
        self._collect()
        self._following.leave()

    def _end(self, threads: ThreadPoolExecutor) -> None:
        """Stop at the time limit, and record which tasks the service still carries on."""
        after = f"after {self.options.wait_timeout:g} seconds"
        self._leave(f"the task ended {after}")
        threads.shutdown()
        late = [transfer for transfer in (*self._following.transfers, *self._sending.values()) if transfer.is_under_way]
        canceled = set()
        if self.options.cancel_on_timeout:
            pending = [
                transfer for transfer in late if transfer.action == SENT and transfer.status in (None, "pending")
            ]
            outcomes = self.client.calls(self._sender.cancel, pending)
            canceled = {transfer.task_id for transfer, done in zip(pending, outcomes, strict=True) if done}
        name_late(late, canceled, after)


def _newest(transfers: Iterable[Transfer], began: int) -> int:
    """Return when the newest known record was created; what others send from now on is newer."""
    known = max((transfer.begun for transfer in transfers), default=0)
    return max(known, began - _SKEW)


def send_all(  # what is sent how, and what is told where it ends early
    client: Client,
    options: Sending,
    transfers: Sequence[Transfer],
    began: int,
    tell: Tell,
    result: Callable[[], dict[str, Any]],
) -> AcrError | None:
    """Send the transfers; return what kept the rest from being sent.

    Raises:
        AcrError: it cannot go on. Images were sent by then, so it has the result so far.
    """
    queue = SendQueue(client, options, transfers, began, tell)
    try:
        with attempt(f"send images of {options.instance_id}"):
            queue.run()
    except AcrError as error:
        error.results = result()
        error.hint = f"{error.hint} {so_far(transfers)}".strip()
        raise
    return queue.obstacle

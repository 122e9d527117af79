# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send images, some at a time, and follow them."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import PARALLEL, pool
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import Progress, Tell, activity
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.course import Course
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.records import Records
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.sender import FEW, Sender
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    JOINED,
    LEFT,
    SEND,
    SENT,
    Transfer,
    only_namespace,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.watch import Watch

_SHORTEST, _LONGEST = 1.0, 10.0  # seconds from one look at the records to the next
# As many images must have ended for each call of a look for the next one to come sooner; fewer if others wait for room.
_WORTH, _WORTH_WITHOUT_ROOM = 50, 15
_ANY = 1000  # images at a time where there is no limit; more would be sent with too old a knowledge
# The service's clock and this machine's may differ by so much.
_SKEW = 120_000  # milliseconds
# The service's issues are not documented; what reads like this is the same the next time.
_LASTING = re.compile(
    r"(?i)not.?exist|not.?found|immutab|already.?exist|privilege|permission|forbidden|denied|no.?auth"
)


class SendQueue:
    """Send the transfers, and follow them by records.

    What was in flight already is followed, too.

    Args:
        client: the source account's services.
        options: how images are sent.
        transfers: what was planned; what becomes of each is written to it.
        began: when the records were read, in epoch ms of this machine.
        tell: takes a line on how far it is.
    """

    def __init__(self, client: Client, options: Sending, transfers: Sequence[Transfer], began: int, tell: Tell) -> None:
        self.client = client
        self.options = options
        self.transfers = [transfer for transfer in transfers if transfer.action in (SEND, JOINED)]
        # Random, so that several runs over the same images begin at different ones.
        self._course = Course(transfers, random.Random())
        self._records = Records(client, options.instance_id, only_namespace(transfers), _newest(transfers, began))
        self._sending: dict[Future[None], Transfer] = {}
        self._trigger: Future[None] | None = None  # once it is done, the pool has little left to do
        self._followed = [transfer for transfer in self.transfers if transfer.action == JOINED]
        self._watch = Watch(client, options.instance_id)
        self._sender = Sender(client, options)
        self._arrived = self._bytes = 0
        self._progress = Progress(
            tell, client.clock, len(self.transfers), sum(transfer.size or 0 for transfer in self.transfers)
        )

    @property
    def obstacle(self) -> AcrError | None:
        """Return what kept all further images from being sent."""
        return self._sender.obstacle

    def run(self) -> None:
        """Send everything; with `wait`, until all has ended.

        Something else may end it before.

        Raises:
            AcrError: it cannot go on; each transfer tells what became of it.
        """
        with pool() as threads, activity.doing(self._progress.line), activity.leaving(self._last_line):
            try:
                if self.options.wait:
                    self._run(threads, self.client.clock() + self.options.wait_timeout)
                else:
                    self._send(threads)
            except AcrError as error:
                self._stop(threads, error)
                raise

    def _last_line(self) -> str:
        """Return what to say where somebody ends the run.

        What is under way goes on without it.
        """
        calling = {id(transfer) for transfer in list(self._sending.values())}
        places: Counter[str] = Counter(self._place(transfer, calling) for transfer in self.transfers)
        failed = f", {places['failed']:,} failed" if places["failed"] else ""
        return (
            f"ended early: {places['arrived']:,} images were sent and have arrived{failed}, {places['under way']:,} are"
            f" under way and go on by themselves, and {places['left']:,} are left; run it again to go on"
        )

    def _place(self, transfer: Transfer, calling: Container[int]) -> str:
        """Return where an image stands.

        It is empty if it was not to be sent.
        """
        if transfer.is_under_way or id(transfer) in calling:
            return "under way"
        if transfer.error and transfer.action != LEFT:
            return "failed"
        if transfer.action in (SEND, LEFT):
            return "left"
        return "arrived" if transfer.action in (SENT, JOINED) else ""

    def _send(self, threads: ThreadPoolExecutor) -> None:
        """Send everything without following it."""
        while self._course or self._sending:
            self._pause(threads, self.client.clock() + _LONGEST, _LONGEST)
            self._tell()
        self._leave_hindered()

    def _run(self, threads: ThreadPoolExecutor, ends: float) -> None:
        # Images that another run has sent may have arrived already.
        pause = _SHORTEST if self._course else 0.0
        while self._course or self._sending or self._followed:
            # Where nothing depends on a look, it would only take calls from what is being sent.
            idle = (self._sending or self._course) and self._room() and self.options.max_failures is None
            until = self.client.clock() + (_LONGEST if idle else pause)
            was_last = self._pause(threads, min(until, ends), pause)
            # Counted together: a look is worth its calls only by what it found.
            ended, calls = self._look()
            self._tell()
            if self._too_many_failed():
                self._leave("more images than max_failures had failed before")
            if self.client.clock() >= ends:
                self._end(threads)
                return
            worth = ended >= calls * (_WORTH_WITHOUT_ROOM if self._course else _WORTH)
            # Down faster than up, since images that end make room for others.
            changed = pause / 2 if worth else min(pause * 1.5, _LONGEST)
            pause = _SHORTEST if was_last else max(changed, _SHORTEST)

    def _fill(self, threads: ThreadPoolExecutor) -> None:
        """Hand the next images to the pool.

        First look what others have sent meanwhile.
        """
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
                self._followed.append(joined)
        chosen = self._course.take(min(room, self._at_once()), self.client.clock())
        started = [threads.submit(self._sender.send, transfer) for transfer in chosen]
        self._sending.update(zip(started, chosen, strict=True))
        if started:
            self._trigger = started[-PARALLEL if len(started) > PARALLEL else -1]

    def _room(self) -> int:
        """Return how many more may be in flight.

        What is not followed is not counted.
        """
        if not self.options.wait:
            return _ANY
        return max(self.options.max_in_flight - len(self._followed) - len(self._sending), 0)

    def _at_once(self) -> int:
        """Return how many more may be sent at a time.

        It is few until one was accepted, since all may be refused.
        """
        # A first accepted image proves rights and reach, so the rest may follow at full width.
        if self._sender.accepts:
            return _ANY
        return FEW - sum(not future.done() for future in self._sending)

    def _pause(self, threads: ThreadPoolExecutor, until: float, pause: float) -> bool:
        """Send until then; return whether the last was sent.

        Where nothing can be sent, since there is no room or nothing left, it ends after `pause` seconds.
        """
        was_last = False
        self._fill(threads)
        while not was_last and (rest := until - self.client.clock()) > 0:
            if self._sender.obstacle or self._too_many_failed():
                break
            if self._sending and not self._course:
                wait(self._sending, timeout=rest)
                was_last = all(future.done() for future in self._sending)
            elif self._trigger and not self._trigger.done():
                wait([self._trigger], timeout=rest)
            elif self._course and self._room():
                self.client.sleep(min(rest, _SHORTEST))  # what is left is left to another run for now
            else:
                self.client.sleep(min(rest, pause))
                break
            self._fill(threads)
        self._collect()
        return was_last

    def _collect(self) -> None:
        """Follow what was sent, and put back the hindered."""
        for future in [future for future in self._sending if future.done()]:
            transfer = self._sending.pop(future)
            future.result()
            if transfer.action != SEND:
                self._followed.append(transfer)
            elif hindrance := self._sender.hindrance(transfer):
                transfer.leave(f"sending others failed: {hindrance.sentence()}")

    def _look(self) -> tuple[int, int]:
        """Return how many images ended, and the calls made.

        They are counted since the last look.
        """
        before = len(self._followed)
        calls = self._watch.refresh([transfer for transfer in self._followed if transfer.is_under_way])
        for transfer in self._followed:
            if transfer.status == "success":
                self._arrived, self._bytes = self._arrived + 1, self._bytes + (transfer.size or 0)
            # At the end of the queue, so that a passing trouble has time to pass.
            elif self._may_help_again(transfer):
                transfer.decide(SEND)
                transfer.attempts += 1
                self._course.again(transfer)
            elif not transfer.is_under_way and not transfer.error:
                transfer.error = f"{transfer.status}: {transfer.issue or 'the service gives no reason'}"
        self._followed = [transfer for transfer in self._followed if transfer.is_under_way]
        return before - len(self._followed), calls

    def _may_help_again(self, transfer: Transfer) -> bool:
        return (
            transfer.status == "error"
            and transfer.attempts < self.options.retries
            and not _LASTING.search(transfer.issue or "")
        )

    def _tell(self) -> None:
        # What is left was not even tried, and did not fail.
        failed = [transfer for transfer in self.transfers if transfer.error and transfer.action != LEFT]
        latest = f"{failed[-1].source}: {failed[-1].error}" if failed else ""
        self._progress.update(self._arrived, self._bytes, len(failed), latest)

    def _too_many_failed(self) -> bool:
        most = self.options.max_failures
        return most is not None and sum(bool(transfer.error) for transfer in self.transfers) > most

    def _leave(self, reason: str) -> None:
        """Send no more."""
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
        """End because of an error.

        What is not sent is left, and nobody follows the rest.
        """
        self._leave(f"the run could not go on: {error.sentence()}")
        # Calls on their way must end first, since each of them may have started a task.
        threads.shutdown()
        self._collect()
        for transfer in self._followed:
            if transfer.is_under_way:
                transfer.error = f"not followed to its end (task {transfer.task_id}); a further run joins it"

    def _end(self, threads: ThreadPoolExecutor) -> None:
        """Stop at the time limit; name what goes on.

        The service still carries on with those tasks.
        """
        after = f"after {self.options.wait_timeout:g} seconds"
        self._leave(f"the task ended {after}")
        threads.shutdown()
        late = [transfer for transfer in (*self._followed, *self._sending.values()) if transfer.is_under_way]
        canceled = set()
        if self.options.cancel_on_timeout:
            pending = [
                transfer for transfer in late if transfer.action == SENT and transfer.status in (None, "pending")
            ]
            outcomes = self.client.calls(self._sender.cancel, pending)
            canceled = {transfer.task_id for transfer, done in zip(pending, outcomes, strict=True) if done}
        for transfer in late:
            if transfer.task_id in canceled:
                transfer.error = (
                    f"canceled {after}, since it had not begun (task {transfer.task_id}); a further run sends it"
                )
            else:
                transfer.error = (
                    f"not finished {after} (task {transfer.task_id}); it goes on, and a further run joins it"
                )


def _newest(transfers: Iterable[Transfer], began: int) -> int:
    """Return the time of the newest known record.

    What others send from now on is newer.
    """
    known = max((transfer.begun for transfer in transfers), default=0)
    return max(known, began - _SKEW)

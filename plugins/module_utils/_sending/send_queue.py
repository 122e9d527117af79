# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending images side by side, some in flight at a time, and following them by the instance's records."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import pool
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import Progress, Tell
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.sender import Sender
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    JOINED,
    LEFT,
    SEND,
    SENT,
    Transfer,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.watch import Watch

_SHORTEST, _LONGEST = 1.0, 10.0  # seconds from one look at the records to the next
# As many images must have ended for each call of a look for the next one to come sooner; fewer if others wait for room.
_WORTH, _WORTH_WITHOUT_ROOM = 50, 15
# The service's issues are not documented; what reads like this is the same the next time.
_LASTING = re.compile(
    r"(?i)not.?exist|not.?found|immutab|already.?exist|privilege|permission|forbidden|denied|no.?auth"
)


class SendQueue:
    """Sends what is to be sent of `transfers`, and follows that and what was under way already.

    Args:
        client: the source account's services.
        options: how images are sent.
        transfers: what was planned; what becomes of each is written to it.
        tell: takes a line on how far it is.
    """

    def __init__(self, client: Client, options: Sending, transfers: Iterable[Transfer], tell: Tell) -> None:
        self.client = client
        self.options = options
        self.transfers = [one for one in transfers if one.action in (SEND, JOINED)]
        self._left = deque(one for one in self.transfers if one.action == SEND)
        self._sending: dict[Future[None], Transfer] = {}
        self._followed = [one for one in self.transfers if one.action == JOINED]
        self._watch = Watch(client, options.instance_id)
        self._sender = Sender(client, options)
        self._arrived = self._bytes = 0
        self._progress = Progress(tell, client.clock, len(self.transfers), sum(one.size or 0 for one in self.transfers))

    def run(self) -> None:
        """Sends everything; with `wait`, until all has ended or something ends it before."""
        if not self.options.wait:
            self.client.calls(self._sender.send, self._left)
            return
        with pool() as threads:
            self._run(threads, self.client.clock() + self.options.wait_timeout)

    def _run(self, threads: ThreadPoolExecutor, ends: float) -> None:
        pause = _SHORTEST if self._left else 0.0
        while self._left or self._sending or self._followed:
            self._fill(threads)
            if self._sending and not self._left and self.options.max_failures is None:
                pause = _LONGEST  # nothing depends on a look, which takes calls from what is being sent
            was_last = self._pause(min(self.client.clock() + pause, ends))
            ended, calls = self._look()
            self._tell()
            if self._too_many_failed():
                self._leave("more images than max_failures had failed before")
            if self.client.clock() >= ends:
                self._end(threads)
                return
            worth = ended >= calls * (_WORTH_WITHOUT_ROOM if self._left else _WORTH)
            changed = pause / 2 if worth else min(pause * 1.5, _LONGEST)
            pause = _SHORTEST if was_last else max(changed, _SHORTEST)

    def _fill(self, threads: ThreadPoolExecutor) -> None:
        """Starts to send as many as there is room for."""
        room = max(self.options.max_in_flight - len(self._followed) - len(self._sending), 0)
        for _each in range(min(room, len(self._left))):
            transfer = self._left.popleft()
            self._sending[threads.submit(self._sender.send, transfer)] = transfer

    def _pause(self, until: float) -> bool:
        """Waits until then, or until the last image was sent; whether that was so."""
        if self._sending:
            wait(self._sending, timeout=max(until - self.client.clock(), 0.0))
        was_last = bool(self._sending) and not self._left and all(future.done() for future in self._sending)
        if not was_last and (rest := until - self.client.clock()) > 0:
            self.client.sleep(rest)
        for future in [future for future in self._sending if future.done()]:
            future.result()
            self._followed.append(self._sending.pop(future))
        return was_last

    def _look(self) -> tuple[int, int]:
        """How many images have ended since the last look, and how many calls it took to see."""
        before = len(self._followed)
        calls = self._watch.refresh([one for one in self._followed if one.is_under_way])
        for transfer in self._followed:
            if transfer.status == "success":
                self._arrived, self._bytes = self._arrived + 1, self._bytes + (transfer.size or 0)
            elif self._may_help_again(transfer):
                transfer.decide(SEND)
                transfer.attempts += 1
                self._left.append(transfer)
            elif not transfer.is_under_way and not transfer.error:
                transfer.error = f"{transfer.status}: {transfer.issue or 'the service gives no reason'}"
        self._followed = [one for one in self._followed if one.is_under_way]
        return before - len(self._followed), calls

    def _may_help_again(self, transfer: Transfer) -> bool:
        return (
            transfer.status == "error"
            and transfer.attempts < self.options.retries
            and not _LASTING.search(transfer.issue or "")
        )

    def _tell(self) -> None:
        failed = [one for one in self.transfers if one.error]
        latest = f"{failed[-1].source}: {failed[-1].error}" if failed else ""
        self._progress.update(self._arrived, self._bytes, len(failed), latest)

    def _too_many_failed(self) -> bool:
        most = self.options.max_failures
        return most is not None and sum(bool(one.error) for one in self.transfers) > most

    def _leave(self, reason: str) -> None:
        """Sends no more."""
        for future in self._sending:
            future.cancel()
        for future in [future for future in self._sending if future.cancelled()]:
            self._left.append(self._sending.pop(future))
        while self._left:
            transfer = self._left.popleft()
            transfer.action, transfer.error = LEFT, f"not sent, since {reason}; a further run sends it"

    def _end(self, threads: ThreadPoolExecutor) -> None:
        """Ends for want of time, with what the service does in spite of that."""
        after = f"after {self.options.wait_timeout:g} seconds"
        self._leave(f"the task ended {after}")
        threads.shutdown()
        late = [one for one in (*self._followed, *self._sending.values()) if one.is_under_way]
        canceled = set()
        if self.options.cancel_on_timeout:
            pending = [one for one in late if one.action == SENT and one.status in (None, "pending")]
            outcomes = self.client.calls(self._sender.cancel, pending)
            canceled = {one.task_id for one, done in zip(pending, outcomes, strict=True) if done}
        for one in late:
            if one.task_id in canceled:
                one.error = f"canceled {after}, since it had not begun (task {one.task_id}); a further run sends it"
            else:
                one.error = f"not finished {after} (task {one.task_id}); it goes on, and a further run joins it"

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow images that are under way, and say how far they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import ArrivalProgress, Tell
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import JOINED, LEFT, SEND, Transfer
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.watch import Watch

# The service's issues are not documented. An image whose issue has one of these words would fail again.
_LASTING = re.compile(
    r"(?i)not.?exist|not.?found|immutab|already.?exist|privilege|permission|forbidden|denied|no.?auth"
)

# Characters of a failure in a progress line, which is one line of a screen or two.
_BRIEF = 160


class Following:
    """Follow the images that are under way, and count those that have ended.

    Args:
        client: the source account's services.
        options: how images are sent.
        transfers: all images to send or to follow.
        tell: takes a line on how far the run is.
        ended: takes each image whose task has ended.
    """

    def __init__(
        self,
        client: Client,
        options: Sending,
        transfers: Sequence[Transfer],
        tell: Tell,
        ended: Callable[[Transfer], object] = bool,
    ) -> None:
        self._ended = ended
        self._options = options
        self._transfers = transfers
        self._followed = [transfer for transfer in transfers if transfer.action == JOINED]
        self._watch = Watch(client, options.instance_id)
        self._arrived = self._bytes = 0
        self._progress = ArrivalProgress(
            tell, client.clock, len(transfers), sum(transfer.size or 0 for transfer in transfers)
        )

    def __len__(self) -> int:
        return len(self._followed)

    @property
    def transfers(self) -> list[Transfer]:
        """Return the images that are followed now."""
        return self._followed

    def add(self, transfer: Transfer) -> None:
        self._followed.append(transfer)

    def line(self) -> str:
        self._progress.under_way = len(self._followed)
        return self._progress.line()

    def look(self) -> tuple[int, int, list[Transfer]]:
        """Look at the records.

        Returns:
            how many images ended since the last look, how many calls this one took, and which images to send again.
        """
        before = len(self._followed)
        again: list[Transfer] = []
        calls = self._watch.refresh([transfer for transfer in self._followed if transfer.is_under_way])
        for transfer in self._followed:
            if transfer.status == "success":
                self._arrived, self._bytes = self._arrived + 1, self._bytes + (transfer.size or 0)
            elif self._may_help_again(transfer):
                transfer.decide(SEND)
                transfer.attempts += 1
                again.append(transfer)
            elif not transfer.is_under_way and not transfer.error:
                transfer.error = f"{transfer.status}: {transfer.issue or 'the service gives no reason'}"
            if transfer.status in ("success", "error"):
                self._ended(transfer)
        self._followed = [transfer for transfer in self._followed if transfer.is_under_way]
        return before - len(self._followed), calls, again

    def _may_help_again(self, transfer: Transfer) -> bool:
        return (
            transfer.status == "error"
            and transfer.attempts < self._options.retries
            and not _LASTING.search(transfer.issue or "")
        )

    def tell(self) -> None:
        # An image that is left was not tried, so it has not failed.
        failed = [transfer for transfer in self._transfers if transfer.error and transfer.action != LEFT]
        self._progress.under_way = len(self._followed)
        latest = briefly(failed[-1]) if failed else ""
        self._progress.update(self._arrived, self._bytes, len(failed), latest)

    def too_many_failed(self) -> bool:
        most = self._options.max_failures
        return most is not None and sum(bool(transfer.error) for transfer in self._transfers) > most

    def leave(self) -> None:
        """Name the tasks that nobody follows any more."""
        for transfer in self._followed:
            if transfer.is_under_way:
                transfer.error = f"not followed to its end (task {transfer.task_id}); a further run joins it"


def briefly(transfer: Transfer) -> str:
    """Return which image failed and why, in few words; the task's failure tells all of it."""
    text = transfer.error if transfer.source in transfer.error else f"{transfer.source}: {transfer.error}"
    return text if len(text) <= _BRIEF else f"{text[:_BRIEF].rstrip()} ..."

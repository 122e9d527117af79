"""Make sync records of many years; each is made when it is listed, so that a million of them cost nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from .replication import ImageReference, SyncTask

# In milliseconds.
_DAY, _MINUTE = 86_400_000, 60_000


@dataclass(slots=True)
class OldRecords:
    """Records of one repository whose images were deleted since.

    They are older than all other records of the instance: one a minute, until the day before it was created. With
    `newest` they have the time of its newest task, and are listed before it.
    """

    namespace: str
    repository: str
    count: int
    newest: bool = False

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError(f"count {self.count} is below 0")

    def tag(self, number: int) -> str:
        return f"gone-{number}"

    def selects(self, selected: dict[str, str]) -> bool:
        """Return whether these parameters list old records; a tag or a batch never does."""
        names = {"RepoNamespaceName": self.namespace, "RepoName": self.repository}
        return all(names.get(parameter) == value for parameter, value in selected.items())

    def task(self, number: int, region: str, instance: str, time: int) -> SyncTask:
        """Return the record of a number, the oldest first."""
        created = time if self.newest else time - _DAY - (self.count - number) * _MINUTE
        end = ImageReference(region, instance, self.namespace, self.repository, self.tag(number))
        identity = f"rst-{number:016}"
        return SyncTask(
            end, end, status="SUCCESS", id=identity, batch_id=identity, create_time=created, update_time=created
        )


class OldTasks(Sequence[SyncTask]):
    """Old records as tasks, in the order of listing."""

    def __init__(self, old: OldRecords, region: str, instance: str, time: int, order: str) -> None:
        self._old = old
        self._where = (region, instance, time)
        self._order = order

    def __len__(self) -> int:
        return self._old.count

    @overload
    def __getitem__(self, place: int) -> SyncTask:
        """Return a record."""

    @overload
    def __getitem__(self, place: slice) -> list[SyncTask]:
        """Return some records."""

    def __getitem__(self, place: int | slice) -> SyncTask | list[SyncTask]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        number = place if self._order == "oldest_first" else len(self) - 1 - place
        if self._order == "none":
            number = min(number ^ 1, len(self) - 1)  # neighbours change places
        return self._old.task(number, *self._where)


class Together(Sequence[SyncTask]):
    """Two lists one after the other, without a copy."""

    def __init__(self, first: Sequence[SyncTask], second: Sequence[SyncTask]) -> None:
        self._first = first
        self._second = second

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    @overload
    def __getitem__(self, place: int) -> SyncTask:
        """Return a record."""

    @overload
    def __getitem__(self, place: slice) -> list[SyncTask]:
        """Return some records."""

    def __getitem__(self, place: int | slice) -> SyncTask | list[SyncTask]:
        gap = len(self._first)
        if isinstance(place, int):
            return self._first[place] if place < gap else self._second[place - gap]
        begin, end, _step = place.indices(len(self))
        return [*self._first[begin:end], *self._second[max(begin - gap, 0) : max(end - gap, 0)]]

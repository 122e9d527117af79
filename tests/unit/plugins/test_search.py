# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the calls that find images' records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.by_record import follow_records
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.listing import Listing
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import Target, Transfer

from .conftest import ACCOUNT_B, SOURCE, TARGET

REPOSITORIES, TAGS, MANY = 60, 20, 1_000_000
NOW = 10**12


def images() -> list[Transfer]:
    """Return images that were pushed long before any record."""
    names = [(f"app-{number // TAGS}", f"v{number % TAGS}") for number in range(REPOSITORIES * TAGS)]
    return [transfer(repository, tag) for repository, tag in names]


def transfer(repository: str, tag: str, pushed: int = 1) -> Transfer:
    target = Target("eu-central-1", TARGET, ACCOUNT_B, "prod", repository, tag)
    return Transfer("prod", repository, tag, target, pushed=pushed)


def record(repository: str, tag: str, created: int, status: str = "SUCCESS") -> dict[str, Any]:
    ends = {"RepoNamespaceName": "prod", "RepoName": repository, "ImageTag": tag}
    return {
        "SyncTaskId": f"rst-{repository}-{tag}-{created}",
        "TaskStatus": status,
        "CreateTime": created,
        "ImageFrom": ends,
        "ImageTo": {**ends, "InstanceId": TARGET},
    }


class Records:
    """Serve a few named records among any number of others.

    The others are of one repository, `others`, and come before or after those that are named.
    """

    def __init__(self, named: list[dict[str, Any]], count: int, others: str, order: str, *, newer: bool) -> None:
        self.named = named
        self.count = count
        self.others = others
        self.order = order
        self.newer = newer
        self.asked: list[Mapping[str, Any]] = []

    def send(self, product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        assert (product, action) == ("cr", "ListRepoSyncTask")
        self.asked.append(parameters)
        repository, tag = parameters.get("RepoName"), parameters.get("Tag")
        named = [
            entry
            for entry in self.named
            if repository in (None, entry["ImageFrom"]["RepoName"]) and tag in (None, entry["ImageFrom"]["ImageTag"])
        ]
        count = self.count if repository in (None, self.others) and tag in (None, "hot") else 0
        total = len(named) + count
        first = (parameters["PageNo"] - 1) * 100
        places = range(first, min(first + 100, total))
        return {"SyncTasks": [self._at(place, named, count, total) for place in places], "TotalCount": str(total)}

    def _at(self, place: int, named: list[dict[str, Any]], count: int, total: int) -> dict[str, Any]:
        """Return the record at a place of the list.

        `named` holds the newest first.
        """
        if self.order == "oldest first":
            place = total - 1 - place
        elif self.order == "in no order":
            place = place ^ 1 if place ^ 1 < total else place
        before = count if self.newer else 0
        if before <= place < before + len(named):
            return named[place - before]
        number = place if self.newer else place - len(named)
        return record(self.others, "hot", (2 * NOW if self.newer else NOW // 2) - number)


def found(records: Records, transfers: list[Transfer]) -> int:
    """Look for the records.

    Return how many calls that took.
    """
    follow_records(Client(records.send), SOURCE, transfers)
    return len(records.asked)


def all_arrived(transfers: list[Transfer]) -> list[dict[str, Any]]:
    return [record(sent.repository, sent.tag, NOW - number) for number, sent in enumerate(transfers)]


@pytest.mark.parametrize("order", ["newest first", "oldest first"])
def test_older_records_cost_nothing(order: str) -> None:
    calls = {}
    for count in (0, MANY):
        transfers = images()
        calls[count] = found(Records(all_arrived(transfers), count, "gone", order, newer=False), transfers)
        assert {sent.status for sent in transfers} == {"success"}
    assert calls[MANY] <= calls[0] + 2
    assert calls[0] <= len(images()) / 100 + 1


@pytest.mark.parametrize("order", ["newest first", "oldest first", "in no order"])
def test_newer_records_of_others_cost_a_call_a_repository(order: str) -> None:
    transfers = images()
    calls = found(Records(all_arrived(transfers), MANY, "busy", order, newer=True), transfers)
    assert {sent.status for sent in transfers} == {"success"}
    per_repository = 1 if order != "in no order" else 2  # one more to see that a repository's records have no order
    assert calls <= REPOSITORIES * per_repository + 3


def test_a_repository_with_very_many_records_is_asked_by_tag() -> None:
    transfers = [transfer("web", f"v{number}") for number in range(TAGS)]
    named = all_arrived(transfers)
    records = Records(named, MANY, "web", "newest first", newer=True)
    assert found(records, transfers) <= TAGS + 3
    assert {sent.status for sent in transfers} == {"success"}


@pytest.mark.parametrize("order", ["newest first", "oldest first"])
def test_nothing_older_than_the_push_is_read(order: str) -> None:
    transfers = [transfer("web", f"v{number}", pushed=NOW) for number in range(TAGS)]
    records = Records([], MANY, "web", order, newer=False)
    assert found(records, transfers) <= 2
    assert {sent.status for sent in transfers} == {None}


def test_the_newest_record_counts_whatever_the_order() -> None:
    named = [record("web", "v0", NOW, "ERROR"), record("web", "v0", NOW - 9), record("web", "v1", NOW - 10)]
    for listed in (named, named[::-1], [named[1], named[0], named[2]]):
        transfers = [transfer("web", "v0"), transfer("web", "v1")]
        records = Records(listed, 0, "", "newest first", newer=False)
        found(records, transfers)
        assert [sent.status for sent in transfers] == ["error", "success"]


def test_no_image_takes_no_call() -> None:
    assert found(Records([], MANY, "gone", "newest first", newer=False), []) == 0


def test_a_record_that_moves_to_a_page_read_before_is_found() -> None:
    """Answer the second page before the first further one, while new records come in between."""
    listed = [record("web", str(number), NOW - number) for number in range(400)]
    asked: list[int] = []

    def send(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        assert (product, action) == ("cr", "ListRepoSyncTask")
        number = parameters["PageNo"]
        asked.append(number)
        found = listed[(number - 1) * 100 : number * 100]
        total = len(listed)
        if number == 3:
            listed[:0] = [record("web", f"new-{new}", NOW + new) for new in range(5, 0, -1)]
        return {"SyncTasks": found, "TotalCount": str(total)}

    class InOrder(Client):
        def calls(self, work: Any, items: Any) -> list[Any]:
            """Answer the last page first."""
            return [work(item) for item in list(items)[::-1]][::-1]

    listing = Listing(InOrder(send), SOURCE, {"namespace": "prod"})
    tags = [task.tag for task in listing.read()]
    tags += [task.tag for task in listing.read(2)]
    while page := listing.read():
        tags += [task.tag for task in page]
    assert {str(number) for number in range(400)} <= set(tags)
    assert asked == [1, 3, 2, 3, 4, 5]


def test_pages_are_read_where_their_number_is_not_told() -> None:
    listed = [record("web", str(number), NOW - number) for number in range(250)]

    def send(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        assert (product, action) == ("cr", "ListRepoSyncTask")
        first = (parameters["PageNo"] - 1) * 50  # the service may cap a page
        return {"SyncTasks": listed[first : first + 50]}

    listing = Listing(Client(send), SOURCE, {})
    tags = []
    while page := listing.read():
        tags += [task.tag for task in page]
    assert tags == [str(number) for number in range(250)]

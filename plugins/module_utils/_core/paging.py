# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read every item of a list that comes in pages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import api_error

Page = tuple[list[dict[str, Any]], int]


class Calls(Protocol):
    def __call__(self, work: Callable[[int], Page], items: Iterable[int]) -> list[Page]:
        """Return what the work gives for each item."""


def pages(  # how pages are asked for, what is asked for, and how much of it at a time
    call: Callable[[str, str, Mapping[str, Any]], dict[str, Any]],
    calls: Calls,
    product: str,
    action: str,
    parameters: Mapping[str, Any],
    items: str,
    size: int,
    at_once: int,
) -> Iterator[dict[str, Any]]:
    """Yield every item, as Client.pages says."""

    def get(page: int) -> Page:
        answer = call(product, action, {**parameters, "PageNo": page, "PageSize": size})
        found, total = answer.get(items) or [], answer.get("TotalCount")
        if not isinstance(found, list):
            # The SDK hands on a wrong shape as it came. Read as an empty list, nothing would seem to be there.
            raise api_error(action, "", "the answer is not in the documented shape", status=200)
        return found, int(total or 0)  # 0 if it is not told

    found, total = get(1)
    yield from found
    # The largest page is not documented: the service may cap it, so the first page shows how long a page is.
    whole, page, latest = len(found), 1, total
    while found and len(found) == whole and (not total or page * whole < total):
        # Without a total it is not known whether there is more than one further page.
        left = math.ceil(total / whole) - page if total else 1
        more = range(page + 1, page + 1 + min(left, at_once))
        for number, answer in zip(more, calls(get, more), strict=True):
            # A smaller total shows that it was answered before the page that it follows. An item that moved from
            # that page to this one in between would be missed, so this one is asked for again.
            found, told = get(number) if 0 < answer[1] < latest else answer
            latest = told or latest
            total = max(total, latest)
            yield from found
        page = more[-1]

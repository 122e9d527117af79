"""Record, throttle and break calls."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .errors import ApiError
from .state import RateLimits

# Parts of a request that say who calls and how, not what is asked; some of them are secrets.
PROTOCOL_PARAMETERS = frozenset(
    {
        "AccessKeyId",
        "Action",
        "Format",
        "RegionId",
        "SecurityToken",
        "Signature",
        "SignatureMethod",
        "SignatureNonce",
        "SignatureType",
        "SignatureVersion",
        "Timestamp",
        "Version",
    }
)
# Bounded, since an emulator may run for days.
CALLS_KEPT = 100_000


@dataclass(slots=True)
class Record:
    """One API call, as `GET /_emulator/calls` shows it."""

    number: int
    account: str = ""
    identity: str = ""
    product: str = ""
    action: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    code: str = ""
    milliseconds: float = 0.0


class Journal:
    """The latest calls, `CALLS_KEPT` at most."""

    def __init__(self) -> None:
        self.records: deque[Record] = deque(maxlen=CALLS_KEPT)
        self.count = 0

    def open(self) -> Record:
        self.count += 1
        record = Record(self.count)
        self.records.append(record)
        return record

    def clear(self) -> None:
        self.records.clear()
        self.count = 0


class Throttle:
    """Counts calls by account and product in whole seconds."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], tuple[int, int]] = {}

    def check(self, account_id: str, product: str, limits: RateLimits) -> None:
        limit: int | None = getattr(limits, product)
        if limit is None:
            return
        now = time.time()
        second, count = self._counts.get((account_id, product), (0, 0))
        count = count + 1 if second == int(now) else 1
        self._counts[account_id, product] = (int(now), count)
        if count > limit:
            # Calls are taken again from the next whole second on.
            raise throttled(max(1, int((1 - now % 1) * 1000)))


def throttled(retry_after_ms: int) -> ApiError:
    headers = {"x-acs-retry-after": str(retry_after_ms)} if retry_after_ms > 0 else {}
    return ApiError("Throttling.User", 400, "Request was denied due to user flow control.", headers=headers)


FaultKind = Literal[
    "throttle",
    "error_500",
    "error_503",
    "expired_token",
    "denied",
    "reset_before",
    "reset_after",
    "hang",
    "html_502",
    "empty_body",
    "wrong_shape",
    "slow",
]


@dataclass(slots=True)
class Match:
    """Which calls a fault is for.

    None is any. `nth` counts matching calls from 1; `account` is a UID or a name.
    """

    action: str | None = None
    nth: int = 1
    account: str | None = None


@dataclass(slots=True)
class Fault:
    """`times` calls from the `nth` matching one on are hit.

    `retry_after_ms` is also how long `slow` takes.
    """

    fault: FaultKind
    match: Match = field(default_factory=Match)
    times: int = 1
    retry_after_ms: int = 500
    seen: int = field(default=0, metadata={"hidden": True})

    def hits(self, action: str, account_id: str, account_name: str) -> bool:
        """Return whether this call is hit.

        Counts the call if it matches.
        """
        if self.match.action not in (None, action) or self.match.account not in (None, account_id, account_name):
            return False
        # A call that another fault hits is counted too, so that `nth` does not depend on other faults.
        self.seen += 1
        return self.match.nth <= self.seen < self.match.nth + self.times


def next_fault(faults: list[Fault], record: Record, account_name: str) -> Fault | None:
    """Return the first fault that hits this call.

    Every fault counts the call, so that their order does not matter.
    """
    hitting = [fault for fault in faults if fault.hits(record.action, record.account, account_name)]
    return hitting[0] if hitting else None


def misshapen(body: dict[str, Any]) -> Any:
    """Return a good answer in a wrong shape.

    Objects and lists become JSON text, or all becomes a list.
    """
    shaped = {name: json.dumps(value) if isinstance(value, (dict, list)) else value for name, value in body.items()}
    return shaped if shaped != body else [body]

"""Write the page's part on recent calls."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from ..cloud import Cloud
from ..state import State
from ..traffic import Record
from .markup import Html, join, limited, section, table, tag

# Rows, about a screen of them.
SHOWN = 40
# The latest calls, of which a row shows several if they are alike.
LOOKED_AT = 1000


def calls(cloud: Cloud) -> Html:
    newest = itertools.islice(reversed(cloud.journal.records), LOOKED_AT)
    groups = list(itertools.islice(_alike(newest), SHOWN))
    rows = [_call(cloud.state, records) for records in groups]
    content = table("calls", "Number, Caller, Call, Answer, Took", rows) if rows else None
    return section("Calls", content, limited(len(cloud.journal.records) - sum(map(len, groups))))


def _alike(records: Iterator[Record]) -> Iterator[list[Record]]:
    """Yield the calls of each row; a client that waits makes the same call again and again."""

    def key(record: Record) -> tuple[object, ...]:
        return record.account, record.identity, record.action, record.parameters, record.status, record.code

    for _key, group in itertools.groupby(records, key):
        yield list(group)


def _call(state: State, records: list[Record]) -> list[object]:
    record = records[0]
    account = state.accounts.get(record.account)
    caller = f"{(account.name if account else '') or record.account or 'unknown'} {record.identity}".strip()
    times = tag("span", f"× {len(records)}", kind="times") if len(records) > 1 else None
    parameters = [join(tag("i", name), " ", value[:200], " ") for name, value in sorted(record.parameters.items())]
    went_well = record.status == 200 and record.code in ("success", "200", "")
    answer = f"{record.status or '…'} {record.code}".strip()
    return [
        record.number,
        caller,
        join(tag("strong", record.action or "?"), times, tag("small", *parameters) if parameters else None),
        tag("span", answer, kind="quiet" if went_well or not record.status else "bad"),
        f"{record.milliseconds:.1f} ms",
    ]

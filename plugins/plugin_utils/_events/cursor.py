# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remember in a file which records were told already, so that a restart goes on where the last run ended."""

from __future__ import annotations

import fcntl
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError


class Cursor:
    """Knows until when all records were told, and which later ones were.

    The file is written anew at the end of each look. In between, each record that is told adds a line. So a run that is
    killed has told at most one record that the file does not name.

    Args:
        file: the file; None to remember nothing beyond this run.
        instance_id: the instance that the records are of.

    Attributes:
        since: epoch milliseconds; all records from before it were told. None until the first look.
        told: when each told record was made, by its ID.

    Raises:
        AcrError: the file is of another instance, in use, or no cursor file.
    """

    def __init__(self, file: Path | None, instance_id: str) -> None:
        self.since: float | None = None
        self.told: dict[str, float] = {}
        self._file = file
        self._instance_id = instance_id
        self._lock: TextIO | None = None
        self._appended: TextIO | None = None
        if file is not None:
            self._lock = _locked(file)
            try:
                if file.exists():
                    self._read(file)
            except AcrError:
                self.close()
                raise

    def begin(self, since: float) -> None:
        """Begin with the records from `since` on, unless the file has a time."""
        if self.since is None:
            self.move(since)

    def tell(self, record: str, made: float) -> None:
        """Note that a record was told."""
        self.told[record] = made
        if self._appended is not None:
            self._appended.write(json.dumps({"told": record, "made": _finite(made)}) + "\n")
            # At once, since a kill would lose what is in the buffer.
            self._appended.flush()

    def move(self, since: float) -> None:
        """Note that all records from before `since` were told, and forget their IDs."""
        self.since = since
        self.told = {record: made for record, made in self.told.items() if made >= since}
        if self._file is not None:
            self._write(self._file)

    def close(self) -> None:
        """Let others use the file."""
        for opened in (self._appended, self._lock):
            if opened is not None:
                opened.close()

    def _read(self, file: Path) -> None:
        try:
            head, *told = list(_lines(file))
            instance, self.since = head["instance_id"], float(head["since"])
            self.told = {line["told"]: math.inf if line["made"] is None else float(line["made"]) for line in told}
        except (OSError, ValueError, KeyError, TypeError) as cause:
            raise AcrError(f"cursor_file {file} cannot be read ({cause})", "Delete it, or name another one.") from cause
        if instance != self._instance_id:
            raise AcrError(f"cursor_file {file} is of {instance}", "Give each source a file of its own.")
        # Written anew, since its last line may be half written.
        self._write(file)

    def _write(self, file: Path) -> None:
        lines: list[dict[str, Any]] = [{"instance_id": self._instance_id, "since": self.since}]
        lines += [{"told": record, "made": _finite(made)} for record, made in self.told.items()]
        # Written beside it and renamed, so that a kill leaves either the old file or the new one.
        beside = file.with_name(f"{file.name}.new")
        beside.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        beside.replace(file)
        if self._appended is not None:
            self._appended.close()
        self._appended = file.open("a", encoding="utf-8")


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the content of each whole line."""
    text = file.read_text(encoding="utf-8")
    # What follows the last line break is a half-written line.
    for line in text[: text.rfind("\n") + 1].splitlines():
        yield json.loads(line)


def _finite(made: float) -> float | None:
    return None if math.isinf(made) else made


def _locked(file: Path) -> TextIO:
    """Return an open file whose lock ends with this process."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = file.with_name(f"{file.name}.lock").open("w", encoding="utf-8")
    except OSError as cause:
        raise AcrError(f"cursor_file {file} cannot be used: {os.strerror(cause.errno or 0)}", "Correct it.") from cause
    try:
        # The system releases such a lock, however the process ends.
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as cause:
        lock.close()
        raise AcrError(f"cursor_file {file} is in use", "Give each source a file of its own.") from cause
    return lock

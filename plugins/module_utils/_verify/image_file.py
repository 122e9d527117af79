# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write compared images to a CSV or JSONL file."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TextIO

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compare import Compared

COLUMNS = (
    *("rule", "state", "source", "target", "reason", "size"),
    *("digest", "target_digest", "pushed", "arrived", "lag"),
)
_TIMES = ("pushed", "arrived")


class ImageFile:
    """A file of images; without a path, it keeps nothing."""

    def __init__(self, text: TextIO | None, path: Path | None) -> None:
        self._text = text
        self._rows = csv.writer(text) if text and path and path.suffix == ".csv" else None
        if self._rows:
            self._rows.writerow(COLUMNS)

    def add(self, images: Iterable[Compared]) -> None:
        if self._rows:
            self._rows.writerows(_row(image.to_result()) for image in images)
        elif self._text:
            self._text.writelines(f"{json.dumps(image.to_result())}\n" for image in images)


@contextmanager
def image_file(path: str | None) -> Iterator[ImageFile]:
    """Open a file that replaces the old one when complete.

    Its folder is created.

    Raises:
        AcrError: it cannot be written.
    """
    if path is None:
        yield ImageFile(None, None)
        return
    whole = Path(path).expanduser()
    part = whole.with_name(f".{whole.name}.{os.getpid()}")
    try:
        whole.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="") as text:
            yield ImageFile(text, whole)
        part.replace(whole)
    except OSError as cause:
        reason = f"{whole} cannot be written: {cause.strerror}"
        raise AcrError(reason, "Name another file in images_file.") from cause
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _row(image: dict[str, Any]) -> list[Any]:
    return [_cell(name, image[name]) for name in COLUMNS]


def _cell(name: str, value: Any) -> Any:
    if value is not None and name in _TIMES:
        return datetime.fromtimestamp(value / 1000, timezone.utc).isoformat(timespec="milliseconds")
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"  # a spreadsheet takes it for text, not for a formula
    return value

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write compared images to a CSV or JSONL file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TextIO

from ansible_collections.registryops.alicloud.plugins.module_utils._core.whole_file import whole_file
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import Compared

COLUMNS = (
    *("rule", "state", "source", "target", "reason", "size"),
    *("digest", "target_digest", "pushed", "arrived", "lag"),
)
# The first characters that make a spreadsheet read a cell as a formula, from OWASP's page on CSV injection.
_FORMULA = frozenset("=+-@\t\r")


class ImageFile:
    """A file of images; without a path, it keeps nothing."""

    def __init__(self, text: TextIO | None, path: Path | None) -> None:
        self._text = text
        self._rows = csv.writer(text) if text and path and path.suffix == ".csv" else None
        if self._rows:
            self._rows.writerow(COLUMNS)

    def add(self, images: Iterable[Compared]) -> None:
        if self._rows:
            self._rows.writerows(_row(image) for image in images)
        elif self._text:
            self._text.writelines(f"{json.dumps(image.to_result())}\n" for image in images)


@contextmanager
def image_file(path: str | None) -> Iterator[ImageFile]:
    """Open a file that replaces the old one when it is complete; without a path, keep nothing.

    Raises:
        AcrError: it cannot be written.
    """
    if path is None:
        yield ImageFile(None, None)
        return
    hint = "Name another file in images_file (verify_sync_images_file in the role)."
    with whole_file(path, hint) as paths:
        whole, part = paths
        with part.open("w", encoding="utf-8", newline="") as text:
            yield ImageFile(text, whole)


def _row(image: Compared) -> tuple[Any, ...]:
    """Return the cells of COLUMNS, without a dictionary for each of perhaps 100,000 rows."""
    return (
        _text(image.rule),
        image.state,
        _text(image.source),
        _text(image.destination),
        _text(image.reason),
        image.size,
        _text(image.digest),
        _text(image.target_digest),
        _time(image.pushed),
        _time(image.arrived),
        image.lag,
    )


def _text(text: str | None) -> str | None:
    """Return a text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text and text[0] in _FORMULA else text


def _time(milliseconds: int | None) -> str | None:
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).isoformat(timespec="milliseconds")

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError


@contextmanager
def whole_file(path: str, hint: str, consequence: str = "") -> Iterator[tuple[Path, Path]]:
    """Yield the path of the file, and the path of the part that replaces it at the end.

    The caller writes the part. The folder is made if there is none.

    Args:
        path: the file.
        hint: what to do if it cannot be written.
        consequence: what the error says of what was done before, beginning with a semicolon.

    Raises:
        AcrError: it cannot be written.
    """
    whole = Path(path).expanduser()
    # In the same folder, since a file is replaced at once only within one file system. Two runs write two parts.
    part = whole.with_name(f".{whole.name}.{os.getpid()}")
    try:
        whole.parent.mkdir(parents=True, exist_ok=True)
        yield whole, part
        part.replace(whole)
    except OSError as cause:
        raise AcrError(f"{whole} cannot be written: {cause.strerror}{consequence}", hint) from cause
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)

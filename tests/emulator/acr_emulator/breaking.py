# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Break answers in the ways that all protocols share."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import Receive

from .server import Dropped, disconnected
from .traffic import Fault

HTML_502 = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


async def broken(fault: Fault, receive: Receive, headers: Mapping[str, str] | None = None) -> Response | None:
    """Return the answer of a fault that comes in the place of the work; None if the protocol has its own.

    `headers` are for an empty answer.
    """
    match fault.fault:
        case "html_502":
            return Response(HTML_502, 502, media_type="text/html")
        case "empty_body":
            return Response(b"", 200, headers=headers)
        case "reset_before":
            return Dropped()
        case "hang":
            with contextlib.suppress(asyncio.CancelledError):  # the emulator stops meanwhile
                await disconnected(receive)
            return Dropped()
    return None

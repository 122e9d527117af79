# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Render a report's page, with everything escaped but the template itself."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

from ansible.module_utils.common.text.formatters import bytes_to_human
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ansible_collections.registryops.alicloud.plugins.module_utils._core.regions import in_words
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.course import course
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.units import duration, share
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.unseen import together
from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.drawing import drawing

# Where the axis of lags may begin, end and have a line, in seconds: powers of ten, with minutes and hours as people
# count them.
_TICKS = (0.001, 0.01, 0.1, 1, 10, 60, 600, 3600, 36_000, 864_000, 8_640_000, 86_400_000)

_COMMAND = re.compile(r"`(.+?)`")
# Browsers end a line after a hyphen, also after that of an option.
_OPTION = re.compile(r"(?<!\S)-\w(?!\S)")

# Characters of a text that a cell shows.
_MOST = 120


def page(report: Mapping[str, Any], template: str, *, title: str) -> str:
    """Return a report's page; see the filter acr_report_page."""
    file = Path(template)
    loader = FileSystemLoader(file.parent)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        number=number,
        duration=duration,
        day=day,
        share=share,
        drawing=_drawn,
        course=course,
        together=together,
        border=in_words,
        setting=setting,
        told=told,
        size=bytes_to_human,  # as previews and runs write it
    )
    return environment.get_template(file.name).render(report=report, title=title, axis=axis_of(report["lag"]))


def _drawn(topology: Mapping[str, Any]) -> Markup:
    return Markup(drawing(topology))


def told(text: str) -> Markup:
    """Return a sentence with its commands set apart, whose short options stay whole at the end of a line."""
    plain = _OPTION.sub(r'<span class="whole">\g<0></span>', str(escape(text)))
    return Markup(_COMMAND.sub(r"<code>\1</code>", plain))


def number(value: int) -> str:
    return f"{value:,}"


def setting(value: str | bool | None) -> str:
    """Return a repository's setting in few words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value or "–"
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"


def day(milliseconds: int | None) -> str:
    if not milliseconds:
        return "–"
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).strftime("%Y-%m-%d %H:%M")


class Axis(NamedTuple):
    """A logarithmic axis in seconds; `ticks` are its lines, of which the first and the last are its ends."""

    ticks: tuple[float, ...]

    def down(self, seconds: float) -> float:
        """Return the distance from the top, in percent."""
        low, high = self.ticks[0], self.ticks[-1]
        return round(100 - math.log(max(seconds, low) / low) / math.log(high / low) * 100, 2)


def axis_of(lag: Mapping[str, Any]) -> Axis:
    """Return the axis that fits all lags."""
    medians = [step["median"] for step in lag["over_time"] if step["count"]]
    if not medians:
        return Axis(_TICKS)
    low = max((tick for tick in _TICKS[:-1] if tick <= min(medians)), default=_TICKS[0])
    high = min((tick for tick in _TICKS if tick > low and tick >= lag["worst"]), default=_TICKS[-1])
    return Axis(tuple(tick for tick in _TICKS if low <= tick <= high))

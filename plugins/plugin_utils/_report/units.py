# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write figures as a person would."""

from __future__ import annotations

# Seconds of a unit, and from how many on it is used: 90 minutes read better than 1.5 h.
_UNITS = ((86_400, 2 * 86_400, "days"), (3600, 2 * 3600, "h"), (60, 2 * 60, "min"), (1, 1, "s"))


def duration(seconds: float | None) -> str:
    """Return seconds in a fitting unit, or a dash."""
    if seconds is None:
        return "–"
    for unit, least, name in _UNITS:
        if seconds >= least:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds * 1000:.0f} ms"


def share(part: int, whole: int) -> str:
    """Return a percentage; it is 100 only for the whole, and not by rounding."""
    if not whole:
        return "–"
    return f"{100 if part == whole else min(part / whole * 100, 99.9):.1f} %"

"""Read the rules of schedules as the server does."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

from .errors import invalid

_START = re.compile(r"DTSTART(;TZID=(?P<zone>[^:;]+))?:\d{8}T\d{6}(?P<utc>Z)?")


def kept(rule: str) -> str:
    """Return the rule as it is kept.

    Raises:
        RefusedError: the server would refuse it.
    """
    parts = rule.split()
    start = _START.fullmatch(parts[0]) if parts else None
    if start is None:
        raise invalid("rrule", "Valid DTSTART required in rrule.")
    if not start["utc"] and not start["zone"]:
        raise invalid("rrule", "DTSTART cannot be a naive datetime.")
    if start["zone"] and start["zone"] not in available_timezones():
        raise invalid("rrule", "A valid TZID must be provided.")
    if not any(part.startswith("RRULE:") for part in parts):
        raise invalid("rrule", "RRULE required in rrule.")
    for part in parts[1:]:
        _check(part)
    return " ".join(parts)


def _check(part: str) -> None:
    name, _colon, text = part.partition(":")
    if name not in ("RRULE", "EXRULE"):
        raise invalid("rrule", f"{part} is not supported.")
    values = dict(pair.split("=", 1) for pair in text.split(";") if "=" in pair)
    if "INTERVAL" not in values:
        raise invalid("rrule", f"INTERVAL required in rrule: {part}")
    if values.get("FREQ") == "SECONDLY":
        raise invalid("rrule", f"SECONDLY is not supported: {part}")
    if "COUNT" in values and "UNTIL" in values:
        raise invalid("rrule", f"RRULE may not contain both COUNT and UNTIL: {part}")
    if int(values.get("COUNT", 0)) > 999:
        raise invalid("rrule", f"COUNT > 999 is unsupported: {part}")
    if re.search(r"\d", values.get("BYDAY", "")):
        raise invalid("rrule", f"BYDAY with numeric prefix not supported: {part}")

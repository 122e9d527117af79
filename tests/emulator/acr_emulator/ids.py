"""Make identifiers, times and digests in the service's own forms."""

from __future__ import annotations

import hashlib
import secrets
import string
import time
import uuid

_ALPHABET = string.ascii_lowercase + string.digits


def new_id(prefix: str) -> str:
    """Return `prefix`, a hyphen, and 16 small letters and digits, as CR makes them."""
    return f"{prefix}-{''.join(secrets.choice(_ALPHABET) for _position in range(16))}"


def new_number() -> str:
    """Return an 18-digit number, as RAM numbers users."""
    return str(3 * 10**17 + secrets.randbelow(10**16))


def new_uuid() -> str:
    return str(uuid.uuid4()).upper()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def utc(milliseconds: int) -> str:
    """Return a time as RAM and STS write it: YYYY-MM-DDThh:mm:ssZ."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(milliseconds / 1000))


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"

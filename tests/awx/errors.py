"""Refuse requests as the API does."""

from __future__ import annotations

from typing import Any


class RefusedError(Exception):
    """Refuse a request with a status and a body."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


def invalid(field: str, *messages: str) -> RefusedError:
    return RefusedError(400, {field: list(messages)})

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define every failure that a user can act on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import shown

_WITHOUT_ADVICE = "Run it again; if it fails again, give the service's support what is in brackets."


class AcrError(Exception):
    """A failure with its reason and a remedy.

    Args:
        reason: why, without a full stop.
        hint: what to do about it, one sentence with its full stop.
    """

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.attempted = ""
        self.results: dict[str, Any] = {}

    def __str__(self) -> str:
        return shown(" ".join(part for part in (self.sentence(), self.advice(), self.reference()) if part))

    def brief(self) -> str:
        """Return the message without the remedy, for where that was told already."""
        return shown(" ".join(part for part in (self.sentence(), self.reference()) if part))

    def sentence(self) -> str:
        """Say what was attempted and why it failed."""
        reason = self.reason.rstrip(". ")
        # The service's own message may end with a full stop, or be a question.
        end = "" if reason.endswith("?") else "."
        if self.attempted:
            return f"Cannot {self.attempted}: {reason}{end}"
        # An option's name or an ID keeps its small letter.
        capital = reason[:1].upper() if reason.split(" ")[0].isalpha() else reason[:1]
        return f"{capital}{reason[1:]}{end}"

    def advice(self) -> str:
        """Return what to do next."""
        return self.hint.strip()

    def reference(self) -> str:
        """Return what the service's support asks for; empty if the service was not involved."""
        return ""

    def details(self) -> dict[str, Any]:
        """Return keys for the failed task's result."""
        return dict(self.results)

    def add(self, sentence: str) -> None:
        """Add a sentence of advice."""
        self.hint = f"{self.hint} {sentence}".strip()


class ImmutableError(AcrError):
    """The service has no way to make this change."""


class WaitTimeoutError(AcrError):
    """A wait reached its limit; what was waited for may still happen."""


class ApiError(AcrError):
    """A refused call, or an answer that makes no sense.

    Args:
        action: the API action, such as CreateRepoSyncRule.
        code: the service's error code; empty where there was no answer.
        message: the service's own words.
        request_id: as the service's support knows the call.
        status: the HTTP status, 0 where there was no answer.
        uncertain: whether the service may have done the work all the same.
        retry_after: seconds the service asked to wait, 0 if it said nothing.
        denied: the service's AccessDeniedDetail.
        ec: the number by which OSS's documentation explains the cause; empty for other services.
    """

    def __init__(
        self,
        action: str,
        code: str,
        message: str,
        *,
        hint: str = "",
        request_id: str = "",
        status: int = 0,
        uncertain: bool = False,
        retry_after: float = 0.0,
        denied: Mapping[str, Any] | None = None,
        ec: str = "",
    ) -> None:
        super().__init__(message or code or "no answer", hint)
        self.action = action
        self.code = code
        self.request_id = request_id
        self.status = status
        self.uncertain = uncertain
        self.retry_after = retry_after
        self.denied = dict(denied or {})
        self.ec = ec
        # A sentence about the key, where it may be what is wrong.
        self.key = ""
        # Returns what there is instead. It calls the service, so it is only used for an error that is shown.
        self.nearby: Callable[[], str] | None = None

    def again(self) -> ApiError:
        """Return the same refusal for another attempt."""
        same = copy(self)
        same.attempted, same.results, same.nearby = "", {}, None
        return same

    def __copy__(self) -> ApiError:
        # An exception is copied by calling its class, which takes more than one text here.
        same = type(self)(self.action, self.code, self.reason, hint=self.hint)
        same.__dict__.update(self.__dict__)
        return same

    def advice(self) -> str:
        return super().advice() or _WITHOUT_ADVICE

    def reference(self) -> str:
        code = self.code or (f"HTTP {self.status}" if self.status else "no answer")
        code = f"{code}, EC {self.ec}" if self.ec else code
        return f"[{self.action}: {code}" + (f", request {self.request_id}]" if self.request_id else "]")

    def details(self) -> dict[str, Any]:
        error = {"action": self.action, "code": self.code, "message": self.reason, "request_id": self.request_id}
        return {"error": error, **self.results}


class NotFoundError(ApiError):
    """The thing the call names does not exist."""


class ThrottledError(ApiError):
    """A call that came too soon and was not carried out."""


class NoPermissionError(ApiError):
    """A call that the caller, or the grant, does not allow."""


class CredentialsError(ApiError):
    """An access key, secret or token that is not valid."""


class UsedNonceError(ApiError):
    """A request that the service has seen before.

    Something on its way repeated it, so it may have been carried out.
    """


class UnreachableError(ApiError):
    """There was no answer from the endpoint."""


# Parts of codes, since the services vary the rest. The first match wins, so that InvalidAccessKeyId.NotFound is about
# credentials and not about a missing thing.
_KINDS: tuple[tuple[type[ApiError], tuple[str, ...]], ...] = (
    (ThrottledError, ("Throttling", "QpsLimitExceeded")),
    (UsedNonceError, ("SignatureNonceUsed",)),
    (
        CredentialsError,
        (
            "InvalidAccessKeyId",
            "InvalidSecurityToken",
            "SecurityTokenExpired",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
            "InvalidCredentials",
        ),
    ),
    (NoPermissionError, ("NoPrivilege", "NoPermission", "Forbidden", "AccessDenied")),
    (NotFoundError, ("_NOT_EXIST", "EntityNotExist", "_NOT_FOUND", "NoSuchBucket", "NoSuchReplication")),
)


def api_error(action: str, code: str, message: str, *, status: int = 0, **known: Any) -> ApiError:
    """Return the exception for an error code.

    The arguments are those of ApiError.
    """
    for kind, marks in _KINDS:
        if any(mark in code for mark in marks):
            if kind is UsedNonceError:
                known.setdefault("uncertain", True)
            return kind(action, code, message, status=status, **known)
    # A server error may come after the work was done; a refused request never does.
    known.setdefault("uncertain", status >= 500)
    return ApiError(action, code, message, status=status, **known)


@contextmanager
def attempt(deed: str) -> Iterator[None]:
    """Name the attempt in any AcrError raised inside.

    The innermost attempt wins.
    """
    try:
        with activity.attempting(deed):
            yield
    except AcrError as error:
        error.attempted = error.attempted or deed
        raise


_NOT_FOUND_OUT = "It could not be found out"


@contextmanager
def preferring(error: AcrError, unknown: str) -> Iterator[None]:
    """Raise `error` even if a call of its handler fails.

    Args:
        error: what the user has to know first.
        unknown: what the handler wanted to find out, such as "whether it was made all the same".
    """
    try:
        yield
    except AcrError as second:
        # Retries may come here several times; the user needs the sentence once.
        if _NOT_FOUND_OUT not in error.hint:
            error.add(f"{_NOT_FOUND_OUT} {unknown} ({second.sentence().rstrip('.')}).")
        raise error from second


def complete(error: AcrError) -> AcrError:
    """Return an error that always names the attempt."""
    if isinstance(error, ApiError):
        error.attempted = error.attempted or f"call {error.action}"
        if error.nearby:
            error.add(error.nearby())
            error.nearby = None
    return error

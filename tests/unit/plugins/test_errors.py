# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read errors as people and as programs do."""

from __future__ import annotations

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core import errors
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    ApiError,
    api_error,
    attempt,
    complete,
    preferring,
)

CODES: list[tuple[str, type[ApiError]]] = [
    ("Throttling", errors.ThrottledError),
    ("Throttling.User", errors.ThrottledError),
    ("InvalidAccessKeyId.NotFound", errors.CredentialsError),
    ("InvalidSecurityToken.Expired", errors.CredentialsError),
    ("SignatureDoesNotMatch", errors.CredentialsError),
    ("IncompleteSignature", errors.CredentialsError),
    ("InvalidCredentials", errors.CredentialsError),
    ("NoPrivilege", errors.NoPermissionError),
    ("NoPermission", errors.NoPermissionError),
    ("Forbidden.RAM", errors.NoPermissionError),
    ("AccessDenied", errors.NoPermissionError),
    ("INSTANCE_NOT_EXIST", errors.NotFoundError),
    ("EntityNotExist.Role", errors.NotFoundError),
    ("SYNC_RULE_NOT_FOUND", errors.NotFoundError),
    ("NAMESPACE_ALREADY_EXIST", ApiError),
    ("InvalidAction.NotFound", ApiError),
    ("", ApiError),
]


@pytest.mark.parametrize(("code", "kind"), CODES)
def test_a_code_decides_the_kind_of_error(code: str, kind: type[ApiError]) -> None:
    error = api_error("GetInstance", code, "words", request_id="R1", status=400)
    assert error.__class__ is kind
    assert (error.action, error.code, error.request_id, error.status) == ("GetInstance", code, "R1", 400)


@pytest.mark.parametrize(
    ("code", "status", "uncertain"),
    [("X", 500, True), ("X", 503, True), ("X", 499, False), ("X", 200, False), ("Throttling", 503, False)],
)
def test_only_a_server_error_leaves_it_uncertain_what_was_done(code: str, status: int, uncertain: bool) -> None:
    assert api_error("CreateRole", code, "", status=status).uncertain is uncertain


def test_uncertainty_that_is_known_is_kept() -> None:
    assert api_error("CreateRole", "X", "", status=200, uncertain=True).uncertain is True
    assert api_error("CreateRole", "X", "", status=500, uncertain=False).uncertain is False


def test_an_error_is_one_sentence_with_its_hint() -> None:
    assert str(AcrError("no region is given", "Give one.")) == "No region is given. Give one."
    assert AcrError("no region is given", "Give one.").brief() == "No region is given."
    assert str(AcrError("no region is given...")) == "No region is given."


def test_the_innermost_attempt_is_what_is_said() -> None:
    with pytest.raises(AcrError) as caught, attempt("do the whole"), attempt("do the part"):
        raise AcrError("it broke")
    assert str(caught.value) == "Cannot do the part: it broke."


def test_an_attempt_that_succeeds_says_nothing_and_other_errors_pass() -> None:
    with attempt("do it"):
        pass
    with pytest.raises(KeyError, match="bug"), attempt("do it"):
        raise KeyError("bug")


AGAIN = "Run it again; if it fails again, give the service's support what is in brackets."


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ApiError("GetRole", "Bad", "It is bad.", request_id="R1"), f"It is bad. {AGAIN} [GetRole: Bad, request R1]"),
        (ApiError("GetRole", "Bad", ""), f"Bad. {AGAIN} [GetRole: Bad]"),
        (ApiError("GetRole", "", "", status=502), f"No answer. {AGAIN} [GetRole: HTTP 502]"),
        (ApiError("GetRole", "", "", hint="Wait."), "No answer. Wait. [GetRole: no answer]"),
    ],
)
def test_an_api_error_ends_with_what_support_will_ask_for(error: ApiError, text: str) -> None:
    assert str(error) == text


def test_the_result_holds_the_parts_and_what_was_added() -> None:
    error = ApiError("GetRole", "Bad", "It is bad", request_id="R1", denied={"AuthAction": "ram:GetRole"})
    error.results["rolled_back"] = True
    parts = {"action": "GetRole", "code": "Bad", "message": "It is bad", "request_id": "R1"}
    assert error.details() == {"error": parts, "rolled_back": True}
    assert error.denied == {"AuthAction": "ram:GetRole"}


def test_an_error_without_the_service_has_no_reference() -> None:
    error = AcrError("it broke")
    error.results["partial"] = 1
    assert error.reference() == ""
    assert error.details() == {"partial": 1}


def test_a_call_that_nobody_spoke_of_says_what_was_attempted_and_what_to_do() -> None:
    error = complete(api_error("ListBox", "X", "broken", status=200))
    assert str(error) == (
        "Cannot call ListBox: broken. Run it again; if it fails again, give the service's support what is in brackets."
        " [ListBox: X]"
    )
    said = api_error("ListBox", "X", "broken", status=200, hint="Do this.")
    said.attempted = "list boxes"
    assert str(complete(said)) == "Cannot list boxes: broken. Do this. [ListBox: X]"
    assert str(complete(AcrError("no region is given"))) == "No region is given."


def test_a_handler_s_failure_is_told_once_and_in_brackets() -> None:
    error = api_error("MakeBox", "X", "broken", status=500)
    with pytest.raises(ApiError) as failed, preferring(error, "whether it was made"):
        raise AcrError("no answer")
    assert failed.value is error
    assert str(error) == "Broken. It could not be found out whether it was made (No answer). [MakeBox: X]"
    with pytest.raises(ApiError), preferring(error, "whether it is there"):
        raise AcrError("no answer")
    assert str(error).count("could not be found out") == 1


def test_a_repeated_nonce_leaves_it_uncertain_what_was_done() -> None:
    error = api_error("CreateNamespace", "SignatureNonceUsed", "")
    assert isinstance(error, errors.UsedNonceError)
    assert error.uncertain is True


def test_a_code_without_a_status_is_certain() -> None:
    assert api_error("CreateNamespace", "NAMESPACE_ALREADY_EXIST", "").status == 0


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("no such thing", "No such thing."), ("rate_limit 0 is out of range", "rate_limit 0 is out of range.")],
)
def test_a_sentence_begins_with_a_capital_unless_it_begins_with_an_option(reason: str, sentence: str) -> None:
    assert str(AcrError(reason)) == sentence

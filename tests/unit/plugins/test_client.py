# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge, repeat and explain calls."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from itertools import islice
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core import errors
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, ApiError, api_error

ACCOUNT = "1252879610640001"
ME = {"AccountId": ACCOUNT, "Arn": "acs:ram::1252879610640001:root"}
OTHER = {"AccountId": "5222000022220002"}
GOOD = {"Code": "success", "IsSuccess": True}
THROTTLED = api_error("X", "Throttling.User", "slow down", status=400)
BROKEN = api_error("X", "InternalError", "broken", status=500)
UNAVAILABLE = api_error("X", "ServiceUnavailable", "later", status=503)
# Without an answer the call may have been carried out. With a refused connection it certainly was not.
LOST = errors.UnreachableError("X", "", "no answer", uncertain=True)
REFUSED = errors.UnreachableError("X", "", "connection refused", uncertain=False)
DENIED = api_error("X", "NoPermission", "no", status=403)


class Script:
    """Answer calls in turn, and fail on one too many."""

    def __init__(self, *answers: Mapping[str, Any] | Exception) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.slept: list[float] = []

    def __call__(self, product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        assert self.answers, f"unexpected call of {product} {action}"
        self.calls.append((action, dict(parameters)))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    def client(self, **settings: Any) -> Client:
        # Time passes only while the client sleeps.
        return Client(self, sleep=self.slept.append, clock=lambda: sum(self.slept), **settings)

    @property
    def actions(self) -> list[str]:
        return [action for action, _parameters in self.calls]


@pytest.mark.parametrize(
    "answer",
    [GOOD, {}, {"Code": ""}, {"Code": None}, {"Code": "Success"}, {"Code": "OK"}, {"Code": 200}, {"IsSuccess": True}],
)
def test_an_answer_that_does_not_say_otherwise_is_good(answer: dict[str, Any]) -> None:
    script = Script({**answer, "Value": 1})
    assert script.client().call("cr", "GetInstance", {"InstanceId": "i", "Unsaid": None})["Value"] == 1
    assert script.calls == [("GetInstance", {"InstanceId": "i"})]


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        ({"IsSuccess": False, "Code": "NAMESPACE_NOT_EXIST"}, errors.NotFoundError, "NAMESPACE_NOT_EXIST"),
        # Code and IsSuccess may contradict each other. The one that tells of an error counts.
        ({"IsSuccess": True, "Code": "REPO_NOT_EXIST"}, errors.NotFoundError, "REPO_NOT_EXIST"),
        ({"IsSuccess": False, "Code": "NoPrivilege"}, errors.NoPermissionError, "NoPrivilege"),
        ({"IsSuccess": False, "Code": "NAMESPACE_ALREADY_EXIST"}, ApiError, "NAMESPACE_ALREADY_EXIST"),
        ({"IsSuccess": False, "Code": "success"}, ApiError, "success"),
        ({"IsSuccess": False}, ApiError, ""),
    ],
)
def test_a_bad_answer_with_http_200_is_an_error_of_its_code(
    answer: dict[str, Any], kind: type[ApiError], code: str
) -> None:
    script = Script({**answer, "Message": "words", "RequestId": "R1"})
    with pytest.raises(ApiError) as failed:
        script.client().call("cr", "CreateNamespace")
    error = failed.value
    assert error.__class__ is kind
    assert (error.action, error.code, error.reason, error.request_id) == ("CreateNamespace", code, "words", "R1")
    assert error.uncertain is False


@pytest.mark.parametrize(
    ("action", "error"),
    [
        # A throttled call was not carried out, so even a Create is repeated.
        *[(action, THROTTLED) for action in ("GetInstance", "CreateNamespace", "DeleteRole", "AttachPolicyToRole")],
        *[("ListNamespace", error) for error in (BROKEN, UNAVAILABLE, LOST)],
        # Done twice, these leave the same state as done once.
        *[(action, LOST) for action in ("UpdateRole", "DeleteRole", "DetachPolicyFromRole")],
        ("UpdateRepository", BROKEN),
    ],
)
def test_what_can_do_no_harm_is_sent_again(action: str, error: ApiError) -> None:
    script = Script(error, error, GOOD)
    assert script.client().call("cr", action) == GOOD
    assert script.actions == [action] * 3
    assert len(script.slept) == 2


@pytest.mark.parametrize(
    ("action", "error"),
    [
        # The first call may have been carried out, so that another one would make a second rule or task.
        *[("CreateRepoSyncRule", error) for error in (BROKEN, UNAVAILABLE, LOST)],
        ("CreateRepoSyncTask", LOST),
        # The others would only be answered in the same way.
        *[("GetInstance", error) for error in (REFUSED, DENIED)],
        ("GetRole", api_error("X", "EntityNotExist.Role", "", status=404)),
        ("GetRole", api_error("X", "InvalidAccessKeyId", "", status=503)),
        ("GetRole", api_error("X", "InvalidParameter", "", status=400)),
    ],
)
def test_what_might_do_harm_or_cannot_help_is_not_sent_again(action: str, error: ApiError) -> None:
    script = Script(error)
    with pytest.raises(type(error)):
        script.client().call("cr", action)
    assert script.slept == []


def test_a_call_is_repeated_only_so_many_times() -> None:
    script = Script(*[BROKEN] * 4)
    with pytest.raises(ApiError, match="Broken"):
        script.client(retries=3).call("cr", "GetInstance")
    assert len(script.slept) == 3


def test_the_service_is_given_at_least_the_time_it_asks_for() -> None:
    patient = api_error("X", "Throttling", "", status=429, retry_after=42.5)
    script = Script(patient, GOOD)
    script.client().call("cr", "GetInstance")
    # A random part comes on top, so that many clients do not return at once.
    assert script.slept == [pytest.approx(42.5, abs=5)]
    assert script.slept[0] > 42.5


def page(count: int, total: int | str | None, start: int = 0) -> dict[str, Any]:
    return {"Items": [{"Id": start + index} for index in range(count)], "TotalCount": total}


@pytest.mark.parametrize(
    ("answers", "found"),
    # A page has 50 items at most, which is what the client asks for. A total may be a number or text.
    [
        ([page(2, 2)], 2),
        ([page(50, "50")], 50),
        ([page(50, 60), page(10, 60, 50)], 60),
        # The service caps a page at 30, so 30 items are a whole page.
        ([page(30, "70"), page(30, "70", 30), page(10, "70", 60)], 70),
        # Without a total, a page that is not whole is the last one.
        ([page(50, None), page(20, None, 50)], 70),
        ([page(50, ""), page(0, "")], 50),
        ([page(0, 0)], 0),
        ([{"TotalCount": 3}], 0),
        ([page(10, 99), page(0, 99)], 10),
        ([page(50, 60), page(50, 110, 50), page(10, 110, 100)], 110),
        ([page(50, 120), page(50, 0, 50), page(20, 0, 100)], 120),
    ],
    ids=[
        "one",
        "text",
        "two",
        "capped",
        "no total",
        "exactly full",
        "empty",
        "no list",
        "wrong total",
        "growing",
        "total of the first",
    ],
)
def test_every_item_of_every_page_is_found_once(answers: list[dict[str, Any]], found: int) -> None:
    script = Script(*answers)  # it is told in order
    items = list(script.client().pages("cr", "ListItems", {"InstanceId": "i"}, "Items", at_once=1))
    assert [item["Id"] for item in items] == list(range(found))
    assert not script.answers
    assert [sent["PageNo"] for _action, sent in script.calls] == list(range(1, len(answers) + 1))
    assert all(sent["PageSize"] == 50 and sent["InstanceId"] == "i" for _action, sent in script.calls)


# 50 items a page: the first page is asked for alone, then two at once, whenever the reader needs more.
@pytest.mark.parametrize(("read", "asked"), [(50, 1), (51, 3), (150, 3), (151, 5)])
def test_no_more_pages_are_asked_for_than_are_read_at_once(read: int, asked: int) -> None:
    script = Script(*(page(50, 500, 50 * number) for number in range(asked)))
    found = script.client().pages("cr", "ListItems", {}, "Items", at_once=2)
    assert len(list(islice(found, read))) == read
    assert not script.answers


def test_what_comes_while_pages_are_read_hides_nothing() -> None:
    """Answer the third page first, then let an item come at the front.

    It moves another item from the second page to the third, where nobody would look for it again.
    """
    items = [{"Id": number} for number in range(6)]
    third_page = threading.Event()

    def send(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        number = parameters["PageNo"]
        if number == 2:
            assert third_page.wait(5)
            items.insert(0, {"Id": -1})
        answer = {"Items": items[2 * number - 2 : 2 * number], "TotalCount": str(len(items))}
        if number == 3:
            third_page.set()
        return answer

    found = [item["Id"] for item in Client(send).pages("cr", "ListItems", {}, "Items", size=2)]
    # Item 1 moved to the second page, and is found twice. No item is missing.
    assert found == [0, 1, 1, 2, 3, 4, 5]


def test_a_list_in_another_shape_is_not_taken_for_an_empty_one() -> None:
    script = Script({"Items": '[{"Id": 1}]', "TotalCount": 1})
    with pytest.raises(ApiError, match="not in the documented shape"):
        list(script.client().pages("cr", "ListItems", {}, "Items"))


@pytest.mark.parametrize("action", ["CreateNamespace", "UpdateRole", "DeleteRole", "AttachPolicyToRole", "CancelIt"])
def test_a_write_in_check_mode_is_a_bug_and_is_never_sent(action: str) -> None:
    script = Script()
    with pytest.raises(RuntimeError, match=f"{action} in check mode"):
        script.client(read_only=True).call("cr", action)


def test_a_read_in_check_mode_is_sent() -> None:
    script = Script(GOOD, GOOD)
    client = script.client(read_only=True, account_id=ACCOUNT)
    client.call("cr", "GetInstance")
    client.call("cr", "ListInstance")
    assert script.actions == ["GetInstance", "ListInstance"]


def test_the_account_is_asked_before_the_first_write_and_only_then() -> None:
    script = Script(GOOD, ME, GOOD, GOOD)
    client = script.client(account_id=ACCOUNT)
    for action in ("GetInstance", "CreateNamespace", "DeleteNamespace"):
        client.call("cr", action)
    assert script.actions == ["GetInstance", "GetCallerIdentity", "CreateNamespace", "DeleteNamespace"]


def test_nothing_is_written_to_another_account() -> None:
    script = Script(OTHER)
    with pytest.raises(AcrError, match=f"belong to account 5222000022220002, but account_id is {ACCOUNT}"):
        script.client(account_id=ACCOUNT).call("cr", "CreateNamespace")
    assert script.actions == ["GetCallerIdentity"]


@pytest.mark.parametrize(
    ("origin", "told"), [("profile 'b' in config.json", " They are from profile 'b' in config.json."), ("", "")]
)
def test_the_wrong_account_is_told_with_its_profile_and_the_account_to_use(origin: str, told: str) -> None:
    script = Script(OTHER)
    with pytest.raises(AcrError) as failed:
        script.client(account_id=ACCOUNT, origin=origin).check_account()
    assert f"changed nothing.{told} Use credentials of account {ACCOUNT}, or correct account_id" in str(failed.value)


def test_the_wrong_account_is_the_better_reason_for_finding_nothing() -> None:
    script = Script({"IsSuccess": False, "Code": "INSTANCE_NOT_EXIST"}, OTHER)
    with pytest.raises(AcrError, match="These credentials belong to"):
        script.client(account_id=ACCOUNT).call("cr", "GetInstance")


def test_the_first_error_is_told_where_the_account_cannot_be_asked() -> None:
    script = Script({"IsSuccess": False, "Code": "INSTANCE_NOT_EXIST"}, REFUSED)
    with pytest.raises(errors.NotFoundError, match="Instance does not exist"):
        script.client(account_id=ACCOUNT).call("cr", "GetInstance")


def test_a_caller_that_sts_does_not_tell_is_told_what_was_attempted() -> None:
    with pytest.raises(ApiError, match="^Cannot find out whose credentials these are: no"):
        Script(DENIED).client().caller()


@pytest.mark.parametrize(
    ("action", "code", "hint"),
    [
        ("GetInstance", "INSTANCE_NOT_EXIST", "Check instance_id and region"),
        ("GetNamespace", "NAMESPACE_NOT_EXIST", "registryops.alicloud.acr_namespace"),
        ("GetRepository", "REPO_NOT_EXIST", "registryops.alicloud.acr_repository"),
        ("GetRole", "InvalidAccessKeyId.NotFound", "Check access_key_id"),
        ("GetRole", "SignatureDoesNotMatch", "Check access_key_secret"),
        ("GetRole", "InvalidSecurityToken.Expired", "new security_token"),
        ("GetRole", "Throttling.Api", "Run it again later"),
        ("GetInstance", "ServiceInactive", "Activate the service"),
        (
            "GetInstance",
            "NoPermission",
            "user of these credentials needs cr:GetInstance on acs:cr:*:*:instance/cri-1",
        ),
        (
            "CreateRepoSyncRule",
            "NoPrivilege",
            "credentials needs cr:CreateSyncRule on acs:cr:*:*:repository/cri-1",
        ),
    ],
)
def test_an_error_says_what_to_do_next(action: str, code: str, hint: str) -> None:
    # A throttled call is repeated up to twelve times.
    script = Script(*[api_error(action, code, "", status=400)] * 13)
    with pytest.raises(ApiError) as failed:
        script.client().call("cr", action, {"InstanceId": "cri-1"})
    assert hint in str(failed.value)


def test_a_hint_that_is_there_already_is_kept() -> None:
    error = api_error("GetInstance", "NoPermission", "", status=403, hint="Ask Bob.")
    with pytest.raises(ApiError, match="Ask Bob."):
        Script(error).client().call("cr", "GetInstance")
    assert error.hint == "Ask Bob."


def test_the_cause_stays_with_the_error() -> None:
    cause = OSError("socket")
    error = errors.UnreachableError("X", "", "gone")
    error.__cause__ = cause
    with pytest.raises(errors.UnreachableError) as failed:
        Script(error).client().call("cr", "GetInstance")
    assert failed.value.__cause__ is cause


def test_parallel_work_keeps_its_order_and_its_errors() -> None:
    client = Script().client()
    assert client.calls(lambda number: number * 2, range(20)) == [number * 2 for number in range(20)]
    with pytest.raises(ZeroDivisionError):
        client.calls(lambda number: 1 // number, [1, 0])

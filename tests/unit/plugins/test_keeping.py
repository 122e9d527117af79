# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare what is read back with the plan, and tell after a failure what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, api_error
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import noting
from ansible_collections.registryops.alicloud.plugins.module_utils._core.keeping import Keeping
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Extras, Resource
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task

from .conftest import ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError
from .test_lives import GRANT


def denied() -> Exception:
    return api_error("LabelBox", "NoPermission", "no", status=403)


def broken_look() -> Exception:
    return api_error("GetBox", "InternalError", "broken", status=500)


@dataclass(frozen=True)
class Box(State):
    name: str | None = attribute("Name", fixed=True)
    size: int | None = attribute("Size", default=1)
    secret: str | None = attribute("Secret", write_only=True)


OLD, NEW = Box("b", 1), Box("b", 2)


class Shelf:
    """Hold what is read, look after look, and what was done."""

    def __init__(self, *looks: Box | Exception | None, failure: Exception | None = None) -> None:
        self.looks = list(looks)
        self.failure = failure
        self.answer: Exception | None = None  # to the writing call
        self.deeds: list[str] = []
        self.slept: list[float] = []

    def send(self, product: str, action: str, parameters: Any) -> dict[str, Any]:
        if self.answer:
            raise self.answer
        return {"Code": "success"}

    def keep(self, **params: Any) -> dict[str, Any]:
        """Return the result of keeping the box at size 2."""
        client = Client(self.send, retries=0, sleep=self.slept.append)
        shelf = self

        class Boxes(Resource[Box]):
            kind = "box"
            state_type = Box

            def name(self, state: Box) -> str:
                return f"box {state.name}"

            def read(self, desired: Box) -> Box | None:
                look = shelf.looks.pop(0)
                if isinstance(look, Exception):
                    raise look
                return look

            def create(self, goal: Box) -> Extras:
                return self.update(goal, goal)

            def update(self, current: Box, goal: Box) -> Extras:
                client.call("cr", "MakeBox")
                shelf.deeds.append(f"size {goal.size}")
                if shelf.failure:
                    raise shelf.failure
                return {"extra": 1}

        task = Task(client, {"name": "b", "size": 2, "state": "present", **params})
        return Keeping(task, Boxes(task.client, task.params)).run()

    def fail(self, **params: Any) -> tuple[str, dict[str, Any]]:
        with pytest.raises(AcrError) as failed:
            self.keep(**params)
        return str(failed.value), failed.value.details()


def test_what_is_read_back_is_the_result() -> None:
    shelf = Shelf(OLD, NEW)
    result = shelf.keep()
    assert (result["changed"], result["box"], result["extra"]) == (True, {"name": "b", "size": 2}, 1)
    assert shelf.slept == []


@pytest.mark.parametrize("late", [[OLD], [OLD, OLD, OLD]])
def test_what_is_read_late_is_waited_for(late: list[Box]) -> None:
    shelf = Shelf(OLD, *late, NEW)
    assert shelf.keep()["box"]["size"] == 2
    assert shelf.slept == [1.0, 2.0, 4.0][: len(late)]
    assert shelf.deeds == ["size 2"]


def test_what_another_run_overwrote_is_written_once_more() -> None:
    shelf = Shelf(OLD, *[Box("b", 3)] * 4, NEW)
    assert shelf.keep()["box"]["size"] == 2
    assert shelf.deeds == ["size 2", "size 2"]


def test_what_stays_different_is_told() -> None:
    shelf = Shelf(OLD, *[Box("b", 3)] * 8)
    said, details = shelf.fail()
    assert said.startswith("Cannot update box b: it was changed, but the service shows something else. Still to do: ")
    assert "size 3 -> 2" in said
    assert "The change was made." in said
    assert details["changed"] is True
    assert shelf.deeds == ["size 2", "size 2"]


def test_what_is_not_there_is_not_created_twice() -> None:
    shelf = Shelf(None, None, None, None, None)
    said, details = shelf.fail()
    assert "it was created, but the service shows something else" in said
    assert details["changed"] is True
    assert shelf.deeds == ["size 2"]


def test_what_is_never_shown_is_not_missed() -> None:
    shelf = Shelf(OLD, NEW)
    assert shelf.keep(secret="s")["diff"]["after"] == {"name": "b", "size": 2, "secret": "s"}


def test_a_failed_look_says_that_the_change_was_made() -> None:
    said, details = Shelf(OLD, broken_look()).fail()
    assert said == "Cannot read back box b: broken. The change was made. [GetBox: InternalError]"
    assert details["changed"] is True
    assert details["diff"] == {"before": {"name": "b", "size": 1}, "after": {"name": "b", "size": 2}}
    assert details["extra"] == 1


def test_a_failure_half_way_tells_what_was_done_before() -> None:
    said, details = Shelf(OLD, Box("b", 7), failure=denied()).fail()
    assert said == (
        "Cannot update box b: no. It is done in part: MakeBox. Run it again to go on. [LabelBox: NoPermission]"
    )
    assert (details["changed"], details["box"]) == (True, {"name": "b", "size": 7})
    assert details["diff"] == {"before": {"name": "b", "size": 1}, "after": {"name": "b", "size": 7}}


def test_a_failure_that_left_everything_as_it_was_is_no_change() -> None:
    said, details = Shelf(OLD, OLD, failure=denied()).fail()
    assert said.startswith("Cannot update box b: no. ")
    assert "done in part" not in said
    assert "changed" not in details


def test_a_failure_after_which_nothing_can_be_read_tells_the_calls() -> None:
    said, details = Shelf(OLD, broken_look(), failure=denied()).fail()
    assert "These calls were made: MakeBox. What is there now could not be looked up. Run it again." in said
    assert details["changed"] is True


def test_an_uncertain_call_after_which_nothing_can_be_read_is_told_and_counts_as_a_change() -> None:
    shelf = Shelf(OLD, broken_look())
    shelf.answer = api_error("MakeBox", "InternalError", "broken", status=500)
    said, details = shelf.fail()
    assert "These calls were made: MakeBox (no answer). What is there now could not be looked up. Run it again." in said
    assert details["changed"] is True


def test_calls_are_noted_in_their_order_and_where_they_are_made() -> None:
    answers: dict[str, Exception] = {
        "UpdateRole": api_error("UpdateRole", "InternalError", "", status=500),
        "DeleteRole": denied(),
    }

    def send(product: str, action: str, parameters: Any) -> dict[str, Any]:
        if action in answers:
            raise answers[action]
        return {}

    client = Client(send, retries=0, sleep=lambda _seconds: None)
    with noting() as outer:
        client.call("ram", "CreateRole")
        client.call("ram", "GetRole")
        with noting() as inner:
            client.calls(lambda action: client.call("ram", action), ["CreatePolicy", "CreatePolicy"])
            for action in answers:
                with pytest.raises(AcrError):
                    client.call("ram", action)
    client.call("ram", "DeletePolicy")
    assert str(inner) == "2 x CreatePolicy, UpdateRole (no answer)"
    assert str(outer) == "CreateRole, 2 x CreatePolicy, UpdateRole (no answer)"


def failure(account: Account, module: str, **params: Any) -> ModuleFailedError:
    with pytest.raises(ModuleFailedError) as failed:
        account.run(module, **params)
    return failed.value


def broken(cloud: Emulator, action: str, fault: str, nth: int = 1) -> None:
    cloud.post("/_emulator/faults", {"match": {"action": action, "nth": nth}, "fault": fault, "times": 999})


def test_a_refused_attachment_tells_of_role_and_policy(cloud: Emulator, account_b: Account) -> None:
    broken(cloud, "AttachPolicyToRole", "error_500")
    failed = failure(account_b, "acr_cross_account_role", **GRANT)
    assert failed.result["changed"] is True
    assert "CreateRole" in str(failed)
    assert "AttachPolicyToRole" in failed.result["error"]["action"]
    assert failed.result["diff"]["after"], "what exists by now"


def test_a_grant_that_cannot_be_read_back_says_that_it_was_made(cloud: Emulator, account_b: Account) -> None:
    account_b.run("acr_cross_account_role", **GRANT)
    more = {**GRANT, "source_account_ids": ["1999999999999999"]}
    # It is read once, once more when no other run may write it, and then after it was written.
    broken(cloud, "ListPoliciesForRole", "error_500", nth=3)
    failed = failure(account_b, "acr_cross_account_role", **more)
    assert failed.result["changed"] is True
    assert "UpdateRole" in str(failed) or "The change was made" in str(failed)


@pytest.mark.parametrize("fault", ["throttle", "error_500"])
def test_the_handler_s_own_failure_never_takes_the_error_s_place(
    fault: str, cloud: Emulator, account_a: Account, granted: Account
) -> None:
    broken(cloud, "CreateRepoSyncRule", fault)
    broken(cloud, "ListRepoSyncRule", fault, nth=2)
    broken(cloud, "GetCallerIdentity", fault)
    to_b = {"target_account_id": ACCOUNT_B, "target_region": "eu-central-1", "target_instance_id": TARGET}
    failed = failure(account_a, "acr_sync_rule", instance_id=SOURCE, name="to-eu", namespace="prod", **to_b)
    assert str(failed).startswith("Cannot create sync rule to-eu on")
    assert failed.result["error"]["action"] == "CreateRepoSyncRule"

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide a plan, and carry it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core import engine, resource
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.engine import plan
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    ApiError,
    CredentialsError,
    ImmutableError,
    NoPermissionError,
    UnreachableError,
    WaitTimeoutError,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.plan import Plan
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Extras, Resource
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute


@dataclass(frozen=True)
class Box(State):
    name: str | None = attribute("Name", fixed=True)
    size: int | None = attribute("Size", default=1)
    colour: str | None = attribute("Colour", fixed=True)


class Boxes(Resource[Box]):
    """Keep a box in memory, so that no service is called.

    Args:
        there: the box that exists.
        failures: what further creates meet: an error, and whether the box is made all the same.
    """

    kind = "box"
    state_type = Box

    def __init__(self, there: Box | None = None, failures: tuple[tuple[ApiError, bool], ...] = ()) -> None:
        self.slept: list[float] = []
        super().__init__(Client(no_calls, sleep=self.slept.append), {})
        self.there = there
        self.failures = list(failures)
        self.deeds: list[str] = []

    def name(self, state: Box) -> str:
        return f"box {state.name}"

    def read(self, desired: Box) -> Box | None:
        self.deeds.append("read")
        return self.there

    def create(self, goal: Box) -> Extras:
        self.deeds.append("create")
        if not self.failures:
            self.there = goal
            return {"made": True}
        failure, made = self.failures.pop(0)
        self.there = goal if made else self.there
        raise failure

    def update(self, current: Box, goal: Box) -> Extras:
        self.deeds.append(f"update {current.size} to {goal.size}")
        return {}

    def replace(self, current: Box, goal: Box) -> Extras:
        self.deeds.append(f"replace {current.colour} by {goal.colour}")
        return {}

    def delete(self, current: Box) -> Extras:
        self.deeds.append(f"delete {current.name}")
        raise AcrError("it is nailed down")


class ReplaceableBoxes(Boxes):
    replaceable = True


class KeptBoxes(Boxes):
    """Leave a box of size 0 when it is deleted."""

    def absent(self, current: Box) -> Box | None:
        return replace(current, size=0)


def no_calls(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    raise AssertionError(f"unexpected call of {product} {action} with {sorted(parameters)}")


RED = Box("b", 2, "red")
# The idea, the kind of resource, the wanted state, what is wanted and what is there; then the expected action, and the
# expected state afterwards.
TABLE: list[tuple[str, type[Boxes], str, Box, Box | None, str, Box | None]] = [
    ("what is missing is created with defaults", Boxes, "present", Box("b"), None, "create", Box("b", 1)),
    ("what is as wanted is left", Boxes, "present", Box("b", 2), RED, "nothing", RED),
    ("what is not said is left", Boxes, "present", Box("b"), RED, "nothing", RED),
    ("none and zero are the same", Boxes, "present", Box("b", 0), Box("b"), "nothing", Box("b")),
    ("what differs is updated", Boxes, "present", Box("b", 3), RED, "update", Box("b", 3, "red")),
    ("a fixed part is replaced", ReplaceableBoxes, "present", Box("b", 3, "blue"), RED, "replace", Box("b", 3, "blue")),
    ("a part that is not fixed is not", ReplaceableBoxes, "present", Box("b", 3), RED, "update", Box("b", 3, "red")),
    ("what is unwanted is deleted", Boxes, "absent", Box("b"), RED, "delete", None),
    ("what is already gone is left", Boxes, "absent", Box("b"), None, "nothing", None),
    ("a part of it may be left", KeptBoxes, "absent", Box("b"), RED, "update", Box("b", 0, "red")),
    ("only that part may be there", KeptBoxes, "absent", Box("b"), Box("b", 0), "nothing", Box("b", 0)),
]


@pytest.mark.parametrize(
    ("kind", "state", "desired", "current", "action", "after"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_the_plan_follows_from_what_is_wanted_and_what_is_there(
    kind: type[Boxes], state: str, desired: Box, current: Box | None, action: str, after: Box | None
) -> None:
    boxes = kind()
    decided = plan(boxes, state, desired, current)
    assert (decided.action, decided.before, decided.after) == (action, current, after)
    assert decided.changed is (action != "nothing")
    assert boxes.deeds == []


def test_a_fixed_part_of_what_cannot_be_replaced_is_refused_by_name() -> None:
    with pytest.raises(ImmutableError, match="Colour of box b cannot be changed"):
        plan(Boxes(), "present", Box("b", 3, "blue"), RED)


@pytest.mark.parametrize(
    ("decided", "lines"),
    [
        (Plan("create", None, RED, {}), ["box b: created"]),
        (Plan("update", RED, RED, {"size": (1, 2), "colour": (None, "red")}),
         ["box b: changed, size 1 -> 2, colour None -> 'red'"]),
        (Plan("replace", RED, RED, {"colour": ("a", "b")}), ["box b: replaced, colour 'a' -> 'b'"]),
        (Plan("delete", RED, None, {}), ["box b: deleted"]),
        (Plan("nothing", RED, RED, {}), []),
        (Plan("nothing", None, None, {}), []),
    ],
)  # fmt: skip
def test_a_plan_is_said_in_words(decided: Plan[Box], lines: list[str]) -> None:
    assert Boxes().describe(decided) == lines


@pytest.mark.parametrize(
    ("decided", "deeds"),
    [
        (Plan("nothing", RED, RED, {}), []),
        (Plan("create", None, RED, {}), ["create"]),
        (Plan("update", RED, replace(RED, size=3), {}), ["update 2 to 3"]),
        (Plan("replace", RED, replace(RED, colour="blue"), {}), ["replace red by blue"]),
    ],
)
def test_the_plan_is_carried_out_once(decided: Plan[Box], deeds: list[str]) -> None:
    boxes = Boxes()
    extras = engine.apply(boxes, decided)
    assert boxes.deeds == deeds
    assert extras == ({"made": True} if deeds == ["create"] else {})


def test_a_failure_says_what_was_attempted() -> None:
    with pytest.raises(AcrError, match="^Cannot delete box b: it is nailed down.$"):
        engine.apply(Boxes(), Plan("delete", RED, None, {}))


LOST = UnreachableError("CreateBox", "", "no answer", uncertain=True)
BROKEN = ApiError("CreateBox", "InternalError", "", status=500, uncertain=True)
EXISTS = ApiError("CreateBox", "BOX_EXIST", "")
CREATE = Plan("create", None, RED, {})


@pytest.mark.parametrize(
    ("there", "failures", "deeds"),
    # A box that a look finds as wanted was made, or was there before; a third attempt is the last one.
    [
        (None, [(LOST, True)], ["create", "read"]),
        (None, [(LOST, False)], ["create", "read", "create"]),
        (None, [(LOST, False), (BROKEN, True)], ["create", "read", "create", "read"]),
        (None, [(LOST, False), (BROKEN, False)], ["create", "read", "create", "read", "create"]),
        (RED, [(EXISTS, False)], ["create", "read"]),
    ],
)
def test_an_uncertain_create_looks_before_it_tries_again(
    there: Box | None, failures: list[tuple[ApiError, bool]], deeds: list[str]
) -> None:
    boxes = Boxes(there, tuple(failures))
    extras = engine.apply(boxes, CREATE)
    assert extras == ({"made": True} if deeds[-1] == "create" else {})
    assert boxes.deeds == deeds
    assert boxes.there == RED


@pytest.mark.parametrize(
    ("there", "failures", "creates"),
    [
        (None, [(EXISTS, False)], 1),
        (replace(RED, size=9), [(LOST, False)], 1),  # what is there is another box
        (None, [(LOST, False)] * 3, 3),
        # These refusals come before any work, so the box that is there was not made by this call.
        (RED, [(NoPermissionError("CreateBox", "NoPermission", ""), False)], 1),
        (RED, [(CredentialsError("CreateBox", "InvalidAccessKeyId", ""), False)], 1),
    ],
)
def test_a_create_that_cannot_be_right_fails_with_its_own_error(
    there: Box | None, failures: list[tuple[ApiError, bool]], creates: int
) -> None:
    boxes = Boxes(there, tuple(failures))
    with pytest.raises(ApiError) as failed:
        engine.apply(boxes, CREATE)
    assert failed.value is failures[-1][0]
    assert failed.value.attempted == "create box b"
    assert boxes.deeds.count("create") == creates


def test_waiting_asks_ever_more_slowly_until_it_is_done() -> None:
    slept: list[float] = []
    answers = iter([False] * 8 + [True])
    client = Client(no_calls, sleep=slept.append)
    resource.wait_until(client, lambda: next(answers), what="it", timeout=100)
    # Each pause is half as long again as the one before, up to ten seconds.
    assert slept[:3] == [1.0, 1.5, 2.25]
    assert slept[-1] == 10.0


def test_waiting_ends_when_the_time_is_up() -> None:
    slept: list[float] = []
    client = Client(no_calls, sleep=slept.append)
    with pytest.raises(WaitTimeoutError, match="It is not done after 3 seconds"):
        resource.wait_until(client, lambda: False, what="it", timeout=3)
    assert sum(slept) >= 3


def test_waiting_asks_no_more_once_exactly_the_time_is_up() -> None:
    slept: list[float] = []
    client = Client(no_calls, sleep=slept.append)
    with pytest.raises(WaitTimeoutError):
        resource.wait_until(client, lambda: False, what="it", timeout=2.5)  # just the first two pauses
    assert slept == [1.0, 1.5]


def test_a_refusal_needs_its_condition() -> None:
    resource.refuse(False, "no", "Do not.")
    with pytest.raises(AcrError, match="No. Do not."):
        resource.refuse(True, "no", "Do not.")


def test_what_is_wanted_is_what_the_task_says() -> None:
    boxes = Boxes()
    boxes.params = {"name": "b", "size": 2, "state": "present"}
    assert boxes.desired() == Box("b", 2)


def test_a_resource_is_plain_unless_it_says_otherwise() -> None:
    boxes = Boxes()
    bare: Resource[Box] = Resource(boxes.client, {"name": "b"})
    other = bare.sibling({"name": "c"})
    assert (other.client, other.params, bare.params) == (boxes.client, {"name": "c"}, {"name": "b"})
    assert (Boxes.replaceable, boxes.surplus(RED, None), boxes.warnings(RED)) == (False, (), [])
    assert (boxes.is_temporary(RED), boxes.succeeds(RED, RED)) == (False, False)
    with boxes.alone() as again:
        assert again is False


def test_a_plan_that_does_nothing_returns_and_says_nothing() -> None:
    boxes = Boxes()
    nothing: Plan[Box] = Plan("nothing", RED, RED, {})
    assert (engine.apply(boxes, nothing), boxes.describe(nothing), boxes.deeds) == ({}, [], [])


@pytest.mark.parametrize("name", ["name", "read", "find", "create", "update", "replace", "delete"])
def test_a_resource_must_say_for_itself_how_it_is_kept(name: str) -> None:
    bare: Resource[Box] = Resource(Client(no_calls), {})
    arguments = {"find": (), "update": (RED, RED), "replace": (RED, RED)}.get(name, (RED,))
    with pytest.raises(NotImplementedError):
        getattr(bare, name)(*arguments)

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send, read and compare states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute, iso_time

KINDS = {"private": "PRIVATE", "public": "PUBLIC"}


@dataclass(frozen=True)
class Box(State):
    name: str | None = attribute("BoxName", fixed=True)
    kind: str | None = attribute("BoxType", read_as="Type", values=KINDS, default="private")
    sealed: bool | None = attribute("Config.Sealed", default=False)
    depth: int | None = attribute("Config.Size.Depth")
    secret: str | None = attribute("Secret", write_only=True)
    box_id: str | None = attribute("BoxId", read_only=True)
    create_time: int | None = attribute("CreateTime", read_only=True)


ANSWER = {
    "BoxName": "b",
    "Type": "PUBLIC",
    "Config": {"Sealed": True, "Size": {"Depth": 3}},
    "BoxId": "box-1",
    "CreateTime": 1769860800000,
    "Unknown": 1,
}


def test_parameters_become_a_state_and_others_are_left() -> None:
    assert Box.from_params({"name": "b", "kind": "public", "other": 1}) == Box(name="b", kind="public")


def test_an_answer_becomes_a_state_in_our_words() -> None:
    read = Box("b", "public", True, 3, None, "box-1", 1769860800000)
    assert Box.from_api(ANSWER) == read


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"Type": "STRANGE"}, Box(kind="STRANGE")),
        ({"BoxName": ""}, Box()),
        ({"Config": None}, Box()),
        ({"Config": "not an object"}, Box()),
        ({"Config": {"Sealed": False}}, Box(sealed=False)),
        ({"Config": '{"Sealed": true, "Size": "{\\"Depth\\": 3}"}'}, Box(sealed=True, depth=3)),
        ({"Config": "[1]"}, Box()),
        ({}, Box()),
    ],
)
def test_an_odd_answer_is_read_as_far_as_it_goes(answer: dict[str, Any], expected: Box) -> None:
    assert Box.from_api(answer) == expected


def test_a_request_has_all_that_is_said_but_what_is_read_only() -> None:
    said = Box("b", "public", False, 3, "s", "box-1", 5)
    config = {"Sealed": False, "Size": {"Depth": 3}}
    assert said.to_api() == {"BoxName": "b", "BoxType": "PUBLIC", "Config": config, "Secret": "s"}
    assert Box().to_api() == {}


def test_a_result_leaves_out_what_is_not_known_and_shows_times_twice() -> None:
    result = Box(name="b", sealed=False, create_time=1769860800000).to_result()
    assert result == {
        "name": "b",
        "sealed": False,
        "create_time": 1769860800000,
        "create_time_iso": "2026-01-31T12:00:00Z",
    }


@pytest.mark.parametrize("milliseconds", [1769860800999, "1769860800000"])
def test_a_time_is_shown_in_utc_whether_number_or_text(milliseconds: int | str) -> None:
    assert iso_time(milliseconds) == "2026-01-31T12:00:00Z"


def test_what_is_unsaid_is_filled_from_what_is_or_from_defaults() -> None:
    assert Box(name="b", sealed=False).filled_from(Box(name="a", sealed=True, depth=2)) == Box(
        name="b", sealed=False, depth=2
    )
    assert Box(name="b").with_defaults() == Box(name="b", kind="private", sealed=False)
    assert Box(kind="public", sealed=True).with_defaults() == Box(kind="public", sealed=True)


def test_what_cannot_be_read_is_echoed_and_nothing_else() -> None:
    assert Box(name="b").echo(Box(name="c", secret="s")) == Box(name="b", secret="s")


@pytest.mark.parametrize(
    ("now", "wanted", "changed"),
    [
        (Box(name="a"), Box(name="b"), {"name": ("a", "b")}),
        (Box(name="a"), Box(), {}),
        (Box(), Box(name="b"), {"name": (None, "b")}),
        (Box(sealed=True), Box(sealed=False), {"sealed": (True, False)}),
        (Box(), Box(sealed=False), {}),
        (Box(), Box(name=""), {}),
        (Box(name="a"), Box(name=""), {"name": ("a", "")}),
        (Box(), Box(secret="s"), {}),
        (Box(box_id="1"), Box(box_id="2"), {}),
        (Box(name="a", depth=1), Box(name="b", depth=2), {"name": ("a", "b"), "depth": (1, 2)}),
    ],
)
def test_a_change_is_what_is_said_readable_and_different(now: Box, wanted: Box, changed: dict[str, Any]) -> None:
    assert now.changes(wanted) == changed

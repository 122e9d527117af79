# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show any text that was given so that people can read it, and refuse bad text by its option's name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, api_error
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import error, failure
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import shown, unreadable

from .conftest import SOURCE, run_module
from .test_in_process import KEYS, run_in_process

SCREEN = 24 * 80


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("Gr\u00fc\u00dfe \u4f60\u597d", "Gr\u00fc\u00dfe \u4f60\u597d"),
        ("two\nlines\tand\rmore", "two lines and more"),
        ("a\0b\x1b[31mred\x7f", "a\\x00b\\x1b[31mred\\x7f"),
        ("half \udc80 right-to-left \u202e", "half \\udc80 right-to-left \\u202e"),
    ],
)
def test_a_message_is_one_line_of_text(text: str, expected: str) -> None:
    assert shown(text) == expected
    assert str(AcrError(f"it is {text}")) == f"It is {expected}."


def test_a_long_message_keeps_its_beginning_and_its_end() -> None:
    error = api_error("GetBox", "X", "y" * 10_000, hint="Do this.", status=400)
    error.attempted = "look"
    assert len(str(error)) < SCREEN
    assert str(error).startswith("Cannot look: yyy")
    assert str(error).endswith("yyy. Do this. [GetBox: X]")


def test_a_failure_for_many_findings_is_no_longer_than_a_screen() -> None:
    found = [error("dead_rule", f"rule {number}", f"rule {number} {'y' * 70}", "Correct it.") for number in range(500)]
    said = failure("Sync is not as it should be", found)
    assert len(said) < SCREEN
    assert said.startswith(f"Sync is not as it should be: rule 0 {'y' * 70}; rule 1 ")
    assert said.endswith("; 480 more, which are in the findings. Correct it.")
    other = error("wide_rule", "rule x", "it is wide", "Narrow it.")
    said = failure("Sync is not as it should be", [found[0], other])
    assert said == (
        f"Sync is not as it should be: rule 0 {'y' * 70}. Correct it. Besides, it is wide. The findings say what to do"
        " about each."
    )
    many = [finding | {"remedy": f"{finding['remedy']} {number}"} for number, finding in enumerate(found)]
    assert len(failure("Sync is not as it should be", many)) < SCREEN


@pytest.mark.parametrize(
    ("text", "found"),
    [("a\0", "\\x00"), ("\x1b[1m", "\\x1b"), ("\udc80", "\\udc80"), ("a\nb\tc", ""), ("\u4f60\u200d", "")],
)
def test_what_no_text_has_is_found(text: str, found: str) -> None:
    assert unreadable(text) == found


@pytest.mark.parametrize("run", [run_in_process, run_module], ids=["in the worker", "in a process"])
@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ({"name": "a\0b"}, "Name holds the control character \\x00"),
        ({"region": "cn-\x1b[31mhangzhou"}, "Region holds the control character \\x1b"),
        ({"access_key_secret": "secret\0A"}, "access_key_secret holds the control character \\x00"),
        ({"name": "x" * 100_000}, "Name 'xxx"),
        ({"state": "y" * 100_000}, "value of state must be one of: present, absent, got: yyy"),
        ({"z" * 100_000: 1}, "Unsupported parameters for "),
    ],
)
def test_whatever_is_given_the_message_is_text_of_a_screen(
    run: Any, bad: dict[str, Any], named: str, cloud: Emulator
) -> None:
    given = {**KEYS["a"], "instance_id": SOURCE, "name": "shop", "cr_endpoint": f"http://{cloud.endpoint}", **bad}
    result = run("acr_namespace", given, False)
    assert result["failed"]
    assert result["msg"].startswith(named)
    assert len(result["msg"]) < SCREEN
    assert result["msg"].isprintable()
    assert "secretA" not in result["msg"]
    assert cloud.calls() == []
    json.dumps(result)


def test_bad_text_deep_in_a_list_is_refused_by_its_option(cloud: Emulator) -> None:
    images = [{"namespace": "prod", "repository": "web", "tag": "1\x02"}]
    given = {**KEYS["a"], "instance_id": SOURCE, "cr_endpoint": f"http://{cloud.endpoint}", "images": images}
    result = run_module("acr_image_sync", {**given, "target_region": "eu-central-1", "target_instance_id": "cri-x"})
    assert result["msg"].startswith("Tag holds the control character \\x02, which is no text.")

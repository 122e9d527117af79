# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check options before any call is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml

from ansible_collections.registryops.alicloud.plugins.module_utils._core import checks
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.regions import is_industry_cloud
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.names import as_yaml_reads, number_hint

from .test_modules import MODULES, definition

# At the documented limits where there are any, such as tags of 128 characters.
GOOD: list[tuple[str, Any]] = [
    ("region", "cn-hangzhou"),
    ("region", "cn-shanghai-finance-1"),
    ("target_region", "eu-central-1"),
    ("account_id", "1252879610640001"),
    ("account_id", "1234567890"),
    ("source_account_ids", ["1252879610640001", "5222000022220002"]),
    ("instance_id", "cri-sourcesource0001"),
    ("sync_record_id", "0F2A6B1C-1D2E-4F3A-8B4C-5D6E7F8A9B0C"),
    ("link_id", "cr-link_1"),
    ("policy_name", "AcrCrossAccountSync-2"),
    ("policy_name", "A"),
    ("role_name", "a"),
    ("role_name", "acr-replication-2"),
    ("bucket", "abc"),
    ("bucket", "a" * 63),
    ("namespace", "ab"),
    ("namespace", "team_a.b-c"),
    ("repository", "web"),
    ("repository", "shop/cart_v2"),
    ("repository", "a" * 255),
    ("rate_limit", 0.5),
    ("wait_timeout", 0),
    ("tag", "1.0"),
    ("tag", "_latest"),
    ("tags", ["a", "b" * 128]),
    ("tag_filter", r"^v\d+\.\d+$"),
    ("tag_filter", r"(?:a|b){2,3}?"),
    # These look like a possessive quantifier or a back-reference, and are neither.
    ("tag_filter", r"c\++"),
    ("tag_filter", r"^[*+]v"),
    ("tag_filter", r"\\1"),
    ("priority", 1),
    ("priority", 5),
    ("description", "anything at all"),
    ("namespace", None),
    ("tags", []),
]
# With a part of what is said about each.
BAD: list[tuple[str, Any, str]] = [
    ("region", "cn-hangzou", "did you mean cn-hangzhou?"),
    ("region", "somewhere", "ACR_EXTRA_REGIONS"),
    ("role_name", "Acr", "not a name for the role"),
    ("role_name", "a" * 65, "1 to 64"),
    ("bucket", "ab", "3 to 63"),
    ("bucket", "oss://images", "without oss://"),
    ("bucket", "images-", "not the name of a bucket"),
    ("account_id", "acme", "digits alone"),
    ("account_id", "１２５２８７９６１０６４０００１", "digits alone"),  # full-width digits
    ("account_id", "", "digits alone"),
    ("account_id", "252879610640001234", "UID of a RAM user (18 digits)"),
    ("account_id", "123456789", "too short"),
    ("source_account_ids", ["1252879610640001", "acme"], "source_account_ids 'acme'"),
    ("instance_id", "source", "begins with cri-"),
    ("instance_id", "cri-", "begins with cri-"),
    ("instance_id", "cri-****", "is masked, as documentation and screenshots show an ID"),
    ("instance_id", "cri-xxxx****", "is masked"),
    ("target_instance_id", "cri-xxxxxxxx", "is masked"),
    # In a policy a wildcard would open every instance.
    ("instance_id", "cri-*", "has a wildcard, and an ID stands for one thing alone"),
    ("instance_id", "cri-sourcesource000?", "has a wildcard"),
    ("instance_id", "*", "has a wildcard"),
    ("account_id", "1252****0001", "is masked"),
    ("target_account_id", "*", "has a wildcard"),
    ("source_account_ids", ["1252879610640001", "125287961064000?"], "has a wildcard"),
    ("sync_record_id", "*", "has a wildcard"),
    ("link_id", "link-****", "is masked"),
    ("policy_name", "Acr*", "not a policy name"),
    ("policy_name", "Acr_Sync", "not a policy name"),
    ("namespace", "a", "2 to 120"),
    ("namespace", "Prod", "not a namespace name"),
    ("namespace", "-prod", "not a namespace name"),
    ("namespace", "prod\n", "not a namespace name"),
    ("namespace", "a" * 121, "not a namespace name"),
    ("repository", "prod/", "not a repository name"),
    ("repository", "Web", "not a repository name"),
    ("repository", "a" * 256, "not a repository name"),
    ("tag", ".x", "not an image tag"),
    ("tag", "a" * 129, "not an image tag"),
    ("tags", ["ok", "a b"], "tags 'a b'"),
    ("tag_filter", "(", "not a regular expression"),
    ("tag_filter", "a{99999999999999999999}", "not a regular expression"),
    # What the engines RE2, Java and Python do not all share.
    ("tag_filter", "(?!rc)", "a look-around"),
    ("tag_filter", "(?<=v)1", "a look-around"),
    ("tag_filter", "(?P<major>1)", "a named group"),
    ("tag_filter", "(?>a)", "an atomic group"),
    ("tag_filter", "(a)?(?(1)b|c)", "a conditional"),
    ("repository_filter", r"(a)\1", "a back-reference"),
    ("namespace_filter", r"\Aprod", "an engine-specific escape"),
    ("tag_filter", "a++", "a possessive quantifier"),
    ("tag_filter", "(a+)+$", "may take for ever"),
    ("tag_filter", "^[[:digit:]]+", "such as a POSIX class"),
    ("tag_filter", "[a&&b]", "a set within a set"),
    ("tag_filter", "[]a]", "a ] at the beginning of a set"),
    ("tag_filter", "^1\n", "a line break"),
    ("wait_timeout", -1, "Say how many seconds, from 0."),
    ("grant_timeout", -20, "less than no time"),
    ("tag_filter", "^1.0 | ^1.1", "a blank"),
    ("tag_filter", "a{,3}", "a brace that is neither"),
    ("tag_filter", r"\x41", "an engine-specific escape"),
    ("tag_filter", "(?#comment)a", "a group of a special kind"),
    ("tag_filter", "((a{1000}){3}){9}", "its counts are too many"),
    ("priority", 0, "out of range"),
    ("priority", 6, "out of range"),
    ("rate_limit", 0, "out of range Say how many calls"),
    ("rate_limit", -1.0, "out of range Say how many calls"),
]


def id_options(options: Mapping[str, Any]) -> set[str]:
    """Return the options that hold an ID, nested ones too."""
    found = {option for option in options if option.endswith(("_id", "_ids"))} - {"access_key_id"}
    for spec in options.values():
        found |= id_options(spec.get("options") or {})
    return found


@pytest.mark.parametrize("name", MODULES)
def test_no_id_of_any_module_takes_a_wildcard(name: str) -> None:
    # An external ID is a word that two parties agree on, and may hold any sign.
    found = id_options(definition(name).argument_spec) - {"assume_role_external_id"}
    assert "account_id" in found
    for option in found:
        for value in ("cri-*", "125287961064000?", "cri-****"):
            with pytest.raises(AcrError, match="has a wildcard|is masked"):
                checks.check({option: value})


@pytest.mark.parametrize(("option", "value"), GOOD)
def test_what_the_service_takes_is_let_through(option: str, value: Any) -> None:
    checks.check({option: value})


@pytest.mark.parametrize(("option", "value", "said"), BAD)
def test_an_impossible_value_is_refused_with_the_options_name(option: str, value: Any, said: str) -> None:
    with pytest.raises(AcrError) as refused:
        checks.check({option: value})
    error = refused.value
    assert said in f"{error.reason} {error.hint}"
    assert option in error.reason
    assert error.hint.endswith(".")


def test_lists_of_dictionaries_are_checked_inside() -> None:
    good = {"region": "cn-hangzhou", "instance_id": "cri-1"}
    checks.check({"destination_instances": [good, good]})
    with pytest.raises(AcrError, match="instance_id 'x'"):
        checks.check({"destination_instances": [good, {**good, "instance_id": "x"}]})


@pytest.mark.parametrize("given", ["mars-1", "venus-1, mars-1", "venus-1 mars-1"])
def test_a_region_newer_than_the_collection_can_be_named(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AcrError):
        checks.check({"region": "mars-1"})
    monkeypatch.setenv(checks.EXTRA_REGIONS_VARIABLE, given)
    checks.check({"region": "mars-1"})


@pytest.mark.parametrize("name", ["to-eu", "规则 1", "a" * 128])
def test_a_rule_name_may_be_anything_that_can_be_read(name: str) -> None:
    checks.check_rule_name(name)


@pytest.mark.parametrize("name", ["", " ", " to-eu", "to-eu ", "to\neu", "a" * 129])
def test_a_rule_name_that_nobody_could_mean_is_refused(name: str) -> None:
    with pytest.raises(AcrError, match="not a rule name"):
        checks.check_rule_name(name)


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("cn-hangzhou", False),
        ("cn-hangzhou-finance", True),
        ("cn-north-2-gov-1", True),
        ("cn-heyuan-acdr-1", True),
        ("cn-new-finance-9", True),  # a region newer than the collection is judged by its name
    ],
)
def test_finance_and_government_clouds_are_told_from_public_regions(region: str, expected: bool) -> None:
    assert is_industry_cloud(region) is expected


@pytest.mark.parametrize(
    ("check", "value"),
    [(checks.check_namespace, "X"), (checks.check_tag, "!"), (checks.check_instance_id, "i")],
)
def test_a_check_names_the_option_it_is_told(check: Callable[[str, str], None], value: str) -> None:
    with pytest.raises(AcrError, match="my_option"):
        check(value, "my_option")


def test_a_selection_names_something_or_leaves_the_list_out() -> None:
    checks.check_names_something({"tags": ["1.0"], "repositories": None, "newest": 3})
    with pytest.raises(AcrError, match="^select.tags is an empty list. Leave tags out to select all of them."):
        checks.check_names_something({"repositories": ["web"], "tags": []})


@pytest.mark.parametrize(
    "tag",
    [
        *("1.10", "1.", "1.0e-3", "1e3", "0755", "08", "0x1f", "0b11", "0o17", "1_000", "20261126"),
        *("yes", "No", "ON", "tRue", "y", "v1", "1.2.3", "2026-11-26"),
    ],
)
def test_what_yaml_makes_of_a_tag_is_known(tag: str) -> None:
    assert as_yaml_reads(tag) == str(yaml.safe_load(tag))


@pytest.mark.parametrize("tag", ["0x_", "0b_"])
def test_a_tag_that_yaml_cannot_read_stays_as_it_is(tag: str) -> None:
    assert as_yaml_reads(tag) == tag


def test_the_tag_that_yaml_made_something_of_is_named() -> None:
    assert "a number: 0755 is read as 493" in number_hint("493", ["0755", "latest"])
    assert "a truth value: yes is read as True" in number_hint("True", ["1.0", "yes"])
    assert number_hint("1.1", ["1.1", "1.11"]) == ""

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let repositories follow the settings of their sources, under each answer that is not documented."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import TargetRepository
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.settings import Drift, SettingsFound

from .conftest import ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError
from .report_estate import DESTINATION, INSTANCES
from .test_sync_report import reported

TO_B: dict[str, Any] = {"target_account_id": ACCOUNT_B, "target_region": "eu-central-1", "target_instance_id": TARGET}
RULE: dict[str, Any] = {"name": "to-eu", "namespace": "prod", **TO_B}
WEB: dict[str, Any] = {"namespace": "prod", "name": "web"}
ALL = ["repository_type", "tag_immutability", "summary", "description"]
GOOD: dict[str, Any] = {
    "repository_type": "private",
    "tag_immutability": True,
    "summary": "The shop",
    "description": "All of it",
}


@pytest.fixture
def both(granted: Account, account_a: Account) -> tuple[Account, Account]:
    """Return account A with a rule and a repository, and account B with other settings of that repository."""
    account_a.run("acr_sync_rule", instance_id=SOURCE, **RULE)
    account_a.run("acr_repository", instance_id=SOURCE, **WEB, **GOOD)
    other: dict[str, Any] = {"repository_type": "public", "summary": "old", "description": "Of old"}
    granted.run("acr_repository", instance_id=TARGET, **WEB, **other)
    return account_a, granted


@pytest.fixture(params=[True, False], ids=["keeps what is not named", "clears it"])
def either_update(request: pytest.FixtureRequest, cloud: Emulator, both: tuple[Account, Account]) -> None:
    """Try both ways of an update, since what it does to a description that it does not name is not documented."""
    world = cloud.state()
    world["behaviour"]["update_keeps_detail"] = request.param
    cloud.reset(world)


def wanted(account: Account, **params: Any) -> list[dict[str, Any]]:
    result = account.run("acr_repository_settings_info", instance_id=SOURCE, **params)
    return list(chain.from_iterable(target["repositories"] for target in result["targets"]))


def keep(account: Account, repositories: list[dict[str, Any]], check: bool = False, **params: Any) -> dict[str, Any]:
    return account.run("acr_repository_settings", check, instance_id=TARGET, repositories=repositories, **params)


def settings(account: Account, instance_id: str = TARGET) -> dict[str, Any]:
    [found] = account.run("acr_repository_info", instance_id=instance_id, **WEB)["repositories"]
    return {name: found.get(name) for name in ALL}


def verify(account: Account, other: Account | None, fields: list[str], *rules: dict[str, Any]) -> dict[str, Any]:
    url = f"http://{account.cloud.endpoint}"
    place = {"instance_id": TARGET, "region": "eu-central-1", "cr_endpoint": url, "sts_endpoint": url}
    destinations = [{**place, **other.keys, "name": "prod-eu"}] if other else []
    params: dict[str, Any] = {"rules": list(rules or [RULE]), "destinations": destinations, "settings": fields}
    return account.run("acr_sync_verify", instance_id=SOURCE, **params)


@pytest.mark.usefixtures("either_update")
def test_settings_are_read_in_one_account_and_kept_in_the_other(both: tuple[Account, Account]) -> None:
    a, b = both
    listed = [repository for repository in wanted(a) if repository["name"] == "web"]
    assert listed == [{**WEB, **GOOD}]
    planned = keep(b, listed, check=True)
    assert (planned["changed"], settings(b)["summary"]) == (True, "old")
    done = keep(b, listed)
    assert (done["counts"], done["diff"]) == ({"unchanged": 0, "changed": 1, "failed": 0}, planned["diff"])
    assert settings(b) == GOOD
    again = keep(b, listed)
    assert (again["changed"], again["counts"]["unchanged"]) == (False, 1)


@pytest.mark.usefixtures("either_update")
def test_what_is_not_kept_is_left_as_it_is(both: tuple[Account, Account]) -> None:
    _a, b = both
    done = keep(b, [{**WEB, **GOOD}], settings=["repository_type", "tag_immutability"])
    assert done["changed"]
    assert settings(b) == {**GOOD, "summary": "old", "description": "Of old"}


@pytest.mark.usefixtures("either_update")
def test_a_description_that_the_source_lacks_is_removed(both: tuple[Account, Account]) -> None:
    _a, b = both
    bare = {**WEB, "summary": "The shop"}
    assert keep(b, [bare])["changed"]
    assert settings(b) == {**GOOD, "repository_type": "public", "tag_immutability": False, "description": None}
    assert not keep(b, [bare])["changed"]


def test_without_descriptions_nothing_is_asked_for_one_by_one(both: tuple[Account, Account], cloud: Emulator) -> None:
    a, b = both
    cloud.delete("/_emulator/calls")
    fields = ["repository_type", "tag_immutability", "summary"]
    listed = wanted(a, settings=fields)
    keep(b, [repository for repository in listed if repository["name"] == "web"], check=True, settings=fields)
    assert cloud.calls("GetRepository") == []


def test_a_repository_that_is_not_there_is_named_and_not_made(both: tuple[Account, Account]) -> None:
    _a, b = both
    lost = [
        {"namespace": "prod", "name": "lost", "summary": "s"},
        {"namespace": "nowhere", "name": "x", "summary": "s"},
    ]
    result = keep(b, [*lost, {**WEB, **GOOD}])
    assert result["missing"] == ["prod/lost", "nowhere/x"]
    assert [item["name"] for item in result["repository_settings"]] == ["prod/web"]
    names = {found["name"] for found in b.run("acr_repository_info", instance_id=TARGET)["repositories"]}
    assert "lost" not in names


def test_a_repository_that_is_listed_twice_is_refused(both: tuple[Account, Account]) -> None:
    with pytest.raises(ModuleFailedError, match="prod/web more than once"):
        keep(both[1], [{**WEB, "summary": "a"}, {**WEB, "summary": "b"}])


def test_a_refused_repository_does_not_stop_the_others(both: tuple[Account, Account], cloud: Emulator) -> None:
    _a, b = both
    b.run("acr_repository", instance_id=TARGET, namespace="prod", name="worker")
    cloud.post("/_emulator/faults", {"fault": "denied", "match": {"action": "UpdateRepository"}, "times": 1})
    worker = {"namespace": "prod", "name": "worker", "summary": "new"}
    with pytest.raises(ModuleFailedError) as failed:
        keep(b, [{**WEB, **GOOD}, worker])
    assert failed.value.result["counts"] == {"unchanged": 0, "changed": 1, "failed": 1}
    assert not keep(b, [{**WEB, **GOOD}, worker])["counts"]["failed"]
    assert settings(b) == GOOD


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"namespace": "prod"}, [("prod", "web"), ("prod", "worker")]),
        ({"namespace": "prod", "target_namespace": "mirror"}, [("mirror", "web"), ("mirror", "worker")]),
        (
            {"namespace": "prod", "repository": "web", "scope": "repository", "target_repository": "shop"},
            [("prod", "shop")],
        ),
    ],
)
def test_names_are_those_that_the_rule_brings_repositories_to(
    rule: dict[str, Any], expected: list[tuple[str, str]], granted: Account, account_a: Account
) -> None:
    account_a.run("acr_sync_rule", instance_id=SOURCE, **{"name": "r", **TO_B, **rule})
    listed = wanted(account_a)
    assert [(repository["namespace"], repository["name"]) for repository in listed] == expected


def test_only_what_is_selected_is_read(both: tuple[Account, Account]) -> None:
    a, _b = both
    assert [repository["name"] for repository in wanted(a, select={"repositories": ["worker"]})] == ["worker"]
    assert wanted(a, select={"namespaces": ["team-a"]}) == []
    with pytest.raises(ModuleFailedError, match="no outbound sync rule nothing"):
        wanted(a, select={"rules": ["nothing"]})
    with pytest.raises(ModuleFailedError, match=r"has no repository in namespace prdo\. Correct select\.namespaces"):
        wanted(a, select={"namespaces": ["prdo"]})
    with pytest.raises(ModuleFailedError, match=r"has no repository wroker in .*such as to worker"):
        wanted(a, select={"repositories": ["wroker"]})


def test_sources_that_contradict_are_named_and_left_out(both: tuple[Account, Account]) -> None:
    a, _b = both
    scope: dict[str, Any] = {"scope": "repository", "namespace": "prod", "target_repository": "one"}
    for name in ("web", "worker"):
        a.run("acr_sync_rule", instance_id=SOURCE, **{"name": f"one-{name}", "repository": name, **scope, **TO_B})
    result = a.run("acr_repository_settings_info", instance_id=SOURCE)
    [conflict] = result["conflicts"]
    assert conflict["sources"] == ["prod/web", "prod/worker"]
    assert conflict["sentence"] in str(result["warnings"])
    [target] = result["targets"]
    assert "one" not in [repository["name"] for repository in target["repositories"]]


def test_a_verification_shows_what_differs_with_both_values(both: tuple[Account, Account]) -> None:
    a, b = both
    result = verify(a, b, ALL)
    web = [row for row in result["settings"] if row["source"] == "prod/web"]
    assert {row["field"]: (row["source_value"], row["target_value"]) for row in web} == {
        "repository_type": ("private", "public"),
        "tag_immutability": (True, False),
        "summary": ("The shop", "old"),
        "description": ("All of it", "Of old"),
    }
    [finding] = [found for found in result["findings"] if found["check"] == "different_settings"]
    assert finding["severity"] == "warning"
    assert "summary is 'old', not 'The shop', tag_immutability is false, not true" in finding["problem"]
    keep(b, [{**WEB, **GOOD}])
    assert verify(a, b, ALL)["settings"] == []


def test_a_verification_reads_no_settings_unless_asked(both: tuple[Account, Account], cloud: Emulator) -> None:
    a, b = both
    cloud.delete("/_emulator/calls")
    assert verify(a, b, [])["settings"] == []
    assert cloud.calls("GetRepository") == []
    # With the keys of one account, there is nothing to compare with.
    assert verify(a, None, ALL)["settings"] == []


def test_settings_that_may_not_be_read_are_told_and_lose_nothing(
    both: tuple[Account, Account], cloud: Emulator
) -> None:
    a, b = both
    cloud.post("/_emulator/faults", {"fault": "denied", "match": {"action": "GetRepository"}, "times": 99})
    result = verify(a, b, ["description"])
    assert [found["check"] for found in result["findings"] if "settings" in found["check"]] == ["unread_settings"]
    assert sum(count["images"] for count in result["counts"].values()) > 0


def drift(number: int, field: str = "summary") -> Drift:
    name = f"service-{number}"
    return Drift(("prod", name), TargetRepository(INSTANCES[DESTINATION], "prod", name), field, "a" * 200, None)


# Up to three repositories have a finding each. More of them share one, and the result has 200 rows at most.
@pytest.mark.parametrize(("repositories", "findings"), [(0, 0), (1, 1), (3, 3), (4, 1), (500, 1)])
def test_many_repositories_are_one_finding(repositories: int, findings: int) -> None:
    found = SettingsFound([drift(number) for number in range(repositories)])
    told = found.findings({INSTANCES[DESTINATION]: "prod-eu"})
    assert (len(told), len(found.rows())) == (findings, min(repositories, 200))
    assert all(len(finding["problem"]) < 300 for finding in told)
    assert all("summary is empty, not 'aaa" in finding["problem"] for finding in told)
    if repositories > 3:
        assert told[0]["problem"].startswith(
            f"{repositories} repositories at prod-eu differ from their sources, such as "
        )


def test_a_report_has_what_differs_and_a_warning() -> None:
    report = reported(settings=SettingsFound([drift(1), drift(1, "description")]))
    [finding] = report["findings"]
    assert (finding["check"], report["verdict"]["state"]) == ("different_settings", "warning")
    assert [(row["field"], row["target_host"], row["target_value"]) for row in report["settings"]] == [
        ("summary", DESTINATION, None),
        ("description", DESTINATION, None),
    ]

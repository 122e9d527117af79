# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what is wrong before anything is written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from .conftest import ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError


def change_world(cloud: Emulator, account: int, **instance: Any) -> None:
    """Serve the same world, but for one account's first instance."""
    state = cloud.state()
    state.pop("sync_tasks", None)
    state["accounts"][account]["instances"][0].update(instance)
    cloud.reset(state)


def findings(account: Account, side: str, *rules: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    instance_id = {"source": SOURCE, "destination": TARGET}[side]
    result = account.run("acr_sync_preflight", side=side, instance_id=instance_id, sync_rules=list(rules), **more)
    assert result["changed"] is False
    return [(finding["check"], finding["problem"]) for finding in result["findings"]]


def checks(account: Account, side: str, *rules: dict[str, Any], **more: Any) -> list[str]:
    return [name for name, _problem in findings(account, side, *rules, **more)]


def test_a_good_pair_has_no_findings(account_a: Account, account_b: Account) -> None:
    assert checks(account_a, "source", {"name": "r", "namespace": "prod", "repository": "web"}) == []
    assert checks(account_b, "destination") == []


def test_the_source_must_not_be_basic(cloud: Emulator, account_a: Account) -> None:
    change_world(cloud, 0, edition="Enterprise_Basic")
    assert checks(account_a, "source") == ["edition"]


@pytest.mark.parametrize("edition", ["Enterprise_Standard", "Enterprise_Economy"])
def test_an_edition_that_the_vendors_pages_differ_on_is_a_warning(
    edition: str, cloud: Emulator, account_a: Account, account_b: Account
) -> None:
    change_world(cloud, 0, edition=edition)
    result = account_a.run("acr_sync_preflight", side="source", instance_id=SOURCE)
    assert result["findings"] == []
    assert f"The source instance {SOURCE} is {edition}. The vendor's pages differ" in str(result["warnings"])
    change_world(cloud, 1, edition=edition)
    assert checks(account_b, "destination") == []


@pytest.mark.parametrize("edition", ["Enterprise_Basic", "Enterprise_Advanced"])
def test_the_destination_may_be_basic_or_premium(edition: str, cloud: Emulator, account_b: Account) -> None:
    change_world(cloud, 1, edition=edition)
    result = account_b.run("acr_sync_preflight", side="destination", instance_id=TARGET)
    assert result["findings"] == []
    assert f"is {edition}. The vendor's pages" not in str(result.get("warnings"))


def test_finance_and_government_clouds_cannot_be_reached_from_public_ones(account_a: Account) -> None:
    for region in ("cn-shanghai-finance-1", "cn-north-2-gov-1"):
        assert checks(account_a, "source", {"name": "r", "target_region": region}) == ["region"]
    assert checks(account_a, "source", {"name": "r", "target_region": "eu-central-1"}) == []


@pytest.mark.parametrize("side", ["source", "destination"])
def test_a_wrong_region_is_found_where_the_endpoint_knows_all(
    side: str, account_a: Account, account_b: Account
) -> None:
    account, own = (account_a, "cn-hangzhou") if side == "source" else (account_b, "eu-central-1")
    instance_id = {"source": SOURCE, "destination": TARGET}[side]
    assert findings(account, side, region="eu-west-1") == [
        ("instance_region", f"{side} instance {instance_id} is in {own}, not in eu-west-1")
    ]
    assert checks(account, side, region=own) == []
    result = account.run("acr_sync_preflight", side=side, instance_id=instance_id, region="eu-west-1")
    assert result["findings"][0]["remedy"] == f"Set its region to {own} (acr_region in the inventory)."


def test_a_region_that_may_not_be_asked_for_is_left(cloud: Emulator, account_b: Account) -> None:
    cloud.post("/_emulator/faults", {"match": {"action": "ListInstance"}, "fault": "error_500", "times": 1000})
    assert checks(account_b, "destination", region="eu-west-1") == []


def test_what_the_sync_level_needs_must_be_there(account_a: Account, account_b: Account) -> None:
    whole = {"name": "r", "namespace": "nothing"}
    single = {"name": "r", "namespace": "prod", "repository": "nothing"}
    assert checks(account_a, "source", whole, single) == ["namespace", "repository"]
    namespaces, repositories = [{"name": "nothing"}], [{"namespace": "prod", "name": "nothing"}]
    plans = {"namespaces": namespaces, "repositories": repositories}
    assert checks(account_a, "source", whole, single, **plans) == []
    account_b.run("acr_namespace", instance_id=TARGET, name="prod")
    assert checks(account_b, "destination", {"name": "r", "namespace": "prod"}) == ["auto_create_repositories"]


def test_rules_that_would_write_one_place_are_found(cloud: Emulator, account_a: Account) -> None:
    account_a.run("acr_repository", instance_id=SOURCE, namespace="team-a", name="web")
    image = {"instance_id": SOURCE, "namespace": "team-a", "repository": "web", "tags": ["1.0"]}
    cloud.post("/_emulator/images", image)
    rules = [
        {"name": name, "namespace": name, "target_namespace": "mirror", "target_instance_id": TARGET}
        for name in ("prod", "team-a")
    ]
    ((check, problem),) = findings(account_a, "source", *rules)
    assert check == "rules_meet"
    assert f"sync rules prod and team-a both write mirror/web on {TARGET}, from prod/web and team-a/web" in problem
    apart = [{**rules[0], "target_namespace": "prod"}, rules[1]]
    cloud.delete("/_emulator/calls")
    assert checks(account_a, "source", *apart) == []
    assert cloud.calls("ListRepository") == []


def test_a_filter_that_selects_everything_is_warned_of(account_a: Account) -> None:
    rule = {"name": "r", "namespace": "prod", "tag_filter": "v*"}
    result = account_a.run("acr_sync_preflight", side="source", instance_id=SOURCE, sync_rules=[rule])
    assert result["findings"] == []
    assert "tag_filter 'v*' of sync rule r matches the empty text" in str(result["warnings"])


def test_what_is_about_to_be_deleted_is_missed(account_a: Account, account_b: Account) -> None:
    rule = {"name": "r", "namespace": "prod"}
    gone = {"namespaces": [{"name": "prod", "state": "absent"}]}
    [(check, problem)] = findings(account_a, "source", rule, **gone)
    assert (check, problem) == (
        "namespace",
        f"sync rule r needs namespace prod, which is about to be deleted from source instance {SOURCE}",
    )
    there = problem.replace(f"source instance {SOURCE}", f"destination instance {TARGET}")
    assert findings(account_b, "destination", rule, **gone) == [("namespace", there)]
    assert checks(account_a, "source", {**rule, "state": "absent"}, **gone) == []
    web = {"name": "r", "scope": "repository", "namespace": "prod", "repository": "web"}
    gone_web = {"repositories": [{"namespace": "prod", "name": "web", "state": "absent"}]}
    assert findings(account_a, "source", web, **gone_web) == [
        (
            "repository",
            f"sync rule r needs repository prod/web, which is about to be deleted from source instance {SOURCE}",
        )
    ]
    assert checks(account_a, "source", {**rule, "state": "present", "namespace": "nothing"}) == ["namespace"]


def test_a_destination_is_prepared_for_what_a_rule_needs(account_b: Account) -> None:
    rule = {"name": "r", "namespace": "nothing"}
    result = account_b.run("acr_sync_preflight", side="destination", instance_id=TARGET, sync_rules=[rule])
    [found] = result["findings"]
    assert found["remedy"] == (
        "Run registryops.alicloud.prepare_destination with the inventories of both accounts, which makes it. With"
        " Account B's alone, add nothing to the instance's acr_namespaces first. If the rule is wrong, correct it."
    )


def test_it_fails_with_all_findings_where_that_is_wanted(account_a: Account) -> None:
    rules = [{"name": "r", "namespace": "nothing"}, {"name": "s", "namespace": "nowhere"}]
    with pytest.raises(ModuleFailedError, match=r"r needs namespace nothing, .* s needs namespace nowhere, ") as failed:
        account_a.run("acr_sync_preflight", side="source", instance_id=SOURCE, sync_rules=rules, fail=True)
    assert len(failed.value.result["findings"]) == 2


def test_no_more_is_shown_than_a_person_reads(account_a: Account) -> None:
    lacking = [{"name": f"r{number}", "namespace": f"none-{number}"} for number in range(60)]
    assert len(checks(account_a, "source", *lacking)) == 60
    with pytest.raises(ModuleFailedError) as failed:
        account_a.run("acr_sync_preflight", side="source", instance_id=SOURCE, sync_rules=lacking, fail=True)
    assert len(failed.value.result["findings"]) == 20
    wide = [
        {"name": f"r{number}", "namespace": "prod", "tag_filter": "v*", "target_namespace": f"n{number}"}
        for number in range(60)
    ]
    result = account_a.run("acr_sync_preflight", side="source", instance_id=SOURCE, sync_rules=wide)
    assert len(result["warnings"]) == 21
    assert "40 more warnings like these" in str(result["warnings"][-1])


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"sync_rules": [{"name": "r", "namespac": "prod"}]}, "sync_rules.namespac. Supported parameters include"),
        ({"namespaces": [{"name": "typo", "auto_create_repos": True}]}, "namespaces.auto_create_repos. Supported"),
        ({"namespaces": [{"name": "Typo"}]}, "namespaces[].name 'Typo' is not a namespace name"),
        (
            {"repositories": [{"namespace": "prod", "name": "Web"}]},
            "repositories[].name 'Web' is not a repository name",
        ),
        ({"source_account_ids": ["12"]}, "too short to be an account UID"),
    ],
)
def test_what_cannot_be_kept_is_refused(options: dict[str, Any], why: str, account_a: Account) -> None:
    with pytest.raises(ModuleFailedError, match=re.escape(why)):
        account_a.run("acr_sync_preflight", side="source", instance_id=SOURCE, **options)


def test_a_uid_without_quotes_is_a_uid(account_a: Account) -> None:
    rule = {"name": "r", "namespace": "prod", "target_account_id": 5222000022220002}
    assert checks(account_a, "source", rule, source_account_ids=[5222000022220002]) == []


def test_every_finding_names_its_remedy(cloud: Emulator, account_a: Account) -> None:
    change_world(cloud, 0, edition="Enterprise_Basic")
    result = account_a.run("acr_sync_preflight", side="source", instance_id=SOURCE)
    assert [set(finding) for finding in result["findings"]] == [{"check", "severity", "subject", "problem", "remedy"}]
    assert [(found["severity"], found["subject"]) for found in result["findings"]] == [("error", f"instance {SOURCE}")]
    assert "Upgrade it" in result["findings"][0]["remedy"]


def test_what_holds_images_is_not_deleted_unless_forced(cloud: Emulator, account_a: Account) -> None:
    namespace: dict[str, Any] = {"instance_id": SOURCE, "name": "prod", "state": "absent"}
    repository: dict[str, Any] = {"instance_id": SOURCE, "namespace": "prod", "name": "web", "state": "absent"}
    for check in (True, False):
        with pytest.raises(
            ModuleFailedError, match=r"Cannot delete namespace prod on .*: it holds images .* Say force: true"
        ):
            account_a.run("acr_namespace", **namespace, check=check)
        with pytest.raises(ModuleFailedError, match=r"Cannot delete repository prod/web on .*: it holds images \(2\)"):
            account_a.run("acr_repository", **repository, check=check)
    assert cloud.calls("DeleteNamespace") == cloud.calls("DeleteRepository") == []
    assert account_a.run("acr_repository", **repository, force=True)["changed"] is True
    assert account_a.run("acr_namespace", **namespace, force=True)["changed"] is True
    assert account_a.run("acr_namespace", **namespace)["changed"] is False


@pytest.mark.parametrize("module", ["acr_namespace", "acr_repository"])
def test_a_lost_answer_to_a_deletion_is_no_failure(module: str, cloud: Emulator, account_a: Account) -> None:
    thing: dict[str, Any] = {
        "instance_id": SOURCE,
        "name": "short",
        **({"namespace": "prod"} if module == "acr_repository" else {}),
    }
    account_a.run(module, **thing)
    action = {"acr_namespace": "DeleteNamespace", "acr_repository": "DeleteRepository"}[module]
    cloud.post("/_emulator/faults", {"match": {"action": action}, "fault": "reset_after"})
    assert account_a.run(module, **thing, state="absent")["changed"] is True


@pytest.mark.parametrize("module", ["acr_namespace", "acr_repository"])
def test_in_an_unknown_instance_nothing_can_be_kept(module: str, account_a: Account) -> None:
    thing: dict[str, Any] = {
        "instance_id": "cri-nothing",
        "name": "short",
        **({"namespace": "p1"} if module == "acr_repository" else {}),
    }
    with pytest.raises(ModuleFailedError, match="INSTANCE_NOT_EXIST"):
        account_a.run(module, **thing)


def test_a_name_that_is_being_deleted_is_waited_for(
    account_a: Account, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client

    call, answers = Client.call, iter(["DELETING", "DELETING", "DELETING"])

    def deleting(self: Client, product: str, action: str, parameters: Any = None) -> dict[str, Any]:
        if action in ("GetNamespace", "GetRepository") and (status := next(answers, None)):
            return {"NamespaceStatus": status, "RepoStatus": status}
        return call(self, product, action, parameters)

    monkeypatch.setattr(Client, "call", deleting)
    assert account_a.run("acr_namespace", instance_id=SOURCE, name="again")["changed"] is True
    assert slept == [1.0, 1.5]
    answers = iter(["DELETING"] * 99)
    with pytest.raises(ModuleFailedError, match="is not done after 5 seconds"):
        account_a.run("acr_repository", instance_id=SOURCE, namespace="prod", name="again", wait_timeout=5)


def test_all_instances_of_the_account_are_listed(account_a: Account) -> None:
    listed = account_a.run("acr_instance_info")["instances"]
    single = account_a.run("acr_instance_info", instance_id=SOURCE)["instances"]
    assert listed == single
    assert account_a.run("acr_instance_info", name="nothing")["instances"] == []
    with pytest.raises(ModuleFailedError, match=r"INSTANCE_NOT_EXIST, request"):
        account_a.run("acr_instance_info", instance_id="cri-nothing")


@pytest.mark.parametrize("fail", [False, True])
def test_keys_of_another_account_are_told_before_anything_is_written(account_a: Account, fail: bool) -> None:
    with pytest.raises(
        ModuleFailedError, match="These credentials belong to account 1252879610640001, but account_id is"
    ):
        account_a.run("acr_sync_preflight", side="source", instance_id=SOURCE, account_id="1252879610640009", fail=fail)


def test_nobody_to_grant_to_is_a_finding(account_b: Account) -> None:
    nobody = account_b.run("acr_sync_preflight", side="destination", instance_id=TARGET, source_account_ids=[])
    assert [finding["check"] for finding in nobody["findings"]] == ["accounts"]
    with pytest.raises(
        ModuleFailedError,
        match="no account is named that may replicate into cri-target.*Name at least one.*acr_source_account_ids",
    ):
        account_b.run("acr_sync_preflight", side="destination", instance_id=TARGET, source_account_ids=[], fail=True)


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize("visible", [True, False])
def test_a_rule_that_would_send_back_what_its_counterpart_brings_is_found(
    visible: bool, cloud: Emulator, account_a: Account, account_b: Account
) -> None:
    cloud.post("/_emulator/behaviour", {"destination_lists_inbound_rules": visible})
    there: dict[str, Any] = {
        "target_account_id": ACCOUNT_B,
        "target_region": "eu-central-1",
        "target_instance_id": TARGET,
    }
    account_a.run("acr_sync_rule", instance_id=SOURCE, name="prod", namespace="prod", **there)
    back = {"namespace": "prod", "target_region": "cn-hangzhou", "target_instance_id": SOURCE}
    rules = [{"name": "prod-reversed", **back}, {"name": "other", **back}]
    found = account_b.run("acr_sync_preflight", side="source", instance_id=TARGET, sync_rules=rules)["findings"]
    told = [(finding["problem"], finding["remedy"]) for finding in found if finding["check"] == "other_direction"]
    problem = f"sync rule prod-reversed would send back to {SOURCE} what prod brings from there"
    remedy = (
        "If source and destination are exchanged, set acr_direction: forward in the inventory of the host of"
        " acr_source. To exchange them, run registryops.alicloud.switch_over."
    )
    assert told == [(problem, remedy)] * visible


@pytest.mark.usefixtures("granted")
def test_signatures_are_looked_for_until_the_rule_is_there(cloud: Emulator, account_a: Account) -> None:
    repository: dict[str, Any] = {"instance_id": SOURCE, "namespace": "prod", "repository": "web"}
    cloud.post("/_emulator/images", {**repository, "tags": ["v7"]})
    images = account_a.run("acr_image_info", **repository, tag_filter="^v7$")["images"]
    signature = f"{images[0]['digest'].replace(':', '-')}.sig"
    cloud.post("/_emulator/images", {**repository, "tags": [signature]})
    target = {"target_account_id": ACCOUNT_B, "target_region": "eu-central-1", "target_instance_id": TARGET}
    rule: dict[str, Any] = {"name": "r", "namespace": "prod", "tag_filter": "^v[0-9]", **target}
    asked: dict[str, Any] = {"side": "source", "instance_id": SOURCE}
    assert "leaves behind" in str(account_a.run("acr_sync_preflight", **asked, sync_rules=[rule])["warnings"])
    account_a.run("acr_sync_rule", instance_id=SOURCE, **rule)
    cloud.delete("/_emulator/calls")
    assert "warnings" not in account_a.run("acr_sync_preflight", **asked, sync_rules=[rule])
    assert cloud.calls("ListRepository") == []
    other = {**rule, "tag_filter": "^v"}
    assert "leaves behind" in str(account_a.run("acr_sync_preflight", **asked, sync_rules=[other])["warnings"])


FULL = [{"name": "old", "auto_create_repositories": True, "repositories": [{"name": "app"}]}]
QUOTAS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"namespace_quota": 2}, {"namespaces": [{"name": "prod"}]}, ""),
    ({"namespace_quota": 1}, {"namespaces": [{"name": "old"}]}, ""),
    ({"namespace_quota": 1}, {"namespaces": [{"name": "old", "state": "absent"}, {"name": "prod"}]}, ""),
    (
        {"namespace_quota": 1},
        {"namespaces": [{"name": "old"}, {"name": "prod"}]},
        f"instance {TARGET} has 1 of 1 namespaces, and prod would have to be created",
    ),
    (
        {"namespace_quota": 2},
        {"namespaces": [{"name": "prod"}, {"name": "team-a"}]},
        f"instance {TARGET} has 1 of 2 namespaces, and prod and team-a would have to be created",
    ),
    (
        {"repository_quota": 1},
        {"repositories": [{"namespace": "old", "name": "web"}, {"namespace": "old", "name": "app"}]},
        f"instance {TARGET} has 1 of 1 repositories, and old/web would have to be created",
    ),
]


@pytest.mark.parametrize(("quota", "planned", "said"), QUOTAS)
def test_what_an_instance_has_no_room_for_is_found_before_anything_is_created(
    quota: dict[str, Any], planned: dict[str, Any], said: str, cloud: Emulator, account_b: Account
) -> None:
    change_world(cloud, 1, namespaces=FULL, **quota)
    assert findings(account_b, "destination", **planned) == ([("quota", said)] if said else [])


def test_without_the_right_to_see_a_quota_it_is_left_to_the_service(cloud: Emulator, account_b: Account) -> None:
    change_world(cloud, 1, namespaces=FULL, namespace_quota=1)
    match = {"match": {"action": "GetInstanceUsage"}, "fault": "error_500", "times": 100}
    cloud.post("/_emulator/faults", match)
    assert findings(account_b, "destination", namespaces=[{"name": "prod"}]) == []


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (ACCOUNT_B, ""),
        ("522200002222000", "522200002222000 in {} has 15 digits. UIDs of Alibaba Cloud accounts usually have 16: "),
        ("123456789012", "123456789012 in {} has 12 digits, which is the length of an AWS account's ID. UIDs of "),
    ],
)
def test_a_uid_of_an_unusual_length_is_doubted(account: str, said: str, account_a: Account, account_b: Account) -> None:
    named = account_b.run("acr_sync_preflight", side="destination", instance_id=TARGET, source_account_ids=[account])
    rule = {"name": "r", "namespace": "prod", "target_account_id": account}
    ruled = account_a.run("acr_sync_preflight", side="source", instance_id=SOURCE, sync_rules=[rule])
    for result, where in ((named, "source_account_ids"), (ruled, "target_account_id of sync rule r")):
        warnings = [text for text in result.get("warnings", ()) if "digits" in text]
        assert [text.startswith(said.format(where)) for text in warnings] == ([True] if said else [])

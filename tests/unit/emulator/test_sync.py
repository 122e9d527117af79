"""Test sync rules and sync tasks on catalogue images."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from .kit import (
    ACCOUNT_A,
    ACCOUNT_B,
    ROLE,
    SOURCE,
    TARGET,
    Client,
    ClientException,
    allow,
    eventually,
    push,
    trust,
    world,
)

DIGEST = "sha256:" + "ab" * 32
REPO_RULE = {"SyncScope": "REPO", "RepoName": "web", "TargetRepoName": "web"}


def target(*repositories: dict[str, Any], **namespace: Any) -> dict[str, Any]:
    """Return B's instance with some repositories in its namespace prod."""
    prod = {"name": "prod", "auto_create_repositories": True, "repositories": list(repositories), **namespace}
    return {"namespaces": [prod]}


def web(*images: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "web", "images": list(images), **more}


def outcome(client: Client) -> tuple[str, str]:
    """Return the only task's status and issue code."""
    (task,) = client.tasks()
    return task["TaskStatus"], task["TaskIssue"].partition(":")[0]


def test_a_push_arrives(emulator: Emulator, a: Client, b: Client) -> None:
    rule = a.create_rule()["SyncRuleId"]
    assert a.tasks() == [], "a rule does nothing for images that were there before it"
    (image,) = push(emulator, "2.0")
    (task,) = a.tasks()
    assert task["TaskStatus"] == "SUCCESS"
    assert (task["SyncRuleId"], task["TaskTrigger"], task["CrossUser"], task["CustomLink"]) == (
        rule,
        "PASSIVE",
        True,
        False,
    )
    assert task["ImageFrom"] == {
        "RegionId": "cn-hangzhou",
        "InstanceId": SOURCE,
        "RepoNamespaceName": "prod",
        "RepoName": "web",
        "ImageTag": "2.0",
    }
    assert task["ModifedTime"] == task["ModifiedTime"] >= task["CreateTime"]
    assert b.tags("prod", "web", TARGET) == {"2.0": image["digest"].removeprefix("sha256:")}
    got = a.cr("GetRepoSyncTask", SyncTaskId=task["SyncTaskId"])
    assert (got["Progress"], got["SyncedSize"], "CreateTime" in got) == (1, image["size"], False)
    # A catalogue knows no layers, so the whole image counts as one.
    (layer,) = got["LayerTasks"]
    assert (layer["TaskStatus"], layer["SyncedSize"]) == ("SUCCESS", image["size"])


def test_the_account_of_the_target_is_never_told(emulator: Emulator, a: Client) -> None:
    a.create_rule()
    push(emulator, "2.0")
    (rule,) = a.cr("ListRepoSyncRule")["SyncRules"]
    assert rule["CrossUser"] is True
    assert ACCOUNT_B not in str(rule) + str(a.tasks())


def test_both_ends_list_a_rule(emulator: Emulator, a: Client, b: Client) -> None:
    identifier = a.create_rule(RepoNameFilter="web", Priority=5)["SyncRuleId"]
    listed = a.cr("ListRepoSyncRule")
    (outbound,) = listed["SyncRules"]
    assert (outbound["SyncDirection"], outbound["Priority"], listed["TotalCount"]) == ("FROM", 5, 1)
    assert (outbound["LocalInstanceId"], outbound["TargetInstanceId"]) == (SOURCE, TARGET)
    (inbound,) = b.cr("ListRepoSyncRule", InstanceId=TARGET)["SyncRules"]
    assert (inbound["SyncRuleId"], inbound["SyncDirection"], inbound["CrossUser"]) == (identifier, "TO", True)
    assert (inbound["LocalRegionId"], inbound["TargetRegionId"]) == ("eu-central-1", "cn-hangzhou")
    assert (inbound["LocalInstanceId"], inbound["TargetInstanceId"]) == (TARGET, SOURCE)
    refused = b.cr("DeleteRepoSyncRule", InstanceId=TARGET, SyncRuleId=identifier)
    assert refused["Code"] == "SYNC_RULE_NOT_EXIST"
    emulator.post("/_emulator/behaviour", {"destination_lists_inbound_rules": False})
    assert b.cr("ListRepoSyncRule", InstanceId=TARGET)["SyncRules"] == []
    assert a.cr("ListRepoSyncRule", NamespaceName="dev")["TotalCount"] == 0
    assert a.cr("DeleteRepoSyncRule", SyncRuleId=identifier)["IsSuccess"]
    assert a.cr("DeleteRepoSyncRule", SyncRuleId=identifier)["Code"] == "SYNC_RULE_NOT_EXIST"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        # What every rule needs, then what its scope needs, then values that cannot be.
        ({"SyncRuleName": None}, "MissingParameter"),
        ({"TagFilter": None}, "MissingParameter"),
        ({"SyncScope": None}, "MissingParameter"),
        ({"NamespaceName": None}, "MissingParameter"),
        ({"SyncScope": "REPO", "RepoName": "web"}, "MissingParameter"),
        ({"SyncScope": "TAG"}, "InvalidParameter"),
        ({"SyncTrigger": "SOMETIMES"}, "InvalidParameter"),
        ({"Priority": 6}, "InvalidParameter"),
        ({"TagFilter": "("}, "InvalidParameter"),
        ({"RepoName": "web"}, "InvalidParameter"),
        ({"TargetUserId": "account-b"}, "InvalidParameter"),
        ({**REPO_RULE, "TargetRepoName": "../up"}, "InvalidParameter"),
    ],
)
def test_rules_that_cannot_be(a: Client, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientException) as caught:
        a.create_rule(**changes)
    assert (caught.value.code, caught.value.data["statusCode"]) == (code, 400)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"InstanceId": "cri-nobody"}, "INSTANCE_NOT_EXIST"),
        ({"NamespaceName": "nope"}, "NAMESPACE_NOT_EXIST"),
        ({**REPO_RULE, "RepoName": "nope"}, "REPO_NOT_EXIST"),
        ({"TargetInstanceId": "cri-nobody"}, "TARGET_INSTANCE_NOT_EXIST"),
        ({"TargetUserId": "1234"}, "TARGET_INSTANCE_NOT_EXIST"),
        # Without a UID, the target is looked for in the source's own account.
        ({"TargetUserId": None}, "TARGET_INSTANCE_NOT_EXIST"),
        (
            {"TargetUserId": ACCOUNT_A, "TargetInstanceId": SOURCE, "TargetRegionId": "cn-hangzhou"},
            "TARGET_INSTANCE_SAME_AS_SOURCE",
        ),
        ({"TargetRegionId": "cn-shanghai"}, "TARGET_REGION_NOT_MATCH"),
    ],
)
def test_rules_that_the_service_refuses(a: Client, changes: dict[str, Any], code: str) -> None:
    answer = a.create_rule(**changes)
    assert (answer["Code"], answer["IsSuccess"]) == (code, False)


@pytest.mark.parametrize(
    ("changes", "parameters", "code"),
    [
        ({"source": {"edition": "Enterprise_Standard"}}, {}, "SOURCE_INSTANCE_SPEC_NOT_SUPPORT"),
        ({"target": {"edition": "Enterprise_Economy"}}, {}, "TARGET_INSTANCE_SPEC_NOT_SUPPORT"),
        (
            {"target": {"region": "cn-hangzhou-finance"}},
            {"TargetRegionId": "cn-hangzhou-finance"},
            "TARGET_REGION_NOT_SUPPORT",
        ),
        (
            {"target": {"region": "cn-north-2-gov-1"}},
            {"TargetRegionId": "cn-north-2-gov-1"},
            "TARGET_REGION_NOT_SUPPORT",
        ),
        ({"target": {"edition": "Enterprise_Advanced"}}, {}, "success"),
    ],
)
def test_documented_limitations(
    serve: Callable[..., Emulator], a: Client, changes: dict[str, Any], parameters: dict[str, str], code: str
) -> None:
    serve(**changes)
    assert a.create_rule(**parameters)["Code"] == code


def test_duplicates_as_the_behaviour_says(emulator: Emulator, a: Client) -> None:
    assert a.create_rule("one")["IsSuccess"]
    assert a.create_rule("one", NamespaceName="dev")["Code"] == "SYNC_RULE_ALREADY_EXIST"
    assert a.create_rule("two")["IsSuccess"]
    emulator.post("/_emulator/behaviour", {"duplicate_rule_name": "accept", "duplicate_rule_route": "reject"})
    assert a.create_rule("one", NamespaceName="dev")["IsSuccess"]
    assert a.create_rule("three")["Code"] == "SYNC_RULE_ALREADY_EXIST"


@pytest.mark.parametrize(
    ("changes", "fires"),
    [
        ({}, True),
        # The pushed tag is 2.0, in prod/web.
        ({"TagFilter": "^v"}, False),
        ({"TagFilter": r"^2\.[0-9]$"}, True),
        ({"NamespaceName": "dev", "TargetNamespaceName": "dev"}, False),
        ({"RepoNameFilter": "^w"}, True),
        ({"RepoNameFilter": "^x"}, False),
        ({"SyncTrigger": "INITIATIVE"}, False),
        ({"SyncTrigger": None}, True),
        (REPO_RULE, True),
        ({"SyncScope": "INSTANCE", "NamespaceName": None, "NamespaceNameFilter": "^p"}, True),
        ({"SyncScope": "INSTANCE", "NamespaceName": None, "NamespaceNameFilter": "^q"}, False),
    ],
)
def test_which_rules_fire(emulator: Emulator, a: Client, changes: dict[str, Any], fires: bool) -> None:
    assert a.create_rule(**changes)["IsSuccess"]
    push(emulator, "2.0")
    assert bool(a.tasks()) is fires


def test_one_push_is_one_batch(emulator: Emulator, a: Client) -> None:
    for name, priority in (("low", 1), ("high", 5)):
        a.create_rule(name, Priority=priority)
    push(emulator, "2.0")
    push(emulator, "2.1")
    tasks = a.tasks()
    assert [task["Priority"] for task in tasks] == [1, 5, 1, 5], "the newest first, and a batch begins with the highest"
    assert len({task["SyncBatchTaskId"] for task in tasks}) == 2
    batch = a.cr("ListRepoSyncTask", SyncRecordId=tasks[0]["SyncBatchTaskId"])
    assert (batch["TotalCount"], {task["ImageFrom"]["ImageTag"] for task in batch["SyncTasks"]}) == ("2", {"2.1"})
    assert a.cr("ListRepoSyncTask", Tag="2.0")["TotalCount"] == "2"
    assert a.cr("ListRepoSyncTask", RepoName="other")["TotalCount"] == "0"
    emulator.post("/_emulator/behaviour", {"sync_task_order": "oldest_first"})
    assert a.tasks() == tasks[::-1]
    emulator.post("/_emulator/behaviour", {"sync_task_order": "none"})
    # IDs are random, so their order says nothing of time.
    assert sorted(task["SyncTaskId"] for task in tasks) == [task["SyncTaskId"] for task in a.tasks()]


@pytest.mark.parametrize("newest", [False, True])
@pytest.mark.parametrize("order", ["newest_first", "oldest_first"])
def test_records_of_years_are_listed_beside_the_others(
    order: str, newest: bool, serve: Callable[..., Emulator], a: Client
) -> None:
    old = {"namespace": "prod", "repository": "gone", "count": 1_000_000, "newest": newest}
    emulator = serve(source={"old_records": old})
    emulator.post("/_emulator/behaviour", {"sync_task_order": order})
    a.create_rule()
    push(emulator, "2.0")
    assert a.cr("ListRepoSyncTask", RepoName="web")["TotalCount"] == "1"
    assert a.cr("ListRepoSyncTask", RepoName="gone")["TotalCount"] == "1000000"
    # The first page, and the last one with the single record that is beyond the million.
    ends = [a.cr("ListRepoSyncTask", PageSize=100, PageNo=number)["SyncTasks"] for number in (1, 10001)]
    assert [len(tasks) for tasks in ends] == [100, 1]
    times = [task["CreateTime"] for task in chain.from_iterable(ends)]
    assert times == sorted(times, reverse=order == "newest_first")
    first = ends[0][0]["ImageFrom"]["RepoName"]
    assert first == ("web" if newest == (order == "oldest_first") else "gone")
    assert emulator.state()["accounts"][0]["instances"][0]["old_records"] == old


def test_a_rule_with_other_names_at_the_target(serve: Callable[..., Emulator], a: Client, b: Client) -> None:
    emulator = serve(target={"namespaces": [{"name": "copy", "repositories": [{"name": "site"}]}]})
    a.create_rule(**REPO_RULE | {"TargetNamespaceName": "copy", "TargetRepoName": "site"})
    push(emulator, "2.0")
    assert outcome(a) == ("SUCCESS", "")
    assert list(b.tags("copy", "site", TARGET)) == ["2.0"]


@pytest.mark.parametrize(
    ("there", "rule", "expected"),
    [
        ({"namespaces": []}, {}, ("ERROR", "TARGET_NAMESPACE_NOT_EXIST")),
        # A rule of a namespace may create a repository if the namespace allows it, a rule of a repository never.
        (target(auto_create_repositories=False), {}, ("ERROR", "TARGET_REPO_NOT_EXIST")),
        (target(), REPO_RULE, ("ERROR", "TARGET_REPO_NOT_EXIST")),
        (target(web()), REPO_RULE, ("SUCCESS", "")),
        (target(web(), auto_create_repositories=False), {}, ("SUCCESS", "")),
        (target(web({"tag": "2.0", "digest": DIGEST}, tag_immutability=True)), {}, ("ERROR", "TARGET_TAG_IMMUTABLE")),
        # The target has the very same image, so that nothing has to be written.
        (target(web({"tag": "2.0"}, tag_immutability=True)), {}, ("SUCCESS", "")),
    ],
)
def test_what_the_target_must_have(
    serve: Callable[..., Emulator], a: Client, there: dict[str, Any], rule: dict[str, str], expected: tuple[str, str]
) -> None:
    emulator = serve(target=there)
    a.create_rule(**rule)
    push(emulator, "2.0")
    assert outcome(a) == expected


def test_repositories_are_made_as_the_namespace_says(serve: Callable[..., Emulator], a: Client, b: Client) -> None:
    emulator = serve(target=target(repository_type="PUBLIC", tag_immutability=True))
    a.create_rule()
    push(emulator, "2.0")
    assert outcome(a) == ("SUCCESS", "")
    got = b.cr("GetRepository", InstanceId=TARGET, RepoNamespaceName="prod", RepoName="web")
    assert (got["RepoType"], got["TagImmutability"]) == ("PUBLIC", True)


@pytest.mark.parametrize(
    ("behaviour", "override", "expected", "replaced"),
    [
        ({}, True, ("SUCCESS", ""), True),
        ({}, False, ("ERROR", "TARGET_TAG_ALREADY_EXIST"), False),
        ({"override_false_on_existing_tag": "skip"}, False, ("SUCCESS", ""), False),
    ],
)
def test_override(
    serve: Callable[..., Emulator],
    a: Client,
    b: Client,
    behaviour: dict[str, str],
    override: bool,
    expected: tuple[str, str],
    replaced: bool,
) -> None:
    serve(target=target(web({"tag": "1.0", "digest": DIGEST})), behaviour=behaviour)
    a.create_task(Override=override)
    assert outcome(a) == expected
    kept = b.tags("prod", "web", TARGET)["1.0"] == DIGEST.removeprefix("sha256:")
    assert kept is not replaced


def test_the_same_digest_is_a_success_without_override(serve: Callable[..., Emulator], a: Client) -> None:
    serve(target=target(web({"tag": "1.0"})))
    done = a.finished(a.create_task(Override=False))
    assert (done["TaskStatus"], done["SyncedSize"], done["LayerTasks"]) == ("SUCCESS", 0, [])


@pytest.mark.parametrize(("overwrites", "status"), [(True, "SUCCESS"), (False, "ERROR")])
def test_rules_onto_existing_tags(serve: Callable[..., Emulator], a: Client, overwrites: bool, status: str) -> None:
    there = target(web({"tag": "2.0", "digest": DIGEST}))
    emulator = serve(target=there, behaviour={"rule_overwrites_existing_tag": overwrites})
    a.create_rule()
    push(emulator, "2.0")
    assert outcome(a)[0] == status


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tag": "nope"}, "TAG_NOT_EXIST"),
        ({"RepoId": "crr-nobody"}, "REPO_NOT_EXIST"),
        ({"TargetInstanceId": "cri-nobody"}, "TARGET_INSTANCE_NOT_EXIST"),
    ],
)
def test_tasks_that_the_service_refuses(a: Client, changes: dict[str, str], code: str) -> None:
    assert a.create_task(**changes)["Code"] == code
    assert a.cr("GetRepoSyncTask", SyncTaskId="rst-nobody")["Code"] == "SYNC_TASK_NOT_EXIST"


def test_a_manual_task_may_rename(a: Client, b: Client) -> None:
    done = a.finished(a.create_task(TargetRepoName="site", TargetTag="one"))
    assert (done["TaskStatus"], done["TaskTrigger"], done["SyncRuleId"]) == ("SUCCESS", "INITIATIVE", "")
    assert list(b.tags("prod", "site", TARGET)) == ["one"]


def test_manual_rules_run_by_hand_only(emulator: Emulator, a: Client) -> None:
    manual = a.create_rule("manual", SyncTrigger="INITIATIVE", TagFilter="^1")["SyncRuleId"]
    automatic = a.create_rule("automatic", TagFilter="^1")["SyncRuleId"]
    push(emulator, "2.0")
    given = {"RepoId": a.repository_id(), "Tag": "1.0"}
    done = a.finished(a.cr("CreateRepoSyncTaskByRule", SyncRuleId=manual, **given))
    assert (done["TaskStatus"], done["TaskTrigger"], done["SyncRuleId"]) == ("SUCCESS", "INITIATIVE", manual)

    def code(**parameters: str) -> str:
        answer: str = a.cr("CreateRepoSyncTaskByRule", **{**given, "SyncRuleId": manual, **parameters})["Code"]
        return answer

    assert code(SyncRuleId=automatic) == "SYNC_RULE_TRIGGER_NOT_SUPPORT"
    assert code(SyncRuleId="crsr-nobody") == "SYNC_RULE_NOT_EXIST"
    assert code(Tag="2.0") == "SYNC_RULE_NOT_MATCH"


def test_tasks_take_their_time_and_can_be_cancelled_while_pending(emulator: Emulator, a: Client) -> None:
    emulator.post("/_emulator/tasks", {"seconds": 60})
    started = a.create_task()["SyncTaskId"]
    assert a.cr("GetRepoSyncTask", SyncTaskId=started)["TaskStatus"] == "PENDING"
    assert a.cr("CancelRepoSyncTask", SyncTaskId=started)["IsSuccess"]
    assert a.cr("GetRepoSyncTask", SyncTaskId=started)["TaskStatus"] == "CANCELED"
    assert a.cr("CancelRepoSyncTask", SyncTaskId=started)["Code"] == "SYNC_TASK_STATUS_NOT_SUPPORT"


def test_tasks_pass_through_every_status(emulator: Emulator, a: Client) -> None:
    # Half of it pending and half synchronizing: long enough to be seen in each.
    emulator.post("/_emulator/tasks", {"seconds": 0.4})
    started, seen = a.create_task()["SyncTaskId"], []
    while "SUCCESS" not in seen:
        status = a.cr("GetRepoSyncTask", SyncTaskId=started)["TaskStatus"]
        seen += [status] if status not in seen else []
    assert seen == ["PENDING", "SYNCHRONIZING", "SUCCESS"]


def test_tasks_fail_where_they_are_told_to(emulator: Emulator, a: Client) -> None:
    emulator.post(
        "/_emulator/tasks", {"seconds": 0, "fail": {"repository": "prod/web", "tag": "1.0", "issue": "NO_LUCK"}}
    )
    assert a.finished(a.create_task("1.0"))["TaskIssue"] == "NO_LUCK"
    assert a.finished(a.create_task("1.1"))["TaskStatus"] == "SUCCESS"


def test_same_account_sync_needs_no_grant(serve: Callable[..., Emulator], a: Client) -> None:
    emulator = serve(granted=False)
    state = emulator.state()
    other = {"id": "cri-otherother000001", "name": "other", "region": "cn-beijing", "edition": "Enterprise_Basic"}
    state["accounts"][0]["instances"].append({**other, **target()})
    emulator.reset(state)
    where = {"TargetInstanceId": other["id"], "TargetRegionId": "cn-beijing"}
    assert a.create_rule(TargetUserId=None, **where)["IsSuccess"]
    assert a.create_rule("own-uid", TargetUserId=ACCOUNT_A, **where)["IsSuccess"]
    assert {rule["CrossUser"] for rule in a.cr("ListRepoSyncRule")["SyncRules"]} == {False}


BACK = {
    "SyncRuleName": "back",
    "SyncScope": "NAMESPACE",
    "TagFilter": ".*",
    "NamespaceName": "prod",
    "TargetNamespaceName": "prod",
    "TargetRegionId": "cn-hangzhou",
    "TargetInstanceId": SOURCE,
    "TargetUserId": ACCOUNT_A,
}
BACK_GRANT = {
    "name": ROLE,
    "trust_policy": trust(Service=[f"{ACCOUNT_B}@cr.aliyuncs.com"]),
    "policies": [allow("cr:CreateSyncRule", "cr:CreateRepositorySync")],
}


@pytest.mark.parametrize("fires", [True, False])
def test_what_arrives_may_fire_the_destinations_own_rules(
    serve: Callable[..., Emulator], a: Client, b: Client, fires: bool
) -> None:
    """Send an image there and back again.

    The circle ends, since an image that exists already is not written.
    """
    ours = world(target={"edition": "Enterprise_Advanced"}, behaviour={"replication_fires_rules": fires})
    ours["accounts"][0]["roles"] = [BACK_GRANT]
    emulator = serve()
    emulator.reset(ours)
    emulator.post("/_emulator/tasks", {"seconds": 0.02})
    a.create_rule()
    b.cr("CreateRepoSyncRule", InstanceId=TARGET, **BACK)
    push(emulator, "2.0")
    a.tasks()
    expected = ["SUCCESS"] if fires else []

    def back() -> bool | None:
        found = b.cr("ListRepoSyncTask", InstanceId=TARGET)["SyncTasks"]
        return True if [task["TaskStatus"] for task in found] == expected else None

    eventually(back)
    assert len(a.tasks()) == 1


@pytest.mark.parametrize("answers", ["answer", "refuse"])
def test_calls_on_an_instance_that_does_not_run(
    serve: Callable[..., Emulator], a: Client, b: Client, answers: str
) -> None:
    serve(source={"status": "STOPPED"}, behaviour={"stopped_instance": answers})
    wanted = "success" if answers == "answer" else "INSTANCE_STATUS_NOT_SUPPORT"
    assert a.cr("GetInstance")["InstanceStatus"] == "STOPPED"
    assert a.cr("ListInstance")["Instances"][0]["InstanceStatus"] == "STOPPED"
    assert a.cr("ListNamespace")["Code"] == a.create_rule()["Code"] == wanted
    assert b.cr("ListNamespace", InstanceId=TARGET)["Code"] == "success"


@pytest.mark.parametrize(
    ("answers", "code", "status"),
    [("answer", "success", "SUCCESS"), ("refuse", "TARGET_INSTANCE_STATUS_NOT_SUPPORT", "ERROR")],
)
def test_a_target_that_does_not_run(
    serve: Callable[..., Emulator], a: Client, answers: str, code: str, status: str
) -> None:
    stopped = target() | {"status": "STOPPED"}
    emulator = serve(target=stopped)
    a.create_rule()
    emulator.post("/_emulator/behaviour", {"stopped_instance": answers})
    assert a.create_rule("second", TagFilter="^never")["Code"] == code
    push(emulator, "2.0")
    assert outcome(a) == (status, "" if status == "SUCCESS" else code)

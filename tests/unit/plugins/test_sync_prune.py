# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delete at the destination only what a rule carried and the source has deleted, and never what was pushed since."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import Guard
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import connect
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import connection
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning import deletion, whole
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.deletion import Deletion
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.extra import Extra
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Held

from .conftest import ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError

# Account B's instance, as a rule names its target.
WHERE: dict[str, Any] = {"target_region": "eu-central-1", "target_instance_id": TARGET, "target_account_id": ACCOUNT_B}
DIGEST = "sha256:" + "ab" * 32
OTHER = "sha256:" + "cd" * 32
# A signature's tag is made of its image's digest, here of DIGEST.
SIGNATURE = "sha256-" + "ab" * 32 + ".sig"
# Most tests delete more than the 10 % of a rule's images that are allowed by default.
WIDE: dict[str, Any] = {"max_share": 100}


@pytest.fixture
def ruled(granted: Account, account_a: Account) -> Account:  # granted comes first
    """Return account A with a rule for all of prod."""
    account_a.run("acr_sync_rule", instance_id=SOURCE, name="to-eu", namespace="prod", **WHERE)
    return account_a


def api(account: Account) -> Client:
    url = f"http://{account.cloud.endpoint}"
    known = {**account.keys, "region": account.region, "cr_endpoint": url, "sts_endpoint": url}
    return connect(connection({**known, "connect_timeout": 5, "read_timeout": 10}, {}), False)


def push(account: Account, instance_id: str, *tags: Any, repository: str = "web") -> None:
    """Push to an instance, and wait until its rules have carried that."""
    image = {"instance_id": instance_id, "namespace": "prod", "repository": repository, "tags": [*tags]}
    account.cloud.post("/_emulator/images", image)
    source = Account(account.cloud, {"access_key_id": "LTAIaaaa", "access_key_secret": "secretA"}, "cn-hangzhou")
    while any(
        task["status"] in ("pending", "synchronizing")
        for task in source.run("acr_sync_task_info", instance_id=SOURCE)["sync_tasks"]
    ):
        pass


def delete(account: Account, instance_id: str, *tags: str, repository: str = "web") -> None:
    client = api(account)
    named = {"InstanceId": instance_id, "RepoNamespaceName": "prod", "RepoName": repository}
    identity = client.call("cr", "GetRepository", named)["RepoId"]
    for tag in tags:
        client.call("cr", "DeleteRepoTag", {"InstanceId": instance_id, "RepoId": identity, "Tag": tag})


def sources(account_a: Account) -> list[dict[str, Any]]:
    url = f"http://{account_a.cloud.endpoint}"
    known = {"instance_id": SOURCE, "region": "cn-hangzhou", "cr_endpoint": url, "sts_endpoint": url}
    return [{"name": "prod-sh", **known, **account_a.keys}]


def prune(account_b: Account, account_a: Account, check: bool = False, **params: Any) -> dict[str, Any]:
    given = {"instance_id": TARGET, "sources": sources(account_a), **WIDE, **params}
    return account_b.run("acr_sync_prune", check, **given)


def held(cloud: Emulator, repository: str = "web") -> set[str]:
    """Return the tags of a repository at the destination."""
    (instance,) = cloud.state()["accounts"][1]["instances"]
    (prod,) = instance["namespaces"]
    images = {entry["name"]: entry.get("images", []) for entry in prod["repositories"]}
    return {image["tag"] for image in images.get(repository, [])}


def states(result: Mapping[str, Any]) -> dict[str, str]:
    return {image["tag"]: image["state"] for image in result["images"]}


def reasons(result: Mapping[str, Any]) -> dict[str, str]:
    return {image["tag"]: image["reason"] for image in result["images"] if image["state"] == "kept"}


def test_what_the_source_has_deleted_goes_and_the_rest_stays(cloud: Emulator, granted: Account, ruled: Account) -> None:
    push(ruled, SOURCE, "2.0", "2.1", "2.2")
    push(ruled, SOURCE, "x", repository="worker")
    assert prune(granted, ruled)["changed"] is False
    delete(ruled, SOURCE, "2.0", "2.1")
    planned = prune(granted, ruled, check=True)
    assert (planned["changed"], states(planned)) == (True, {"2.0": "to_delete", "2.1": "to_delete"})
    assert planned["counts"]["to_delete"] == {"images": 2, "bytes": sum(image["size"] for image in planned["images"])}
    assert planned["counts"]["to_delete"]["bytes"] > 0
    assert [line.split(" ")[0] for line in planned["diff"]["before"].splitlines()] == ["prod/web:2.0", "prod/web:2.1"]
    assert planned["diff"]["after"] == ""
    assert planned["going"][0] == f"{TARGET}/prod/web:2.0: to delete"
    assert held(cloud) == {"2.0", "2.1", "2.2"}
    result = prune(granted, ruled)
    assert (result["changed"], states(result)) == (True, {"2.0": "deleted", "2.1": "deleted"})
    assert result["source_instance_ids"] == [SOURCE]
    assert result["summary"][0].startswith("images that no source has: 2 deleted (")
    assert result["going"] == [f"{TARGET}/prod/web:2.0: deleted", f"{TARGET}/prod/web:2.1: deleted"]
    assert held(cloud) == {"2.2"}
    assert held(cloud, "worker") == {"x"}
    again = prune(granted, ruled)
    assert (again["changed"], again["images"]) == (False, [])
    assert all(
        call["account"] == ACCOUNT_B
        for call in cloud.calls("DeleteRepoTag")
        if call["parameters"]["InstanceId"] == TARGET
    )


def test_a_repository_that_the_source_has_deleted_goes_too(cloud: Emulator, granted: Account, ruled: Account) -> None:
    push(ruled, SOURCE, "1", "2", repository="old")
    ruled.run("acr_repository", instance_id=SOURCE, namespace="prod", name="old", state="absent", force=True)
    assert states(prune(granted, ruled)) == {"1": "deleted", "2": "deleted"}
    assert held(cloud, "old") == set()


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_was_pushed_by_hand_stays(when: str, cloud: Emulator, granted: Account, ruled: Account) -> None:
    """Push by hand, so that the record of a task tells of another image than the tag has."""
    if when == "before":
        # The tag exists when the rule's task arrives, and the task leaves it alone.
        cloud.post(
            "/_emulator/behaviour", {"rule_overwrites_existing_tag": False, "override_false_on_existing_tag": "skip"}
        )
        push(granted, TARGET, {"tag": "2.0", "digest": OTHER, "create_time": 1_600_000_000_000})
    push(ruled, SOURCE, "2.0")
    if when == "after":
        # In the year 2096, so certainly after the task.
        push(granted, TARGET, {"tag": "2.0", "digest": OTHER, "create_time": 4_000_000_000_000})
    push(granted, TARGET, "own")
    delete(ruled, SOURCE, "2.0")
    result = prune(granted, ruled)
    assert not result["changed"]
    assert reasons(result)["2.0"] == "written there at another time than by the task of a rule"
    assert reasons(result)["own"].startswith("no sync record says that a rule carried it, and the records begin on 20")
    assert {row["images"] for row in result["reasons"]} == {1}
    assert held(cloud) == {"2.0", "own"}


def test_what_a_task_of_its_own_sent_goes_only_if_asked(cloud: Emulator, granted: Account, ruled: Account) -> None:
    where: dict[str, Any] = {"instance_id": SOURCE, **WHERE}
    ruled.run("acr_image_sync", **where, images=[{"namespace": "prod", "repository": "web", "tag": "1.0"}])
    delete(ruled, SOURCE, "1.0")
    kept = prune(granted, ruled)
    assert reasons(kept) == {"1.0": "sent by a sync task without a rule"}
    assert kept["summary"][1] == (
        "1 kept: sent by a sync task without a rule, such as prod/web:1.0. To delete it, run it"
        " again with carried_by: task (-e prune_destination_carried_by=task)."
    )
    assert states(prune(granted, ruled, carried_by="task")) == {"1.0": "deleted"}


@pytest.mark.parametrize("takes", ["tag", "image"])
def test_an_image_that_another_tag_needs_stays(takes: str, cloud: Emulator, granted: Account, ruled: Account) -> None:
    """Keep what shares its manifest with a tag that stays.

    Whether the service deletes the tag alone or the manifest is not documented.
    """
    # Of the first two tags, which are one image, one stays. Of the next two, both go. 4 stays, and may be an index of
    # images for platforms; there is no 5 that could need 5-arm64.
    push(ruled, SOURCE, *({"tag": tag, "digest": DIGEST} for tag in ("2.0", "stable")))
    push(ruled, SOURCE, *({"tag": tag, "digest": OTHER} for tag in ("3.0", "latest")))
    push(ruled, SOURCE, "4", "4-arm64", "linux_amd64-4", "5-arm64")
    delete(ruled, SOURCE, "2.0", "3.0", "latest", "4-arm64", "linux_amd64-4", "5-arm64")
    cloud.post("/_emulator/behaviour", {"tag_deletion": takes})
    result = prune(granted, ruled)
    assert reasons(result) == {
        "2.0": "stable, which stays, is the same image",
        "4-arm64": "4, which stays, may be an index that needs it",
        "linux_amd64-4": "4, which stays, may be an index that needs it",
    }
    assert result["counts"]["deleted"]["images"] == 3
    assert held(cloud) == {"2.0", "stable", "4", "4-arm64", "linux_amd64-4"}


def test_a_signature_goes_with_its_image_and_never_without_it(
    cloud: Emulator, granted: Account, ruled: Account
) -> None:
    push(ruled, SOURCE, {"tag": "2.0", "digest": DIGEST}, {"tag": SIGNATURE, "digest": OTHER})
    delete(ruled, SOURCE, SIGNATURE)
    assert reasons(prune(granted, ruled)) == {SIGNATURE: "it goes with its image only"}
    delete(ruled, SOURCE, "2.0")
    assert states(prune(granted, ruled, select={"tags": ["2.0"]})) == {"2.0": "deleted", SIGNATURE: "deleted"}
    gone = [call["parameters"]["Tag"] for call in cloud.calls("DeleteRepoTag") if call["account"] == ACCOUNT_B]
    # The image goes first, so that it is never there without its signature.
    assert gone == ["2.0", SIGNATURE]


def test_a_signature_that_the_source_still_has_stays(cloud: Emulator, granted: Account, ruled: Account) -> None:
    push(ruled, SOURCE, {"tag": "2.0", "digest": DIGEST}, SIGNATURE)
    delete(ruled, SOURCE, "2.0")
    prune(granted, ruled)
    assert held(cloud) == {SIGNATURE}


def test_filters_say_what_is_looked_at_and_what_is_kept(cloud: Emulator, granted: Account, ruled: Account) -> None:
    push(ruled, SOURCE, "2.0", "2.1", "release-1")
    push(ruled, SOURCE, "x", repository="worker")
    delete(ruled, SOURCE, "2.0", "2.1", "release-1")
    delete(ruled, SOURCE, "x", repository="worker")
    assert prune(granted, ruled, select={"tags": ["nothing"]})["images"] == []
    result = prune(
        granted, ruled, select={"namespaces": ["prod"]}, keep={"tag_filter": "^release-", "repositories": ["worker"]}
    )
    assert reasons(result) == {"release-1": "keep names it", "x": "keep names it"}
    assert held(cloud) == {"release-1"}
    for option in ("select", "keep"):
        empty: dict[str, Any] = {option: {"tags": []}}
        with pytest.raises(ModuleFailedError, match=f"{option}.tags is an empty list"):
            prune(granted, ruled, **empty)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (
            {"select": {"rules": ["to-ue"]}},
            f"There is no sync rule to-ue that ends at {TARGET}. Correct select.rules (prune_destination_select in the"
            " role). The only one is to-eu.",
        ),
        (
            {"select": {"namespaces": ["prdo"]}},
            f"{TARGET} has no repository in namespace prdo. Correct select.namespaces (prune_destination_select in the"
            " role). The only one is prod.",
        ),
        (
            {"select": {"repositories": ["wbe"]}},
            f"{TARGET} has no repository wbe in prod. Correct select.repositories (prune_destination_select in the"
            " role), such as to web.",
        ),
        # What was to be kept would be deleted.
        (
            {"keep": {"namespaces": ["prdo"]}},
            f"{TARGET} has no repository in namespace prdo. Correct keep.namespaces (prune_destination_keep in the"
            " role). The only one is prod.",
        ),
        (
            {"keep": {"repositories": ["wbe"]}},
            f"{TARGET} has no repository wbe in prod. Correct keep.repositories (prune_destination_keep in the role),"
            " such as to web.",
        ),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_a_name_that_is_nowhere_is_refused_before_anything_goes(
    cloud: Emulator, granted: Account, ruled: Account, check: bool, named: dict[str, Any], said: str
) -> None:
    push(ruled, SOURCE, "2.0")
    delete(ruled, SOURCE, "2.0")
    with pytest.raises(ModuleFailedError) as failed:
        prune(granted, ruled, check, **named)
    assert failed.value.result["msg"] == said
    assert held(cloud) == {"2.0"}


def test_immutable_tags_are_named_and_stay(cloud: Emulator, granted: Account, ruled: Account) -> None:
    granted.run("acr_repository", instance_id=TARGET, namespace="prod", name="web", tag_immutability=True)
    push(ruled, SOURCE, "2.0")
    delete(ruled, SOURCE, "2.0")
    assert reasons(prune(granted, ruled)) == {"2.0": "in a repository whose tags are immutable"}
    assert states(prune(granted, ruled, immutable=True)) == {"2.0": "deleted"}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("caps", "words"),
    [
        # Two of four images are to go: one more than allowed, and one per cent more than allowed.
        ({"max_deletions": 1}, "2 images would go, more than max_deletions (1)"),
        ({"max_share": 49}, "2 of the 4 images of sync rule to-eu would go, more than max_share (49 %)"),
    ],
)
def test_over_a_cap_nothing_is_deleted(
    caps: dict[str, int], words: str, check: bool, cloud: Emulator, granted: Account, ruled: Account
) -> None:
    push(ruled, SOURCE, "2.0", "2.1", "2.2", "2.3")
    delete(ruled, SOURCE, "2.0", "2.1")
    with pytest.raises(ModuleFailedError) as failed:
        prune(granted, ruled, check, **caps)
    assert words in str(failed.value)
    assert "nothing was deleted" in str(failed.value)
    assert failed.value.result["changed"] is False
    assert states(failed.value.result) == {"2.0": "to_delete", "2.1": "to_delete"}
    assert held(cloud) == {"2.0", "2.1", "2.2", "2.3"}
    assert states(prune(granted, ruled, max_deletions=2, max_share=50)) == {"2.0": "deleted", "2.1": "deleted"}


@pytest.mark.parametrize(
    "fault",
    [
        {"match": {"action": "ListRepository", "account": "1252879610640001"}, "fault": "error_500", "times": 99},
        {"match": {"action": "ListRepoTag", "account": "1252879610640001"}, "fault": "error_500", "times": 99},
        {"match": {"action": "ListRepoSyncTask"}, "fault": "wrong_shape", "times": 99},
    ],
)
def test_a_source_that_cannot_be_listed_whole_is_refused(
    fault: dict[str, Any], cloud: Emulator, granted: Account, ruled: Account
) -> None:
    push(ruled, SOURCE, "2.0")
    delete(ruled, SOURCE, "2.0")
    cloud.post("/_emulator/faults", fault)
    with pytest.raises(ModuleFailedError) as failed:
        prune(granted, ruled)
    assert not failed.value.result.get("changed")
    assert held(cloud) == {"2.0"}


def test_a_list_that_is_shorter_than_its_total_is_refused(
    granted: Account, ruled: Account, cloud: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(ruled, SOURCE, "2.0")
    delete(ruled, SOURCE, "2.0")
    # Any number above that of the listed tags.
    monkeypatch.setattr(whole, "count_images", lambda *_named: 10**6)
    with pytest.raises(ModuleFailedError, match="the service says that there are more than it lists"):
        prune(granted, ruled)
    assert held(cloud) == {"2.0"}


def beside(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], None]) -> None:
    """Do something after everything was planned, and before anything is looked at again."""
    image = deletion.Deletion._image

    def late(self: deletion.Deletion, extras: Any) -> None:
        deed()
        image(self, extras)

    monkeypatch.setattr(deletion.Deletion, "_image", late)


@pytest.mark.parametrize(
    ("where", "pushed", "reason"),
    [
        # The source has the tag again, the destination has another image, and another tag needs the image.
        (SOURCE, {"tag": "2.0", "digest": OTHER}, f"2.0 is in prod/web of {SOURCE} again"),
        (TARGET, {"tag": "2.0", "digest": OTHER}, "2.0 was pushed there meanwhile"),
        (TARGET, {"tag": "wanted", "digest": DIGEST}, "wanted is the same image now"),
    ],
)
def test_a_push_in_between_is_never_lost(  # who pushes what, and what is said of it
    where: str,
    pushed: dict[str, Any],
    reason: str,
    cloud: Emulator,
    granted: Account,
    ruled: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    push(ruled, SOURCE, {"tag": "2.0", "digest": DIGEST})
    delete(ruled, SOURCE, "2.0")
    cloud.post("/_emulator/tasks", {"seconds": 0})
    beside(monkeypatch, lambda: push(ruled, where, pushed))
    result = prune(granted, ruled)
    assert (result["changed"], reasons(result)) == (False, {"2.0": reason})
    assert "2.0" in held(cloud)


def test_what_somebody_else_deletes_in_between_is_told(
    cloud: Emulator, granted: Account, ruled: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(ruled, SOURCE, "2.0")
    delete(ruled, SOURCE, "2.0")
    beside(monkeypatch, lambda: delete(granted, TARGET, "2.0"))
    result = prune(granted, ruled)
    assert (result["changed"], states(result)) == (False, {"2.0": "gone"})


def test_a_lost_answer_is_looked_after(cloud: Emulator, granted: Account, ruled: Account) -> None:
    push(ruled, SOURCE, "2.0")
    delete(ruled, SOURCE, "2.0")
    cloud.post("/_emulator/faults", {"match": {"action": "DeleteRepoTag"}, "fault": "reset_after"})
    assert states(prune(granted, ruled)) == {"2.0": "deleted"}


def test_a_failure_says_what_is_deleted_and_what_is_left(cloud: Emulator, granted: Account, ruled: Account) -> None:
    push(ruled, SOURCE, "2.0", "2.1")
    delete(ruled, SOURCE, "2.0", "2.1")
    cloud.post("/_emulator/faults", {"match": {"action": "DeleteRepoTag", "nth": 2}, "fault": "error_500", "times": 99})
    with pytest.raises(ModuleFailedError) as failed:
        prune(granted, ruled)
    assert "1 images were deleted and 1 are left; run it again to go on." in str(failed.value)
    assert failed.value.result["changed"] is True
    assert sorted(states(failed.value.result).values()) == ["deleted", "left"]
    cloud.delete("/_emulator/faults")
    assert sorted(states(prune(granted, ruled)).values()) == ["deleted"]


def test_a_deletion_of_which_nobody_can_tell_counts_as_a_change(
    cloud: Emulator, granted: Account, ruled: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(ruled, SOURCE, "2.0", "2.1")
    delete(ruled, SOURCE, "2.0", "2.1")
    cloud.post("/_emulator/faults", {"match": {"action": "DeleteRepoTag"}, "fault": "reset_after", "times": 99})
    cloud.delete("/_emulator/calls")
    ordinary = Deletion._held

    def held(deletion: Deletion, extra: Extra) -> Mapping[str, Held]:
        if cloud.calls("DeleteRepoTag"):
            raise AcrError("the service is away")
        return ordinary(deletion, extra)

    monkeypatch.setattr(Deletion, "_held", held)
    with pytest.raises(ModuleFailedError) as failed:
        prune(granted, ruled)
    assert "0 images were deleted, 1 may have been and 1 are left; run it again to go on." in str(failed.value)
    assert failed.value.result["changed"] is True


def listed(account: Account, file: Path, **params: Any) -> dict[str, Any]:
    return account.run("acr_gone_image_info", instance_id=SOURCE, list_file=str(file), **params)


def test_two_teams_pass_a_list(cloud: Emulator, granted: Account, ruled: Account, tmp_path: Path) -> None:
    file = tmp_path / "lists" / "prod-sh.json"
    push(ruled, SOURCE, "2.0", "2.1")
    delete(ruled, SOURCE, "2.0")
    assert ruled.run("acr_gone_image_info", True, instance_id=SOURCE, list_file=str(file))["list_file"] is None
    told = listed(ruled, file, target_instance_ids=[TARGET])
    assert (told["changed"], told["count"], told["rules"], told["list_file"]) == (False, 1, ["to-eu"], str(file))
    (image,) = told["gone_images"]
    assert (image["source"], image["target"]) == ("prod/web:2.0", f"{TARGET}/prod/web:2.0")
    assert (image["by_rule"], image["under_way"]) == (True, False)
    assert "secret" not in file.read_text()
    cloud.delete("/_emulator/calls")
    result = prune(granted, ruled, sources=[], lists=[str(file)])
    assert states(result) == {"2.0": "deleted"}
    assert {call["account"] for call in cloud.calls()} == {ACCOUNT_B}
    assert prune(granted, ruled, sources=[], lists=[str(file)])["changed"] is False


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("nothing", "is not a whole list of acr_gone_image_info"),
        ("{}", "is not a whole list of acr_gone_image_info"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused(
    content: str | None, words: str, granted: Account, ruled: Account, tmp_path: Path
) -> None:
    file = tmp_path / "list.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ModuleFailedError, match=words):
        prune(granted, ruled, sources=[], lists=[str(file)])


# A list may be a day old. One of the future shows that a clock is wrong, and nothing else can be said of its age.
@pytest.mark.parametrize(("hours", "words"), [(25, "more than list_max_age"), (-1, "is of the future")])
def test_an_old_list_is_refused(hours: int, words: str, granted: Account, ruled: Account, tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    listed(ruled, file)
    told = json.loads(file.read_text())
    file.write_text(json.dumps({**told, "listed": told["listed"] - hours * 3_600_000}))
    with pytest.raises(ModuleFailedError, match=words):
        prune(granted, ruled, sources=[], lists=[str(file)])


def test_nobody_to_ask_is_an_error(granted: Account, ruled: Account) -> None:
    with pytest.raises(ModuleFailedError, match="No source can be looked into, and there is no list of one"):
        prune(granted, ruled, sources=[])


def test_an_image_on_its_way_stays(cloud: Emulator, granted: Account, ruled: Account) -> None:
    push(ruled, SOURCE, "2.0")
    cloud.post("/_emulator/tasks", {"seconds": 30})
    image = {"instance_id": SOURCE, "namespace": "prod", "repository": "web", "tags": ["2.0"]}
    cloud.post("/_emulator/images", image)
    delete(ruled, SOURCE, "2.0")
    assert reasons(prune(granted, ruled)) == {"2.0": "a sync task is writing it"}


def test_another_source_that_has_it_keeps_it(cloud: Emulator, granted: Account, ruled: Account) -> None:
    """Let two rules bring images of two namespaces to one place."""
    ruled.run("acr_namespace", instance_id=SOURCE, name="more", auto_create_repositories=True)
    second = {"name": "more-to-eu", "namespace": "more", "target_namespace": "prod", **WHERE}
    ruled.run("acr_sync_rule", instance_id=SOURCE, **second)
    push(ruled, SOURCE, "2.0")
    cloud.post("/_emulator/images", {"instance_id": SOURCE, "namespace": "more", "repository": "web", "tags": ["2.0"]})
    delete(ruled, SOURCE, "2.0")
    assert prune(granted, ruled)["images"] == []


def test_a_killed_run_ends_between_two_images(
    cloud: Emulator, granted: Account, ruled: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Expect an image and its signature to go together.

    A further run takes up the rest.
    """
    push(ruled, SOURCE, {"tag": "2.0", "digest": DIGEST}, {"tag": SIGNATURE, "digest": OTHER}, "2.1")
    delete(ruled, SOURCE, "2.0", SIGNATURE, "2.1")
    killed: list[bool] = []
    known = Guard.__init__

    def guarded(guard: Guard, *_given: Any) -> None:
        known(guard, lambda: bool(killed))

    monkeypatch.setattr(Guard, "__init__", guarded)
    call = Client.call

    def calling(client: Client, product: str, action: str, parameters: Any = None) -> dict[str, Any]:
        answer = call(client, product, action, parameters)
        if action == "DeleteRepoTag":
            # The run counts as killed from its first deletion on, which is between an image and its signature.
            killed.append(True)
        return answer

    monkeypatch.setattr(Client, "call", calling)
    with pytest.raises(ModuleFailedError, match="2 images were deleted and 1 are left; run it again to go on"):
        prune(granted, ruled)
    assert held(cloud) == {"2.1"}
    killed.clear()
    assert states(prune(granted, ruled)) == {"2.1": "deleted"}

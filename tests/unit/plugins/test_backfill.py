# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send existing images: select, list once, and split over jobs."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from .conftest import ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError

TO_B: dict[str, Any] = {
    "instance_id": SOURCE,
    "target_account_id": ACCOUNT_B,
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
}
FROM_RULE: dict[str, Any] = {"instance_id": SOURCE, "from_rule": "to-eu", "target_account_id": ACCOUNT_B}
pytestmark = pytest.mark.usefixtures("granted")


@pytest.fixture
def rule(granted: Account, account_a: Account) -> dict[str, Any]:  # granted comes first
    """Make a rule for prod's tags that begin with 1, all of which were pushed before."""
    made = account_a.run("acr_sync_rule", name="to-eu", namespace="prod", tag_filter="^1", **TO_B)
    return dict(made["sync_rule"])


def sources(result: dict[str, Any]) -> list[str]:
    return [image["source"] for image in result["images"]]


def planned(account: Account, **params: Any) -> list[str]:
    result = account.run("acr_image_sync", check=True, **{**TO_B, **params})
    assert {image["action"] for image in result["images"]} <= {"to_send"}
    return sources(result)


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        ({"namespaces": ["prod"]}, ["prod/web:1.0", "prod/web:1.1", "prod/worker:2.0"]),
        ({"namespace_filter": "^p", "repository_filter": "^we"}, ["prod/web:1.0", "prod/web:1.1"]),
        ({"repositories": ["web", "worker"], "tag_filter": "0$"}, ["prod/web:1.0", "prod/worker:2.0"]),
        ({"tags": ["1.1", "2.0"]}, ["prod/web:1.1", "prod/worker:2.0"]),
        ({"repositories": ["web", "api"], "namespaces": ["prod", "team-a"], "tags": ["1.1"]}, ["prod/web:1.1"]),
        ({"since": "2099-01-01"}, []),
        ({"namespaces": ["prod"], "newest": 0}, []),
        ({"namespaces": ["prod"], "versions": ">=1.1"}, ["prod/web:1.1", "prod/worker:2.0"]),
    ],
)
def test_images_are_selected(select: dict[str, Any], expected: list[str], account_a: Account) -> None:
    assert sorted(planned(account_a, select=select)) == expected


@pytest.mark.parametrize("name", ["namespaces", "repositories", "tags"])
def test_an_empty_list_is_refused(name: str, cloud: Emulator, account_a: Account) -> None:
    cloud.delete("/_emulator/calls")
    with pytest.raises(ModuleFailedError) as failed:
        planned(account_a, select={"namespaces": ["prod"], name: []})
    assert str(failed.value).startswith(f"select.{name} is an empty list. Leave {name} out to select all of them.")
    assert cloud.calls() == []


def test_a_namespace_that_is_not_there_is_no_empty_selection(account_a: Account) -> None:
    with pytest.raises(ModuleFailedError, match=r"Correct the name.*NAMESPACE_NOT_EXIST"):
        planned(account_a, select={"namespaces": ["prod", "nothing"]})


def test_the_newest_are_those_pushed_last(cloud: Emulator, account_a: Account) -> None:
    for tag in ("0.8", "0.9"):
        push = {"instance_id": SOURCE, "namespace": "prod", "repository": "web", "tags": [tag]}
        cloud.post("/_emulator/images", push)
    selected = {"repositories": ["web"], "newest": 2}
    assert sorted(planned(account_a, select=selected)) == ["prod/web:0.8", "prod/web:0.9"]


def test_everything_is_listed_once(cloud: Emulator, account_a: Account) -> None:
    cloud.delete("/_emulator/calls")
    assert len(planned(account_a, select={})) == 123
    # 120 tags of team-a are two pages of a hundred, and the two repositories of prod have one page each.
    assert {name: len(cloud.calls(name)) for name in ("ListRepository", "ListRepoTag", "ListRepoSyncTask")} == {
        "ListRepository": 1,
        "ListRepoTag": 4,
        "ListRepoSyncTask": 1,
    }
    assert cloud.calls("GetRepository") == []


@pytest.mark.usefixtures("rule")
def test_a_rule_says_what_to_send_and_where(account_a: Account, account_b: Account) -> None:
    sent = account_a.run("acr_image_sync", instance_id=SOURCE, from_rule="to-eu", target_account_id=ACCOUNT_B)
    assert sent["counts"]["sent"] == 2
    assert sent["bytes"] == sum(image["size"] for image in sent["images"]) > 0
    there = account_b.run("acr_image_info", instance_id=TARGET, namespace="prod")["images"]
    assert sorted(f"{image['repository']}:{image['tag']}" for image in there) == ["web:1.0", "web:1.1"]

    again = account_a.run("acr_image_sync", instance_id=SOURCE, from_rule="to-eu", target_account_id=ACCOUNT_B)
    assert (again["changed"], again["counts"]["unchanged"], again["bytes"]) == (False, 2, 0)


@pytest.mark.usefixtures("rule")
def test_a_selection_narrows_a_rule_and_never_widens_it(account_a: Account) -> None:
    said = {"instance_id": SOURCE, "from_rule": "to-eu", "target_account_id": ACCOUNT_B}

    def of_rule(**select: Any) -> list[str]:
        return sources(account_a.run("acr_image_sync", check=True, select=select, **said))

    assert of_rule(tag_filter="1$") == ["prod/web:1.1"]
    assert of_rule(repositories=["worker"]) == of_rule(namespaces=["team-a"]) == []


@pytest.mark.usefixtures("rule")
def test_a_name_that_a_rule_does_not_reach_is_a_warning(account_a: Account) -> None:
    select = {"repositories": ["web", "api"], "tags": ["1.0", "9.9"]}
    result = account_a.run("acr_image_sync", check=True, select=select, **FROM_RULE)
    assert sources(result) == ["prod/web:1.0"]
    told = str(result["warnings"])  # ansible-core wraps each in one of its own types, from 2.19 on
    assert f"Sync rule to-eu: {SOURCE} has no repository api in prod." in told
    assert f"Sync rule to-eu: No selected repository of {SOURCE} has the tag 9.9." in told


@pytest.mark.usefixtures("rule")
def test_what_a_rule_cannot_tell_must_be_said(account_a: Account) -> None:
    with pytest.raises(ModuleFailedError, match=r"Sync rule to-eu ends in another account.*Say target_account_id"):
        account_a.run("acr_image_sync", instance_id=SOURCE, from_rule="to-eu")
    with pytest.raises(ModuleFailedError, match=r"has no outbound sync rule 'to-us'\. Correct from_rule"):
        account_a.run("acr_image_sync", instance_id=SOURCE, from_rule="to-us")


def test_shards_send_all_together_and_nothing_twice(cloud: Emulator, account_a: Account, account_b: Account) -> None:
    account_b.run("acr_namespace", instance_id=TARGET, name="team-a", auto_create_repositories=True)
    shares = [
        account_a.run("acr_image_sync", **TO_B, select={}, shard_index=index, shard_count=4)["images"]
        for index in range(4)
    ]
    sent = [image["source"] for image in chain.from_iterable(shares)]
    assert len(sent) == len(set(sent)) == len(cloud.calls("CreateRepoSyncTask")) == 123
    # About 31 each. Names are spread by a checksum, which is not quite even.
    assert all(20 <= len(share) <= 42 for share in shares)
    with pytest.raises(ModuleFailedError, match="shard_index 4 is not one of shard_count 4"):
        account_a.run("acr_image_sync", **TO_B, select={}, shard_index=4, shard_count=4)


def test_an_interrupted_backfill_is_taken_up(cloud: Emulator, account_a: Account) -> None:
    """Send what a killed run had not begun, and follow the rest."""
    cloud.post("/_emulator/tasks", {"seconds": 0.3})
    account_a.run("acr_image_sync", **TO_B, select={"repositories": ["web"]}, wait=False)
    rest = account_a.run("acr_image_sync", **TO_B, select={"namespaces": ["prod"]}, wait_timeout=3000)
    assert (rest["counts"]["sent"], rest["counts"]["joined"]) == (1, 2)
    assert len(cloud.calls("CreateRepoSyncTask")) == 3


def test_many_repositories_are_polled_by_one_listing(cloud: Emulator, account_a: Account) -> None:
    for number in range(12):
        push = {"instance_id": SOURCE, "namespace": "prod", "repository": f"svc-{number}", "tags": ["1.0"]}
        cloud.post("/_emulator/images", push)
    cloud.post("/_emulator/tasks", {"seconds": 0.2})
    account_a.run("acr_image_sync", **TO_B, select={"repository_filter": "^svc-"}, wait_timeout=3000)
    _plan, first_poll, *_later = cloud.calls("ListRepoSyncTask")
    # One listing of the whole instance, not one of each of the twelve repositories.
    assert "RepoName" not in first_poll["parameters"]


@pytest.mark.parametrize(
    ("select", "says"),
    [
        (
            {"namespaces": ["prod"], "repositories": ["wbe", "web"]},
            rf"^{SOURCE} has no repository wbe in prod\. Correct select\.repositories, such as to web\.$",
        ),
        (
            {"repositories": ["prod/web"]},
            r"no repository prod/web in prod and team-a\. A repository is named without its namespace:"
            r" say namespaces: \[prod\] and repositories: \[web\]\.$",
        ),
        ({"tags": ["1.0", "none", "9.9.9"]}, r"has the tag none and 9\.9\.9\. Correct select\.tags"),
        (
            {"namespaces": ["prod", "prdo"]},
            r"^Cannot list the repositories of namespace prdo on cri-.*NAMESPACE_NOT_EX",
        ),
        ({"namespaces": ["prdo", "prod", "no"]}, r"^Cannot list the repositories of namespaces prdo and no on cri-"),
    ],
)
def test_a_name_that_is_nowhere_is_said(select: dict[str, Any], says: str, account_a: Account) -> None:
    with pytest.raises(ModuleFailedError, match=says):
        account_a.run("acr_image_sync", check=True, **TO_B, select=select)


def test_a_selection_that_fits_nothing_is_warned_of(account_a: Account) -> None:
    for select in ({"tag_filter": "^zzz"}, {"namespace_filter": "^zzz"}, {"versions": ">=999"}):
        result = account_a.run("acr_image_sync", check=True, **TO_B, select=select)
        assert f"No image of {SOURCE} is selected." in str(result["warnings"])


def push(cloud: Emulator, repository: str, *tags: str | dict[str, str]) -> None:
    namespace, _slash, name = repository.partition("/")
    body = {"instance_id": SOURCE, "namespace": namespace, "repository": name, "tags": list(tags)}
    cloud.post("/_emulator/images", body)


@pytest.mark.parametrize("where", [{"select": {"tags": [1.1]}}, {"namespace": "prod", "repository": "api", "tag": 1.1}])
def test_a_number_that_yaml_made_of_a_tag_is_pointed_out(
    where: dict[str, Any], cloud: Emulator, account_a: Account
) -> None:
    state = cloud.state()
    state["accounts"][0]["instances"][0]["namespaces"] = [{"name": "prod", "repositories": [{"name": "api"}]}]
    cloud.reset(state)
    push(cloud, "prod/api", "1.10")
    with pytest.raises(
        ModuleFailedError, match=r"tag 1\.1\. YAML reads .*: 1\.10 is read as 1\.1\. Write the tag in q"
    ):
        account_a.run("acr_image_sync", check=True, **TO_B, **where)


def test_two_images_with_one_target_are_refused(cloud: Emulator, account_a: Account) -> None:
    account_a.run("acr_repository", instance_id=SOURCE, namespace="team-a", name="web", summary="web")
    push(cloud, "team-a/web", "1.0")
    cloud.delete("/_emulator/calls")
    both = {"select": {"repositories": ["web"], "tags": ["1.0"]}, "target_namespace": "mirror"}
    says = rf"^prod/web:1\.0 and team-a/web:1\.0 would both go to {TARGET}/mirror/web:1\.0\. Nothing was sent"
    image = {"namespace": "prod", "repository": "web", "tag": "1.0"}
    listed = {"images": [image, {**image, "namespace": "team-a"}], "target_namespace": "mirror"}
    for given in (both, {**both, "shard_index": 0, "shard_count": 2}, listed):
        for check in (True, False):
            with pytest.raises(ModuleFailedError, match=says):
                account_a.run("acr_image_sync", check=check, **TO_B, **given)
    many = {"select": {"namespaces": ["team-a"]}, "target_tag": "stable"}
    with pytest.raises(
        ModuleFailedError, match=r"^team-a/api:v120, .* and 115 more would all go to .*/team-a/api:stable"
    ):
        account_a.run("acr_image_sync", check=True, **TO_B, **many)
    assert cloud.calls("CreateRepoSyncTask") == []


SIGNED, OTHER, SBOM = "2" * 64, "1" * 64, "3" * 64
ATTACHED = [
    *(f"prod/app:sha256-{SIGNED}{end}" for end in ("", ".att", ".sbom", ".sig", ".vuln.json")),
    f"prod/app:sha256-{SBOM}.sig",  # the SBOM's own
]


@pytest.fixture
def signed(cloud: Emulator, granted: Account) -> None:  # granted comes first
    """Make an old image, a new signed one, and a lone signature."""
    push(cloud, "prod/app", "v1")
    push(cloud, "prod/app", f"sha256-{OTHER}.sig", {"tag": "v2", "digest": f"sha256:{SIGNED}"})
    push(cloud, "prod/app", *(name.partition(":")[2] for name in ATTACHED))
    push(cloud, "prod/app", {"tag": f"sha256-{SIGNED}.sbom", "digest": f"sha256:{SBOM}"})


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize(
    ("select", "attached", "expected"),
    [
        ({"newest": 1}, True, ["prod/app:v2", *ATTACHED]),
        ({"newest": 2}, True, ["prod/app:v1", "prod/app:v2", *ATTACHED]),
        ({"tag_filter": "^v2"}, True, ["prod/app:v2", *ATTACHED]),
        ({"tags": ["v1"]}, True, ["prod/app:v1"]),
        ({"versions": ">=2"}, True, ["prod/app:v2", *ATTACHED]),
        ({"newest": 1}, False, ["prod/app:v2"]),
        ({}, False, ["prod/app:v1", "prod/app:v2"]),
        ({}, True, ["prod/app:v1", "prod/app:v2", *ATTACHED, f"prod/app:sha256-{OTHER}.sig"]),
        ({"tags": [f"sha256-{OTHER}.sig"]}, False, [f"prod/app:sha256-{OTHER}.sig"]),
    ],
)
def test_signatures_travel_with_their_image(
    select: dict[str, Any], attached: bool, expected: list[str], account_a: Account
) -> None:
    select = {"repositories": ["app"], **select}
    result = account_a.run("acr_image_sync", check=True, **TO_B, select=select, attached=attached)
    assert sorted(sources(result)) == sorted(expected)
    along = {image["source"]: image["attached_to"] for image in result["images"] if "attached_to" in image}
    assert along == {name: "prod/app:v2" for name in ATTACHED if attached and "prod/app:v2" in expected}
    assert result["counts"]["to_send"] == len(expected)


@pytest.mark.usefixtures("signed")
def test_signatures_travel_with_a_listed_image_under_their_own_tag(account_a: Account, account_b: Account) -> None:
    image = {"namespace": "prod", "repository": "app", "tag": "v2", "target_repository": "shop", "target_tag": "stable"}
    sent = account_a.run("acr_image_sync", **TO_B, images=[image])
    assert sources(sent)[0] == "prod/app:v2"
    assert sorted(sources(sent)[1:]) == ATTACHED
    assert f"sha256-{SIGNED}.sig: sent" in sent["diff"]["after"]
    assert "attached to prod/app:v2" in sent["diff"]["after"]
    there = account_b.run("acr_image_info", instance_id=TARGET, namespace="prod", repository="shop")["images"]
    assert sorted(found["tag"] for found in there) == sorted(["stable", *(name.partition(":")[2] for name in ATTACHED)])
    again = account_a.run("acr_image_sync", **TO_B, images=[image])
    assert (again["changed"], again["counts"]["unchanged"]) == (False, 1 + len(ATTACHED))


@pytest.mark.usefixtures("signed")
def test_the_shares_keep_signatures_with_their_image(account_a: Account) -> None:
    newest = {"repositories": ["app"], "newest": 1}
    shares = [planned(account_a, select=newest, shard_index=index, shard_count=3) for index in range(3)]
    assert sorted(map(sorted, shares)) == [[], [], [*ATTACHED, "prod/app:v2"]]


def test_a_filter_that_selects_everything_is_warned_of(account_a: Account) -> None:
    result = account_a.run("acr_image_sync", check=True, **TO_B, select={"namespaces": ["prod"], "tag_filter": "v*"})
    assert "tag_filter 'v*' matches the empty text" in str(result["warnings"])
    anchored = account_a.run("acr_image_sync", check=True, **TO_B, select={"namespaces": ["prod"], "tag_filter": "^1"})
    assert "warnings" not in anchored

"""Test instances, namespaces, repositories and tags.

Answers have exact JSON types, pages and refusals.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from .kit import SOURCE, TARGET, Client, ClientException

NAMES = {"RepoNamespaceName": "prod", "RepoName": "web"}


def test_instances(a: Client) -> None:
    got = a.cr("GetInstance")
    assert "RegionId" not in got
    assert isinstance(got["CreateTime"], int)
    listed = a.cr("ListInstance")
    assert listed["TotalCount"] == 1
    assert isinstance(listed["Instances"][0]["CreateTime"], str)
    assert listed["Instances"][0]["RegionId"] == "cn-hangzhou"
    assert a.cr("ListInstance", RegionId="eu-central-1")["Instances"] == []
    assert a.cr("ListInstance", InstanceStatus="STOPPED")["Instances"] == []
    usage = a.cr("GetInstanceUsage")
    assert (usage["NamespaceUsage"], usage["RepoUsage"], usage["RepoQuota"]) == ("2", "2", "1000")
    assert a.cr("GetInstanceCount")["Count"] == 1
    assert {"RegionId": "eu-central-1", "LocalName": "eu-central-1"} in a.cr("ListInstanceRegion")["Regions"]


def test_endpoints_and_tokens(a: Client) -> None:
    endpoint = a.cr("ListInstanceEndpoint")["Endpoints"][0]
    assert endpoint["Domains"] == [{"Domain": "source-registry.cn-hangzhou.cr.aliyuncs.com", "Type": "SYSTEM"}]
    assert a.cr("GetInstanceEndpoint", EndpointType="internet")["Domains"] == endpoint["Domains"]
    assert a.cr("GetInstanceVpcEndpoint")["LinkedVpcs"] == []
    token = a.cr("GetAuthorizationToken", ExpiresInHours=2)
    assert token["TempUsername"] == "cr_temp_user"
    assert isinstance(token["ExpireTime"], int)
    with pytest.raises(ClientException, match="ExpiresInHours"):
        a.cr("GetAuthorizationToken", ExpiresInHours=25)


@pytest.mark.parametrize("identifier", ["cri-nobody", TARGET])
def test_instances_of_nobody_and_of_others_do_not_exist(a: Client, identifier: str) -> None:
    answer = a.cr("GetInstance", InstanceId=identifier)
    assert (answer["Code"], answer["IsSuccess"]) == ("INSTANCE_NOT_EXIST", False)


def test_the_life_of_a_namespace(a: Client) -> None:
    configuration = {
        "RepoType": "PUBLIC",
        "TagImmutability": True,
        "ArtifactBuildRuleParameters": {"ImageIndexOnly": True},
    }
    made = a.cr("CreateNamespace", NamespaceName="new", AutoCreateRepo=True, DefaultRepoConfiguration=configuration)
    assert set(made) == {"RequestId", "Code", "IsSuccess"}
    got = a.cr("GetNamespace", NamespaceName="new")
    assert got["DefaultRepoConfiguration"] == configuration
    assert (got["AutoCreateRepo"], got["DefaultRepoType"], got["NamespaceStatus"]) == (True, "PUBLIC", "NORMAL")
    assert a.cr("GetNamespace", NamespaceId=got["NamespaceId"])["NamespaceName"] == "new"
    assert a.cr("CreateNamespace", NamespaceName="new")["Code"] == "NAMESPACE_ALREADY_EXIST"
    a.cr("UpdateNamespace", NamespaceName="new", AutoCreateRepo="false", DefaultRepoType="PRIVATE")
    changed = a.cr("GetNamespace", NamespaceName="new")
    assert (changed["AutoCreateRepo"], changed["DefaultRepoType"]) == (False, "PRIVATE")
    assert changed["DefaultRepoConfiguration"]["TagImmutability"] is True
    assert a.cr("DeleteNamespace", NamespaceName="new")["IsSuccess"]
    assert a.cr("GetNamespace", NamespaceName="new")["Code"] == "NAMESPACE_NOT_EXIST"
    assert a.cr("DeleteNamespace", NamespaceName="new")["Code"] == "NAMESPACE_NOT_EXIST"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "MissingParameter"),
        ({"NamespaceName": ""}, "InvalidParameter"),
        ({"NamespaceName": "x"}, "InvalidParameter"),
        ({"NamespaceName": "-ab"}, "InvalidParameter"),
        ({"NamespaceName": "Abc"}, "InvalidParameter"),
        ({"NamespaceName": "ab", "AutoCreateRepo": "yes"}, "InvalidParameter"),
        ({"NamespaceName": "ab", "DefaultRepoType": "OPEN"}, "InvalidParameter"),
        ({"NamespaceName": "ab", "DefaultRepoConfiguration": "{"}, "InvalidParameter"),
        ({"NamespaceName": "ab", "DefaultRepoConfiguration": "[]"}, "InvalidParameter"),
        ({"NamespaceName": "ab", "DefaultRepoConfiguration": {"TagImmutability": "no"}}, "InvalidParameter"),
    ],
)
def test_namespaces_that_cannot_be(a: Client, parameters: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientException) as caught:
        a.cr("CreateNamespace", **parameters)
    assert (caught.value.code, caught.value.data["statusCode"]) == (code, 400)


def test_namespace_filter(serve: Callable[..., Emulator], a: Client) -> None:
    emulator = serve()
    assert a.cr("ListNamespace", NamespaceName="pro")["TotalCount"] == "0"
    emulator.post("/_emulator/behaviour", {"namespace_filter": "prefix"})
    listed = a.cr("ListNamespace", NamespaceName="pro")
    assert ([namespace["NamespaceName"] for namespace in listed["Namespaces"]], listed["TotalCount"]) == (["prod"], "1")


def test_the_life_of_a_repository(a: Client) -> None:
    made = a.cr(
        "CreateRepository", RepoNamespaceName="dev", RepoName="a/b", RepoType="PRIVATE", Summary="s", Detail="d"
    )
    got = a.cr("GetRepository", RepoId=made["RepoId"])
    assert (got["RepoName"], got["Detail"], got["TagImmutability"], got["RepoStatus"]) == ("a/b", "d", False, "NORMAL")
    again = a.cr("CreateRepository", RepoNamespaceName="dev", RepoName="a/b", RepoType="PRIVATE", Summary="s")
    assert again["Code"] == "REPO_ALREADY_EXIST"
    names = {"RepoNamespaceName": "dev", "RepoName": "a/b"}
    a.cr("UpdateRepository", **names, RepoType="PUBLIC", Summary="t", TagImmutability=True)
    changed = a.cr("GetRepository", **names)
    assert (changed["RepoType"], changed["Summary"], changed["Detail"]) == ("PUBLIC", "t", "d")
    assert changed["TagImmutability"] is True
    assert a.cr("DeleteRepository", RepoId=made["RepoId"])["IsSuccess"]
    assert a.cr("GetRepository", **names)["Code"] == "REPO_NOT_EXIST"
    missing = a.cr("CreateRepository", RepoNamespaceName="nope", RepoName="x", RepoType="PUBLIC", Summary="s")
    assert missing["Code"] == "NAMESPACE_NOT_EXIST"


def test_repositories_are_listed(a: Client) -> None:
    listed = a.cr("ListRepository", RepoStatus="ALL")
    assert (listed["TotalCount"], len(listed["Repositories"])) == ("2", 2)
    assert "Detail" not in listed["Repositories"][0]
    assert a.cr("ListRepository", RepoName="tool")["TotalCount"] == "1"
    assert a.cr("ListRepository", RepoNamespaceName="nope")["Code"] == "NAMESPACE_NOT_EXIST"


def test_tags(a: Client) -> None:
    identifier = a.repository_id()
    listed = a.cr("ListRepoTag", RepoId=identifier)
    assert ([image["Tag"] for image in listed["Images"]], listed["TotalCount"]) == (["1.1", "1.0"], "2")
    image = listed["Images"][0]
    assert isinstance(image["ImageUpdate"], str)
    assert isinstance(image["ImageSize"], int)
    assert len(image["Digest"]) == 64
    got = a.cr("GetRepoTag", "GET", RepoId=identifier, Tag="1.1")
    assert isinstance(got["ImageUpdate"], int)
    assert got["Digest"] == image["Digest"]
    assert a.cr("DeleteRepoTag", RepoId=identifier, Tag="1.1")["IsSuccess"]
    assert a.cr("GetRepoTag", "GET", RepoId=identifier, Tag="1.1")["Code"] == "TAG_NOT_EXIST"
    assert a.cr("ListRepoTag", RepoId="crr-nobody")["Code"] == "REPO_NOT_EXIST"


def many_tags(serve: Callable[..., Emulator], count: int) -> Emulator:
    web = {"name": "web", "generated": {"prefix": "v", "count": count}}
    return serve(source={"namespaces": [{"name": "prod", "repositories": [web]}]})


def test_pages(serve: Callable[..., Emulator], a: Client) -> None:
    many_tags(serve, 65)
    identifier = a.repository_id()
    pages = [a.cr("ListRepoTag", RepoId=identifier, PageNo=number) for number in (1, 2, 3, 4)]
    assert [len(page["Images"]) for page in pages] == [30, 30, 5, 0]
    assert len({image["Tag"] for image in chain.from_iterable(page["Images"] for page in pages)}) == 65
    assert (pages[1]["PageNo"], pages[1]["PageSize"], pages[1]["TotalCount"]) == (2, 30, "65")


def test_tokens_win_over_pages(serve: Callable[..., Emulator], a: Client) -> None:
    many_tags(serve, 65)
    identifier, seen, token = a.repository_id(), [], ""
    while True:
        more = {"NextToken": token} if token else {}
        answer = a.cr("ListRepoTag", RepoId=identifier, MaxResults=40, PageNo=9, **more)
        seen += [image["Tag"] for image in answer["Images"]]
        token = answer["NextToken"]
        if not token:
            break
    assert len(seen) == len(set(seen)) == 65
    with pytest.raises(ClientException, match="NextToken"):
        a.cr("ListRepoTag", RepoId=identifier, NextToken="mine")


def test_the_page_size_has_a_limit(serve: Callable[..., Emulator], a: Client) -> None:
    emulator = many_tags(serve, 150)
    identifier = a.repository_id()
    assert len(a.cr("ListRepoTag", RepoId=identifier, PageSize=1000)["Images"]) == 100
    emulator.post("/_emulator/behaviour", {"max_page_size": 50})
    answer = a.cr("ListRepoTag", RepoId=identifier, PageSize=100)
    assert (len(answer["Images"]), answer["PageSize"]) == (50, 50)
    for wrong in ("0", "-1", "x", "1_0", "٣"):
        with pytest.raises(ClientException, match="PageNo"):
            a.cr("ListRepoTag", RepoId=identifier, PageNo=wrong)


def test_the_event_centre_is_empty(emulator: Emulator, a: Client) -> None:
    assert a.cr("ListEventCenterRuleName", "GET")["RuleNames"] == []
    assert a.cr("ListEventCenterRecord", "GET")["TotalCount"] == 0
    assert SOURCE in emulator.state()["accounts"][0]["instances"][0]["id"]


@pytest.mark.parametrize("keeps", [True, False])
def test_an_update_without_detail(serve: Callable[..., Emulator], a: Client, keeps: bool) -> None:
    serve(behaviour={"update_keeps_detail": keeps})
    given = {"RepoType": "PRIVATE", "Summary": "new"}
    named = {"RepoNamespaceName": "prod", "RepoName": "web"}
    a.cr("UpdateRepository", **named, **given, Detail="At length")
    a.cr("UpdateRepository", **named, **given)
    assert a.cr("GetRepository", **named)["Detail"] == ("At length" if keeps else "")
    a.cr("UpdateRepository", **named, **given, Detail="")
    assert a.cr("GetRepository", **named)["Detail"] == ""

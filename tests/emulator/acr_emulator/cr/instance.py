"""Serve instances, which the API only reads; they are bought in the console."""

from __future__ import annotations

from typing import Any, Final

from ..actions import Answer, Call, action
from ..catalogue import Instance
from .lookup import find_instance, instance_arn, page

# The documented regions of Container Registry.
_REGIONS = """
    ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-5 ap-southeast-6
    ap-southeast-7 cn-beijing cn-beijing-finance-1 cn-chengdu cn-fuzhou cn-guangzhou cn-hangzhou cn-hangzhou-finance
    cn-heyuan cn-heyuan-acdr-1 cn-hongkong cn-huhehaote cn-nanjing cn-qingdao cn-shanghai cn-shanghai-finance-1
    cn-shenzhen cn-shenzhen-finance-1 cn-wuhan-lr cn-wulanchabu cn-zhangjiakou cn-zhengzhou-jva eu-central-1 eu-west-1
    me-central-1 me-east-1 na-south-1 us-east-1 us-southeast-1 us-west-1
"""
REGIONS: Final = tuple(_REGIONS.split())
STATUSES: Final = ("PENDING", "INIT_ERROR", "STARTING", "RUNNING", "STOPPING", "STOPPED", "DELETING", "DELETED")


def _tags(instance: Instance) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in instance.tags.items()]


def _common(instance: Instance) -> dict[str, Any]:
    return {
        "InstanceId": instance.id,
        "InstanceName": instance.name,
        "InstanceSpecification": instance.edition,
        "InstanceStatus": instance.status,
        "InstanceIssue": "",
        "ResourceGroupId": instance.resource_group_id,
        "Tags": _tags(instance),
    }


@action("cr:GetInstance", instance_arn)
def get_instance(call: Call) -> Answer:
    """Return an instance, with integer times and no RegionId, unlike ListInstance."""
    instance = find_instance(call, in_any_status=True)
    return _common(instance) | {"CreateTime": instance.create_time, "ModifiedTime": instance.create_time}


@action("cr:ListInstance")
def list_instance(call: Call) -> Answer:
    """List instances, of RegionId if a client gives it."""
    name, group, region = call.optional("InstanceName"), call.optional("ResourceGroupId"), call.optional("RegionId")
    status = call.choice("InstanceStatus", *STATUSES, default="")
    found = [
        instance
        for instance in call.account.instances.values()
        if name in ("", instance.name)
        and region in ("", instance.region)
        and group in ("", instance.resource_group_id)
        and status in ("", instance.status)
    ]
    chosen, fields = page(call, found)
    return fields | {"Instances": [_listed(instance) for instance in chosen]}


def _listed(instance: Instance) -> dict[str, Any]:
    times = {"CreateTime": str(instance.create_time), "ModifiedTime": str(instance.create_time)}
    return _common(instance) | times | {"RegionId": instance.region}


@action("cr:GetInstanceUsage", instance_arn)
def get_instance_usage(call: Call) -> Answer:
    instance = find_instance(call)
    return {
        "NamespaceQuota": str(instance.namespace_quota),
        "NamespaceUsage": str(len(instance.namespaces)),
        "RepoQuota": str(instance.repository_quota),
        "RepoUsage": str(len(instance.repositories)),
        "ChartNamespaceQuota": "0",
        "ChartNamespaceUsage": "0",
        "ChartRepoQuota": "0",
        "ChartRepoUsage": "0",
        "VpcQuota": "1",
        "VpcUsage": "0",
        "PerformanceUnits": 0,
    }


@action("cr:GetInstanceCount")
def get_instance_count(call: Call) -> Answer:
    return {"Count": len(call.account.instances)}


@action("cr:ListInstanceRegion")
def list_instance_region(_call: Call) -> Answer:
    return {"Regions": [{"RegionId": region, "LocalName": region} for region in REGIONS]}

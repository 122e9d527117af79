# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_rehearsal_world
short_description: Make a world for the emulator from what was read of real accounts
version_added: 1.0.0
description:
  - Makes one world of what the role P(registryops.alicloud.export_estate#role) has read of each host's instance.
  - It invents the keys from the UIDs of the accounts, so that the same estate always gives the same world.
options:
  _input:
    description:
      - What was read, one entry for each host. Each has C(host), C(account_id), C(region), C(profile), and what the
        info modules returned as C(instance), C(namespaces), C(repositories), C(images), C(sync_rules) and C(roles).
      - C(other_policies) holds a result for each further policy of the roles.
    type: list
    elements: dict
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show which accounts a world has
  ansible.builtin.debug:
    msg: "{{ (found | registryops.alicloud.acr_rehearsal_world).world.accounts | map(attribute='uid') }}"
"""

RETURN = r"""
_value:
  description:
    - C(world), as the emulator reads it, C(profiles), as the CLI's configuration file has them, and C(warnings).
    - C(hosts) has the profile of each host.
  type: dict
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.role_calls import ROLE_NAME
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule

Found = Mapping[str, Any]


def rehearsal_world(found: Sequence[Found]) -> dict[str, Any]:
    """Return a world, the profiles with its keys, and warnings; see DOCUMENTATION."""
    warnings: list[str] = []
    owners = {str(read["instance"]["instance_id"]): str(read["account_id"]) for read in found}
    accounts: dict[str, dict[str, Any]] = {}
    hosts: dict[str, str] = {}
    for read in found:
        uid = str(read["account_id"])
        # Several hosts may be instances of one account.
        account = accounts.setdefault(uid, _account(uid, read))
        account["instances"].append(_instance(read, owners, warnings))
        hosts[str(read["host"])] = account["name"]
    return {
        "world": {"accounts": list(accounts.values())},
        "hosts": hosts,
        "profiles": {"current": "", "profiles": [_profile(account) for account in accounts.values()]},
        "warnings": warnings,
    }


def _account(uid: str, read: Found) -> dict[str, Any]:
    # The same keys in each export, so that exporting again changes no file.
    keys = {"access_key_id": f"LTAIrehearsal{uid}", "access_key_secret": f"not-a-secret-{uid}"}
    roles = [_role(role) for role in read.get("roles") or () if role.get("exists")]
    results = read.get("other_policies") or ()
    others = chain.from_iterable(result.get("cross_account_roles") or () for result in results)
    documents = {role["policy_name"]: role["policy_document"] for role in (*(read.get("roles") or ()), *others)}
    return {
        "uid": uid,
        "name": read.get("profile") or f"account-{uid}",
        "identities": [{"name": "root", "type": "account", **keys}],
        "roles": roles,
        "policies": [{"name": name, "document": document} for name, document in documents.items() if document],
        "instances": [],
    }


def _profile(account: Mapping[str, Any]) -> dict[str, Any]:
    root = account["identities"][0]
    keys = {name: root[name] for name in ("access_key_id", "access_key_secret")}
    return {"name": account["name"], "mode": "AK", **keys}


def _role(role: Found) -> dict[str, Any]:
    own = [role["policy_name"]] if role["policy_attached"] else []
    return {"name": ROLE_NAME, "trust_policy": role["trust_policy"], "policies": [*own, *role["other_policies"]]}


def _instance(read: Found, owners: Mapping[str, str], warnings: list[str]) -> dict[str, Any]:
    instance = read["instance"]
    repositories: dict[str, list[dict[str, Any]]] = {}
    images = _by_repository(read["images"])
    for repository in read["repositories"]:
        place = (repository["namespace"], repository["name"])
        repositories.setdefault(place[0], []).append(_repository(repository, images.get(place, [])))
    return {
        "id": instance["instance_id"],
        "name": instance["name"],
        "region": read["region"],
        "edition": instance["edition"],
        **_given(instance, status="status", create_time="create_time", resource_group_id="resource_group_id"),
        "namespaces": [_namespace(found, repositories.get(found["name"], [])) for found in read["namespaces"]],
        "sync_rules": list(_rules(read, owners, warnings)),
    }


def _namespace(found: Found, repositories: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": found["name"],
        **_given(found, id="namespace_id"),
        "auto_create_repositories": bool(found.get("auto_create_repositories")),
        # A world has the API's words, and results have this collection's.
        "repository_type": str(found.get("repository_type") or "private").upper(),
        "tag_immutability": bool(found.get("tag_immutability")),
        "repositories": repositories,
    }


def _repository(found: Found, images: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": found["name"],
        **_given(found, id="repository_id", summary="summary", create_time="create_time", update_time="modified_time"),
        "repository_type": str(found.get("repository_type") or "private").upper(),
        "tag_immutability": bool(found.get("tag_immutability")),
        "images": images,
    }


def _by_repository(images: Sequence[Found]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return each repository's images in the order of their pushes, as a world has them."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for image in sorted(images, key=lambda image: (image["update_time"], image["create_time"], image["tag"])):
        kept = {name: image[name] for name in ("tag", "digest", "size", "create_time", "update_time")}
        found.setdefault((image["namespace"], image["repository"]), []).append(
            {**kept, **_given(image, image_id="image_id")}
        )
    return found


def _rules(read: Found, owners: Mapping[str, str], warnings: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the instance's outbound rules; the service does not tell the accounts of their targets."""
    said = {str(rule.get("name")): rule.get("target_account_id") for rule in read.get("wanted_rules") or ()}
    for rule in read["sync_rules"]:
        if rule.get("direction") == "inbound":
            continue
        # The account that was read of the target counts more than what the inventory says.
        account = owners.get(str(rule["target_instance_id"])) or said.get(rule["name"])
        if rule.get("cross_account") and not account:
            warnings.append(
                f"Sync rule {rule['name']} of {rule['instance_id']} is left out: it ends at"
                f" {rule['target_instance_id']}, and which account has that is not known. Add its inventory."
            )
            continue
        wire = SyncRule.from_params(rule).to_api()
        wire.pop("InstanceId", None)
        yield {
            **{name: value for name, value in wire.items() if value is not None},
            **({"TargetUserId": str(account)} if rule.get("cross_account") else {}),
            **_given(rule, SyncRuleId="sync_rule_id", CreateTime="create_time"),
        }


def _given(found: Found, **names: str) -> dict[str, Any]:
    """Return the given values, by their names in a world."""
    return {name: found[key] for name, key in names.items() if found.get(key) is not None}


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_rehearsal_world": rehearsal_world}

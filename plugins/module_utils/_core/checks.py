# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse bad identifiers, names and filters before any call."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_check import check_filter
from ansible_collections.registryops.alicloud.plugins.module_utils._core.regions import AREAS
from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import nearest
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import unreadable

EXTRA_REGIONS_VARIABLE = "ACR_EXTRA_REGIONS"


def check_region(value: str, option: str = "region") -> None:
    extra = os.environ.get(EXTRA_REGIONS_VARIABLE, "").replace(",", " ").split()
    known = sorted({*AREAS, *extra})
    if value in known:
        return
    near = nearest(value, known)
    raise AcrError(
        f"{option} {value!r} is not a region of Container Registry" + (f"; did you mean {near}?" if near else ""),
        f"If it is newer than this collection, name it in the environment variable {EXTRA_REGIONS_VARIABLE}.",
    )


def _refuse_stand_in(value: str, option: str, where: str) -> None:
    """Refuse an ID with a wildcard, and a masked ID, such as a screenshot shows."""
    # Documentation and consoles show IDs as cri-****, cri-xxxx**** or 1252****0001.
    if "**" in value or re.search(r"[xX]{3,}\*?$", value):
        raise AcrError(
            f"{option} {value!r} is masked, as documentation and screenshots show an ID", f"Write all of it. {where}"
        )
    if "*" in value or "?" in value:
        raise AcrError(
            f"{option} {value!r} has a wildcard, and an ID stands for one thing alone", f"Name each by its ID. {where}"
        )


def check_account_id(value: str, option: str = "account_id") -> None:
    value = str(value)  # YAML makes it a number where the argument spec gives no type
    _refuse_stand_in(value, option, "Find the UID under Account Center > Security Settings in the console.")
    if not value.isascii() or not value.isdigit():
        raise AcrError(
            f"{option} {value!r} is not an account UID, which is written in digits alone",
            "Find the UID under Account Center > Security Settings in the console.",
        )
    # The UID of a RAM user has 18 digits, and is easily given by mistake.
    if len(value) >= 18:
        raise AcrError(
            f"{option} {value} looks like the UID of a RAM user ({len(value)} digits)",
            "Use the UID of the Alibaba Cloud account that the RAM user belongs to.",
        )
    # UIDs have 16 digits, but no length is documented. So only what is clearly too short is refused.
    if len(value) < 10:
        raise AcrError(f"{option} {value} is too short to be an account UID", "An account UID usually has 16 digits.")


def check_instance_id(value: str, option: str = "instance_id") -> None:
    where = "Find it on the instance's Overview page, or with acr_instance_info."
    _refuse_stand_in(value, option, where)
    # The prefix of every instance ID that the service gives. It tells an ID from a name that was put in its place.
    if not re.fullmatch(r"cri-[A-Za-z0-9-]+", value):
        raise AcrError(f"{option} {value!r} is not an instance ID, which begins with cri-", where)


def check_opaque_id(value: str, option: str) -> None:
    """Check an ID whose form is not documented."""
    _refuse_stand_in(value, option, "The results of this collection's modules have it.")


def check_policy_name(value: str, option: str = "policy_name") -> None:
    # RAM's own rule; it would refuse the name only after the role was made.
    if not re.fullmatch(r"[A-Za-z0-9-]{1,128}", value):
        raise AcrError(f"{option} {value!r} is not a policy name", "It has up to 128 letters, digits and hyphens.")


def check_role_name(value: str, option: str = "role_name") -> None:
    # RAM takes 64 characters. A policy gets the same name, so there is no dot; a bucket's policy uses small letters.
    if not re.fullmatch(r"[a-z0-9-]{1,64}", value):
        raise AcrError(f"{option} {value!r} is not a name for the role", "Write 1 to 64 of a-z, 0-9 and hyphens.")


def check_bucket(value: str, option: str = "bucket") -> None:
    # OSS's own rule.
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", value):
        raise AcrError(
            f"{option} {value!r} is not the name of a bucket",
            "It has 3 to 63 of a-z, 0-9 and hyphens, without oss:// and without a domain.",
        )


def check_namespace(value: str, option: str = "namespace") -> None:
    # The documented rule; older pages allow 30 characters only.
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,118}[a-z0-9]", value):
        raise AcrError(
            f"{option} {value!r} is not a namespace name",
            "It has 2 to 120 lower-case letters, digits and _ - . and neither begins nor ends with a separator.",
        )


def check_repository(value: str, option: str = "repository") -> None:
    # The Enterprise Edition's rule is not documented. This is the pattern of the OCI distribution specification, with
    # the length that registries take.
    if len(value) > 255 or not re.fullmatch(r"[a-z0-9]+([._/-]+[a-z0-9]+)*", value):
        raise AcrError(
            f"{option} {value!r} is not a repository name",
            "It has lower-case letters and digits, separated by _ - . or /, and no namespace in front.",
        )


def check_tag(value: str, option: str = "tag") -> None:
    # The pattern of the OCI distribution specification.
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", value):
        raise AcrError(f"{option} {value!r} is not an image tag", "It has up to 128 letters, digits and _ - .")


def check_rule_name(value: str, option: str = "name") -> None:
    # The service's rule is not documented. So only names are refused that no service would take.
    if not value.strip() or value != value.strip() or len(value) > 128 or not value.isprintable():
        raise AcrError(f"{option} {value!r} is not a rule name", "It has 1 to 128 characters and no blank at its ends.")


def check_priority(value: int, option: str = "priority") -> None:
    # The documented range.
    if not 1 <= value <= 5:
        raise AcrError(f"{option} {value} is out of range", "It goes from 1 to 5; 5 is the most urgent.")


def check_rate(value: float, option: str = "rate_limit") -> None:
    if value <= 0:
        raise AcrError(f"{option} {value:g} is out of range", "Say how many calls a second at most, or leave it out.")


def check_seconds(value: int, option: str) -> None:
    if value < 0:
        raise AcrError(f"{option} {value} is less than no time", "Say how many seconds, from 0.")


def check_text(value: str, option: str) -> None:
    """Refuse control characters.

    The value may be a secret, so it is not shown.
    """
    bad = unreadable(value)
    if bad:
        raise AcrError(
            f"{option} holds the control character {bad}, which is no text",
            "Write it again; a file in another encoding, or a binary one, may have been read.",
        )


_CHECKS: dict[str, Callable[..., None]] = {
    "region": check_region,
    "target_region": check_region,
    "account_id": check_account_id,
    "target_account_id": check_account_id,
    "source_account_ids": check_account_id,
    "source_account_id": check_account_id,
    "destination_account_id": check_account_id,
    "destination_region": check_region,
    "bucket": check_bucket,
    "source_bucket": check_bucket,
    "source_buckets": check_bucket,
    "destination_bucket": check_bucket,
    "role_name": check_role_name,
    "instance_id": check_instance_id,
    "target_instance_id": check_instance_id,
    "target_instance_ids": check_instance_id,
    "sync_record_id": check_opaque_id,
    "link_id": check_opaque_id,
    "policy_name": check_policy_name,
    "namespace": check_namespace,
    "target_namespace": check_namespace,
    "namespaces": check_namespace,
    "repository": check_repository,
    "repositories": check_repository,
    "target_repository": check_repository,
    "tag": check_tag,
    "tags": check_tag,
    "target_tag": check_tag,
    "tag_filter": check_filter,
    "repository_filter": check_filter,
    "namespace_filter": check_filter,
    "priority": check_priority,
    "rate_limit": check_rate,
    "wait_timeout": check_seconds,
    "grant_timeout": check_seconds,
}


def check_names_something(select: Mapping[str, Any], option: str = "select") -> None:
    """Refuse an empty list in what selects.

    Leaving the list out means all.
    """
    for name, value in select.items():
        # A variable may have found nothing; that must not send the whole instance.
        if value == []:
            raise AcrError(
                f"{option}.{name} is an empty list",
                f"Leave {name} out to select all of them. If none is meant, skip the task.",
            )


def check(params: Mapping[str, Any]) -> None:
    """Check every option by its name.

    One name means one thing in every module.
    """
    for option, value in params.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str):
                check_text(item, option)
            if isinstance(item, dict):
                check(item)
            elif item is not None and option in _CHECKS:
                _CHECKS[option](item, option)

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at buckets before anything is written.

A bucket's name is unique in the whole world, so OSS tells anybody whether it exists.
"""

from __future__ import annotations

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    NoPermissionError,
    NotFoundError,
    attempt,
)

# The field of a refusal that names the right region to whoever asks a wrong one.
_ELSEWHERE = "Endpoint"


def owner_of(client: Client, bucket: str, region: str | None = None) -> str:
    """Return the UID of the account that owns a bucket of the caller's.

    Raises:
        AcrError: it does not exist, or is in another region.
    """
    with attempt(f"look at bucket {bucket}"):
        try:
            return str(client.call("oss", "GetBucketInfo", {"Bucket": bucket, "Region": region})["OwnerId"])
        except NoPermissionError as error:
            _refuse_elsewhere(error, bucket, "region")
            raise


def check_destination(client: Client, bucket: str, region: str) -> None:
    """Refuse a destination that does not exist, or is in another region.

    Another refusal only shows that the bucket exists, which is enough.
    """
    with attempt(f"look at bucket {bucket}, which may be another account's"):
        try:
            client.call("oss", "GetBucketLocation", {"Bucket": bucket, "Region": region})
        except NoPermissionError as error:
            _refuse_elsewhere(error, bucket, "destination_region")
        except NotFoundError as error:
            error.hint = f"Correct destination_bucket {bucket}; its owner's console shows which one an instance uses."
            raise


def _refuse_elsewhere(error: NoPermissionError, bucket: str, option: str) -> None:
    endpoint = str(error.denied.get(_ELSEWHERE) or "")
    if endpoint:
        region = endpoint.partition(".")[0].removeprefix("oss-")
        raise AcrError(f"bucket {bucket} is in region {region}", f"Correct {option}.") from error

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the newest version of a repository."""

from __future__ import annotations

from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import counted
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.attached import attached_to
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import (
    Image,
    list_images,
    repository_id,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.versions import VersionRange, precedence


def newest_tag(client: Client, instance_id: str, path: str, versions: str) -> dict[str, Any]:
    """Return the tag and digest of the highest fitting version.

    Args:
        client: the account's services.
        instance_id: the instance.
        path: namespace and repository, as in prod/web.
        versions: the range, as in >=1.2,<2.

    Raises:
        AcrError: the repository is not there, or no tag fits.
    """
    namespace, slash, repository = path.partition("/")
    if not slash or not namespace or not repository:
        raise AcrError(f"{path!r} is not a repository with its namespace", "Write both, such as prod/web.")
    fitting = VersionRange(versions)
    identity = repository_id(client, instance_id, namespace, repository)
    with attempt(f"list the images of {path} on {instance_id}"):
        images = list(list_images(client, instance_id, identity))
    found = [image for image in images if attached_to(image.tag) is None and str(image.tag) in fitting]
    if not found:
        raise AcrError(
            f"none of the {counted(len(images), 'tag')} of {path} on {instance_id} is a version in {versions}",
            "Tags such as latest, and dates, are no versions; pre-releases count only if the range names one.",
        )
    return _result(path, max(found, key=_rank))


def _rank(image: Image) -> tuple[Any, ...]:
    """Return the sort key of an image; of v1.2 and 1.2.0, which are one version, the last push wins."""
    return (precedence(str(image.tag)), image.update_time or 0)


def _result(path: str, image: Image) -> dict[str, Any]:
    found = image.to_result()
    return {
        "repository": path,
        "tag": image.tag,
        "digest": image.digest,
        "reference": f"{path}@{image.digest}",
        **{name: found[name] for name in ("update_time", "update_time_iso") if name in found},
    }

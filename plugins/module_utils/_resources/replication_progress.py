# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell how far a replication is, and wait until what was there before it is copied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    NotFoundError,
    WaitTimeoutError,
    attempt,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import wait_until
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task, Work

# OSS tells progress as a share of the historical objects.
_ALL = 1.0


def followed(keep: Work) -> Work:
    """Return work that keeps a replication, then tells its progress, or waits for its historical objects."""

    def work(task: Task) -> dict[str, Any]:
        result = keep(task)
        kept = result["replication"]
        # In check mode, and where the replication was ended, there is nothing to follow.
        if task.check_mode or not kept.get("rule_id"):
            return result
        try:
            with attempt(f"follow the replication of {kept['source_bucket']} into {kept['destination_bucket']}"):
                progress = _wait(task, kept) if task.params["wait"] else progress_of(task.client, kept)
        except AcrError as error:
            error.results = {**result, **error.results}
            raise
        return {**result, "replication": {**kept, **progress}}

    return work


def with_progress(find: Work) -> Work:
    """Return work that lists replications, each with its progress."""

    def work(task: Task) -> dict[str, Any]:
        result = find(task)
        found = [{**known, **progress_of(task.client, known)} for known in result["replications"]]
        return {**result, "replications": found}

    return work


def progress_of(client: Client, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return status and figures; OSS tells figures only while the status is `doing`."""
    named = {"Bucket": known["source_bucket"], "RuleId": known["rule_id"]}
    try:
        answer = client.call("oss", "GetBucketReplicationProgress", named)
    except NotFoundError:
        # The rule was listed a moment ago, so that OSS is ending it.
        return {"status": "closing"}
    found: dict[str, Any] = {"status": answer["Status"]}
    if answer["HistoricalObject"] is not None:
        found["historical_progress"] = float(answer["HistoricalObject"])
    if answer["NewObject"] is not None:
        found["new_objects_until"] = answer["NewObject"]
    return found


def _wait(task: Task, kept: Mapping[str, Any]) -> dict[str, Any]:
    known: dict[str, Any] = {}

    def done() -> bool:
        known.update(progress_of(task.client, kept))
        # Without older objects there is no share that could grow.
        if not kept["historical_objects"]:
            return bool(known["status"] == "doing")
        return bool(known.get("historical_progress", 0.0) >= _ALL)

    def words() -> str:
        return f"{known.get('historical_progress', 0.0):.0%} of the historical objects are replicated"

    try:
        with activity.doing(words):
            wait_until(task.client, done, what="it", timeout=task.params["wait_timeout"])
    except WaitTimeoutError as error:
        error.reason = f"{words()} after {task.params['wait_timeout']} seconds"
        error.hint = (
            "It goes on; run the task again. If it stays at 0%, its role may lack rights: oss_replication_role_info in"
            " this account, and oss_bucket_grant_info in the destination's, show what is allowed."
        )
        raise
    return known

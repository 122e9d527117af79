# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make up what verify_sync and audit_sync found.

The estate has any size and is the same each time.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import unlisted_rules
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import Compared, TargetRepository
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.failure import Failure
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.result import VerificationResult
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.rules import Standing
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.settings import Drift, SettingsFound
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.summary import Summary

SOURCE, DESTINATION = "prod-sh", "prod-eu"
INSTANCES = {SOURCE: "cri-sourcesource0001", DESTINATION: "cri-targettarget0001"}
ACCOUNTS = {SOURCE: "1252879610640001", DESTINATION: "5222000022220002"}
NAMESPACES = ("payments", "search", "platform", "mobile")
TAGS_EACH = 8
_WEEK = 7 * 86_400_000
_END = 1_795_564_800_000  # 2026-11-25, in epoch milliseconds
_ISSUES = (
    "NETWORK: connection to the destination's storage timed out",
    "DISK_FULL: no space left in the destination's storage",
)
_REASONS = {
    "missing": "no record of a task for the newest push",
    "different": "its sync task succeeded, but did not replace the tag, or somebody moved the tag later",
    "older": "pushed before the rule was made",
}


def estate(repositories: int) -> dict[str, dict[str, Any]]:
    """Return host variables of a source and its destination."""
    chance = random.Random(repositories)
    images = list(chain.from_iterable(_repository(number, chance) for number in range(repositories)))
    rules = [Standing(rule["name"], "as wanted", rule) for rule in map(_rule, NAMESPACES)]
    sandbox = {**_rule("sandbox"), "instance_id": INSTANCES[SOURCE], "target_region": "eu-central-1"}
    [unlisted] = unlisted_rules([sandbox], [])
    rules.append(Standing(sandbox["name"], "unlisted", sandbox, unlisted=unlisted))
    verified = verified_of(images, rules, uncovered=["scratch"], region="cn-hangzhou", settings=_drifts())
    findings = [_finding("warning", "namespace payments has no quota left", "Raise it.")]
    hosts = {name: {"acr_instance_id": INSTANCES[name], "acr_account_id": ACCOUNTS[name]} for name in INSTANCES}
    return {
        SOURCE: {**hosts[SOURCE], "verify_sync_result": verified, "audit_sync_result": _audited(SOURCE, findings)},
        DESTINATION: {**hosts[DESTINATION], "audit_sync_result": _audited(DESTINATION, [], _grant())},
    }


def verified_of(
    images: Iterable[Compared], rules: Sequence[Standing] = (), most: int = 100, **found: Any
) -> dict[str, Any]:
    """Return what the module would, had it found such images."""
    summary = Summary(most)
    summary.add(images)
    return VerificationResult(instance_id=INSTANCES[SOURCE], rules=rules, summary=summary, **found).to_result()


def compared(state: str, reason: str = "", **said: Any) -> Compared:
    """Return an image in a state.

    `said` are other values of it.
    """
    target = TargetRepository(INSTANCES[DESTINATION], said.get("namespace", "prod"), said.get("repository", "web"))
    known = {"rule": "r", "namespace": "prod", "repository": "web", "tag": "1.0", "size": 10, "pushed": 86_400_000}
    empty = {"digest": None, "target_digest": None, "failure": None, "arrived": None, "lag": None}
    given = {**known, **empty, "target": target, **said}
    return Compared(**{"rules": (given["rule"],), **given}, state=state, reason=reason)


def _repository(number: int, chance: random.Random) -> list[Compared]:
    namespace, name = NAMESPACES[number % len(NAMESPACES)], f"service-{number}"
    luck = chance.random()
    bad = {0: "failed", 1: "missing", 2: "different"}.get(number % 97) if luck < 0.9 else None
    return [_image(namespace, name, f"v1.{tag}", bad if tag > 4 else None, chance) for tag in range(TAGS_EACH)]


def _image(namespace: str, name: str, tag: str, bad: str | None, chance: random.Random) -> Compared:
    state = bad or ("older" if tag == "v1.0" else "waiting" if chance.random() < 0.002 else "same")
    pushed = _END - int(chance.random() * 2 * _WEEK)
    lag = round(chance.lognormvariate(3.4, 1.1), 1) if state == "same" else None
    digest = f"sha256:{chance.getrandbits(256):064x}"
    reason = _ISSUES[chance.random() < 0.3] if state == "failed" else _REASONS.get(state, "")
    return compared(
        state,
        reason,
        rule=f"{namespace}-to-eu",
        namespace=namespace,
        repository=name,
        tag=tag,
        size=int(chance.lognormvariate(18, 0.8)),
        digest=digest,
        target_digest=digest if state == "same" else None,
        failure=Failure(reason, pushed) if state == "failed" else None,
        pushed=pushed,
        arrived=pushed + int(lag * 1000) if lag else None,
        lag=lag,
    )


def _drifts() -> SettingsFound:
    target = TargetRepository(INSTANCES[DESTINATION], "payments", "service-0")
    known: list[tuple[str, Any, Any]] = [("repository_type", "private", "public"), ("tag_immutability", True, False)]
    known.append(("description", "What customers pay with. " * 20, None))
    return SettingsFound([Drift(("payments", "service-0"), target, *values) for values in known])


def _rule(namespace: str) -> dict[str, Any]:
    return {
        "name": f"{namespace}-to-eu",
        "sync_rule_id": f"crsr-{namespace}",
        "instance_id": INSTANCES[SOURCE],
        "scope": "namespace",
        "namespace": namespace,
        "tag_filter": "^v[0-9]",
        "target_instance_id": INSTANCES[DESTINATION],
        "target_region": "eu-central-1",
        "trigger": "automatic",
        "priority": 3,
    }


def _audited(host: str, findings: list[dict[str, str]], *grants: dict[str, Any]) -> dict[str, Any]:
    return {"instance_id": INSTANCES[host], "findings": findings, "grants": list(grants)}


def _finding(severity: str, problem: str, remedy: str) -> dict[str, str]:
    return {"check": "quota", "severity": severity, "subject": problem, "problem": problem, "remedy": remedy}


def _grant() -> dict[str, Any]:
    return {
        "account_id": ACCOUNTS[DESTINATION],
        "exists": True,
        "policy_name": "AcrCrossAccountSync",
        "policy_attached": True,
        "other_policies": [],
        "source_account_ids": [ACCOUNTS[SOURCE]],
        "destination_instances": [{"region": "eu-central-1", "instance_id": INSTANCES[DESTINATION]}],
    }

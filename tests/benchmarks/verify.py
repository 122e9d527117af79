# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure verification and reports as images grow in number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from acr_emulator.testing import Emulator, running

from . import worlds
from .ansible import Ansible, Played
from .calls import ask, send, signed
from .figures import Bench, BenchmarkError, Figure, Ratio, Result

TAGS_EACH, AT_ONCE, PAGE = 50, 20, 100
SIZES = (10_000, 100_000)  # two, which show whether memory grows with the images
# Verifying may take this many times what its calls take, and 3 s for starting Ansible and the SDK.
OF_CALLS, START = 1.3, 3.0
# A report has the same calls to make, an audit of both accounts, and its files to write.
OF_VERIFIED = 1.3
MEMORY_VERIFIED, MEMORY_REPORTED = 250.0, 300.0
_HERE = {"source": (worlds.SOURCE, worlds.KEYS_A), "target": (worlds.TARGET, worlds.KEYS_B)}
_NOTES = (
    f"There are {TAGS_EACH} tags in a repository, all of which have arrived, and each side is listed without latency.",
    f"The calls are those of a verification, signed before, {AT_ONCE} at once over connections that are kept.",
    "The memory is that of the largest process of ansible-playbook.",
)


def measure(bench: Bench) -> Result:
    figures: list[Figure] = []
    ratios: list[Ratio] = []
    with running(_world(0)) as emulator:
        trial = _Trial(Ansible(bench.folder, emulator.endpoint), emulator)
        for size in SIZES:
            samples = [trial.run(size) for _number in range(bench.runs if size == min(SIZES) else 1)]
            found = {
                name: Figure(f"{size:,} images: {name}", unit, tuple(sample[name] for sample in samples))
                for name, unit in _UNITS.items()
            }
            figures += found.values()
            ratios += _ratios(size, {name: figure.median for name, figure in found.items()})
    return Result(tuple(ratios), tuple(figures), _NOTES)


_UNITS = {
    "the calls": "s",
    "verify_sync": "s",
    "verify_sync, computed": "s",
    "verify_sync, memory": "MB",
    "report_sync": "s",
    "report_sync, computed": "s",
    "report_sync, memory": "MB",
}


def _ratios(size: int, found: dict[str, float]) -> list[Ratio]:
    allowed = OF_CALLS * found["the calls"] + START
    return [
        Ratio(
            f"{size:,} images, verify_sync beside {OF_CALLS:g} times its calls and {START:g} s",
            found["verify_sync"] / allowed,
            most=1,
        ),
        Ratio(
            f"{size:,} images, report_sync beside verify_sync",
            found["report_sync"] / found["verify_sync"],
            most=OF_VERIFIED,
        ),
        Ratio(
            f"{size:,} images, memory of verify_sync beside {MEMORY_VERIFIED:g} MB",
            found["verify_sync, memory"] / MEMORY_VERIFIED,
            most=1,
        ),
        Ratio(
            f"{size:,} images, memory of report_sync beside {MEMORY_REPORTED:g} MB",
            found["report_sync, memory"] / MEMORY_REPORTED,
            most=1,
        ),
    ]


class _Trial:
    def __init__(self, ansible: Ansible, emulator: Emulator) -> None:
        self._ansible = ansible
        self._emulator = emulator

    def run(self, size: int) -> dict[str, float]:
        """Return the figures of one size, by name."""
        self._emulator.reset(_world(size))
        inventory = self._inventory()
        calls = send(self._emulator.endpoint, self._requests(), AT_ONCE)
        verified = self._play("verify_sync", inventory)
        folder = self._ansible.folder / "report"
        reported = self._play(
            "report_sync", inventory, "-e", f"report_sync_directory={folder}", "-e", "report_sync_fail=false"
        )
        self._check(size, folder)
        return {
            "the calls": calls,
            "verify_sync": verified.seconds,
            "verify_sync, computed": verified.computed,
            "verify_sync, memory": verified.megabytes,
            "report_sync": reported.seconds,
            "report_sync, computed": reported.computed,
            "report_sync, memory": reported.megabytes,
        }

    def _play(self, playbook: str, inventory: Path, *arguments: str) -> Played:
        return self._ansible.play(f"registryops.alicloud.{playbook}", "-i", str(inventory), *arguments)

    def _check(self, size: int, folder: Path) -> None:
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        if (found := report["counts"]["same"]["images"]) != size:
            raise BenchmarkError(f"{found:,} of {size:,} images are the same")

    def _requests(self) -> list[bytes]:
        """Return the requests that list both sides."""
        found = [self._signed("source", action) for action in ("ListRepoSyncRule", "ListRepoSyncTask")]
        for side in _HERE:
            page, identities = 1, list[str]()
            while page == 1 or len(identities) == (page - 1) * PAGE:
                listed = {"RepoStatus": "ALL", "PageNo": str(page), "PageSize": str(PAGE)}
                request = self._signed(side, "ListRepository", **listed)
                answer = ask(self._emulator.endpoint, request)
                identities += [repository["RepoId"] for repository in answer["Repositories"]]
                found.append(self._signed(side, "ListRepository", **listed))
                page += 1
            tags = {"PageNo": "1", "PageSize": str(PAGE)}
            found += [self._signed(side, "ListRepoTag", RepoId=identity, **tags) for identity in identities]
        return found

    def _signed(self, side: str, action: str, **parameters: str) -> bytes:
        instance_id, keys = _HERE[side]
        return signed(self._emulator.endpoint, keys, "cr", action, InstanceId=instance_id, **parameters)

    def _inventory(self) -> Path:
        """Return an inventory of both accounts with their keys."""
        a = _host(worlds.ACCOUNT_A, worlds.REGION_A, worlds.SOURCE, worlds.KEYS_A)
        b = _host(worlds.ACCOUNT_B, worlds.REGION_B, worlds.TARGET, worlds.KEYS_B)
        a["acr_sync_rules"] = [{"name": "prod-to-eu", "namespace": "prod", "to": "prod-eu"}]
        groups = {"acr_source": {"hosts": {"prod-sh": a}}, "acr_destination": {"hosts": {"prod-eu": b}}}
        file = self._ansible.folder / "both.inventory.yml"
        file.write_text(json.dumps(groups), encoding="utf-8")
        return file


def _host(account: str, region: str, instance: str, keys: tuple[str, str]) -> dict[str, Any]:
    place = {"acr_account_id": account, "acr_region": region, "acr_instance_id": instance}
    return {**place, "acr_access_key_id": keys[0], "acr_access_key_secret": keys[1]}


def _world(images: int) -> dict[str, Any]:
    """Return both sides with as many images and their rule."""
    tags = {"generated": {"prefix": "v", "count": TAGS_EACH}}
    namespace = {
        **worlds.prod(),
        "repositories": [{"name": f"app-{number}", **tags} for number in range(images // TAGS_EACH)],
    }
    world = worlds.two_accounts(granted=True, namespaces=[namespace], target_namespaces=[namespace])
    world["accounts"][0]["instances"][0]["sync_rules"] = [
        {
            "SyncRuleName": "prod-to-eu",
            "SyncScope": "NAMESPACE",
            "NamespaceName": "prod",
            "TagFilter": ".*",
            "TargetRegionId": worlds.REGION_B,
            "TargetInstanceId": worlds.TARGET,
            "TargetNamespaceName": "prod",
            "TargetUserId": worlds.ACCOUNT_B,
        }
    ]
    return world

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run templates and the workflow on a controller with content, against a cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.tests.awx import jobs, workflows
from ansible_collections.registryops.alicloud.tests.awx.jobs import Finished
from ansible_collections.registryops.alicloud.tests.awx.launching import launch
from ansible_collections.registryops.alicloud.tests.awx.store import Store

from .playing import ROOT

NAME = "ACR image sync"
WORLD = ROOT / "tests/emulator/worlds/two_accounts.yml"
SOURCE, TARGET, ACCOUNT_A = "cri-sourcesource0001", "cri-targettarget0001", "1252879610640001"


@dataclass
class Site:
    """Hold a controller with content, and a cloud for its jobs."""

    store: Store
    cloud: Emulator

    @property
    def settings(self) -> dict[str, str]:
        url = f"http://{self.cloud.endpoint}"
        endpoints = {f"ALIBABA_CLOUD_{product}_ENDPOINT": url for product in ("CR", "RAM", "STS", "OSS")}
        return {**endpoints, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections")}

    def run(
        self, template: str, answers: dict[str, Any] | None = None, *, limit: str = "", job_type: str = ""
    ) -> list[Finished]:
        launched = launch(self.store, f"{NAME}: {template}", answers, limit=limit, job_type=job_type)
        return jobs.run_together(launched, self.settings)

    def set_up(self, *, approved: bool) -> workflows.Course:
        return workflows.go_through(self.store, f"{NAME}: set up", lambda: approved, self.settings)

    def push(self, repository: str, tags: list[str]) -> None:
        image = {"instance_id": SOURCE, "namespace": "prod", "repository": repository, "tags": tags}
        self.cloud.post("/_emulator/images", image)

    def writes(self) -> list[str]:
        return [call["action"] for call in self.cloud.calls() if not call["action"].startswith(("Get", "List"))]

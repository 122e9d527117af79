# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the result of a verification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, state_of
from ansible_collections.registryops.alicloud.plugins.module_utils._core.traffic import Load, traffic
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.destinations import (
    Ask,
    DestinationInstance,
    anybody,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.findings import ImageFindings
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.grants import Grants
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.rules import Standing
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.settings import SettingsFound
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.summary import Summary
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.words import summed_up


@dataclass(frozen=True)
class VerificationResult:
    """What a verification has found.

    Attributes:
        instance_id: the source.
        rules: how each rule stands.
        summary: the compared images.
        uncovered: namespaces of which no rule covers a repository.
        destinations: where the images go, by instance ID.
        grants: what is known of the grants that rules need.
        of_scopes: what is wrong with what rules cover, such as a filter that matches nothing.
        ask: what to ask of a destination's owner where the grant is missing.
        unreadable: destinations that could not be looked into, each with its host and the reason.
        records: how many sync records were read.
        images_file: the file of all images, if one was written.
        fail_on: the least severity that is a reason to fail.
        region: where the source is.
        settings: which settings of repositories differ.
        preview: whether this is a preview, in which configure_sync has changed nothing.
    """

    instance_id: str
    rules: Sequence[Standing]
    summary: Summary
    uncovered: Sequence[str] = ()
    destinations: Mapping[str, DestinationInstance] = field(default_factory=dict)
    grants: Grants = Grants()
    of_scopes: Sequence[Finding] = ()
    ask: Ask = anybody
    unreadable: Sequence[Mapping[str, str]] = ()
    records: int = 0
    images_file: str | None = None
    fail_on: str = "error"
    region: str | None = None
    settings: SettingsFound = SettingsFound()
    preview: bool = False

    def to_result(self) -> dict[str, Any]:
        """Return the result of the module."""
        summary, findings = self.summary, self.findings()
        return {
            "changed": False,
            "instance_id": self.instance_id,
            "state": state_of(findings),
            "counts": summary.counts,
            "lag": summary.lag(),
            "findings": findings,
            "images": [image.to_result() for image in summary.bad],
            "rules": [_shown(rule, summary) for rule in self.rules],
            "namespaces": summary.namespaces(self.uncovered),
            "troubles": summary.troubles(),
            "reasons": summary.reasons(),
            "others": summary.others(),
            "images_file": self.images_file,
            "records": self.records,
            "traffic": self._traffic(),
            "settings": self.settings.rows(),
            "unreadable": [*self.unreadable],
            "by_records": self._by_records(),
            "summary": self._summary(findings),
        }

    def _by_records(self) -> list[dict[str, Any]]:
        """Return the destinations that were not looked into, each with its number of images."""
        unseen = [place for place in self.destinations.values() if place.unseen]
        return [place.to_result(self.summary.wanted_at(place.instance_id)) for place in unseen]

    def _summary(self, findings: list[Finding]) -> dict[str, Any]:
        grants = self.grants.in_words(preview=self.preview)
        destinations = self.destinations.values()
        return summed_up(self.summary, destinations, findings, self._standings(), grants, self.fail_on)

    def _traffic(self) -> dict[str, Any]:
        """Return the images and bytes that have not arrived, by pair of regions."""
        regions = {str(rule.rule.get("target_instance_id")): rule.rule.get("target_region") for rule in self.rules}
        return traffic(
            Load(self.region, regions.get(target), size, images=images)
            for target, (images, size) in self.summary.not_there().items()
        )

    def _standings(self) -> Counter[str]:
        return Counter(rule.standing for rule in self.rules)

    def findings(self) -> list[Finding]:
        """Return what is wrong, errors first."""
        images = ImageFindings(self.summary, self.destinations, self.ask, self.unreadable)
        gone = {finding["subject"]: finding for finding in images.gone()}
        of_rules = [finding for finding in (self._of_rule(rule, gone) for rule in self.rules) if finding]
        of_images = [*gone.values(), *images.all()]
        of_settings = self.settings.findings({place.instance_id: place.name for place in self.destinations.values()})
        # A run that this is a preview of may grant what is missing.
        of_grants = () if self.preview else self.grants.findings()
        # "error" comes before "warning" in the alphabet. Sorting keeps the order of equal ones: rules, scopes,
        # grants, images, settings.
        return sorted(
            [*of_rules, *self.of_scopes, *of_grants, *of_images, *of_settings], key=lambda finding: finding["severity"]
        )

    def _of_rule(self, rule: Standing, gone: dict[str, Finding]) -> Finding | None:
        """Return what is wrong with a rule; that it moves away from an instance that is gone is one finding.

        Args:
            rule: how it stands.
            gone: the findings of instances that are gone, by their subjects; a finding that is told here is taken out.
        """
        finding = rule.finding(self.preview)
        left = self.destinations.get(str(rule.rule.get("target_instance_id")))
        if finding and left and rule.moves and left.called in gone:
            return {**finding, "problem": f"{finding['problem']}. {gone.pop(left.called)['problem']}"}
        return finding


def _shown(standing: Standing, summary: Summary) -> dict[str, Any]:
    renamed_to = standing.unlisted.renamed_to if standing.unlisted else None
    return {
        "name": standing.name,
        "standing": standing.standing,
        "why": standing.why,
        "renamed_to": renamed_to,
        "sync_rule": dict(standing.rule),
        "states": summary.by_rule(standing.name),
    }

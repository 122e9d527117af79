# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what is wrong with images, with a remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from ansible.module_utils.common.text.formatters import bytes_to_human

from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import counted, listed
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import issue_kind
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import Compared
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.destinations import (
    ABSENT,
    SENDS,
    UNNAMED,
    Ask,
    DestinationInstance,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.group import Group
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.signatures import LEFT_OUT
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.summary import Summary

_SAID = {
    "failed": "failed on their way to",
    "missing": "are missing at",
    "different": "are other images at",
    "unsigned": "arrived, their signatures did not, at",
}
# Images of one kind that have a sentence each. More are counted, with an example: a fourth sentence tells nothing new.
_NAMED = 3


class ImageFindings:
    """What is wrong with images, one finding for each reason.

    Args:
        summary: the compared images.
        destinations: where they go, by instance ID.
        ask: what to ask of a destination's owner where the grant is missing.
        unreadable: destinations that could not be looked into, each with its host and the reason.
    """

    def __init__(
        self,
        summary: Summary,
        destinations: Mapping[str, DestinationInstance],
        ask: Ask,
        unreadable: Sequence[Mapping[str, str]] = (),
    ) -> None:
        self._summary = summary
        self._destinations = destinations
        self._ask = ask
        self._unreadable = {blind["host"]: blind["reason"] for blind in unreadable}

    def all(self) -> list[Finding]:
        """Return what is not as it should be, then what no rule sends; what is gone is told by gone()."""
        found: list[Finding] = []
        for group in self._summary.by_reason():
            found += self._wrong(group)
        return [*self._blind(), *self._lacking(), *found, *self._never_sent()]

    def _lacking(self) -> Iterator[Finding]:
        """Return destinations without a namespace that images should arrive in."""
        for place in self._destinations.values():
            if place.lacking:
                names = f"namespace{'s' * (len(place.lacking) > 1)} {listed(sorted(place.lacking))}"
                problem = f"{place.called} does not have {names}, where rules should bring images"
                yield error("missing_namespace", place.called, problem, place.prepared())

    def _blind(self) -> Iterator[Finding]:
        """Return destinations that could not be looked into, unless they seem to be gone, which says as much."""
        gone = {place.host for place in self._destinations.values() if place.doubt()}
        for host, reason in self._unreadable.items():
            if host not in gone:
                remedy = "Correct its connection; until then its images are judged by the records of the source."
                yield error("unreadable_destination", host, f"{host} could not be looked into: {reason}", remedy)

    def gone(self) -> Iterator[Finding]:
        """Return destinations that seem to be gone, each with what that means for its images."""
        for destination in self._destinations.values():
            doubt = destination.doubt()
            if doubt:
                problem = f"{destination.called} seems to be gone: {doubt}"
                if destination.unseen not in (ABSENT, UNNAMED):
                    reason = self._unreadable.get(destination.host)
                    seen = "could not be looked into" if reason else "was not looked into"
                    problem += f". It {seen}: {reason or destination.unseen}"
                problem += self._lost(destination.instance_id)
                yield error("gone_destination", destination.called, problem, destination.replaced())

    def _lost(self, instance_id: str) -> str:
        """Return how many images had arrived at an instance that is gone, and how many others should be there."""
        arrived, wanted = self._summary.arrived_at(instance_id), self._summary.wanted_at(instance_id)
        parts = [f"{counted(arrived, 'image')} had arrived there before"] if arrived else []
        parts += [f"{counted(wanted - arrived, 'image')} had not"] if wanted > arrived else []
        return f". {', '.join(parts)}" if parts else ""

    def _wrong(self, group: Group) -> list[Finding]:
        target, state = group.first.target.instance_id, group.first.state
        # That the instance is gone has a finding already, which counts its images.
        if group.failure and issue_kind(group.failure.issue) == "instance" and self._at(target).doubt():
            return []
        # The image itself has arrived; whether a signature is wanted only its owner knows.
        say = warning if state == "unsigned" else error
        same = [image for image in self._summary.bad if (image.target.instance_id, image.state) == (target, state)]
        # `bad` holds a bounded number of images, so it may have fewer than were counted.
        if group.images <= _NAMED and len(same) == group.images:
            return [say(f"{state}_image", image.source, image.sentence, self._remedy(image, "it")) for image in same]
        where = self._at(target).called
        images = f"{counted(group.images, 'image')}, such as {_example(group.first)},"
        problem = f"{images} {_SAID[state]} {where} ({group.kind})"
        if group.failure:
            problem = group.failure.sentence(images, "their", where, several=True)
        return [say(f"{state}_image", where, problem, self._remedy(group.first, "them"))]

    def _remedy(self, image: Compared, them: str) -> str:
        destination = self._at(image.target.instance_id)
        if image.target.namespace in destination.lacking:
            return f"Once namespace {image.target.namespace} is there, {SENDS} {them}."
        if image.failure and not image.failure.past and destination.unseen == UNNAMED:
            return destination.sends("what failed", self._ask)
        if image.failure and not image.failure.past and issue_kind(image.failure.issue) == "grant":
            known = destination.granted("what failed")
            if known:
                return known
        if image.failure:
            ask = partial(self._ask, destination.instance_id, destination.region)
            return image.failure.remedy(destination.instance_id, ask, SENDS)
        if image.state == "different":
            return self._moved(image, destination, them)
        if image.state == "unsigned" and LEFT_OUT in image.reason:
            sent = destination.sends("those that are there", self._ask)
            return f"Let the rule's tag_filter cover the signatures too. {sent[0].upper()}{sent[1:]}"
        return destination.sends(them, self._ask)

    def _moved(self, image: Compared, destination: DestinationInstance, them: str) -> str:
        """Return how a tag that is another image is moved."""
        override = " with -e backfill_images_override=true"
        if not image.immutable:
            return destination.sends(them, self._ask, f"{override}, which moves the tag{'s' * (them == 'them')}")
        place = f"{image.target.namespace}/{image.target.repository}"
        return (
            f"Push {them} under another tag, or end the immutability of {place} there with"
            f" registryops.alicloud.acr_repository and tag_immutability: false; then"
            f" {destination.sends(them, self._ask, override)}"
        )

    def _never_sent(self) -> list[Finding]:
        """Return what a rule never carries.

        It is older than the rule, or the rule is manual.
        """
        totals: dict[tuple[str, str], list[int]] = {}
        for group in self._summary.others():
            # What is waiting will arrive, and extra images are no task of a rule.
            if group["state"] == "older":
                total = totals.setdefault((group["target_instance_id"], group["reason"]), [0, 0])
                total[0] += group["images"]
                total[1] += group["bytes"]
        found = []
        for (target, reason), (images, size) in totals.items():
            are, their, them = ("is", "its rule", "it") if images == 1 else ("are", "their rules", "them")
            why = f"{are} covered by manual rules" if "manual" in reason else f"{are} older than {their}"
            destination = self._at(target)
            # Nothing can be sent to an instance that is gone.
            if destination.doubt():
                continue
            where = destination.called
            # Without a look at the destination, only the records can be named.
            never = f"by the records never went to {where}" if destination.unseen else f"{are} not at {where}"
            problem = f"{counted(images, 'image')} ({bytes_to_human(size)}) {why} and {never}: no rule sends {them}"
            remedy = destination.sends(them, self._ask)
            if destination.lacking:
                remedy = f"Once the namespace is there, {SENDS} {them}."
            found.append(warning("never_sent", where, problem, remedy))
        return found

    def _at(self, instance_id: str) -> DestinationInstance:
        return self._destinations.get(instance_id) or DestinationInstance(instance_id)


def _example(image: Compared) -> str:
    """Return an image with the sync task that failed, by which the service's support finds it."""
    task = image.failure.task_id if image.failure else None
    return f"{image.source} (sync task {task})" if task else image.source

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report each rule's images, and all of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ansible.module_utils.common.text.formatters import bytes_to_human

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.traffic import lines
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import Route
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Destination, Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.outcome import (
    counts,
    described,
    is_change,
    moved_bytes,
    traffic_of,
    warned_of,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    ACTIONS,
    DIFFERENT,
    FAILED,
    IMMUTABLE,
    JOINED,
    LEFT,
    SEND,
    SENT,
    UNCHANGED,
    Transfer,
)

_BAD = (FAILED, LEFT, DIFFERENT, IMMUTABLE)
# What is not sent, whichever rule it is counted at.
_STAYS = (UNCHANGED, DIFFERENT, IMMUTABLE)


@dataclass(frozen=True)
class RuleFound:
    """The plan of one rule, or the error of planning it."""

    name: str
    destination: Destination | None = None
    transfers: Sequence[Transfer] = ()
    warnings: Sequence[str] = ()
    aside: int = 0
    error: AcrError | None = None

    def kept(self) -> dict[str, Any]:
        """Return the failed images as an acr_image_sync result."""
        images = [transfer.to_result() for transfer in self.transfers if transfer.outcome in _BAD]
        return {"rule": self.name, **_target(self.destination), "images": images}


def result(
    rules: Sequence[RuleFound], transfers: Sequence[Transfer], options: Sending, max_images: int, region: str | None
) -> dict[str, Any]:
    """Return what became of all rules.

    Args:
        rules: each rule with its images.
        transfers: all images, each once.
        options: how images are sent.
        max_images: how many of the images that were not sent are returned one by one.
        region: the source's region.
    """
    first = {transfer.route: transfer for transfer in transfers}
    told = [_told(rule, first, options) for rule in rules]
    size, loads = moved_bytes(transfers), traffic_of(transfers, region)
    bad = [transfer.to_result() for transfer in transfers if transfer.outcome in _BAD]
    warnings = [*chain.from_iterable(rule.warnings for rule in rules), *warned_of(transfers, options)]
    return {
        "changed": is_change(transfers),
        "rules": told,
        "counts": counts(transfers),
        "bytes": size,
        "traffic": loads,
        "images": bad[:max_images],
        "summary": [rule["sentence"] for rule in told] or ["no rule, so nothing to send"],
        "diff": {"before": "", "after": described(transfers, size) + lines(loads)},
        **({"warnings": list(dict.fromkeys(warnings))} if warnings else {}),
    }


def _told(rule: RuleFound, first: Mapping[Route, Transfer], options: Sending) -> dict[str, Any]:
    outcomes: Counter[str] = Counter()
    size = shared = 0
    for transfer in rule.transfers:
        owner = first[transfer.route]
        outcome = owner.outcome if owner is transfer else _later(owner.outcome, options)
        outcomes[outcome] += 1
        shared += owner is not transfer and owner.outcome not in _STAYS
        size += (transfer.size or 0) if outcome in (SEND, SENT) else 0
    numbers = {action: outcomes[action] for action in (*ACTIONS, FAILED)}
    told = {"name": rule.name, **_target(rule.destination), "counts": numbers, "bytes": size}
    if rule.error:
        told["msg"] = str(rule.error)
    return {**told, "sentence": _sentence(rule, numbers, size, shared)}


def _later(outcome: str, options: Sending) -> str:
    """Return the outcome of an image for a later rule, after an earlier one has sent it."""
    if outcome in (SEND, SENT, JOINED):
        return UNCHANGED if options.wait else JOINED
    return outcome


def _target(destination: Destination | None) -> dict[str, Any]:
    return {
        "target_region": destination.region if destination else None,
        "target_instance_id": destination.instance_id if destination else None,
        "target_account_id": destination.account_id if destination else None,
    }


def _sentence(rule: RuleFound, numbers: Mapping[str, int], size: int, shared: int) -> str:
    """Return a line about one rule.

    Args:
        rule: the rule.
        numbers: its images by outcome.
        size: bytes of those that are sent for it.
        shared: how many are sent, or were to be sent, for an earlier rule.
    """
    if rule.error:
        # The task fails with this error, which stands there with its remedy.
        return f"{rule.name}: could not begin, as told below"
    words = [f"{count:,} {action.replace('_', ' ')}" for action, count in numbers.items() if count]
    sentence = f"{rule.name}: {', '.join(words) or 'nothing to send'}"
    sentence += f" ({bytes_to_human(size)})" if size else ""
    if shared:
        sentence += f"; {shared:,} of these are counted at a rule above, too, and go once"
    if rule.aside:
        sentence += f"; {rule.aside:,} more are not there and have not failed, which a run without retry sends"
    return sentence

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know of each destination whether it was looked into, and what stands in its way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.commands import ask_unless_granted
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import iso_time
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import called, listed
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import issue_kind
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.failure import Record
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.grants import (
    IN_FORCE,
    MISSING,
    UNKNOWN,
    Grant,
    Grants,
)

SENDS = "registryops.alicloud.backfill_images sends"
MOVES = "Run registryops.alicloud.configure_sync, which points the rule where the inventory says"
ABSENT = "its own account is told that it does not exist"
UNNAMED = "the inventory does not name it any more"
# What to ask of a destination's owner, by instance and region.
Ask = Callable[[str, "str | None"], str]


def anybody(instance_id: str, _region: str | None) -> str:
    """Return what to ask of an instance's owner where the caller's account is not known."""
    return f"Ask the team that owns {instance_id} to run registryops.alicloud.grant_access"


@dataclass(frozen=True)
class DestinationInstance:
    """One instance that images go to.

    Attributes:
        instance_id: its ID.
        name: its host's name; empty if it has none.
        region: where the rules say that it is.
        crosses: whether it is in another account, so that it takes a grant.
        unseen: why it was not looked into; empty if it was.
        refused: the newest record that ended there, if it refused everything.
        grant: what is known of the grant that it takes.
        lacking: namespaces that images should arrive in and that it does not have.
    """

    instance_id: str
    name: str = ""
    region: str | None = None
    crosses: bool = False
    unseen: str = ""
    refused: Record | None = None
    grant: Grant = UNKNOWN
    lacking: frozenset[str] = frozenset()

    @property
    def called(self) -> str:
        return called(self.instance_id, self.name)

    @property
    def host(self) -> str:
        """Return what messages call it that know no other name."""
        return self.name or self.instance_id

    def sends(self, them: str, ask: Ask, how: str = "") -> str:
        """Return how images get there, and what has to be done before.

        Args:
            them: it or them.
            ask: what to ask of the owner where the grant is missing.
            how: what to say beside the playbook.
        """
        kind = issue_kind(self.refused.issue) if self.refused else ""
        if self.grant.state == MISSING or (self.grant.state == IN_FORCE and kind != "instance"):
            return self.granted(f"{them}{how}", told=False)
        if self.refused and kind == "grant":
            since = iso_time(self.refused.created)
            return f"{ask_unless_granted(since, ask(self.instance_id, self.region))} Then {SENDS} {them}{how}."
        # The inventory has turned away from it, so the rule goes first.
        if self.unseen == UNNAMED:
            return f"{MOVES}. Then {SENDS} {them}{how}."
        if kind == "instance" and self.unseen:
            return f"Point the rule at an instance that exists. Then {SENDS} {them}{how}."
        # Nobody has seen the grant, since that takes keys of the other account.
        grant = f"If the team that owns {self.called} still grants access, " if self.crosses else ""
        return f"{grant}{SENDS} {them}{how}."

    def prepared(self) -> str:
        """Return how the namespaces that it lacks are made."""
        names = f"namespace{'s' * (len(self.lacking) > 1)} {listed(sorted(self.lacking))}"
        return (
            f"Run registryops.alicloud.prepare_destination with the inventory of {self.host}, or"
            f" registryops.alicloud.cross_account_sync: each makes {names}."
        )

    def granted(self, them: str, *, told: bool = True) -> str:
        """Return how images get there by what is known of the grant; empty if nobody has seen it.

        Args:
            them: the images.
            told: whether to say that the grant is in force, since something failed for lack of it.
        """
        if self.grant.state == MISSING:
            return f"Once access is granted, {SENDS} {them}."
        if self.grant.state != IN_FORCE:
            return ""
        changed = f", and was changed last at {self.grant.changed}" if self.grant.changed else ""
        return f"The grant is in force now{changed}: {SENDS} {them}." if told else f"{SENDS} {them}."

    def doubt(self) -> str:
        """Return what says that the instance is gone: its own account, or the newest record; empty if nothing does."""
        # An instance that could be looked into is not gone, whatever a record says.
        if self.unseen == ABSENT:
            return f"{ABSENT}{f' in {self.region}' if self.region else ''}"
        if not self.refused or not self.unseen or issue_kind(self.refused.issue) != "instance":
            return ""
        return f"its newest sync record, of {iso_time(self.refused.created)}, says {self.refused.issue}"

    def replaced(self) -> str:
        """Return what to do about an instance that is gone, or was built anew under another ID."""
        if self.unseen == UNNAMED:
            return f"{MOVES}. Then {SENDS} what is not there."
        known = self.unseen == ABSENT
        ask = "" if known else f"Ask the team that owns {self.called}. "
        there = f"acr_instance_id of {self.name}" if self.name else "target_instance_id of its rules"
        check = f" If it is there, correct acr_region or the keys of {self.host}." if known else ""
        return (
            f"{ask}If it was built anew, set {there} to the new ID, and run registryops.alicloud.cross_account_sync and"
            f" registryops.alicloud.backfill_images. If it is gone for good, set state: absent for its rules.{check}"
        )

    def to_result(self, images: int) -> dict[str, Any]:
        """Return it as the result shows what was not looked into.

        Args:
            images: how many were judged by the records alone.
        """
        shown = {"instance_id": self.instance_id, "name": self.name or None, "images": images}
        return {**shown, "reason": self.unseen, "doubt": self.doubt() or None}


def destinations(
    rules: Iterable[Mapping[str, Any]],
    named: Mapping[str, str],
    unseen: Mapping[str, str],
    refused: Callable[[str], Record | None],
    grants: Grants,
) -> dict[str, DestinationInstance]:
    """Return the instances that rules end at.

    Args:
        rules: the rules whose images were compared.
        named: what destinations are called, by instance ID.
        unseen: why some were not looked into, by instance ID.
        refused: tells which record refused everything, by instance ID.
        grants: what is known of the grants that they take.
    """
    found: dict[str, DestinationInstance] = {}
    for rule in rules:
        instance = str(rule["target_instance_id"])
        crosses = bool(rule.get("cross_account"))
        region = rule.get("target_region")
        found[instance] = DestinationInstance(
            instance,
            named.get(instance, ""),
            region,
            crosses,
            unseen.get(instance, ""),
            refused(instance),
            grants.of(instance),
        )
    return found


def unseen_words(unseen: Iterable[tuple[str, str]]) -> str:
    """Return which destinations were not looked into, and why; empty if all were.

    Each comes with its name and the reason.
    """
    by_reason: dict[str, list[str]] = {}
    for name, reason in unseen:
        by_reason.setdefault(reason, []).append(name)
    parts = []
    for reason, names in by_reason.items():
        itself, was = ("itself", "was") if len(names) == 1 else ("themselves", "were")
        because = reason if len(names) == 1 else reason.replace("of it ", "of them ").replace(" it ", " them ")
        parts.append(f"{' and '.join(names)} {itself} {was} not looked into, since {because}")
    return "; ".join(parts)

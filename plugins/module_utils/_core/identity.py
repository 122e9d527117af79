# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define keys, roles and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SESSION = "registryops-alicloud"
# Characters of an ID that people compare, as of a credit card.
_SHOWN = 4


@dataclass(frozen=True)
class Keys:
    """An access key, which signs requests; only its ID may ever be shown.

    `origin` says where the key comes from, such as "the environment".
    """

    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)
    origin: str = field(default="", compare=False)

    def described(self) -> str:
        """Say which key it is by the end of its ID, as the console and its owner's notes have it."""
        where = f", from {self.origin}" if self.origin else ""
        return f"It was the access key whose ID ends in {self.access_key_id[-_SHOWN:]}{where}."


@dataclass(frozen=True)
class AssumeRole:
    """The parameters of STS AssumeRole for one role."""

    arn: str
    session_name: str = SESSION
    external_id: str | None = field(default=None, repr=False)
    policy: str | None = None
    duration: int | None = None


@dataclass(frozen=True)
class ProfileProvider:
    """A profile whose keys the SDK's credentials package obtains.

    Its mode is one such as EcsRamRole or OIDC.

    Attributes:
        entry: the profile as the file has it; it may hold secrets.
        role: the role that the mode itself assumes, which OIDC alone does.
    """

    name: str
    file: str
    mode: str = ""
    entry: Mapping[str, Any] = field(default_factory=dict, repr=False)
    role: AssumeRole | None = None


@dataclass(frozen=True)
class Source:
    """Where keys come from, and the roles assumed in turn."""

    keys: Keys | ProfileProvider
    roles: tuple[AssumeRole, ...] = ()
    region: str | None = None
    sts_endpoint: str | None = None

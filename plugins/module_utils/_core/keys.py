# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take keys from one place, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.identity import Keys

KEY_OPTIONS = ("access_key_id", "access_key_secret", "security_token")


def whole_keys(found: Mapping[str, str | None], where: str, names: Mapping[str, str]) -> Keys:
    """Return the keys that one place holds.

    Args:
        found: each of KEY_OPTIONS; None where the place lacks it.
        where: the place, in the plural unless it is the environment.
        names: what the place calls each of them.

    Raises:
        AcrError: one is missing, or has characters that no key has.
    """
    missing = [option for option in ("access_key_id", "access_key_secret") if not found[option]]
    if missing:
        given = " and ".join(names[option] for option in KEY_OPTIONS if found[option])
        hold = "holds" if where == "the environment" else "hold"
        lacking = " and ".join(names[option] for option in missing)
        raise AcrError(
            f"{where} {hold} {given} but not {lacking}" if given else f"{where} {hold} no {lacking}",
            "Give the whole set in one place; keys are never put together from several.",
        )
    for option, value in found.items():
        text = value or ""
        if not (text.isascii() and text.isprintable()) or " " in text:
            raise AcrError(
                f"{names[option]} of {where} holds a blank, a line break or another character that no key has",
                "Copy it again; a file that is read with a lookup often ends with a line break.",
            )
    return Keys(str(found["access_key_id"]), str(found["access_key_secret"]), found["security_token"] or None, where)

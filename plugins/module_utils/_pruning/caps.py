# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse to delete more than was allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import counted
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.extra import Extra


def check_caps(going: Sequence[Extra], by_rule: Mapping[str, int], most: int, share: int) -> None:
    """Refuse before anything is deleted.

    Args:
        going: what would be deleted.
        by_rule: how many images each rule has at the destination.
        most: how many may go.
        share: how many of a hundred of a rule's images may go.

    Raises:
        AcrError: there are more.
    """
    problems = [*_over(going, by_rule, most, share)]
    if problems:
        raise AcrError(
            f"{' and '.join(problems)}; nothing was deleted",
            "Look at what check mode lists. If all of it should go, raise max_deletions or max_share"
            " (prune_destination_max_deletions and prune_destination_max_share in the role). A source that has just"
            " been emptied looks the same.",
        )


def _over(going: Sequence[Extra], by_rule: Mapping[str, int], most: int, share: int) -> Iterator[str]:
    # Both limits are for accidents, such as a source that was emptied or a rule that was narrowed.
    if len(going) > most:
        yield f"{counted(len(going), 'image')} would go, more than max_deletions ({most:,})"
    for rule, count in Counter(extra.rule for extra in going).items():
        # In whole numbers, since a rounded share may be on the wrong side of the limit.
        if count * 100 > share * by_rule[rule]:
            part = f"{count:,} of the {by_rule[rule]:,} images of sync rule {rule}"
            yield f"{part} would go, more than max_share ({share} %)"

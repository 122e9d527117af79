# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge filters: signatures left behind, and everything selected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_match import ANYTHING
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.attached import attached_to
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule, selects
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Held, Origin
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wide_filters import wide_filters

# The tags under which cosign, the OCI referrers fallback and others keep signatures, attestations and SBOMs.
_ENDINGS = ("", ".sig", ".att", ".sbom", ".other")
_SIGNATURES = "^sha256-[0-9a-f]{64}"


def left_behind(rule: Rule, origin: Origin, images: Mapping[str, Held]) -> Finding | None:
    """Return a finding if a rule's tag_filter leaves signatures behind.

    Args:
        rule: a rule that covers the repository, as results show it.
        origin: the repository and its namespace.
        images: what the repository holds, by tag.
    """
    pattern = rule.get("tag_filter")
    if selects_signatures(pattern):
        return None
    left = [tag for tag in images if attached_to(tag) and not selects(pattern, tag)]
    if not left:
        return None
    # A signature of an image that the rule leaves out is left out rightly.
    carried = {held.digest: tag for tag, held in images.items() if selects(pattern, tag)}
    for tag in left:
        digest = attached_to(tag)
        if digest in carried:
            subject = f"sync rule {rule['name']}"
            problem = (
                f"{subject} carries {'/'.join(origin)}:{carried[digest]}"
                f" and leaves behind {tag}, which is attached to it;"
                " an admission policy at the destination would refuse the image"
            )
            remedy = f"Let its tag_filter select them too: ({pattern})|({_SIGNATURES})"
            return warning("signatures_left_behind", subject, problem, remedy)
    return None


def selects_signatures(pattern: str | None) -> bool:
    """Return whether a filter selects every attachment; one digest stands for all."""
    return pattern in ANYTHING or all(selects(pattern, f"sha256-{'0' * 64}{ending}") for ending in _ENDINGS)


def selecting_all(rules: Iterable[Rule]) -> Iterator[Finding]:
    """Yield a finding for each filter that selects more than was probably meant, such as v*."""
    for rule in rules:
        for wide in wide_filters(rule):
            yield warning("filter_selects_all", f"sync rule {rule['name']}", wide.problem, wide.remedy)

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge what rules select: rules that meet at one place, signatures left behind, filters that select everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_match import selects_all
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.attached import attached_to
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import FILTERS, covers, selects

Rule = Mapping[str, Any]
Image = Mapping[str, Any]
Place = tuple[str, str]

_SIGNATURES = r"^sha256-[0-9a-f]{64}(\.(sig|att|sbom))?$"


def meeting(rules: Sequence[Rule], images: Sequence[Image]) -> Iterator[Finding]:
    """Find rules that write one tag of one place from different repositories, so that it is moved to and fro.

    Args:
        rules: rules of one instance, as results show them.
        images: the instance's images, as results show them.
    """
    written = [_written(rule, images) for rule in rules]
    for (rule, places), (other, other_places) in combinations(zip(rules, written, strict=True), 2):
        if rule.get("target_instance_id") != other.get("target_instance_id"):
            continue
        for place in sorted(places.keys() & other_places.keys()):
            sources = _colliding(rule, places[place], other, other_places[place])
            if sources:
                subject = f"sync rule {other['name']}"
                problem = (
                    f"sync rules {rule['name']} and {other['name']} both write {'/'.join(place)} on"
                    f" {rule['target_instance_id']}, from {sources[0]} and {sources[1]},"
                    " so that its tags are moved to and fro"
                )
                yield error("rules_meet", subject, problem, "Give one of them another target, or narrow its filters.")
                break


def left_behind(rule: Rule, images: Sequence[Image]) -> Iterator[Finding]:
    """Find a rule whose tag_filter does not select the signatures of what it carries."""
    carried = {
        (image["namespace"], image["repository"], image.get("digest")): image for image in images if covers(rule, image)
    }
    for image in images:
        digest = attached_to(image["tag"])
        owner = carried.get((image["namespace"], image["repository"], digest)) if digest else None
        if owner and not covers(rule, image):
            subject = f"sync rule {rule['name']}"
            problem = (
                f"{subject} carries {owner['namespace']}/{owner['repository']}:{owner['tag']}"
                f" and leaves behind {image['tag']}, which is attached to it;"
                " an admission policy at the destination would refuse the image"
            )
            remedy = f"Let its tag_filter select them too: ({rule.get('tag_filter')})|({_SIGNATURES})"
            yield warning("signatures_left_behind", subject, problem, remedy)
            return


def selecting_all(rules: Iterable[Rule]) -> Iterator[Finding]:
    """Find filters that match the empty text, and so everything, such as the glob v*."""
    for rule in rules:
        for name in FILTERS:
            if selects_all(rule.get(name)):
                subject = f"sync rule {rule['name']}"
                problem = (
                    f"{name} {rule[name]!r} of {subject} matches the empty text; as filters are searched for and not"
                    " compared as a whole, such a one mostly selects everything"
                )
                remedy = "Write a regular expression that needs a character, such as ^v for all that begins with v."
                yield warning("filter_selects_all", subject, problem, remedy)


def _written(rule: Rule, images: Iterable[Image]) -> dict[Place, dict[Place, set[str]]]:
    """Return the tags that may come to each place, by the repository that they come from."""
    places: dict[Place, dict[Place, set[str]]] = {}
    everywhere = {**rule, "tag_filter": None}
    for image in images:
        if covers(everywhere, image):
            source = (image["namespace"], image["repository"])
            place = (rule.get("target_namespace") or source[0], rule.get("target_repository") or source[1])
            places.setdefault(place, {}).setdefault(source, set()).add(image["tag"])
    return places


def _colliding(
    rule: Rule, sources: Mapping[Place, set[str]], other: Rule, other_sources: Mapping[Place, set[str]]
) -> tuple[str, str] | None:
    """Return two repositories of which both rules would write one tag that one of them has."""
    for source, tags in sources.items():
        for other_source, other_tags in other_sources.items():
            filters = (rule.get("tag_filter"), other.get("tag_filter"))
            both = [tag for tag in tags | other_tags if all(selects(pattern, tag) for pattern in filters)]
            if source != other_source and both:
                return "/".join(source), "/".join(other_source)
    return None

# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose the images that `select` or a rule selects, and what is attached to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, NotFoundError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import listed
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.attached import attached_to, attachments
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import covers
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.idle_filters import IdleFilters
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import (
    Image,
    ListedRepository,
    list_images,
    list_repositories,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.names import (
    as_yaml_reads,
    check_repositories,
    check_tags,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import (
    Destination,
    Selection,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    Transfer,
    attached_transfer,
    transfer_of,
)

# Repositories are chosen before their tags are known.
_NO_TAGS = {"tags": None, "tag_filter": None}


@dataclass(frozen=True)
class Selector:
    """Chooses images of one instance.

    Attributes:
        client: the source account's services.
        instance_id: the source instance.
        destination: where the images go.
        selection: what the task selects.
        rule: a rule as results show it, which narrows the selection; an empty one covers everything.
        attached: whether attachments go along with their image.
        where: how the role calls the option select, in brackets.
        warnings: takes what should be told beside the images.
        unknown: takes the refusals of names that a rule does not reach.
    """

    client: Client
    instance_id: str
    destination: Destination
    selection: Selection
    rule: Mapping[str, Any]
    attached: bool = True
    where: str = ""
    warnings: list[str] = field(default_factory=list)
    unknown: list[AcrError] = field(default_factory=list)

    @property
    def namespaces(self) -> list[str | None]:
        """Return the namespaces to read; None stands for all."""
        return list(self.selection.namespaces or [self.rule.get("namespace")])

    def transfers(self) -> list[Transfer]:
        """Return the selected images, ordered by their repositories.

        Raises:
            AcrError: a selected name does not exist.
        """
        every = self._listed_places()
        places = sorted(self._chosen_places(every))
        idle = self._idle_filters(every)
        listed: list[int] = []  # the number of images of each repository that was listed so far

        def of(place: ListedRepository) -> tuple[list[Transfer], set[str]]:
            found = self._of(place, idle)
            listed.append(len(found[0]))
            return found

        def words() -> str:
            return f"listed {len(listed):,} of {len(places):,} repositories, {sum(listed):,} images to look at so far"

        with activity.doing(words):
            found = self.client.calls(of, places)
        tags: set[str] = set()
        transfers: list[Transfer] = []
        for sent, near in found:
            transfers += sent
            tags |= near
        with self._told():
            check_tags(self.selection.tags or (), tags, self.instance_id, f"select.tags{self.where}")
        self.warnings.extend(f"{filtered.problem}. {filtered.remedy}" for filtered in idle.found())
        return transfers

    def _idle_filters(self, places: Iterable[ListedRepository]) -> IdleFilters:
        """Return what finds a filter of the rule that matches nothing, which nobody can tell of a selection."""
        selection = self.selection
        names = (selection.namespaces, selection.repositories, selection.tags, *selection.filters.values())
        whole = self.rule and not any(names)
        return IdleFilters([self.rule] if whole else [], [(place.namespace, place.repository) for place in places])

    def _chosen_places(self, found: Collection[ListedRepository]) -> Iterator[ListedRepository]:
        selection = replace(self.selection, tags=None, tag_filter=None)
        rule = {**self.rule, **_NO_TAGS}
        with self._told():
            check_repositories(
                self.selection.repositories or (), found, self.instance_id, f"select.repositories{self.where}"
            )
        return (place for place in found if _is_selected(selection, rule, place, ""))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Warn of an unknown name if a rule is given, and refuse it otherwise.

        One selection often goes with several rules, and hardly any rule covers all names of it.
        """
        try:
            yield
        except AcrError as error:
            if not self.rule:
                raise
            self.unknown.append(error)
            self.warnings.append(f"Sync rule {self.rule.get('name')}: {error}")

    def _listed_places(self) -> set[ListedRepository]:
        places: set[ListedRepository] = set()
        missing: list[str] = []
        refusal: NotFoundError | None = None
        for namespace in self.namespaces:
            where = f"namespace {namespace} on {self.instance_id}" if namespace else self.instance_id
            try:
                with attempt(f"list the repositories of {where}"):
                    places.update(list_repositories(self.client, self.instance_id, namespace))
            except NotFoundError as error:
                missing.append(str(namespace))
                refusal = refusal or error
        if refusal and len(missing) > 1:
            refusal.attempted = f"list the repositories of namespaces {listed(missing)} on {self.instance_id}"
        if refusal:
            raise refusal
        return places

    def _of(self, place: ListedRepository, idle: IdleFilters) -> tuple[list[Transfer], set[str]]:
        """Return a repository's selected images and matching tags."""
        try:
            with attempt(f"list the images of {place.namespace}/{place.repository} on {self.instance_id}"):
                found = list(list_images(self.client, self.instance_id, place.repository_id))
        except NotFoundError:
            return [], set()  # deleted since the repositories were listed
        idle.add((place.namespace, place.repository), [str(image.tag) for image in found])
        chosen = {image.tag: self._transfer(place, image) for image in self._chosen(place, found)}
        if self.attached:
            self._take_along(chosen, found)
        return list(chosen.values()), self._named(found)

    def _chosen(self, place: ListedRepository, found: Iterable[Image]) -> list[Image]:
        """Return the fitting images; attachments do not count among the newest."""
        selection = self.selection
        fitting = [image for image in found if self._fits(place, image)]
        if selection.newest is None:
            return fitting
        images = [image for image in fitting if attached_to(image.tag) is None]
        return sorted(images, key=lambda image: image.update_time or 0, reverse=True)[: selection.newest]

    def _fits(self, place: ListedRepository, image: Image) -> bool:
        selection, tag = self.selection, str(image.tag)
        if not self.attached and attached_to(tag) and tag not in (selection.tags or ()):
            return False
        return (
            _is_selected(selection, self.rule, place, tag)
            and (image.update_time or 0) >= (selection.since or 0)
            and (selection.versions is None or tag in selection.versions)
        )

    def _take_along(self, chosen: dict[str | None, Transfer], found: Iterable[Image]) -> None:
        """Add the attachments of the chosen images, whatever filters say of their tags."""
        attached = attachments(found)
        for transfer in list(chosen.values()):
            for image in attached.get(str(transfer.digest), ()):
                along = attached_transfer(transfer, image)
                chosen[image.tag] = along

    def _transfer(self, place: ListedRepository, image: Image) -> Transfer:
        named = {"namespace": place.namespace, "repository": place.repository, "tag": image.tag}
        transfer = transfer_of(named, self.destination)
        transfer.repository_id = place.repository_id
        transfer.found(image)
        return transfer

    def _named(self, found: Iterable[Image]) -> set[str]:
        if self.selection.tags is None:
            return set()
        names = set(self.selection.tags)
        tags = {str(image.tag) for image in found}
        return {tag for tag in tags if tag in names or as_yaml_reads(tag) in names}


def _is_selected(selection: Selection, rule: Mapping[str, Any], place: ListedRepository, tag: str) -> bool:
    """Return whether selection, filters and rule cover an image."""
    image = {"namespace": place.namespace, "repository": place.repository, "tag": tag}
    named = (
        (selection.namespaces is None or place.namespace in selection.namespaces)
        and (selection.repositories is None or place.repository in selection.repositories)
        and (selection.tags is None or tag in selection.tags)
    )
    return named and covers(selection.filters, image) and covers(rule, image)

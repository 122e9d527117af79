# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find misspelt names, and suggest the right ones."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.nearby import near_namespaces
from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import nearest, there_are
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import listed
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import ListedRepository

# What PyYAML takes for numbers and truth values, as far as a tag can be written like that.
_INTEGER = re.compile("0b_*[01][01_]*|0x_*[0-9a-fA-F][0-9a-fA-F_]*|0[0-7_]*|[1-9][0-9_]*")
_FRACTION = re.compile(r"[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?")
_TRUTH = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}


def check_rules(named: Iterable[str], known: Collection[str], where: str, option: str) -> None:
    """Refuse named sync rules that do not exist.

    Args:
        named: the names.
        known: the names of the rules that there are.
        where: where they were looked for.
        option: where the names can be corrected.
    """
    lacking = sorted(set(named) - set(known))
    if lacking:
        reason = f"there is no sync rule {' and no '.join(lacking)}{where}"
        raise AcrError(reason, f"Correct {option}. {there_are(lacking[0], known)}")


def check_namespaces(  # which are named, which have repositories, and where that can be corrected
    client: Client, instance_id: str, named: Iterable[str], there: Collection[str], option: str
) -> None:
    """Refuse named namespaces without a repository, in which nothing would seem to be wrong."""
    lacking = [namespace for namespace in named if namespace not in there]
    if lacking:
        reason = f"{instance_id} has no repository in namespace {' and in '.join(lacking)}"
        near = near_namespaces(client.pages, instance_id, lacking[0])
        raise AcrError(reason, f"Correct {option}. {near}".strip())


def check_repositories(
    named: Iterable[str], places: Collection[ListedRepository], instance_id: str, option: str
) -> None:
    """Refuse named repositories that do not exist; `option` is where the names can be corrected."""
    known = {place.repository for place in places}
    missing = [name for name in named if name not in known]
    if not missing:
        return
    namespaces = sorted({place.namespace for place in places})
    what = "repository" if len(missing) == 1 else "repositories"
    where = listed(namespaces) or "the selected namespaces"
    raise AcrError(
        f"{instance_id} has no {what} {listed(missing)} in {where}", _repository_hint(missing[0], places, option)
    )


def _repository_hint(name: str, places: Collection[ListedRepository], option: str) -> str:
    for place in places:
        # The API takes the two names apart, and people copy them as one from the console.
        if name == f"{place.namespace}/{place.repository}":
            return (
                "A repository is named without its namespace:"
                f" say namespaces: [{place.namespace}] and repositories: [{place.repository}]."
            )
    return f"Correct {option}{_near(name, {place.repository for place in places})}."


def check_tags(named: Iterable[str], known: Collection[str], instance_id: str, option: str) -> None:
    """Refuse named tags that no selected repository has; `known` are the tags to suggest, and `option` is where to."""
    missing = [tag for tag in named if tag not in known]
    if not missing:
        return
    hint = next(filter(None, (number_hint(tag, known) for tag in missing)), "")
    reason = f"no selected repository of {instance_id} has the tag {listed(missing)}"
    raise AcrError(reason, hint or f"Correct {option}{_near(missing[0], known)}.")


def tag_hint(tag: str, known: Collection[str]) -> str:
    """Return advice for a tag that does not exist."""
    return number_hint(tag, known) or f"Check what was pushed. {there_are(tag, known)}"


def number_hint(tag: str, known: Iterable[str] = ()) -> str:
    """Return advice for a tag that YAML made of another one, such as 1.1 of 1.10; empty if no such tag exists."""
    meant = next((other for other in sorted(known) if other != tag and as_yaml_reads(other) == tag), None)
    if not meant:
        return ""
    kind = "number" if tag[:1].isdigit() else "truth value"
    return f"YAML reads a tag without quotes as a {kind}: {meant} is read as {tag}. Write the tag in quotes."


def as_yaml_reads(text: str) -> str:
    """Return what becomes of a text without quotes once Ansible has made text of it again, as 493 of 0755."""
    if text.lower() in _TRUTH and text in (text.lower(), text.upper(), text.capitalize()):
        return str(_TRUTH[text.lower()])
    digits = text.replace("_", "")
    if _INTEGER.fullmatch(text):
        # A leading zero alone means octal in YAML 1.1, which Ansible reads, and is no number in Python.
        octal = digits.startswith("0") and digits.isdigit()
        return str(int(digits, 8 if octal else 0))
    return str(float(digits)) if _FRACTION.fullmatch(text) else text


def _near(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f", such as to {near}" if near else ""

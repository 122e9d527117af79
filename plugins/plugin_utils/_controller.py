# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Call the services from the controller's plugins, with the connection that modules would have."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, complete
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import connect
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import (
    CONNECTION_OPTIONS,
    connection,
    without_empty_text,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.connection import with_connection
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.variables import read_variable

Spec = Mapping[str, Mapping[str, Any]]


@contextmanager
def as_lookup_errors() -> Iterator[None]:
    """Raise what goes wrong during the block as Ansible expects it of a lookup."""
    try:
        yield
    except AcrError as error:
        raise AnsibleLookupError(str(complete(error))) from error


def options_of(given: Mapping[str, Any], own: Spec, variables: Mapping[str, Any], templar: Any) -> dict[str, Any]:
    """Return a lookup's options, completed by host variables and then by defaults.

    Raises:
        AcrError: an option is unknown or wrong.
    """
    filled = with_connection(given, lambda name: read_variable(templar, variables, name), CONNECTION_OPTIONS)
    return validated(filled, {**CONNECTION_OPTIONS, **own})


def instances_of(said: Sequence[str], variables: Mapping[str, Any], templar: Any) -> list[str]:
    """Return a lookup's instances; if it names none, the host's own.

    Raises:
        AcrError: there is none, or a name is no ID of an instance.
    """
    named: Sequence[Any] = said or [read_variable(templar, variables, "acr_instance_id")]
    found = [str(instance) for instance in named if instance]
    if not found:
        raise AcrError("no instance is given", "Give its ID, or set the variable acr_instance_id of the host.")
    for instance in found:
        check({"instance_id": instance})
    return found


def validated(given: Mapping[str, Any], spec: Spec) -> dict[str, Any]:
    """Return the options with their types and defaults.

    Raises:
        AcrError: an option is unknown or wrong.
    """
    # Ansible checks no argument spec of lookups and event sources, so they are checked here as modules are.
    found = ArgumentSpecValidator(spec).validate(dict(given))
    unknown = sorted(set(given) - _names(spec))
    if unknown:
        raise AcrError(f"there is no option {' and '.join(unknown)}", "Correct its name, or leave it out.")
    if found.error_messages:
        raise AcrError("; ".join(found.error_messages), "Correct the options.")
    options = without_empty_text(found.validated_parameters, spec)
    check(options)
    return options


def _names(spec: Spec) -> set[str]:
    names = set(spec)
    for option in spec.values():
        names.update(option.get("aliases", ()))
    return names


def reader(options: Mapping[str, Any]) -> Client:
    """Return a client that only reads, and belongs to account_id if that is given.

    Raises:
        AcrError: there are no credentials or no SDK, or the credentials are another account's.
    """
    # Read-only, so that no mistake of ours can write from a lookup.
    client = connect(connection(options, os.environ), True)
    client.check_account()
    return client

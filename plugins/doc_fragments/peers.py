# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connections to instances of other accounts."""

from __future__ import annotations

# Ansible merges fragments by whole options, so the suboptions are joined to each option here. yamllint of ansible-test
# reads only plain assignments of one text, hence the annotations below; antsibull-docs reads what is joined.
_CONNECTION = r"""
      access_key_id:
        description: ID of an access key.
        type: str
      access_key_secret:
        description: Secret of that access key.
        type: str
      security_token:
        description: Token that belongs to a temporary key.
        type: str
      profile:
        description: Name of a profile, instead of keys.
        type: str
      profile_file:
        description: Configuration file with that profile.
        type: path
      assume_role_arn:
        description: ARN of a RAM role to assume.
        type: str
      assume_role_session_name:
        description: Name of the role's session.
        type: str
      assume_role_external_id:
        description: External ID that the role's trust policy may demand.
        type: str
      assume_role_policy:
        description: Policy document that limits what the session may do.
        type: json
      assume_role_duration:
        description: Duration of the role's session in seconds.
        type: int
      cr_endpoint:
        description: Endpoint of Container Registry.
        type: str
      sts_endpoint:
        description: Endpoint of STS.
        type: str
      connect_timeout:
        description: Seconds to wait for a connection. If unset, the task's own.
        type: int
      read_timeout:
        description: Seconds to wait for a whole answer. If unset, the task's own.
        type: int
      ca_bundle:
        description: File, or folder, with the only certificate authorities to trust. If unset, the task's own.
        type: path
      rate_limit:
        description: Maximum number of calls a second to each service. If unset, the task's own.
        type: float
"""
_INSTANCE = (
    r"""
    type: list
    elements: dict
    default: []
    suboptions:
      instance_id:
        description: ID of the instance.
        type: str
        required: true
      name:
        description: Name of the instance in messages. If unset, its ID is used.
        type: str
      region:
        description: Region of the instance.
        type: str
"""
    + _CONNECTION
)
_SAME_ACCOUNT = r"""
      account_id:
        description: UID of the account that the credentials must belong to.
        type: str
"""
_OWNER = r"""
      account_id:
        description: UID of the account that owns the instance. Needed to send an image into another account.
        type: str
"""


class ModuleDocFragment:
    # For a module that looks at the sources of what a destination has.
    SOURCES: str = (
        r"""
options:
  sources:
    description:
      - Source instances, each with the connection to its account. It is only used to read. Its credentials are never
        taken from the environment.
"""
        + _INSTANCE
        + _SAME_ACCOUNT
    )

    # For a module that compares both sides.
    VERIFIED: str = (
        r"""
options:
  destinations:
    description:
      - Destination instances of the rules, each with the connection to its account. It is only used to read. Its
        credentials are never taken from the environment. For an instance that is not listed or cannot be read, the
        module relies on the sync records of the source.
      - If unset, they are the hosts that the rules name in O(rules[].to), or whose C(acr_instance_id) they name in
        O(rules[].target_instance_id). Of a host without credentials, only the name is used.
"""
        + _INSTANCE
        + _SAME_ACCOUNT
    )

    # For a module that makes rules.
    LOOKED_INTO: str = (
        r"""
options:
  destinations:
    version_added: 1.0.0
    description:
      - Destination instances of the rules, each with the connection to its account. It is only used to read. Its
        credentials are never taken from the environment. It looks at the instance, its namespaces and repositories,
        and with the rights for it at the role of the account; without them, it leaves that to the service.
      - If unset, they are the hosts that the rules name in O(rules[].to), or whose C(acr_instance_id) they name in
        O(rules[].target_instance_id). Of a host without credentials, only the name is used.
"""
        + _INSTANCE
        + _SAME_ACCOUNT
    )

    # For a module that sends what is not there.
    FILLED: str = (
        r"""
options:
  destinations:
    description:
      - Destination instances of the rules, each with the connection to its account. The module compares the images of
        such an instance by digest, and uses the sync records only to see what is in flight. The connection is only used
        to read. Its credentials are never taken from the environment. For an instance that is not listed, only the sync
        records of the source show what has arrived.
      - If unset, they are the hosts that the rules name in O(rules[].to), or whose C(acr_instance_id) they name in
        O(rules[].target_instance_id). Of a host without credentials, only the name is used.
"""
        + _INSTANCE
        + _SAME_ACCOUNT
    )

    # For a module that sends images to one target.
    COMPARED: str = (
        r"""
options:
  destination_auth:
    description:
      - Connection to the target's account. With it, the module compares images by digest with the target, and uses the
        records only to see what is in flight. An image that has arrived is V(unchanged), and one that was deleted there
        is sent again. A tag that points to another image is V(different), or V(immutable) if tags cannot be moved. A
        warning names such images.
      - It is only used to read. Its credentials are never taken from the environment.
    type: dict
    suboptions:
      region:
        description: Region of the target instance. If unset, O(target_region); required where that is unset too.
        type: str
"""
        + _CONNECTION
        + _SAME_ACCOUNT
    )

    # For a module that waits until something is there, and may send it.
    WAITED: str = (
        r"""
options:
  destinations:
    description:
      - Destination instances, with their accounts and the connections to read them. These connections are only used to
        read. Their credentials are never taken from the environment.
"""
        + _INSTANCE
        + _OWNER
    )

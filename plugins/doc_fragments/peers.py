# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connections to instances of other accounts that several modules take."""

from __future__ import annotations

# Ansible merges fragments by whole options, so the suboptions are joined to each option here. yamllint of ansible-test
# reads only plain assignments of one text, hence the annotations below; antsibull-docs reads what is joined.
_CONNECTION = r"""
      access_key_id:
        description: ID of an access key.
        type: str
      access_key_secret:
        description: Its secret.
        type: str
      security_token:
        description: Token that belongs to a temporary key.
        type: str
      profile:
        description: Name of a profile, instead of keys.
        type: str
      profile_file:
        description: The file that holds it.
        type: path
      assume_role_arn:
        description: ARN of a RAM role that the keys are traded for.
        type: str
      assume_role_session_name:
        description: Name of the role's session.
        type: str
      assume_role_external_id:
        description: External ID that the role's trust policy may demand.
        type: str
      assume_role_policy:
        description: Policy document that narrows what the role's session may do.
        type: json
      assume_role_duration:
        description: Life of the role's session in seconds.
        type: int
      cr_endpoint:
        description: Endpoint of Container Registry.
        type: str
      sts_endpoint:
        description: Endpoint of STS.
        type: str
"""
_INSTANCE = (
    r"""
    type: list
    elements: dict
    default: []
    suboptions:
      instance_id:
        description: ID of that instance.
        type: str
        required: true
      name:
        description: What it is called in messages. If unset, its ID.
        type: str
      region:
        description: Region of that instance.
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
        description: UID of the account that owns it. Needed to send an image into another account.
        type: str
"""


class ModuleDocFragment:
    # For a module that looks at the sources of what a destination has.
    SOURCES: str = (
        r"""
options:
  sources:
    description:
      - Source instances, each with the connection to its account. Nothing is written with it, and its credentials are
        never taken from the environment.
"""
        + _INSTANCE
        + _SAME_ACCOUNT
    )

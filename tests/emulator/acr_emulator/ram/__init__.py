"""Resource Access Management, version 2015-05-01.

Importing the package registers its actions.
"""

from . import attachment, policy, policy_version, role, tag

__all__ = ["attachment", "policy", "policy_version", "role", "tag"]

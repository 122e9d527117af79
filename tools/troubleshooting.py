"""Make the page on what to do about each code.

It is made of the table that messages take their remedies from.
"""

import re
from collections.abc import Mapping

from ansible_collections.registryops.alicloud.plugins.module_utils._core.remedies import CALLS
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task_remedies import TASKS

_HEAD = """\
.. _ansible_collections.registryops.alicloud.docsite.troubleshooting:

Troubleshooting by code
=======================

A message ends in the action and the code, such as ``[CreateRepoSyncRule: NoPrivilege, request 4D27FC46-...]``, and says
what to do just before. This page has the same sentences, to look up what somebody else has seen. Where several codes
fit, the longest counts. A code that is not here has no remedy that is known; give support the request ID.

"""
# What stands in place of a value that a message would have.
_WORDS = (
    (r"(\b(?:target_instance_id|target_region|target_account_id)) \{\w+\}", r"\1"),
    (r"(\b(?:destination_bucket|destination_region)) \{\w+\}", r"\1"),
    (r"\b[Mm]ake role \{Role\}", "Make the role"),
    (r"\bbucket \{DestinationBucket\}", "the destination bucket"),
    (r"\bInstance \{target\}", "The destination instance"),
    (r"\binstance \{target\}", "the destination instance"),
    (r"\{target\}", "the destination"),
    (r"\bowns \{TargetInstanceId\}", "owns the destination"),
    (r"\binstance \{TargetInstanceId\}", "the destination instance"),
    (r"\binstance \{InstanceId\}", "the instance"),
    (r"\{ask\}", "Ask the team that owns the destination to run the command of ``grant_access`` that the message has"),
    (r"\{needed\}", "the right that the message names"),
    (r"\{done\}", "The message says whether something may have been changed."),
)


def page() -> str:
    """Return the page in reStructuredText."""
    parts = [
        _HEAD,
        _section("Codes of calls", CALLS),
        _section("Issues of images that failed", {issue: text for issue, text in TASKS.items() if issue}),
        f"An image that failed for another reason: {in_general(TASKS[''])}\n",
    ]
    return "\n".join(parts)


def in_general(text: str) -> str:
    """Return a remedy without the values of one message.

    Raises:
        ValueError: it holds a value that this page has no words for.
    """
    for pattern, words in _WORDS:
        text = re.sub(pattern, words, text)
    if "{" in text:
        raise ValueError(f"tools/troubleshooting.py has no words for a value in: {text}")
    return text


def _section(title: str, table: Mapping[str, str]) -> str:
    entries = [f"``{code}``\n   {in_general(text)}\n" for code, text in sorted(table.items(), key=_by_letter)]
    return "\n".join([title, "-" * len(title), "", *entries])


def _by_letter(entry: tuple[str, str]) -> str:
    return entry[0].lower()

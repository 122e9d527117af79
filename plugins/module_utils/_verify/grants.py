# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell whether the grants that rules need are in force, as far as the keys of their accounts may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._access.evaluator import CUSTOM, SYSTEM, Access
from ansible_collections.registryops.alicloud.plugins.module_utils._access.policy import GRANT_ACTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._access.policy import Grant as Place
from ansible_collections.registryops.alicloud.plugins.module_utils._core.commands import grant_command
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    CredentialsError,
    NoPermissionError,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import connection_of, has_keys
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import called, listed
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.cross_account_role import (
    CrossAccountRoles,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.rules import UNLISTED, UNWANTED, Standing

# How the evaluator begins where no statement is about an action.
_NOTHING = "no attached policy allows "
IN_FORCE, MISSING, DOUBTFUL, UNSEEN = "in force", "missing", "doubtful", "not looked at"
NO_KEYS = "no keys of it were given"
_REFUSED = "its keys are refused"
_AUDIT = "registryops.alicloud.audit_sync with the keys of the destination's account"
# What one account's instances have in common, however many of them are given.
_PLACE = ("region", "cr_endpoint")


class Need(NamedTuple):
    """An instance that rules end at in another account.

    Attributes:
        instance_id: its ID.
        region: where the rules say that it is.
        called: what people call it.
        rules: the rules of the inventory that end there.
    """

    instance_id: str
    region: str | None
    called: str
    rules: Sequence[str]


class Grant(NamedTuple):
    """What is known of one instance's grant.

    Attributes:
        state: IN_FORCE, MISSING, DOUBTFUL or UNSEEN.
        why: what is missing, what it depends on, or why nobody looked.
        changed: when it was changed last, as RAM writes times; empty if that is not known.
    """

    state: str
    why: str = ""
    changed: str = ""


UNKNOWN = Grant(UNSEEN, NO_KEYS)


@dataclass(frozen=True)
class Grants:
    """The grants that rules need.

    Attributes:
        account: UID of the source's account; empty if it is not known.
        needs: where rules need one.
        found: what is known of each, by instance ID.
    """

    account: str = ""
    needs: Sequence[Need] = ()
    found: Mapping[str, Grant] = field(default_factory=dict)

    def of(self, instance_id: str) -> Grant:
        return self.found.get(instance_id) or UNKNOWN

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for each grant that a rule of the inventory needs and that may not be in force."""
        for need in self.needs:
            grant = self.of(need.instance_id)
            if not need.rules or grant.state not in (MISSING, DOUBTFUL):
                continue
            rules = f"sync rule{'s' * (len(need.rules) > 1)} {listed(need.rules)}"
            if grant.state == MISSING:
                problem = (
                    f"account {self.account} may not replicate into {need.called}, where {rules} should: {grant.why}"
                )
                command = grant_command([self.account], need.instance_id, need.region)
                remedy = f"Run {command}. If access was revoked for good, set state: absent for {rules}."
                yield error("missing_grant", need.called, problem, remedy)
            else:
                problem = f"whether account {self.account} may replicate into {need.called} cannot be told: {grant.why}"
                yield warning("doubtful_grant", need.called, problem, f"{_AUDIT} tells more of it.")

    def in_words(self, *, preview: bool) -> str:
        """Return a line about all of them.

        Args:
            preview: whether the run that this precedes may grant what is missing.
        """
        by_state: dict[tuple[str, str], list[str]] = {}
        for need in self.needs:
            grant = self.of(need.instance_id)
            by_state.setdefault((grant.state, grant.why if grant.state == UNSEEN else ""), []).append(need.called)
        parts = []
        for (state, why), places in by_state.items():
            words = f"{'not there yet' if state == MISSING and preview else state} for {listed(places)}"
            because = why if len(places) == 1 else why.replace("of it ", "of them ").replace("its keys", "their keys")
            # The audit would look with the very keys that are refused.
            advice = "" if why == _REFUSED else f"; {_AUDIT} looks at grants"
            parts.append(f"{words}, since {because}{advice}" if why else words)
        return "; ".join(parts) or "no rule needs one"


def needs_of(rules: Iterable[Standing], names: Mapping[str, str]) -> list[Need]:
    """Return where rules need a grant.

    Args:
        rules: how each rule stands; one that should be gone needs none.
        names: what destinations are called, by instance ID.
    """
    found: dict[str, Need] = {}
    for standing in rules:
        rule = standing.coming or standing.rule
        if standing.standing == UNWANTED or not rule.get("cross_account"):
            continue
        instance_id = str(rule["target_instance_id"])
        known = found.get(instance_id) or Need(
            instance_id, rule.get("target_region"), called(instance_id, names.get(instance_id, "")), ()
        )
        listed_there = () if standing.standing == UNLISTED else (standing.name,)
        found[instance_id] = known._replace(rules=(*known.rules, *listed_there))
    return list(found.values())


def look_at_grants(task: Task, needs: Sequence[Need]) -> Grants:
    """Return what is known of the grants that rules need.

    Args:
        task: whose option `destinations` has the connections to the other accounts.
        needs: where rules need a grant.
    """
    if not needs:
        return Grants()
    account = str(task.params.get("account_id") or task.client.callers_account())
    given = {str(item["instance_id"]): item for item in task.params["destinations"] if has_keys(item)}
    looked: dict[str, Access | Grant] = {}
    found = {}
    for need in needs:
        if need.instance_id not in given:
            continue
        connection = connection_of(given[need.instance_id])
        # One account has one role for all its instances.
        key = repr(sorted((name, str(value)) for name, value in connection.items() if name not in _PLACE))
        if key not in looked:
            looked[key] = _look(task, connection)
        seen = looked[key]
        place = (str(need.region), need.instance_id)
        found[need.instance_id] = seen if isinstance(seen, Grant) else judged(seen, account, place)
    return Grants(account, needs, found)


def _look(task: Task, connection: Mapping[str, Any]) -> Access | Grant:
    """Return who may replicate into an account, or why that cannot be seen."""
    try:
        return CrossAccountRoles(task.reach(connection), connection).access(or_unread=(CUSTOM, SYSTEM))
    except NoPermissionError as refusal:
        return Grant(UNSEEN, f"its keys may not call {refusal.action}")
    except CredentialsError:
        return Grant(UNSEEN, _REFUSED)
    except AcrError as failure:
        return Grant(UNSEEN, f"the attempt failed: {str(failure).rstrip('. ')}")


def judged(access: Access, account: str, place: Place) -> Grant:
    """Return what an account's role says of one source and one instance."""
    if not account:
        return Grant(UNSEEN, "the source's account is not known")
    if access.trust is None:
        return Grant(MISSING, "its account has no role that lets others in")
    why = "; ".join(_obstacles(access, account, place))
    if not why:
        return Grant(IN_FORCE, "", access.changed)
    if access.trusts(account, certain=False) and access.reaches(place, certain=False):
        return Grant(DOUBTFUL, "; ".join([why, *_unread(access)]), access.changed)
    return Grant(MISSING, why, access.changed)


def _obstacles(access: Access, account: str, place: Place) -> list[str]:
    """Return what keeps an account out of an instance, with one line for the actions that no policy allows."""
    found = list(access.obstacles(account, place))
    bare = [line for line in found if line.startswith(_NOTHING)]
    if len(bare) < len(GRANT_ACTIONS):
        return found
    return [*(line for line in found if line not in bare), f"{_NOTHING}{' and '.join(GRANT_ACTIONS)} on {place[1]}"]


def _unread(access: Access) -> Iterable[str]:
    return (f"policy {policy.name} could not be read" for policy in access.policies if policy.document is None)

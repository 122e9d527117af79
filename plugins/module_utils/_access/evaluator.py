# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide who may replicate where, and why.

An account is let in if the role trusts it and the attached policies together allow both actions on the instance. A Deny
wins over any Allow.

Nobody can check whether sync meets a Condition. So there are two answers. Certain access ignores each Allow with a
Condition and counts each Deny with one. Possible access does the opposite.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from ansible_collections.registryops.alicloud.plugins.module_utils._access.policy import (
    GRANT_ACTIONS,
    Document,
    Grant,
    meaning,
    resource,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._access.statement import (
    ASSUME_ROLE,
    allows,
    in_words,
    is_about,
    is_on,
    names_account,
    names_all_accounts,
    principals,
    service_account,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._access.verdict import (
    Clause,
    clauses_of,
    missing,
    permits,
    places_of,
)

Pair = tuple[str, str, str]  # the source account's UID, the instance's region and ID
# RAM's own words for who wrote a policy.
CUSTOM, SYSTEM = "Custom", "System"


@dataclass(frozen=True)
class AttachedPolicy:
    """A policy of the role.

    Attributes:
        kind: Custom or System.
        name: the policy's name.
        document: what it says; None if the caller may not read it.
        updated: when it was changed last, as RAM writes times; empty if RAM does not tell.
    """

    kind: str
    name: str
    document: Document | None
    # Times make no difference to what is granted, so they are not compared.
    updated: str = field(default="", compare=False)


@dataclass(frozen=True)
class Access:
    """Who may replicate into the instances of one account.

    Attributes:
        account_id: the account's UID.
        trust: the role's trust policy; None if there is no role.
        policies: those that are attached to the role.
        changed: when any part of it was changed last, as RAM writes times; empty if RAM does not tell.
    """

    account_id: str
    trust: Document | None
    policies: tuple[AttachedPolicy, ...]
    changed: str = field(default="", compare=False)

    @cached_property
    def _trust_clauses(self) -> list[Clause]:
        found = clauses_of("the trust policy", self.trust)
        return [clause for clause in found if is_about(clause.statement, ASSUME_ROLE)]

    @cached_property
    def _policy_clauses(self) -> list[Clause]:
        found = []
        for policy in self.policies:
            found += clauses_of(f"policy {policy.name}", policy.document)
        return found

    @cached_property
    def named_accounts(self) -> frozenset[str]:
        """Return the UIDs that an Allow names, denied or not."""
        found = set()
        for clause in self._trust_clauses:
            if allows(clause.statement):
                found |= {service_account(name) for kind, name in principals(clause.statement) if kind == "Service"}
        return frozenset(account for account in found if account)

    @cached_property
    def named_places(self) -> frozenset[Grant]:
        """Return region and ID of everything an Allow names.

        Either may be a pattern, such as * for all instances.
        """
        found = set()
        for clause in self._policy_clauses:
            if allows(clause.statement):
                found |= set(places_of(clause.statement, self.account_id))
        return frozenset(found)

    def trusts(self, account: str, *, certain: bool = True) -> bool:
        """Return whether the role trusts an account's Container Registry."""
        return permits(self._trust_of(account, certain), certain)

    def reaches(self, place: Grant, *, certain: bool = True) -> bool:
        """Return whether policies allow both actions on an instance."""
        # A policy that could not be read may allow anything, but nothing for certain.
        unread = not certain and any(policy.document is None for policy in self.policies)
        return unread or all(permits(about, certain) for about in self._about(place).values())

    def reaches_anywhere(self, instance: str) -> bool:
        """Return whether policies allow both actions, the region being unknown."""
        regions = {"*", *(region for region, _instance in self.named_places)}
        return any(self.reaches((region, instance)) for region in regions)

    def accounts(self, *, certain: bool = True) -> frozenset[str]:
        """Return the UIDs of all trusted accounts."""
        return frozenset(account for account in self.named_accounts if self.trusts(account, certain=certain))

    def places(self, also: Iterable[Grant] = ()) -> frozenset[Grant]:
        """Return the open instances among the named and `also`."""
        return frozenset(place for place in self.named_places | set(also) if self.reaches(place))

    def pairs(self, also: Iterable[Grant] = ()) -> frozenset[Pair]:
        """Return every account with each instance it may replicate into."""
        accounts, places, found = self.accounts(), self.places(also), set()
        for account in accounts:
            found |= {(account, *place) for place in places}
        return frozenset(found)

    def obstacles(self, account: str, place: Grant) -> Iterator[str]:
        """Yield what keeps an account out of an instance; nothing if its access is certain."""
        if not self.trusts(account):
            yield from missing(self._trust_of(account), f"the role does not trust account {account}")
        for action, about in self._about(place).items():
            if not permits(about, certain=True):
                yield from missing(about, f"no attached policy allows {action} on {self._resource(place)}")

    def _about(self, place: Grant) -> dict[str, list[Clause]]:
        """Return the statements about an instance, for each action."""
        on = [clause for clause in self._policy_clauses if is_on(clause.statement, self._resource(place))]
        found = {}
        for action in GRANT_ACTIONS:
            found[action] = [clause for clause in on if is_about(clause.statement, action)]
        return found

    def refusals(self, place: Grant) -> list[str]:
        """Return the statements that keep everybody out of an instance, in words."""
        found = []
        for about in self._about(place).values():
            found += [clause for clause in about if not allows(clause.statement)]
        return list(dict.fromkeys(f"{clause.where} denies {in_words(clause.statement)}" for clause in found))

    def denials(self, account: str) -> Iterator[str]:
        """Yield the trust statements that keep an account out, in words."""
        for clause in self._trust_of(account):
            if not allows(clause.statement):
                yield f"{clause.where} denies {in_words(clause.statement)}"

    def openings(self, place: Grant) -> Iterator[str]:
        """Yield the statements that open an instance, or may open it, in words."""
        for policy in self.policies:
            if policy.document is None:
                yield f"policy {policy.name}, which could not be read"
        for clause in self._openings(place):
            yield f"{clause.where}, which allows {in_words(clause.statement)}"

    def openings_left(self, place: Grant, after: Access) -> list[str]:
        """Return the statements that still open an instance afterwards, in words and with their present numbers."""
        # Numbers change when a statement before goes, so statements are compared by their meaning.
        left = [meaning({"Statement": clause.statement}) for clause in after._openings(place)]
        gone = [clause for clause in self._openings(place) if meaning({"Statement": clause.statement}) not in left]
        said = {f"{clause.where}, which allows {in_words(clause.statement)}" for clause in gone}
        return [opening for opening in self.openings(place) if opening not in said]

    def _openings(self, place: Grant) -> Iterator[Clause]:
        about = [clause for clause in chain.from_iterable(self._about(place).values()) if allows(clause.statement)]
        return (clause for clause in self._policy_clauses if clause in about)

    def open_trusts(self) -> Iterator[str]:
        """Yield the statements that may trust every account; no single account can be taken out of those."""
        for clause in self._trust_clauses:
            if allows(clause.statement) and names_all_accounts(clause.statement):
                yield clause.where

    def _trust_of(self, account: str, certain: bool = True) -> list[Clause]:
        """Return the trust policy's statements on an account.

        A principal that may stand for any account counts where it does harm: in a Deny for certain access, and in an
        Allow for possible access.
        """

        def is_about_it(clause: Clause) -> bool:
            harmful = allows(clause.statement) != certain
            return names_account(clause.statement, account) or (harmful and names_all_accounts(clause.statement))

        return [clause for clause in self._trust_clauses if is_about_it(clause)]

    def _resource(self, place: Grant) -> str:
        # Every instance's ID begins with cri-, so a Deny of cri-* denies all of them.
        region, instance = place
        return resource(self.account_id, (region, "cri-*" if instance == "*" else instance))

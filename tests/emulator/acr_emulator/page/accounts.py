"""Write the page's part on accounts and their instances."""

from __future__ import annotations

from ..account import Account
from ..catalogue import Instance
from ..state import State
from ..sync import ungranted
from .markup import Html, count, join, section, table, tag

HEADINGS = "Instance, Region, Edition, Content, Registry, Open to"


def accounts(state: State) -> Html:
    return section("Accounts", join(*(_account(state, account) for account in state.accounts.values())))


def _account(state: State, account: Account) -> Html:
    rows = [_instance(state, instance) for instance in account.instances.values()]
    return tag(
        "article",
        tag("h3", account.name or "no name", " ", tag("code", account.uid)),
        tag("p", _identities(account), " · ", _policies(account), kind="quiet"),
        table("instances", HEADINGS, rows) if rows else None,
    )


def _identities(account: Account) -> str:
    users = [identity.name for identity in account.identities.values() if identity.type == "user"]
    root = ["root key"] if len(users) < len(account.identities) else []
    return ", ".join([*root, *(f"user {name}" for name in users)]) or "no access keys"


def _policies(account: Account) -> str:
    return f"{count(account.roles, 'role')}, {count(account.policies, 'custom policy', 'custom policies')}"


def _instance(state: State, instance: Instance) -> list[object]:
    repositories = instance.repositories.values()
    images = range(sum(len(repository.images) for repository in repositories))
    content = (count(instance.namespaces, "namespace"), count(repositories, "repository", "repositories"))
    return [
        join(tag("strong", instance.name), " ", tag("code", instance.id)),
        instance.region,
        instance.edition.removeprefix("Enterprise_"),
        ", ".join([*content, count(images, "image")]),
        tag("code", instance.host) if instance.host else tag("span", "catalogue only", kind="quiet"),
        _open_to(state, instance),
    ]


def _open_to(state: State, instance: Instance) -> object:
    """Return the accounts that an instance's owner has granted."""
    others = (account for account in state.accounts.values() if account.uid != instance.account_id)
    granted = [other.name or other.uid for other in others if not ungranted(state, other.uid, instance)]
    return ", ".join(granted) or tag("span", "own account", kind="quiet")

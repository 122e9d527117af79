"""Do somebody else's task before each call.

Images are pushed then, too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from .breaking import Broken, broken, plain
from .case import Case, Judged
from .cloud import TARGET, Cloud
from .flows import AFTER, AMID, OTHER_ACCOUNT, WRITING, Flow, grant, namespace, repository, rule
from .tasks import Outcome, Task, run

KIND = "changes underneath"
LATER = "later"
_RULE = (rule(state="absent"), rule(priority=4), rule())
# What somebody else does to the same thing. Whatever it is, the task that runs again must get its own way.
OTHERS: Mapping[str, tuple[Task, ...]] = {
    "create a namespace": (namespace("b", TARGET, "shop"), namespace("b", TARGET, "shop", tag_immutability=True)),
    "change a namespace": (namespace("b", TARGET, "shop", state="absent"),),
    "delete a namespace": (namespace("b", TARGET, "shop", state="absent"),),
    "create a repository": (repository("cart"), repository("cart", tag_immutability=True)),
    "change a repository": (repository("cart", state="absent"), repository("cart", summary="Another")),
    "delete a repository": (repository("cart", state="absent"),),
    "grant a first account": (grant(OTHER_ACCOUNT),),
    "grant one more account": (grant(OTHER_ACCOUNT), grant(OTHER_ACCOUNT, state="absent")),
    "revoke one of two": (grant(OTHER_ACCOUNT, state="absent"),),
    "revoke the last": (grant(OTHER_ACCOUNT), Task("b", "acr_cross_account_role", {"state": "absent"})),
    "create a rule": _RULE,
    "delete a rule": _RULE,
    "replace a rule": _RULE,
    "replace a rule, unique routes": _RULE,
    "a set of rules": (rule("old", state="absent"), rule("new", tag_filter="^new"), rule(priority=4)),
}
# Others may leave something of theirs, which is then right to be there.
_LEAVES = ("grant", "namespace", "repository", "revoke", "create a rule")


def cases(cloud: Cloud) -> Iterator[Case]:
    for flow in WRITING:
        for nth, action in enumerate(plain(cloud, flow).actions, 1):
            for number, other in enumerate(OTHERS.get(flow.name, ()), 1):
                how = f"another's task {number} before call {nth}, {action}"
                yield Case(KIND, flow.name, how, _case(flow, how, other, nth))


def _case(flow: Flow, how: str, other: Task, nth: int) -> Judged:
    same_goal = not any(word in flow.name for word in _LEAVES)
    carried = flow.carried
    if AMID in carried:
        # While another has deleted a rule, nobody carries anything.
        carried = frozenset((AMID, AFTER)) if other == _RULE[0] else carried | {LATER}
    pushing = dataclasses.replace(flow, carried=carried)
    return lambda cloud: broken(cloud, pushing, KIND, how, changing(other, nth), alone=False, same_goal=same_goal)


def changing(other: Task, nth: int) -> Broken:
    """Return what runs a flow with another's task before a call.

    It pushes before that task and after it.
    """

    def run_it(cloud: Cloud, flow: Flow) -> Outcome:
        def hook(number: int) -> None:
            if number != nth:
                return
            if AMID in flow.carried:
                cloud.push(AMID)
            run(other, cloud.endpoint)
            if LATER in flow.carried:
                cloud.push(LATER)

        return run(flow.task, cloud.endpoint, hook=hook)

    return run_it

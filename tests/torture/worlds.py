"""Compare check mode with runs in random worlds."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

from acr_emulator.world import read_world

from .case import Case, Judged, numbered
from .cloud import ACCOUNT_A, SOURCE, TARGET, WORLD, Cloud
from .flows import IMAGES, OTHER_ACCOUNT, PREPARED, WHERE, grant, namespace, repository, rule, rules, send
from .tasks import Outcome, Task, run
from .verdict import BADLY_TOLD, HELD, LOST, TRACEBACK, Verdict

KIND = "random worlds"
HOW_MANY = 1800
MOST_BEFORE = 5
SWITCHES: dict[str, tuple[Any, ...]] = {
    "duplicate_rule_route": ("accept", "reject"),
    "namespace_filter": ("exact", "prefix"),
    "destination_lists_inbound_rules": (True, False),
    "sync_task_order": ("newest_first", "oldest_first", "none"),
    "update_keeps_detail": (True, False),
    "max_page_size": (100, 1),
}
_REQUEST = re.compile(r"request [0-9A-F-]{36}|crsr-\w+")
# What the service refuses to create, for a grant or a rule that nobody could see before, check mode cannot predict;
# nor what it accepts and then cannot do, for what another account's instance lacks.
_REFUSED = re.compile(r"\[CreateRepoSync(Rule|Task): |: error: TARGET_(NAMESPACE|REPO)_NOT_EXIST: ")


def cases(_cloud: Cloud, chance: random.Random) -> Iterator[Case]:
    return numbered(KIND, "random", "world", HOW_MANY, lambda number: _case(number, chance.random()))


def _case(number: int, seed: float) -> Judged:
    def judge(cloud: Cloud) -> Verdict:
        chance = random.Random(seed)
        before = [_task(chance) for _number in range(chance.randint(0, MOST_BEFORE))]
        behaviour = {name: chance.choice(values) for name, values in SWITCHES.items()}
        cloud.reset({**read_world(WORLD), "behaviour": behaviour})
        for task in (*PREPARED, *before):
            run(task, cloud.endpoint)
        cloud.settle()
        task = _task(chance)
        cloud.emulator.delete("/_emulator/calls")
        predicted = run(task, cloud.endpoint, check=True)
        wrote = cloud.writes()[1]
        done = run(task, cloud.endpoint)
        cloud.settle()
        again = run(task, cloud.endpoint)
        judgement, words = _judge(predicted, done, again, wrote)
        return Verdict(KIND, f"world {number}, {task.module} {dict(task.options)}", judgement, words)

    return judge


def _judge(predicted: Outcome, done: Outcome, again: Outcome, wrote: int) -> tuple[str, str]:
    for outcome in (predicted, done, again):
        if outcome.traceback:
            return TRACEBACK, outcome.traceback.strip().splitlines()[-1]
    if wrote:
        return LOST, f"check mode made {wrote} writes"
    if done.failed and _REFUSED.search(done.message):
        return HELD, ""
    if predicted.failed != done.failed or predicted.changed != done.changed:
        return BADLY_TOLD, f"check mode says {_said(predicted)}, and the run {_said(done)}"
    if done.failed:
        same = _REQUEST.sub("", predicted.message) == _REQUEST.sub("", done.message)
        return (HELD, "") if same else (BADLY_TOLD, f"{predicted.message} | {done.message}")
    if again.failed or again.changed:
        return LOST, f"the second run says {_said(again)}"
    if _diff(predicted) != _diff(done):
        return BADLY_TOLD, f"{_diff(predicted)} is not {_diff(done)}"
    return HELD, ""


def _said(outcome: Outcome) -> str:
    return outcome.message if outcome.failed else f"changed: {outcome.changed}"


def _diff(outcome: Outcome) -> str:
    """Return the diff without IDs, which change."""
    diff = outcome.result.get("diff") or {}
    return _REQUEST.sub("", str(diff.get("prepared", "") if isinstance(diff, dict) else ""))


def _task(chance: random.Random) -> Task:
    """Return a random task; few names, so tasks meet."""
    make = chance.choice((_namespace, _repository, _rule, _rule, _rules, _grant, _send))
    return make(chance)


def _maybe(chance: random.Random, **choices: tuple[Any, ...]) -> dict[str, Any]:
    """Return some of the options, each with one of its values."""
    return {name: chance.choice(values) for name, values in choices.items() if chance.random() < 0.5}


def _state(chance: random.Random) -> dict[str, str]:
    return {"state": "absent"} if chance.random() < 0.25 else {}


def _namespace(chance: random.Random) -> Task:
    owner, instance = chance.choice((("a", SOURCE), ("b", TARGET)))
    flags: dict[str, tuple[Any, ...]] = {"tag_immutability": (True, False), "auto_create_repositories": (True, False)}
    more = _maybe(chance, repository_type=("public", "private"), **flags)
    return namespace(owner, instance, chance.choice(("prod", "shop")), **more, **_state(chance))


def _repository(chance: random.Random) -> Task:
    more = _maybe(chance, summary=("The cart", "A cart"), description=("At length",), tag_immutability=(True, False))
    return repository(chance.choice(("cart", "web")), **more, **_state(chance))


def _rule_options(chance: random.Random) -> dict[str, Any]:
    more = _maybe(chance, priority=(1, 5), tag_filter=("^v", ".*"), trigger=("manual", "automatic"))
    more |= _maybe(chance, namespace=("prod", "team-a"), target_namespace=("prod", "other"))
    return more


def _rule(chance: random.Random) -> Task:
    state = _state(chance)
    return rule(chance.choice(("to-eu", "second")), **state, **({} if state else _rule_options(chance)))


def _rules(chance: random.Random) -> Task:
    names = chance.sample(("to-eu", "second", "third"), chance.randint(1, 3))
    listed = [{"name": name, "namespace": "prod", **WHERE, **_rule_options(chance)} for name in names]
    return rules(*listed, purge=chance.random() < 0.5)


def _grant(chance: random.Random) -> Task:
    accounts = chance.sample((ACCOUNT_A, OTHER_ACCOUNT), chance.randint(1, 2))
    more = _maybe(chance, purge_source_accounts=(True, False), purge_destination_instances=(True, False))
    return grant(*accounts, **more, **_state(chance))


def _send(chance: random.Random) -> Task:
    return send(images=chance.sample(IMAGES, chance.randint(1, 2)), **WHERE, **_maybe(chance, override=(True, False)))

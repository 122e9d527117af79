"""Run several writers at once.

No run says ok for what is not there when all have ended.
"""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .case import Case, Judged
from .children import at_once
from .cloud import ACCOUNT_A, SOURCE, Cloud
from .flows import PREPARED, RULED, WHERE, grant, namespace, repository, rule
from .tasks import Outcome, Task, run
from .verdict import BADLY_TOLD, DOUBLED, LOST, TRACEBACK, Verdict, badly_told

KIND = "races"
LATENCY_MS = 20  # so that calls of several writers overlap
# Writers that wait for each other have to be given the time that they ask for.
LONGEST_SLEEP = 5.0
WRITERS = [f"40000000{number}0000000" for number in range(8)]
IMAGES = 300  # several portions for each of two runs
# Of what two runs send, this part may be sent by both where they begin together.
SENT_TWICE = 0.01
ROUNDS = 20
# Half of the rounds begin together, the others at random within this many seconds.
SPREAD = (0.0, 1.0)


def cases(_cloud: Cloud, chance: random.Random) -> Iterator[Case]:
    for number in range(ROUNDS):
        spread = SPREAD[number % 2]
        seed = chance.random()
        yield Case(KIND, "grants", f"round {number + 1}, spread {spread:g} s", _grants(seed, spread))
        yield Case(KIND, "rules", f"round {number + 1}", _creators(rule(), PREPARED))
        yield Case(KIND, "replacements", f"round {number + 1}", _creators(rule(priority=5), RULED))
        yield Case(KIND, "namespaces", f"round {number + 1}", _creators(namespace("a", SOURCE, "shop"), ()))
        yield Case(KIND, "repositories", f"round {number + 1}", _creators(repository("cart"), ()))
    for number, later in enumerate((0.0, 2.0) * 2, 1):
        yield Case(KIND, "backfills", f"round {number}, the second {later:g} s later", _backfills(later))


def together(cloud: Cloud, tasks: Sequence[Task], delays: Sequence[float]) -> list[Outcome]:
    def work(task: Task, delay: float) -> Any:
        time.sleep(delay)
        return dataclasses.asdict(run(task, cloud.endpoint, longest_sleep=LONGEST_SLEEP))

    works = [lambda task=task, delay=delay: work(task, delay) for task, delay in zip(tasks, delays, strict=True)]
    return [Outcome(**ended) for ended in at_once(works)]


def _begin(cloud: Cloud, before: tuple[Task, ...], behaviour: Mapping[str, Any], latency_ms: int = LATENCY_MS) -> None:
    cloud.world(before, behaviour)
    cloud.emulator.post("/_emulator/behaviour", {"latency_ms": latency_ms})
    cloud.emulator.delete("/_emulator/calls")


def _grants(seed: float, spread: float) -> Judged:
    def judge(cloud: Cloud) -> Verdict:
        chance = random.Random(seed)
        _begin(cloud, (grant(ACCOUNT_A),), {})
        tasks = [*(grant(writer) for writer in WRITERS), grant(ACCOUNT_A, state="absent")]
        outcomes = together(cloud, tasks, [chance.random() * spread for _task in tasks])
        wrong = [
            f"{writer} may not" for writer, done in zip(WRITERS, outcomes, strict=False) if _lies(cloud, writer, done)
        ]
        if not outcomes[-1].failed and cloud.may(ACCOUNT_A):
            wrong.append("the revoked account still may")
        return _verdict(f"eight grants and a revocation, spread {spread:g} s", outcomes, LOST, "; ".join(wrong))

    return judge


def _lies(cloud: Cloud, writer: str, outcome: Outcome) -> bool:
    return not outcome.failed and not cloud.may(writer)


def _creators(task: Task, before: tuple[Task, ...]) -> Judged:
    """Judge two runs of one task, and a third after them."""

    def judge(cloud: Cloud) -> Verdict:
        _begin(cloud, before, {"duplicate_rule_name": "accept"})
        outcomes = together(cloud, [task, task], [0.0, 0.0])
        outcomes += [run(task, cloud.endpoint), run(task, cloud.endpoint)]
        words = "; ".join(cloud.doubled())
        if outcomes[2].failed or outcomes[3].changed:
            return _verdict(f"two of {task.module}", outcomes, LOST, outcomes[2].message or "it does not come to rest")
        return _verdict(f"two of {task.module}", outcomes, DOUBLED, words)

    return judge


def _backfills(later: float) -> Judged:
    def judge(cloud: Cloud) -> Verdict:
        _begin(cloud, PREPARED, {})
        world = cloud.emulator.state()
        space = next(
            namespace for namespace in world["accounts"][0]["instances"][0]["namespaces"] if namespace["name"] == "prod"
        )
        space["repositories"] = [
            {"name": f"app-{number}", "generated": {"prefix": "v", "count": 20}} for number in range(IMAGES // 20)
        ]
        cloud.reset({**world, "latency_ms": LATENCY_MS})
        cloud.emulator.delete("/_emulator/calls")
        task = Task(
            "a",
            "acr_image_sync",
            {"instance_id": SOURCE, "select": {"namespaces": ["prod"]}, "rate_limit": 60.0, **WHERE},
        )
        outcomes = together(cloud, [task, task], [0.0, later])
        extra = len(cloud.emulator.calls("CreateRepoSyncTask")) - IMAGES
        many = extra > (0 if later else SENT_TWICE * IMAGES)
        return _verdict(
            f"two backfills, {later:g} s apart", outcomes, DOUBLED, f"{extra} of {IMAGES} sent twice" * many
        )

    return judge


def _verdict(case: str, outcomes: Sequence[Outcome], judgement: str, words: str) -> Verdict:
    for outcome in outcomes:
        if outcome.traceback:
            return Verdict(KIND, case, TRACEBACK, outcome.traceback.strip().splitlines()[-1])
    if words:
        return Verdict(KIND, case, judgement, words)
    for outcome in outcomes:
        if outcome.failed and (lacking := badly_told(outcome, wrote=False)):
            return Verdict(KIND, case, BADLY_TOLD, f"{lacking}: {outcome.message}")
    return Verdict(KIND, case)

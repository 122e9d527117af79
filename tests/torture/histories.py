"""Compare runs with the emulator over histories of grants."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

from acr_emulator.world import read_world

from .case import Case, Judged, numbered
from .cloud import ACCOUNT_A, ACCOUNT_B, TARGET, WORLD, Cloud
from .flows import OTHER_ACCOUNT
from .tasks import Outcome, Task, run
from .verdict import BADLY_TOLD, HELD, LOST, TRACEBACK, Verdict, badly_told

KIND = "histories of grants"
HOW_MANY = 600
STEPS = 5
SECOND = "cri-targettarget0002"
ACCOUNTS, INSTANCES = (ACCOUNT_A, OTHER_ACCOUNT), (TARGET, SECOND)
BOTH = ["cr:CreateSyncRule", "cr:CreateRepositorySync"]
ROLE = "aliyuncontainerregistrycrossaccoutsyncrole"


def cases(_cloud: Cloud, chance: random.Random) -> Iterator[Case]:
    return numbered(KIND, "history", "history", HOW_MANY, lambda number: _case(number, chance.random()))


def _case(number: int, seed: float) -> Judged:
    def judge(cloud: Cloud) -> Verdict:
        chance = random.Random(seed)
        cloud.reset(_world())
        told: list[str] = []
        for _step in range(STEPS):
            if chance.random() < 0.3:
                told.append(_meddle(cloud, chance))
                continue
            task = _task(chance)
            outcome = run(task, cloud.endpoint)
            told.append(_short(task, outcome))
            judgement, words = _judge(cloud, task, outcome)
            if judgement != HELD:
                return Verdict(KIND, f"history {number}: {'; '.join(told)}", judgement, words)
        return Verdict(KIND, f"history {number}")

    return judge


def _world() -> dict[str, Any]:
    """Return the world with one more instance and account."""
    world = copy.deepcopy(read_world(WORLD))
    (target,) = world["accounts"][1]["instances"]
    world["accounts"][1]["instances"].append({**target, "id": SECOND, "name": "second"})
    return world


def _task(chance: random.Random) -> Task:
    instances = chance.sample(INSTANCES, chance.randint(1, 2))
    options: dict[str, Any] = {
        "source_account_ids": chance.sample(ACCOUNTS, chance.randint(1, 2)),
        "destination_instances": [{"region": "eu-central-1", "instance_id": instance} for instance in instances],
    }
    if chance.random() < 0.4:
        options["state"] = "absent"
        if chance.random() < 0.5:
            del options["destination_instances"]
    elif chance.random() < 0.3:
        options["purge_source_accounts"] = True
    return Task("b", "acr_cross_account_role", options)


def _judge(cloud: Cloud, task: Task, outcome: Outcome) -> tuple[str, str]:
    if outcome.traceback:
        return TRACEBACK, outcome.traceback.strip().splitlines()[-1]
    if outcome.failed:
        lacking = badly_told(outcome, wrote=False)
        return (BADLY_TOLD, f"{lacking}: {outcome.message}") if lacking else (HELD, "")
    accounts = task.options["source_account_ids"]
    places = [destination["instance_id"] for destination in task.options.get("destination_instances", [])] or list(
        INSTANCES
    )
    absent = task.options.get("state") == "absent"
    for account in accounts:
        for place in places:
            if cloud.may(account, place) == absent and not (absent and _says_so(outcome, account)):
                return LOST, f"ok, and {account} {'still may' if absent else 'may not'} replicate into {place}"
    return HELD, ""


def _says_so(outcome: Outcome, account: str) -> bool:
    """Return whether a result says an account is let in."""
    text = json.dumps({name: value for name, value in outcome.result.items() if name != "diff"})
    return account in text and "still" in text


def _short(task: Task, outcome: Outcome) -> str:
    places = [destination["instance_id"][-1] for destination in task.options.get("destination_instances", [])]
    done = "failed" if outcome.failed else f"changed {outcome.changed}"
    return f"{task.options.get('state', 'present')} {task.options['source_account_ids']} {places}: {done}"


def _meddle(cloud: Cloud, chance: random.Random) -> str:
    """Do what somebody else might have done to the role.

    Return it in words.
    """
    world = cloud.emulator.state()
    account = world["accounts"][1]
    role = next((role for role in account["roles"] if role["name"] == ROLE), None)
    if role is None:
        return "nothing to meddle with"
    what = chance.choice(("a wide policy", "a Deny", "two statements", "a wide trust", "detached", "a Condition"))
    meddled(account, role, what, sum(policy["name"].startswith("meddled") for policy in account["policies"]))
    cloud.reset(world)
    return what


def meddled(account: dict[str, Any], role: dict[str, Any], what: str, number: int) -> None:
    """Change an account of a world and its role as `what` says."""
    arn = f"acs:cr:*:{ACCOUNT_B}:instance/{TARGET}"
    if what == "a wide trust":
        principal = {"Service": [f"{ACCOUNT_A}@cr.aliyuncs.com"]}
        role["trust_policy"]["Statement"].append({"Effect": "Allow", "Action": "sts:*", "Principal": principal})
    elif what == "a Condition":
        for statement in role["trust_policy"]["Statement"]:
            statement["Condition"] = {"StringEquals": {"acs:SourceIp": "10.0.0.1"}}
    elif what == "detached":
        role["policies"] = []
    else:
        statements = {
            "a wide policy": [{"Effect": "Allow", "Action": "cr:Create*", "Resource": "*"}],
            "a Deny": [{"Effect": "Deny", "Action": BOTH, "Resource": arn}],
            "two statements": [{"Effect": "Allow", "Action": action, "Resource": arn} for action in BOTH],
        }
        document = {"Version": "1", "Statement": statements[what]}
        account["policies"].append({"name": f"meddled-{number}", "document": document})
        role["policies"].append(f"meddled-{number}")

"""Give options bad inputs.

The task must say so in a sentence of a screen at most, and never break.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from acr_emulator.world import read_world

from .case import Case, Judged, numbered
from .cloud import ACCOUNT_B, SOURCE, TARGET, WORLD, Cloud
from .flows import OTHER_ACCOUNT, WHERE
from .tasks import KEYS, MODULES, Outcome, Task, run
from .verdict import BADLY_TOLD, HELD, TRACEBACK, Verdict

KIND = "bad inputs"
HOW_MANY = 5000
# About what fits on a screen.
LONGEST = 2500
NAMES = sorted(path.stem for path in Path(__file__).parents[2].glob("plugins/modules/acr_*.py"))
# Nothing is asked of another machine, whatever host an input names.
LEFT_ALONE = (
    "cr_endpoint",
    "ram_endpoint",
    "sts_endpoint",
    "profile_file",
    "ca_bundle",
    "read_timeout",
    "connect_timeout",
)
SENSIBLE: Mapping[str, Any] = {
    "instance_id": SOURCE,
    "namespace": "prod",
    "repository": "web",
    "tag": "1.0",
    "name": "shop",
    "side": "source",
    "source_account_ids": [OTHER_ACCOUNT],
    "rules": [{"name": "r", "namespace": "prod", **WHERE}],
    **WHERE,
    "destination_instances": [{"region": "eu-central-1", "instance_id": TARGET}],
}
TEXTS = (
    *("", " ", "\0", "a\0b", "\n", "a\nb", "\x1b[31m", "\ud800", "ü" * 3, "x" * 10_000, "../..", "a/b", "*", "cri-*"),
    *(
        "cri-****",
        "0",
        "-1",
        "1e400",
        "null",
        "{{ x }}",
        "%s",
        "{0}",
        "(",
        "(a+)+$",
        "[",
        "🐈",
        "١٢٣",
        "١" * 16,
        "a" * 129,
    ),
)
VALUES: tuple[Any, ...] = (
    *TEXTS,
    *(None, True, False, 0, -1, 10**30, 1.5, float("1e300"), [], {}, [None], [[]], [{}], [1], {"a": {}}, ["", ""]),
    *([{"name": None}], [{"name": 1, "x": 2}], [{"region": "eu-central-1"}], {"": ""}, ACCOUNT_B, int(ACCOUNT_B)),
)


def cases(_cloud: Cloud, chance: random.Random) -> Iterator[Case]:
    return numbered(KIND, "bad", "input", HOW_MANY, lambda _number: _case(chance.random()))


def _case(seed: float) -> Judged:
    def judge(cloud: Cloud) -> Verdict:
        chance = random.Random(seed)
        task = _task(chance)
        cloud.reset(read_world(WORLD))
        outcome = run(task, cloud.endpoint, check=chance.random() < 0.5)
        judgement, words = _judge(outcome)
        return Verdict(KIND, f"{task.module} {dict(task.options)!r}"[:300], judgement, words)

    return judge


def _task(chance: random.Random) -> Task:
    """Return a task with up to three wrong options."""
    name = chance.choice(NAMES)
    options = importlib.import_module(f"{MODULES}.{name}").MODULE.argument_spec
    given = {option: value for option, value in SENSIBLE.items() if option in options}
    for option in chance.sample(sorted(set(options) - set(LEFT_ALONE)), chance.randint(1, 3)):
        given[option] = _value(chance, options[option])
    return Task(chance.choice(sorted(KEYS)), name, given)


def _value(chance: random.Random, option: Mapping[str, Any]) -> Any:
    """Return something odd, sometimes in the right shape."""
    if "options" in option and chance.random() < 0.7:
        inner: dict[str, Mapping[str, Any]] = option["options"]
        odd = {name: _value(chance, inner[name]) for name in chance.sample(sorted(inner), min(2, len(inner)))}
        odd = {**{name: value for name, value in SENSIBLE.items() if name in inner}, **odd}
        return [odd] if option.get("type") == "list" else odd
    if option.get("type") == "list" and chance.random() < 0.5:
        return [chance.choice(VALUES)]
    return chance.choice(VALUES)


def _judge(outcome: Outcome) -> tuple[str, str]:
    if outcome.traceback:
        return TRACEBACK, outcome.traceback.strip().splitlines()[-1][:200]
    if not outcome.failed or outcome.result.get("refused"):
        return HELD, ""  # what ansible-core refuses, it says itself
    if len(outcome.message) > LONGEST:
        return BADLY_TOLD, f"{len(outcome.message)} characters: {outcome.message[:200]}"
    odd = sorted({character for character in outcome.message if ord(character) < 32 and character != "\n"})
    return (BADLY_TOLD, f"{odd} in {outcome.message[:200]!r}") if odd else (HELD, "")

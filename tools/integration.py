"""`ansible-test integration`, some targets at a time, each against an emulator that no other uses meanwhile.

`.venv/bin/python tools/integration.py TARGET ...` runs the named targets only. What a target finds in its variables is
said in the example, tests/integration/targets/emulator_health.
"""

import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import content
import yaml
from acr_emulator.testing import Emulator, running
from environment import ROOT
from steps import CORES, PYTHON_VERSION, Step, report, run_step

WORLD = ROOT / "tests/emulator/worlds/two_accounts.yml"
TARGETS = ROOT / "tests/integration/targets"
COMMAND = f"ansible-test integration --local --python {PYTHON_VERSION} --color no"


def main(chosen: list[str]) -> int:
    targets = chosen or sorted((path.name for path in TARGETS.iterdir()), key=_tasks, reverse=True)
    with ExitStack() as places:
        free = SimpleQueue[Path]()
        for number in range(min(CORES, len(targets))):
            free.put(places.enter_context(_place(f"integration-{number}")))
        with ThreadPoolExecutor(CORES) as cores:
            return report(list(cores.map(_running(free), targets)))


def _tasks(target: str) -> int:
    """Return how much a target does, so that no long one is begun last while other cores have no more to do."""
    return len((TARGETS / target / "tasks/main.yml").read_text().splitlines())


@contextmanager
def _place(name: str) -> Iterator[Path]:
    """Run an emulator in the block; yield a copy of the collection whose targets find it."""
    copy = content.refresh(name)
    with running(WORLD) as emulator:
        config = copy / "tests/integration/integration_config.yml"
        config.write_text(json.dumps(_variables(emulator)))  # JSON is YAML
        yield copy


def _running(free: SimpleQueue[Path]) -> Callable[[str], bool]:
    def run(target: str) -> bool:
        copy = free.get()
        try:
            return run_step(Step(target, f"{COMMAND} {target}", copy))
        finally:
            free.put(copy)

    return run


def _variables(emulator: Emulator) -> dict[str, Any]:
    """Return the variables of every target.

    account-a of the world becomes `account_a`.
    """
    accounts = yaml.safe_load(WORLD.read_text())["accounts"]
    return {
        "acr_emulator_endpoint": emulator.endpoint,
        "registries": emulator.registries,
        **{account["name"].replace("-", "_"): _account(account) for account in accounts},
    }


def _account(account: dict[str, Any]) -> dict[str, Any]:
    keys = ("access_key_id", "access_key_secret")
    identities = {identity["name"]: {key: identity[key] for key in keys} for identity in account["identities"]}
    instance = account["instances"][0]
    return {
        "uid": account["uid"],
        **identities["root"],
        "region": instance["region"],
        "instance_id": instance["id"],
        "identities": identities,
    }


sys.exit(main(sys.argv[1:]))

"""Run torture by kind, share and seed.

`make torture` calls it.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from itertools import chain

from acr_emulator.testing import running

from . import changes, faults, histories, inputs, kills, orphans, playbooks, races, transport, worlds
from .case import Case
from .cloud import WORLD, Cloud
from .verdict import DOUBLED, HELD, LOST, TRACEBACK, Verdict, table

KINDS: dict[str, Callable[[Cloud, random.Random], Iterator[Case]]] = {
    "faults": lambda cloud, _chance: faults.cases(cloud),
    "refusals": lambda cloud, _chance: faults.refusals(cloud),
    "kills": lambda cloud, _chance: chain(kills.cases(cloud), orphans.cases(cloud)),
    "ordinary-kills": lambda cloud, _chance: kills.ordinary_cases(cloud),
    "changes": lambda cloud, _chance: changes.cases(cloud),
    "races": races.cases,
    "worlds": worlds.cases,
    "transport": lambda cloud, _chance: transport.cases(cloud),
    "playbooks": lambda cloud, _chance: playbooks.cases(cloud),
    "inputs": inputs.cases,
    "histories": histories.cases,
}


def main() -> int:
    options = _options()
    verdicts: list[Verdict] = []
    with running(WORLD) as emulator:
        cloud = Cloud(emulator)
        for verdict in tried(cloud, options.only, options.share, options.seed):
            verdicts.append(verdict)
            if verdict.judgement != HELD:
                print(f"{verdict.judgement}: {verdict.case}: {verdict.words}"[: options.width], flush=True)
    print(table(verdicts))
    return int(any(verdict.judgement in (LOST, DOUBLED, TRACEBACK) for verdict in verdicts))


def tried(
    cloud: Cloud, kinds: list[str], share: float, seed: int, wanted: Callable[[Case], bool] = lambda _case: True
) -> Iterator[Verdict]:
    """Try the wanted cases, or a share that the seed chooses."""
    for kind in kinds:
        chance = random.Random(f"{seed} {kind}")
        for case in KINDS[kind](cloud, chance):
            if chance.random() < share and wanted(case):
                yield case.judge(cloud)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="torture")
    parser.add_argument("--only", type=_names, default=list(KINDS), help="such as faults,kills")
    parser.add_argument("--share", type=float, default=1.0, help="try this part of the cases only, such as 0.1")
    parser.add_argument("--seed", type=int, default=1, help="what the parts and the random worlds are chosen by")
    parser.add_argument("--width", type=int, default=600, help="how much of a case that did not hold is shown")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.replace(",", " ").split()
    if unknown := set(names) - set(KINDS):
        raise argparse.ArgumentTypeError(
            f"nothing is called {', '.join(sorted(unknown))}: there are {', '.join(KINDS)}"
        )
    return names or list(KINDS)


if __name__ == "__main__":
    sys.exit(main())

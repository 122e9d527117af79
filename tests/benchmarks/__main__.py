"""Run `python -m benchmarks [--only NAMES] [--runs N]`.

`make bench` calls it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from . import emulator, history, images, pair, playbook, report, rules, skopeo, task, verify
from .figures import Bench, BenchmarkError, Result

FOLDER = Path(__file__).parents[2] / ".cache/bench"
BENCHMARKS: dict[str, Callable[[Bench], Result]] = {
    "emulator": emulator.measure,
    "task": task.measure,
    "rules": rules.measure,
    "playbook": playbook.measure,
    "images": images.measure,
    "history": history.measure,
    "pair": pair.measure,
    "skopeo": skopeo.measure,
    "verify": verify.measure,
}


def main() -> int:
    options = _options()
    folder = FOLDER / "work"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    facts = report.facts(options.runs)
    report.tell_facts(facts)
    results: dict[str, Result] = {}
    failed = False
    for name in options.only:
        try:
            results[name] = BENCHMARKS[name](Bench(options.runs, folder))
        except BenchmarkError as error:
            results[name] = Result(notes=(f"FAILED: {error}",))
            failed = True
        report.tell(name, results[name])
        report.write(FOLDER / "results.json", facts, results)  # after each, since the whole takes its time
    return int(failed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--only", type=_names, default=list(BENCHMARKS), help="such as emulator,rules")
    parser.add_argument("--runs", type=int, default=5, help="how often everything is measured")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.replace(",", " ").split()
    if unknown := set(names) - set(BENCHMARKS):
        known = ", ".join(BENCHMARKS)
        raise argparse.ArgumentTypeError(f"no benchmark is called {', '.join(sorted(unknown))}: there are {known}")
    return names or list(BENCHMARKS)


if __name__ == "__main__":
    sys.exit(main())

"""`python -m benchmarks [--only NAMES] [--runs N]`, which is what `make bench` calls."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path

from . import emulator, report
from .figures import Bench, Result

FOLDER = Path(__file__).parents[2] / ".cache/bench"
BENCHMARKS: dict[str, Callable[[Bench], Result]] = {
    "emulator": emulator.measure,
}


def main() -> None:
    options = _options()
    folder = FOLDER / "work"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    facts = report.facts(options.runs)
    report.tell_facts(facts)
    results: dict[str, Result] = {}
    for name in options.only:
        results[name] = BENCHMARKS[name](Bench(options.runs, folder))
        report.tell(name, results[name])
        report.write(FOLDER / "results.json", facts, results)  # after each, since the whole takes its time


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
    main()

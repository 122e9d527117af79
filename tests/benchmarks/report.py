"""Write results as a table for people and as JSON for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from .figures import Figure, Ratio, Result


def facts(runs: int) -> dict[str, str | int]:
    return {
        "python": platform.python_version(),
        "ansible-core": version("ansible-core"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0,
        "runs": runs,
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()


def tell_facts(found: Mapping[str, str | int]) -> None:
    print(", ".join(f"{name} {value}" for name, value in found.items()), flush=True)


def tell(name: str, result: Result) -> None:
    print(f"\n{name}")
    rows = [_ratio(ratio) for ratio in result.ratios] + [_figure(figure) for figure in result.figures]
    width = max((len(row[0]) for row in rows), default=0)
    for title, value, more in rows:
        print(f"  {title:<{width}} {value:>16}  {more}".rstrip())
    for note in result.notes:
        print(f"  {note}")
    print(end="", flush=True)


def _ratio(ratio: Ratio) -> tuple[str, str, str]:
    wanted = [f"at least {ratio.least:g}"] if ratio.least is not None else []
    wanted += [f"under {ratio.most:g}"] if ratio.most is not None else []
    outcome = {None: "", True: "reached", False: "NOT REACHED"}[ratio.reached]
    return ratio.name, f"x {_number(ratio.value)}", f"{' and '.join(wanted)}: {outcome}" if wanted else ""


def _figure(figure: Figure) -> tuple[str, str, str]:
    spread = f"{_number(min(figure.samples))} - {_number(max(figure.samples))}" if len(figure.samples) > 1 else ""
    return figure.name, f"{_number(figure.median)} {figure.unit:<7}", spread


def _number(value: float) -> str:
    """Return three digits that mean something, and never an exponent."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"


def write(file: Path, found: Mapping[str, str | int], results: Mapping[str, Result]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    plain = {"facts": dict(found), "benchmarks": {name: _plain(result) for name, result in results.items()}}
    file.write_text(json.dumps(plain, indent=2) + "\n", encoding="utf-8")


def _plain(result: Result) -> dict[str, object]:
    return {
        "ratios": [asdict(ratio) | {"reached": ratio.reached} for ratio in result.ratios],
        "figures": [
            asdict(figure) | {"median": figure.median, "min": min(figure.samples), "max": max(figure.samples)}
            for figure in result.figures
        ],
        "notes": list(result.notes),
    }

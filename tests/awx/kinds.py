"""Read each kind's fields from contract.yml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CONTRACT = Path(__file__).with_name("contract.yml")


@dataclass(frozen=True)
class Kind:
    """Describe one kind of thing.

    `fixed` are the fields that cannot change; `unique` the groups of fields that two things cannot share.
    """

    name: str
    type: str
    fields: dict[str, dict[str, Any]]
    unique: list[list[str]]
    associations: list[str]
    fixed: list[str]


def _read() -> dict[str, Kind]:
    contract = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return {name: Kind(name=name, **kind) for name, kind in contract.items()}


KINDS = _read()
# What can be launched has one space of IDs and names, and one list of its own.
UNIFIED = ("projects", "job_templates", "workflow_job_templates")

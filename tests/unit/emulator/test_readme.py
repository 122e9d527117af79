"""Check the files, tables, lists and figures of the README."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any, get_args

import yaml
from acr_emulator.schema import dump
from acr_emulator.side_door import ROUTES
from acr_emulator.state import Behaviour
from acr_emulator.testing import PACKAGE_PARENT
from acr_emulator.traffic import FaultKind
from acr_emulator.world import build_state
from starlette.routing import Route

README = Path(PACKAGE_PARENT, "README.md").read_text(encoding="utf-8")
FACTS: dict[str, Any] = yaml.safe_load(Path(PACKAGE_PARENT, "contract.yml").read_text(encoding="utf-8"))


def part(title: str) -> str:
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def blocks(title: str, language: str) -> list[Any]:
    """Return what the code blocks of a language hold.

    JSON is YAML.
    """
    return [yaml.safe_load(block) for block in re.findall(rf"```{language}\n(.*?)```", part(title), re.DOTALL)]


def table(title: str) -> list[list[str]]:
    lines = [line.strip("| ").split(" | ") for line in part(title).splitlines() if line.startswith("| ")]
    return lines[1:]


def test_its_worlds_can_be_served() -> None:
    (example,) = blocks("A world file", "yaml")
    build_state(example)
    estate, settings = blocks("Rehearse your own estate", "yaml")
    accounts = build_state(estate).accounts.values()
    (profiles,) = blocks("Rehearse your own estate", "json")
    identities = chain.from_iterable(account.identities.values() for account in accounts)
    keys = {identity.access_key_id: identity.access_key_secret for identity in identities}
    assert {profile["access_key_id"]: profile["access_key_secret"] for profile in profiles["profiles"]} == keys
    assert [profile["name"] for profile in profiles["profiles"]] == [account.name for account in accounts]
    assert {name: value for name, value in settings.items() if name.endswith("endpoint")} == dict.fromkeys(
        [f"acr_{product}_endpoint" for product in ("cr", "ram", "sts", "oss")], "http://127.0.0.1:8650"
    )


def test_every_switch_with_its_default() -> None:
    said: dict[str, Any] = {}
    for names, defaults, _what in table("What it guesses"):
        values = [defaults.strip("`")] if "{" in defaults else defaults.split(", ")
        said |= dict(zip(re.findall(r"`(\w+)`", names), map(yaml.safe_load, values), strict=True))
    assert said == json.loads(json.dumps(dump(Behaviour())))
    assert said.keys() == {item.name for item in dataclasses.fields(Behaviour)}


def test_every_call_of_the_side_door() -> None:
    said = set(chain.from_iterable(re.findall(r"/_emulator(/\w*)", row[0]) for row in table("The side door")))
    assert said == {route.path for route in ROUTES if isinstance(route, Route)}


def test_every_fault() -> None:
    said = part("The side door").partition("\nFaults: ")[2]
    assert set(get_args(FaultKind)) == set(re.findall(r"`(\w+)`", said)) - {"retry_after_ms"}


def test_the_readme_says_how_surely_each_fact_is_known() -> None:
    rights = Counter(facts["authority"]["sure"] for facts in FACTS.values())
    documented = chain.from_iterable(facts.get("errors", {}).values() for facts in FACTS.values())
    errors = Counter(str(said).split()[1] for said in documented)
    counted = {mark: (rights[mark], errors[mark]) for mark in rights | errors}
    assert {row[0].strip("`"): (int(row[2]), int(row[3])) for row in table("What it knows")} == counted
    assert f"each of the {len(FACTS)} actions" in README

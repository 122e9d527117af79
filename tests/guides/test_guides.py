"""Type what guides say, in their order."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from acr_emulator.testing import Emulator, running

from .guide import GUIDES, ROOT, commands, files

WORLD = ROOT / "tests/emulator/worlds/two_accounts.yml"
KEYS = {"account-a": ("LTAIaaaa", "secretA"), "account-b": ("LTAIbbbb", "secretB")}
SIDES = {"source": ("1252879610640001", "cn-hangzhou"), "destination": ("5222000022220002", "eu-central-1")}
# What new_estate asks for.
ANSWERS = {
    "new_estate_directory": "estate",
    "new_estate_namespace": "prod",
    "new_estate_source_instance_id": "cri-sourcesource0001",
    "new_estate_destination_instance_id": "cri-targettarget0001",
    "new_estate_source_profile": "account-a",
    "new_estate_destination_profile": "account-b",
    **{f"new_estate_{side}_account_id": account for side, (account, _region) in SIDES.items()},
    **{f"new_estate_{side}_region": region for side, (_account, region) in SIDES.items()},
}
# These are about an estate that is set up already.
LATER = {"backfill", "operations"}
SET_UP = "ansible-playbook registryops.alicloud.cross_account_sync -i inventories/account_b -i inventories/account_a"
BACKFILL = SET_UP.replace("cross_account_sync", "backfill_images")
# Of programs that a test has no use for: they install the collection itself, and its Python packages.
INSTALLING = ("ansible-galaxy collection install registryops.alicloud", "python3 -m pip install -r ")


@pytest.fixture(scope="module")
def process() -> Iterator[Emulator]:
    with running(WORLD) as started:
        yield started


@pytest.fixture
def home(process: Emulator, tmp_path: Path) -> Path:
    """Return a home with both accounts' profiles and inventories."""
    world = yaml.safe_load(WORLD.read_text(encoding="utf-8"))
    world["accounts"][1]["instances"][0]["edition"] = "Enterprise_Advanced"  # so that it can become the source
    process.reset(world)
    process.post("/_emulator/tasks", {"seconds": 0.2})
    profiles = [
        {"name": name, "mode": "AK", "access_key_id": key, "access_key_secret": secret}
        for name, (key, secret) in KEYS.items()
    ]
    (tmp_path / ".aliyun").mkdir()
    (tmp_path / ".aliyun/config.json").write_text(json.dumps({"profiles": profiles}))
    shutil.copytree(ROOT / "playbooks/inventories", tmp_path / "inventories")
    return tmp_path


def run(command: str, folder: Path, home: Path, cloud: Emulator) -> None:
    """Run a command as written; extra variables answer new_estate."""
    arguments = shlex.split(command)
    if arguments[1:] == ["registryops.alicloud.new_estate"]:
        arguments += ["-e", json.dumps(ANSWERS)]
    foreign = re.compile(r"(?i)ANSIBLE_|ALIBABA_?CLOUD_|.*_PROXY$")
    environment = {name: value for name, value in os.environ.items() if not foreign.match(name)}
    environment |= {f"ALIBABA_CLOUD_{product}_ENDPOINT": f"http://{cloud.endpoint}" for product in ("CR", "RAM", "STS")}
    environment |= {"HOME": str(home), "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections"), "NO_COLOR": "1"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        arguments,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"$ {command}\n{done.stdout[-4000:]}"


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_its_commands_work_in_their_order(guide: Path, home: Path, process: Emulator) -> None:
    for name, text in files(guide).items():
        (home / name).write_text(text)
    folder = home
    for command in [SET_UP, BACKFILL] if guide.stem in LATER else []:
        run(command, folder, home, process)
    for command in commands(guide):
        if command.startswith(INSTALLING):
            continue
        run(command, folder, home, process)
        if (home / "estate").exists():
            folder = home / "estate"


def known() -> set[str]:
    """Return all names that guides may use."""
    found = {path.stem for path in ROOT.glob("playbooks/*.yml")} | {
        path.stem for path in ROOT.glob("plugins/*/acr_*.py")
    }
    for spec in ROOT.glob("roles/*/meta/argument_specs.yml"):
        found |= {spec.parts[-3], *_names(yaml.safe_load(spec.read_text(encoding="utf-8"))["argument_specs"])}
    said = [path.read_text(encoding="utf-8") for path in [*ROOT.glob("playbooks/*.yml"), ROOT / "docs/variables.md"]]
    said += [path.read_text(encoding="utf-8") for path in ROOT.glob("roles/*/defaults/main.yml")]
    return found | set(re.findall(r"\bacr_\w+", "\n".join(said)))


def _names(specs: dict[str, Any]) -> Iterator[str]:
    for spec in specs.values():
        yield from spec.get("options") or {}
        for option in (spec.get("options") or {}).values():
            yield from _names({"": option})


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_what_it_names_is_there(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    said = set(re.findall(r"registryops\.alicloud\.([a-z_]+)", text.replace("registryops.alicloud.docsite", "")))
    said |= set(
        re.findall(r"\b(?:acr|backfill_images|verify_sync|audit_sync|configure_sync|grant_access)_[a-z_]+", text)
    )
    said |= set(re.findall(r"-e ([a-z_]+)=", text)) | set(
        re.findall(r"(?m)^ +(?:- )?([a-z_]+): \S", " ".join(files(guide).values()))
    )
    assert said - known() - {"acr_source", "acr_destination", "acr_sync_report"} == set()


def test_a_guide_stands_in_the_list() -> None:
    listed = yaml.safe_load((ROOT / "docs/docsite/extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    assert sorted(chain.from_iterable(section["toctree"] for section in listed)) == [guide.stem for guide in GUIDES]


PAGES = [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("roles/*/README.md"), *GUIDES]
COMMAND = re.compile(r"ansible-playbook registryops\.alicloud\.(\w+)((?:[^`\n\\]|\\\n)*)")


@pytest.mark.parametrize("page", sorted(PAGES), ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_within_sentences_name_what_is_there_too(page: Path) -> None:
    for playbook, rest in COMMAND.findall(page.read_text(encoding="utf-8")):
        assert (ROOT / f"playbooks/{playbook}.yml").exists()
        variables = re.findall(r"""-e (?:'\{"|["'])?([a-z]\w+)""", rest)
        assert set(variables) <= known()
        assert set(re.findall(r" (--?[a-z-]+)", rest)) <= {"-i", "-e", "--check", "--diff", "--limit"}

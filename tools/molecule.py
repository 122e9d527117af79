"""Run the scenario of Molecule, extensions/molecule/default, against an emulator of its own."""

import subprocess
import sys

import content
from acr_emulator.testing import running
from environment import ROOT
from steps import tool_environment

WORLD = ROOT / "tests/emulator/worlds/two_accounts.yml"


def main(arguments: list[str]) -> int:
    folder = content.refresh("molecule") / "extensions"
    with running(WORLD) as emulator:
        url = f"http://{emulator.endpoint}"
        environment = {
            **tool_environment(),
            "ANSIBLE_COLLECTIONS_PATH": content.collections(folder.parent),
            **{f"ALIBABA_CLOUD_{product}_ENDPOINT": url for product in ("CR", "RAM", "STS")},
        }
        command = [sys.executable, "-m", "molecule", *(arguments or ["test"])]
        return subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=False).returncode


sys.exit(main(sys.argv[1:]))
